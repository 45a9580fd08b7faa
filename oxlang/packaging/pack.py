"""Packing: from a plan and compiled batches to packed resources, to files beside the program, to a program.

Nothing is joined in memory: resources are views into mapped files of the batches, and the operating system writes them
one after the other, so that packing 30 MB costs one pass over them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from oxlang.packaging.bytecode import BatchReader, pyc_header
from oxlang.packaging.packed import Buffer, PackedResource, encode
from oxlang.packaging.plan import (
    BUILTIN_EXTENSION,
    EXECUTABLE,
    EXTENSION,
    FILE,
    MODULE,
    PACKAGE,
)

if TYPE_CHECKING:
    from oxlang.graph.compute import ComputeContext
    from oxlang.graph.digest import Digest
    from oxlang.graph.tree import Tree
    from oxlang.packaging.module_files import ModuleFiles

PACK, PACK_VERSION = "packaging.pack", 4
EXTRA, EXTRA_VERSION = "packaging.extra", 3
PACKED_FILE = "packed-resources"
_SHOWN = 5

_TEXT_PARTS = frozenset(
    {
        "relative_path_module_source",
        "relative_path_module_bytecode",
        "relative_path_module_bytecode_opt1",
        "relative_path_module_bytecode_opt2",
        "relative_path_extension_module_shared_library",
        "relative_path_file_data",
    }
)


def only_file(tree: Tree) -> Digest:
    """Gives the digest of the one file of a tree."""
    from oxlang.graph.tree import FileEntry

    _, entry = next(iter(tree.walk()))
    assert isinstance(entry, FileEntry)
    return entry.digest


def counted(names: list[str], what: str) -> str:
    """Gives the first of several things and how many there are more: `modules a, b and 3 more`."""
    if len(names) == 1:
        return f"{what} {names[0]}"
    shown, more = names[:_SHOWN], len(names) - _SHOWN
    return f"{what}s " + (f"{', '.join(shown)} and {more} more" if more > 0 else f"{', '.join(names[:-1])} and {names[-1]}")


class Contents:
    """Finds the data that a plan names: in batches, by digest in the store.

    Inputs are `plan`, and `sources-N`, `code-N` per batch.
    """

    def __init__(
        self, inputs: Mapping[str, Tree], context: ComputeContext, *, module_files: ModuleFiles | None = None
    ) -> None:
        self._module_files = module_files
        self._inputs = inputs
        self._context = context
        self._batches: dict[int, BatchReader] = {}
        self._hashes: dict[str, bytes] = {}
        self._mentions: list[str] = []
        self.plan: dict[str, Any] = json.loads(
            context.read(only_file(inputs["plan"])).decode("utf-8", "surrogateescape")
        )

    def batch(self, number: int) -> BatchReader:
        """Gives a batch, opened on first use; modules of it that did not compile become warnings."""
        found = self._batches.get(number)
        if found is None:
            path = self._context.path
            found = BatchReader(
                path(only_file(self._inputs[f"sources-{number}"])),
                path(only_file(self._inputs[f"code-{number}"])),
            )
            self._batches[number] = found
            self._warn_of_problems(found.problems)
        return found

    def _warn_of_problems(self, problems: list[tuple[str, int, str]]) -> None:
        if problems:
            told = [f"`{name}` (line {line}: {message})" for name, line, message in problems]
            self._context.warn(
                "OX0634",
                f"{counted(told, 'module')} cannot be compiled and {'has' if len(told) == 1 else 'have'} no bytecode",
                help="an import of it fails with this error; what is never imported can stay, or be left out by a resource "
                "callback",
            )

    def blob(self, source: list[Any]) -> Buffer:
        """Gives the data of `["h", hash, size]`; equal data once."""
        from oxlang.graph.digest import Digest

        hash_, size = source[1], source[2]
        found = self._hashes.get(hash_)
        if found is None:
            found = self._hashes[hash_] = self._context.read(Digest(hash_, size)) if size else b""
        return found

    def data(self, source: list[Any]) -> Buffer | None:
        """Gives the data of a source; None for bytecode that could not be compiled."""
        kind = source[0]
        if kind == "h":
            return self.blob(source)
        if kind == "s":
            return self.batch(source[1]).source(source[2])
        return self.batch(source[1]).code(source[2], source[3])

    def resources(self) -> list[PackedResource]:
        """Gives the resources of the plan, in its order, with the shared libraries of those in memory."""
        found = [self._resource(name, flags, parts) for name, flags, parts in self.plan["entries"]]
        if self._mentions:
            self._context.warn(
                "OX0632",
                f"{counted(self._mentions, 'module')} in memory will have no `__file__` and "
                f"{'mentions' if len(self._mentions) == 1 else 'mention'} it",
                help="name its package in `policy.module_file_exceptions`, or place it in a folder with `resources_location`",
            )
        return found + self._libraries()

    def _resource(self, name: str, flags: int, parts: Mapping[str, Any]) -> PackedResource:
        values: dict[str, Any] = {}
        for field, value in parts.items():
            if field in _TEXT_PARTS:
                values[field] = value
            elif field == "shared_library_dependency_names":
                values[field] = tuple(value)
            elif isinstance(value, dict):
                if field.startswith("in_memory"):
                    values[field] = {key: self.data(one) for key, one in value.items()}
                else:
                    values[field] = value
            else:
                data = self.data(value)
                if data is not None:
                    values[field] = data
        files = self._module_files
        if (
            files is not None
            and (files.exceptions or files.mode == "absent")
            and b"__file__" in bytes(values.get("in_memory_source") or b"")
            and not files.emulated(name)
        ):
            self._mentions.append(f"`{name}`")
        return PackedResource(
            name=name,
            is_module=bool(flags & MODULE),
            is_package=bool(flags & PACKAGE),
            is_builtin_extension_module=bool(flags & BUILTIN_EXTENSION),
            is_extension_module=bool(flags & EXTENSION),
            is_file=bool(flags & FILE),
            is_file_executable=bool(flags & EXECUTABLE),
            **values,
        )

    def _libraries(self) -> list[PackedResource]:
        """Gives shared libraries that extension modules in memory need, by file name."""
        found: dict[str, PackedResource] = {}
        taken = {one[0] for one in self.plan["entries"]}
        for path, batch, original in self.plan["libraries"]:
            name = original.rsplit("/", 1)[-1]
            if path or name in found or name in taken:
                continue
            data = self._context.read(self._inputs[f"tree-{batch}"].file(original).digest)
            found[name] = PackedResource(name=name, is_shared_library=True, in_memory_shared_library=data)
        return list(found.values())

    def packed_parts(self, *, windows: bool) -> list[Buffer]:
        """Gives the packed resources as parts to be written one after the other."""
        return encode(self.resources(), windows=windows)


def compute_pack(params: dict[str, Any], inputs: Mapping[str, Tree], context: ComputeContext) -> Tree:
    """Writes `{"packed-resources"}` (or the name in `params`)."""
    from oxlang.graph.tree import FileEntry, Tree
    from oxlang.packaging.elf_write import write_all
    from oxlang.packaging.module_files import ModuleFiles

    contents = Contents(inputs, context, module_files=ModuleFiles.from_settings(params))
    parts = contents.packed_parts(windows=params["windows"])
    path = context.temporary() / "packed"
    with open(path, "wb") as stream:
        write_all(stream, parts)
    return Tree.of({params.get("name", PACKED_FILE): FileEntry(context.put_file(path))})


def compute_extra(params: dict[str, Any], inputs: Mapping[str, Tree], context: ComputeContext) -> Tree:
    """Gives the files beside the program: resources at relative places and the libraries they need."""
    from oxlang.graph.digest import Digest
    from oxlang.graph.tree import Entry, FileEntry, Tree

    contents = Contents(inputs, context)
    magic = bytes.fromhex(params["magic"])
    entries: dict[str, Entry] = {}
    for path, source, executable in contents.plan["files"]:
        if source[0] == "h":
            entries[path] = FileEntry(Digest(source[1], source[2]), executable)
            continue
        data = contents.data(source)
        if data is not None:
            content = bytes(data) if source[0] == "s" else pyc_header(magic=magic) + bytes(data)
            entries[path] = FileEntry(context.put(content), executable)
    for path, batch, original in contents.plan["libraries"]:
        if path:
            entries[path] = FileEntry(inputs[f"tree-{batch}"].file(original).digest, True)
    return Tree.of(entries)
