"""Carrying system libraries: what extension modules need from the machine, copied beside them.

With `policy.bundle_shared_libraries` a program runs on machines that lack OpenSSL, SQLite and the like in the versions
that the building machine has. Which libraries these are is read from `DT_NEEDED`, transitively; the C library and what
the Linux Standard Base promises stay the system's. Files beside the program get RUNPATH `$ORIGIN`, where their format
leaves room for it (see `elf_write.with_runpath`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from oxlang.graph.nodes import Artifact, Assemble, Compute, Part, Source

if TYPE_CHECKING:
    from oxlang.graph.compute import ComputeContext
    from oxlang.graph.tree import Tree
    from oxlang.packaging.distribution import Distribution
    from oxlang.source import Span

BUNDLE, BUNDLE_VERSION = "packaging.bundle", 1
_STANDARD_FOLDERS = (
    "/lib/{0}", "/usr/lib/{0}", "/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib", "/usr/local/lib/{0}",
)  # fmt: skip


def needed_libraries(distribution: Distribution) -> dict[str, str]:
    """Gives the system libraries that a distribution's extension modules need: SONAME to absolute path."""
    return dict(
        _needed(distribution.identity, tuple(_extension_files(distribution)), distribution.platform.arch)
    )


def _extension_files(distribution: Distribution) -> Iterator[str]:
    for variants in distribution.extensions.values():
        for one in variants:
            if one.shared_lib:
                yield str(distribution.path(one.shared_lib))


@lru_cache(maxsize=4)
def _needed(identity: str, files: tuple[str, ...], arch: str) -> tuple[tuple[str, str], ...]:
    from oxlang.packaging.describe import BASE_LIBRARY
    from oxlang.packaging.elf import ElfError, read_elf_facts

    found: dict[str, str] = {}
    waiting = list(files)
    while waiting:
        file = waiting.pop()
        try:
            facts = read_elf_facts(file)
        except (ElfError, OSError):
            continue
        places = [
            entry.replace("$ORIGIN", os.path.dirname(file)) for entry in facts.runpath.split(":") if entry
        ]
        for name in facts.needed:
            if name in found or BASE_LIBRARY.match(name):
                continue
            path = _find_library(name, places, arch)
            if path:
                found[name] = path
                waiting.append(path)
    return tuple(sorted(found.items()))


def _find_library(name: str, places: list[str], arch: str) -> str:
    for folder in (*places, *(one.format(f"{arch}-linux-gnu") for one in _STANDARD_FOLDERS)):
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            return os.path.realpath(path)
    return ""


def bundled_libraries(beside: Artifact, distribution: Distribution, origin: Span | None) -> Artifact:
    """Gives the libraries of the extension modules among the files beside a program, in the folders of those modules.

    Args:
        beside: the files; the output replaces those whose RUNPATH changed.
        distribution: whose libraries are meant.
        origin: the line of the executable.
    """
    parts = [
        Part(artifact=Artifact(Source(path=path, description=name, origin=origin)), rename=name)
        for name, path in needed_libraries(distribution).items()
    ]
    libraries = Artifact(Assemble(parts=tuple(parts), description="system libraries", origin=origin))
    node = Compute(
        function=BUNDLE,
        version=BUNDLE_VERSION,
        inputs=(("beside", beside), ("libraries", libraries)),
        description="bundle shared libraries",
        origin=origin,
    )
    return Artifact(node)


def compute_bundle(params: dict[str, Any], inputs: Mapping[str, Tree], context: ComputeContext) -> Tree:
    """Copies the needed libraries into each folder with extension modules, and lets both look there."""
    from oxlang.graph.tree import Entry, FileEntry, Tree
    from oxlang.packaging.elf import Elf, ElfError
    from oxlang.packaging.elf_write import with_runpath

    libraries = {path: entry for path, entry in inputs["libraries"].walk() if isinstance(entry, FileEntry)}
    changed: dict[str, Entry] = {}
    done: set[str] = set()

    def needed(data: bytes) -> list[str]:
        try:
            return [name for name in Elf(data).facts().needed if name in libraries]
        except ElfError:
            return []

    def patched(data: bytes, label: str) -> FileEntry:
        new = with_runpath(data, "$ORIGIN")
        if new is None:
            context.warn(
                "OX0633",
                f"`{label}` has no room for a RUNPATH; it takes its libraries from the system",
                help="a machine without them cannot load it; `oxl analyze` lists what a program needs",
            )
            new = data
        return FileEntry(context.put(new), True)

    def carry(names: list[str], folder: str) -> None:
        for name in names:
            place = f"{folder}/{name}" if folder else name
            if place in done:
                continue
            done.add(place)
            data = context.read(libraries[name].digest)
            below = needed(data)
            changed[place] = patched(data, name) if below else FileEntry(libraries[name].digest, True)
            carry(below, folder)

    for path, entry in inputs["beside"].walk():
        if not isinstance(entry, FileEntry) or not entry.executable:
            continue
        data = context.read(entry.digest)
        names = needed(data)
        if names:
            changed[path] = patched(data, path)
            carry(names, path.rpartition("/")[0])
    return Tree.of(changed)
