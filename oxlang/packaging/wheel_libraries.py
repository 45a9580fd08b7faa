"""Shared libraries that wheels carry for their extension modules, found as a loader would find them.

Repaired wheels put them into folders like `numpy.libs`, which are no packages, and point there by RUNPATH.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oxlang.graph.compute import ComputeContext
    from oxlang.graph.digest import Digest
    from oxlang.packaging.resource import Resource

SHARED_LIBRARY = re.compile(r"\.(so(\.\d+)*|dylib|dll)$")


def wheel_libraries(found: list[Resource], digests: Mapping[str, Digest], context: ComputeContext) -> bytes:
    """Gives `libraries.json`: place of an extension module to places of the libraries it needs, dependencies first."""
    import json

    candidates: dict[str, list[str]] = {}
    for path in digests:
        if SHARED_LIBRARY.search(path):
            candidates.setdefault(posixpath.basename(path), []).append(path)
    result: dict[str, list[str]] = {}
    if not candidates:
        return b"{}"
    known: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}

    def facts(path: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        from oxlang.packaging.elf import ElfError, read_elf_facts

        if path not in known:
            try:
                one = read_elf_facts(context.path(digests[path]))
            except (ElfError, OSError):
                known[path] = ((), ())
            else:
                known[path] = (one.needed, tuple(one.runpath.split(":")) if one.runpath else ())
        return known[path]

    def visit(path: str, inherited: tuple[str, ...], chain: dict[str, None]) -> None:
        needed, runpath = facts(path)
        folder = posixpath.dirname(path)
        places = [
            posixpath.normpath(
                posixpath.join(folder, entry.replace("${ORIGIN}", ".").replace("$ORIGIN", "."))
            )
            for entry in runpath
            if "ORIGIN" in entry
        ]
        for library in needed:
            options = candidates.get(library)
            if not options:
                continue
            direct = [posixpath.normpath(f"{place}/{library}") for place in (*places, *inherited)]
            target = next((one for one in direct if one in digests), options[0])
            if target in chain or target == path:
                continue
            chain[target] = None
            visit(target, (*places, *inherited), chain)

    for one in found:
        if one.kind == "extension" and one.detail in digests:
            chain: dict[str, None] = {}
            visit(one.detail, (), chain)
            if chain:
                result[one.detail] = list(reversed(chain))
    return json.dumps(result, sort_keys=True, indent=0).encode()
