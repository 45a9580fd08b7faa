"""A distribution's own resources as a scan: extension modules, then modules, then data files.

Two trees: the standard library without its tests (which nobody wants by default, and which are half of it), and the
tests. The folder of extension modules is stripped of symbols and of the building machine's RUNPATH on the way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from oxlang.graph.nodes import Artifact, Assemble, Compute, Part, Source
from oxlang.packaging.resource import Resource, write_rows
from oxlang.packaging.scan import LIBRARIES, RESOURCES, Scan, ScanOptions, classify

if TYPE_CHECKING:
    from oxlang.graph.compute import ComputeContext
    from oxlang.graph.tree import Tree
    from oxlang.packaging.distribution import Distribution
    from oxlang.source import Span

STDLIB, STDLIB_VERSION = "packaging.stdlib", 3
STRIP, STRIP_VERSION = "packaging.strip", 2
_STDLIB_FOLDER, _EXTENSIONS_FOLDER = "stdlib", "extensions"

_EXCLUDED = (
    "__pycache__", "site-packages", "dist-packages", "lib-dynload", "config-*", "*.pyc", "*.pyo", "EXTERNALLY-MANAGED",
    "*.exe",
)  # fmt: skip


def distribution_scan(distribution: Distribution, *, tests: bool = False, origin: Span | None = None) -> Scan:
    """Gives the scan of a distribution.

    Args:
        distribution: the distribution.
        tests: whether its test packages are in it.
        origin: the call that asked for it.
    """
    from oxlang.graph.compute import canonical

    patterns = list(_EXCLUDED)
    if not tests:
        patterns += [f"{name.replace('.', '/')}/*" for name in distribution.stdlib_test_packages]
    stdlib = Source(
        path=str(distribution.path(distribution.stdlib)),
        exclude=tuple(patterns),
        description=f"standard library of Python {distribution.version}",
        origin=origin,
    )
    parts = [Part(artifact=Artifact(stdlib), prefix=_STDLIB_FOLDER)]
    folders = extension_folders(distribution)
    for folder, number in folders.items():
        source = Source(
            path=str(distribution.path(folder)),
            exclude=("__pycache__", "*_failed.*"),
            description=f"extension modules of Python {distribution.version}",
            origin=origin,
        )
        clean = Compute(
            function=STRIP,
            version=STRIP_VERSION,
            inputs=(("tree", Artifact(source)),),
            description=f"strip extension modules of Python {distribution.version}",
            origin=origin,
        )
        parts.append(Part(artifact=Artifact(clean), prefix=f"{_EXTENSIONS_FOLDER}/{number}"))
    tree = Artifact(
        Assemble(parts=tuple(parts), description=f"files of Python {distribution.version}", origin=origin)
    )
    options = ScanOptions(
        source=distribution.source_suffixes,
        extension=(),
        cache_tag=distribution.cache_tag,
        is_stdlib=True,
        test_packages=distribution.stdlib_test_packages,
    )

    def place_of(file: str) -> str:
        folder, _, base = file.rpartition("/")
        return f"{_EXTENSIONS_FOLDER}/{folders[folder]}/{base}"

    extensions: list[list[Any]] = []
    for name, variants in distribution.extensions.items():
        for one in variants:
            place = place_of(one.shared_lib) if one.shared_lib else ""
            libraries = [place_of(link.path_dynamic) for link in one.links if place and link.path_dynamic]
            extensions.append([name, one.variant, place, libraries])
    node = Compute(
        function=STDLIB,
        version=STDLIB_VERSION,
        params=canonical({"options": options.params(), "extensions": extensions}),
        inputs=(("tree", tree),),
        description=f"scan Python {distribution.version}",
        origin=origin,
    )
    return Scan(tree, Artifact(node), strict=False, is_stdlib=True, label=f"Python {distribution.version}")


def extension_folders(distribution: Distribution) -> dict[str, int]:
    """Gives the folders that hold extension modules and the libraries that come with them, numbered by name."""
    found = {
        file.rpartition("/")[0]
        for variants in distribution.extensions.values()
        for one in variants
        if one.shared_lib
        for file in (one.shared_lib, *(link.path_dynamic for link in one.links if link.path_dynamic))
    }
    return {folder: number for number, folder in enumerate(sorted(found))}


def compute_stdlib(params: dict[str, Any], inputs: Mapping[str, Tree], context: ComputeContext) -> Tree:
    """Gives the listing of a distribution: extension modules by name, modules by name, data by package and name."""
    from oxlang.graph.tree import FileEntry, Tree

    tree = inputs["tree"]
    options = ScanOptions.from_params(params["options"])
    files = [
        (path, entry.digest, entry.executable)
        for path, entry in tree.subtree(_STDLIB_FOLDER).walk()
        if isinstance(entry, FileEntry)
    ]
    found = list(classify(files, lambda path: None, options))
    modules = sorted((one for one in found if one.kind == "module"), key=lambda one: one.name)
    data = sorted((one for one in found if one.kind == "resource"), key=lambda one: (one.name, one.path))
    extensions: list[Resource] = []
    libraries: dict[str, list[str]] = {}
    for name, variant, place, needed in params["extensions"]:
        entry = tree.get(place) if place else None
        digest = entry.digest if isinstance(entry, FileEntry) else None
        if place and digest is None:
            continue
        if present := [one for one in needed if isinstance(tree.get(one), FileEntry)]:
            libraries[name] = present
        extensions.append(
            Resource(
                "extension", name, place.rpartition("/")[2], digest, is_stdlib=True, detail=variant,
            )
        )  # fmt: skip
    return Tree.of(
        {
            RESOURCES: FileEntry(context.put(write_rows([*extensions, *modules, *data]))),
            LIBRARIES: FileEntry(context.put(json.dumps(libraries, sort_keys=True).encode())),
        }
    )


def compute_strip(params: dict[str, Any], inputs: Mapping[str, Tree], context: ComputeContext) -> Tree:
    """Strips the shared libraries directly in a folder and forgets their RUNPATH; other files are dropped."""
    from oxlang.graph.tree import Entry, FileEntry, Tree
    from oxlang.packaging.elf_write import stripped

    entries: dict[str, Entry] = {}
    for path, entry in inputs["tree"].walk():
        if not isinstance(entry, FileEntry) or "/" in path:
            continue
        data = context.read(entry.digest)
        clean = stripped(data, forget_runpath=True)
        digest = entry.digest if clean == data else context.put(clean)
        entries[path] = FileEntry(digest, True)
    return Tree.of(entries)
