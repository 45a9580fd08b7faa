"""The plan: what stands where in the program, by name, with content known by digest and by place in a batch.

`Plan` is the fold of a collector's log. Its result has three parts:

    entries   one per name, sorted: `[name, flags, parts]`, where parts maps a field to where its data are
    files     files beside the program: `[path, source]` with executable bit
    batches   per batch the modules whose source or bytecode is wanted: `[name, is_package, hash, size, levels]`

A *source* of data is `["h", hash, size]` (a blob of the store), `["s", batch, row]` (source text of a module) or
`["c", batch, row, level]` (its bytecode). Fields have the names of `PackedResource`, so packing is a lookup.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oxlang.graph.hashing import sha256
from oxlang.packaging.placement import BUILTIN, Placed
from oxlang.packaging.resource import Location, bytecode_path, distribution_folder, module_path

EMPTY_HASH = sha256(b"").hexdigest()
Source = list[Any]

MODULE, PACKAGE, BUILTIN_EXTENSION, EXTENSION, FILE, EXECUTABLE, SHARED_LIBRARY = (
    1 << bit for bit in range(7)
)

BYTECODE_FIELDS = ("in_memory_bytecode", "in_memory_bytecode_opt1", "in_memory_bytecode_opt2")
BYTECODE_PATHS = (
    "relative_path_module_bytecode",
    "relative_path_module_bytecode_opt1",
    "relative_path_module_bytecode_opt2",
)


class _Entry:
    """What is known about one name while the log is folded."""

    __slots__ = ("flags", "module", "package", "parts")

    def __init__(self) -> None:
        self.flags = 0
        self.parts: dict[str, Any] = {}
        # Wanted forms of a module by location: (batch, hash, size, levels, with_source).
        self.module: dict[str, tuple[int, str, int, tuple[int, ...], bool]] = {}
        # Something other than the metadata of a distribution of that name says that it is a package.
        self.package = False


class Plan:
    """Folds placed resources; later ones replace the same part of earlier ones."""

    def __init__(self, cache_tag: str, libraries: Mapping[int, Mapping[str, list[str]]]) -> None:
        self.cache_tag = cache_tag
        self._libraries = libraries
        self._entries: dict[str, _Entry] = {}
        self._files: dict[str, tuple[str, tuple[Source, bool]]] = {}
        self._needed: dict[str, tuple[int, str, str]] = {}

    def _entry(self, name: str) -> _Entry:
        found = self._entries.get(name)
        if found is None:
            found = self._entries[name] = _Entry()
        return found

    def keep(self, names: frozenset[str]) -> None:
        """Removes what is not among the names."""
        self._entries = {name: entry for name, entry in self._entries.items() if name in names}
        self._files = {path: item for path, item in self._files.items() if item[0] in names}
        self._needed = {path: item for path, item in self._needed.items() if item[1] in names}

    def add(self, placed: Placed, batch: int) -> None:
        """Adds one placed resource of a batch."""
        resource = placed.resource
        if resource.kind == "module":
            self._add_module(placed, batch)
        elif resource.kind == "extension":
            self._add_extension(placed, batch)
        elif resource.kind == "file":
            self._add_file(placed)
        else:
            self._add_data(placed)

    def _add_module(self, placed: Placed, batch: int) -> None:
        resource = placed.resource
        entry = self._entry(resource.name)
        entry.flags |= MODULE
        if resource.is_package:
            entry.flags |= PACKAGE
            entry.package = True
        digest = resource.digest
        assert digest is not None
        entry.module[placed.place] = (batch, digest.hash, digest.size, placed.levels, placed.with_source)

    def _add_extension(self, placed: Placed, batch: int) -> None:
        resource = placed.resource
        entry = self._entry(resource.name)
        if placed.place == BUILTIN:
            entry.flags = entry.flags & ~(EXTENSION | MODULE) | BUILTIN_EXTENSION
            return
        digest = resource.digest
        assert digest is not None
        entry.flags |= EXTENSION
        if resource.is_package:
            entry.flags |= PACKAGE
            entry.package = True
        location = Location.parse(placed.place)
        # Those of a distribution are listed by module; `detail` is the module's variant there.
        listed = resource.name if resource.is_stdlib else resource.detail
        needed = self._libraries.get(batch, {}).get(listed, [])
        if location.kind == "in-memory":
            entry.parts["in_memory_extension_module_shared_library"] = ["h", digest.hash, digest.size]
            entry.parts["shared_library_dependency_names"] = [path.rsplit("/", 1)[-1] for path in needed]
            for path in needed:
                self._needed[path] = (batch, resource.name, "")
            return
        folder = (
            resource.name.replace(".", "/")
            if resource.is_package
            else resource.name.replace(".", "/").rpartition("/")[0]
        )
        path = location.join(f"{folder}/{resource.path}" if folder else resource.path)
        entry.parts["relative_path_extension_module_shared_library"] = path
        entry.parts["shared_library_dependency_names"] = []
        self._files[path] = (resource.name, (["h", digest.hash, digest.size], True))
        for library in needed:
            # Wheels have their libraries at a place that the module knows, a distribution's are in its own folder.
            beside = path.rpartition("/")[0] + "/" + library.rpartition("/")[2]
            place = beside.lstrip("/") if resource.is_stdlib else location.join(library)
            self._needed[place] = (batch, resource.name, library)

    def _add_file(self, placed: Placed) -> None:
        resource = placed.resource
        digest = resource.digest
        assert digest is not None
        source: Source = ["h", digest.hash, digest.size]
        location = Location.parse(placed.place)
        entry = self._entry(resource.name)
        entry.flags |= FILE | (EXECUTABLE if resource.executable else 0)
        if location.kind == "in-memory":
            entry.parts["in_memory_file_data"] = source
        else:
            path = location.join(resource.name)
            entry.parts["relative_path_file_data"] = path
            self._files[path] = (resource.name, (source, resource.executable))

    def _add_data(self, placed: Placed) -> None:
        resource = placed.resource
        digest = resource.digest
        assert digest is not None
        source: Source = ["h", digest.hash, digest.size]
        location = Location.parse(placed.place)
        entry = self._entry(resource.name)
        entry.flags |= PACKAGE | MODULE
        of_package = resource.kind == "resource"
        entry.package |= of_package
        if location.kind == "in-memory":
            field = "in_memory_package_resources" if of_package else "in_memory_distribution_resources"
            entry.parts.setdefault(field, {})[resource.path] = source
            return
        field = "relative_path_package_resources" if of_package else "relative_path_distribution_resources"
        folder = (
            resource.name.replace(".", "/")
            if of_package
            else distribution_folder(resource.name, resource.version, resource.metadata_kind)
        )
        path = location.join(f"{folder}/{resource.path}")
        entry.parts.setdefault(field, {})[resource.path] = path
        self._files[path] = (resource.name, (source, resource.executable))

    @property
    def has_files(self) -> bool:
        """Whether plain files are among what was added."""
        return any(entry.flags & FILE for entry in self._entries.values())

    def has_module(self, name: str) -> bool:
        """Whether a module of any kind has the name."""
        entry = self._entries.get(name)
        return entry is not None and bool(entry.module or entry.flags & (EXTENSION | BUILTIN_EXTENSION))

    def is_package(self, name: str) -> bool:
        """Whether a name is that of a package."""
        entry = self._entries.get(name)
        return entry is not None and bool(entry.flags & PACKAGE)

    def finish(self, batch_count: int) -> dict[str, Any]:
        """Gives `{"plan.json": …, "batch-0.json": …}`; batch number `batch_count` is that of made modules."""
        self._add_parents(batch_count)
        batches: list[list[Any]] = [[] for _ in range(batch_count + 1)]
        rows: dict[tuple[int, str, str], int] = {}

        def row_of(
            name: str, is_package: bool, batch: int, hash_: str, size: int, levels: tuple[int, ...]
        ) -> int:
            key = (batch, name, hash_)
            if key not in rows:
                rows[key] = len(batches[batch])
                batches[batch].append([name, int(is_package), hash_, size, []])
            row = batches[batch][rows[key]]
            row[4] = sorted({*row[4], *levels})
            return rows[key]

        files: dict[str, list[Any]] = {
            path: [source, executable] for path, (_, (source, executable)) in self._files.items()
        }
        entries: list[Any] = []
        for name in sorted(self._entries, key=lambda one: one.encode("utf-8", "surrogateescape")):
            entry = self._entries[name]
            if not entry.package and (entry.module or entry.flags & (EXTENSION | BUILTIN_EXTENSION)):
                # A project of one module, whose metadata has the module's name.
                entry.flags &= ~PACKAGE
            is_package = bool(entry.flags & PACKAGE)
            parts = entry.parts
            for place_text, (batch, hash_, size, levels, with_source) in sorted(entry.module.items()):
                number = row_of(name, is_package, batch, hash_, size, levels)
                location = Location.parse(place_text)
                if location.kind == "in-memory":
                    if with_source:
                        parts["in_memory_source"] = ["s", batch, number]
                    for level in levels:
                        parts[BYTECODE_FIELDS[level]] = ["c", batch, number, level]
                    continue
                if with_source:
                    path = location.join(module_path(name, is_package))
                    parts["relative_path_module_source"] = path
                    files[path] = [["s", batch, number], False]
                for level in levels:
                    path = location.join(bytecode_path(name, is_package, self.cache_tag, level))
                    parts[BYTECODE_PATHS[level]] = path
                    files[path] = [["c", batch, number, level], False]
            entries.append([name, entry.flags, parts])
        libraries: list[Any] = []
        for path, (batch, _, original) in sorted(self._needed.items()):
            if original:
                libraries.append([path, batch, original])
            else:
                libraries.append(["", batch, path])
        documents: dict[str, Any] = {
            "plan.json": {
                "format": 1,
                "entries": entries,
                "files": [[path, *item] for path, item in sorted(files.items())],
                "libraries": libraries,
            }
        }
        for number, batch_rows in enumerate(batches):
            documents[f"batch-{number}.json"] = batch_rows
        return documents

    def _add_parents(self, made: int) -> None:
        """Adds missing parent packages, with empty code of the kinds that the child has."""
        for name in sorted(self._entries):
            entry = self._entries[name]
            code = entry.module
            if not code and not entry.flags & (EXTENSION | PACKAGE | BUILTIN_EXTENSION):
                continue
            if not code and not entry.flags & EXTENSION and "in_memory_distribution_resources" in entry.parts:
                continue
            parent = name.rpartition(".")[0]
            while parent:
                above = self._entry(parent)
                above.flags |= MODULE | PACKAGE
                above.package = True
                if not above.module and not above.flags & (EXTENSION | BUILTIN_EXTENSION):
                    wanted = code or {"in-memory": (made, EMPTY_HASH, 0, (), True)}
                    above.module = {
                        place: (made, EMPTY_HASH, 0, levels, with_source)
                        for place, (_, _, _, levels, with_source) in wanted.items()
                    }
                parent = parent.rpartition(".")[0]
