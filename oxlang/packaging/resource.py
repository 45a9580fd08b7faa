"""Resources: one small handle for each thing that can be packed, with its content known by digest only.

A scan writes handles as rows of `resources.json`; `read_rows` makes them again. A handle is 10 words, so that ten
thousand of them cost a megabyte; what a config decides about one is an `AddOptions` beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

from oxlang.diagnostics import error
from oxlang.graph.digest import Digest
from oxlang.records import dataclass

if TYPE_CHECKING:
    from oxlang.packaging.scan import Scan

ResourceKind = Literal["module", "resource", "distribution", "extension", "file", "bytecode", "egg", "pth"]

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Location:
    """Where a resource is loaded from: memory, or a folder relative to the program's."""

    kind: Literal["in-memory", "filesystem-relative", "auto"]
    prefix: str = ""

    @staticmethod
    def parse(text: str) -> Location:
        """Reads `in-memory`, `filesystem-relative:PREFIX` or `auto`. Raises OX0603 for other texts."""
        if text == "in-memory":
            return IN_MEMORY
        if text == "auto":
            return AUTO
        kind, colon, prefix = text.partition(":")
        if kind == "filesystem-relative" and colon:
            return Location("filesystem-relative", prefix)
        raise error(
            "OX0603",
            f"`{text}` is not a resource location",
            help='give "in-memory" or "filesystem-relative:PREFIX"',
        )

    def __str__(self) -> str:
        return f"{self.kind}:{self.prefix}" if self.kind == "filesystem-relative" else self.kind

    def join(self, path: str) -> str:
        """Gives a path below the prefix; an empty prefix and `.` add nothing."""
        prefix = self.prefix.strip("/")
        return path if prefix in ("", ".") else f"{prefix}/{path}"


IN_MEMORY = Location("in-memory")
AUTO = Location("auto")


class Resource:
    """A handle of one resource. Two handles are the same when they are the same object.

    Attributes:
        kind: which of the five types it is.
        name: dotted module name; package of a data file; project name of metadata; path of a file.
        path: name of a data or metadata file inside its package; file name of an extension module; else empty.
        digest: content; None for built-in extension modules.
        is_package: the module is a package.
        is_stdlib: it comes from the distribution.
        is_test: it belongs to one of the distribution's test packages.
        executable: the file's executable bit.
        detail: `VERSION dist-info` or `VERSION egg-info` of metadata; variant of a distribution's extension module;
            place in the scanned folder of another extension module.
        source: where the content is: the scan that found it, or the bytes of a module made in the config.
    """

    __slots__ = (
        "detail",
        "digest",
        "executable",
        "is_package",
        "is_stdlib",
        "is_test",
        "kind",
        "name",
        "path",
        "source",
    )

    def __init__(
        self,
        kind: ResourceKind,
        name: str,
        path: str = "",
        digest: Digest | None = None,
        *,
        is_package: bool = False,
        is_stdlib: bool = False,
        is_test: bool = False,
        executable: bool = False,
        detail: str = "",
        source: Scan | bytes | None = None,
    ) -> None:
        self.kind: ResourceKind = kind
        self.name = name
        self.path = path
        self.digest = digest
        self.is_package = is_package
        self.is_stdlib = is_stdlib
        self.is_test = is_test
        self.executable = executable
        self.detail = detail
        self.source = source

    def __repr__(self) -> str:
        return f"Resource({self.kind}, {self.name!r}{', ' + repr(self.path) if self.path else ''})"

    @property
    def version(self) -> str:
        """Version of the project whose metadata this is."""
        return self.detail.split(" ", 1)[0]

    @property
    def metadata_kind(self) -> str:
        """`dist-info` or `egg-info`."""
        return self.detail.rpartition(" ")[2]

    @property
    def key(self) -> str:
        """What filters compare: dotted name, package, project name or path."""
        return self.name

    def row(self) -> list[Any]:
        """Gives the handle as a row of JSON."""
        flags = self.is_package | self.is_stdlib << 1 | self.is_test << 2 | self.executable << 3
        digest = self.digest
        return [
            self.kind,
            self.name,
            self.path,
            digest.hash if digest else "",
            digest.size if digest else 0,
            flags,
            self.detail,
        ]

    @staticmethod
    def from_row(row: list[Any], source: Scan | None = None) -> Resource:
        """Makes a handle of a row."""
        kind, name, path, hash_, size, flags, detail = row
        return Resource(
            kind,
            name,
            path,
            Digest(hash_, size) if hash_ else None,
            is_package=bool(flags & 1),
            is_stdlib=bool(flags & 2),
            is_test=bool(flags & 4),
            executable=bool(flags & 8),
            detail=detail,
            source=source,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AddOptions:
    """The seven `add_*` attributes of a resource value."""

    include: bool = True
    location: str = "in-memory"
    location_fallback: str | None = None
    source: bool = True
    optimize_zero: bool = True
    optimize_one: bool = False
    optimize_two: bool = False

    @property
    def levels(self) -> tuple[int, ...]:
        """The bytecode levels asked for."""
        wanted = (self.optimize_zero, self.optimize_one, self.optimize_two)
        return tuple(level for level, chosen in enumerate(wanted) if chosen)

    def row(self) -> list[Any]:
        """Gives the options as a row of JSON."""
        flags = (
            self.include
            | self.source << 1
            | self.optimize_zero << 2
            | self.optimize_one << 3
            | self.optimize_two << 4
        )
        return [flags, self.location, self.location_fallback]

    @staticmethod
    def from_row(row: list[Any]) -> AddOptions:
        """Makes options of a row."""
        flags, location, fallback = row
        return AddOptions(
            include=bool(flags & 1),
            source=bool(flags & 2),
            optimize_zero=bool(flags & 4),
            optimize_one=bool(flags & 8),
            optimize_two=bool(flags & 16),
            location=location,
            location_fallback=fallback,
        )


def write_rows(resources: Iterable[Resource]) -> bytes:
    """Gives `resources.json`: one row a line, in order."""
    rows = [json.dumps(one.row(), ensure_ascii=False, separators=(",", ":")) for one in resources]
    return (f'{{"format":{FORMAT},"resources":[\n' + ",\n".join(rows) + "\n]}\n").encode(
        "utf-8", "surrogateescape"
    )


def read_rows(data: bytes | memoryview, source: Scan | None = None) -> list[Resource]:
    """Gives the handles of `resources.json`."""
    rows = json.loads(bytes(data).decode("utf-8", "surrogateescape"))["resources"]
    return [Resource.from_row(row, source) for row in rows]


def module_path(name: str, is_package: bool, suffix: str = ".py") -> str:
    """Gives the path of a module's source: `a/b.py` or `a/b/__init__.py`."""
    base = name.replace(".", "/")
    return f"{base}/__init__{suffix}" if is_package else base + suffix


def bytecode_path(name: str, is_package: bool, cache_tag: str, level: int) -> str:
    """Gives the path of a module's bytecode in `__pycache__`."""
    folder, _, last = name.replace(".", "/").rpartition("/")
    if is_package:
        folder, last = name.replace(".", "/"), "__init__"
    tag = f"{cache_tag}.opt-{level}" if level else cache_tag
    return f"{folder}/__pycache__/{last}.{tag}.pyc" if folder else f"__pycache__/{last}.{tag}.pyc"


def distribution_folder(name: str, version: str, kind: str) -> str:
    """Gives the folder of a project's metadata: `some_name-1.0.dist-info`."""
    return f"{name.lower().replace('-', '_')}-{version}.{kind}"
