"""Where the bytes of a program are: by package and kind, read from the program itself.

A program is a launcher with a payload of packed resources; files may lie beside it. Every byte is counted once.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from oxlang.records import dataclass, field

STDLIB = "Python standard library"
LAUNCHER = "launcher and libpython"
BESIDE = "files beside the program"

# Modules of CPython's own tests and demonstrations, which are not in `sys.stdlib_module_names`.
_OTHER_STDLIB = frozenset({"test", "idlelib", "_ctypes_test", "__hello__", "__phello__"})
_STDLIB_PREFIXES = ("_sysconfigdata", "_test", "_xx", "xxlimited", "xxsubtype")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some bytes.

    Attributes:
        group: the part of the program, such as a package.
        kind: `source`, `bytecode`, `extension modules`, `data`, `metadata`, `shared libraries`, `machine code`; with
            ` (files)` when it lies beside the program.
        name: module, resource or path.
        size: number of bytes.
    """

    group: str
    kind: str
    name: str
    size: int


@dataclass(slots=True)
class Weight:
    """A node of the tree that is shown: a group, a kind in it, a name in that. Grows while it is made."""

    name: str
    size: int = 0
    count: int = 0
    parts: dict[str, Weight] = field(default_factory=dict)

    def add(self, path: Iterable[str], size: int) -> None:
        """Adds bytes to the node and to those on the way down."""
        node = self
        node.size += size
        node.count += 1
        for name in path:
            node = node.parts.setdefault(name, Weight(name))
            node.size += size
            node.count += 1

    def sorted_parts(self) -> list[Weight]:
        """Gives the parts, largest first."""
        return sorted(self.parts.values(), key=lambda one: (-one.size, one.name))


def program_pieces(program: Path) -> list[Piece]:
    """Gives what a program holds; all of it is launcher when it has no payload. Raises OSError."""
    from oxlang.packaging.attach import read_payload

    whole = program.stat().st_size
    parts = read_payload(program) if whole else {}
    found: list[Piece] = []
    for name, data in parts.items():
        if name == "packed-resources":
            found += _packed(data)
        else:
            found.append(Piece(group=LAUNCHER, kind="settings", name=name, size=len(data)))
    rest = whole - sum(one.size for one in found)
    found.append(Piece(group=LAUNCHER, kind="machine code", name=program.name, size=rest))
    return found


def folder_pieces(folder: Path, program: Path | None = None) -> list[Piece]:
    """Gives what a folder of outputs holds: its programs, and the files beside them by top-level name."""
    from oxlang.packaging.attach import read_payload

    found: list[Piece] = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        if path == program or (program is None and path.stat().st_size and read_payload(path)):
            found += program_pieces(path)
            continue
        relative = path.relative_to(folder).as_posix()
        group, kind = _beside(relative)
        found.append(Piece(group=group, kind=f"{kind} (files)", name=relative, size=path.stat().st_size))
    return found


def _beside(relative: str) -> tuple[str, str]:
    """The group and kind of a file beside the program: `lib/numpy/core.so` is an extension module of numpy."""
    parts = relative.split("/")
    name, suffix = parts[-1], parts[-1].rpartition(".")[2]
    is_module = suffix in ("so", "pyd") and not name.startswith("lib")
    if is_module:
        kind = "extension modules"
    elif suffix in ("so", "dll", "dylib") or ".so." in name:
        kind = "shared libraries"
    else:
        kind = {"py": "source", "pyc": "bytecode"}.get(suffix, "data")
    if len(parts) > 2 or (len(parts) == 2 and is_module):
        return group_of(parts[1].split(".")[0].split("-")[0]), kind
    return BESIDE, kind


def _packed(data: memoryview) -> Iterator[Piece]:
    from oxlang.packaging.packed import read

    counted = 0
    for one in read(data, copy=False):
        group = group_of(one.name.split(".", 1)[0])
        for kind, content in (
            ("source", one.in_memory_source),
            ("bytecode", one.in_memory_bytecode),
            ("bytecode", one.in_memory_bytecode_opt1),
            ("bytecode", one.in_memory_bytecode_opt2),
            ("extension modules", one.in_memory_extension_module_shared_library),
            ("shared libraries", one.in_memory_shared_library),
        ):
            if content is not None:
                counted += len(content)
                yield Piece(group=group, kind=kind, name=one.name, size=len(content))
        for kind, items in (
            ("data", one.in_memory_package_resources),
            ("metadata", one.in_memory_distribution_resources),
        ):
            for name, content in (items or {}).items():
                counted += len(content)
                yield Piece(group=group, kind=kind, name=f"{one.name}: {name}", size=len(content))
    yield Piece(group=LAUNCHER, kind="index of the resources", name="index", size=len(data) - counted)


def group_of(top: str) -> str:
    """Gives the group of a top-level module: the standard library, or its own name."""
    return STDLIB if top in sys.stdlib_module_names or top in _OTHER_STDLIB or top.startswith(_STDLIB_PREFIXES) else top


def weigh(pieces: Iterable[Piece], *, name: str = "program") -> Weight:
    """Gives the tree: groups, kinds in them, names in those."""
    top = Weight(name)
    for one in pieces:
        top.add((one.group, one.kind, one.name), one.size)
    return top


def render(
    top: Weight, *, origins: Mapping[str, str] | None = None, depth: int = 2, least: float = 0.002
) -> str:
    """Gives the tree as text: share, size, name, and the line of the config that brought a group.

    Args:
        top: the tree.
        origins: group to the place in the config.
        depth: how many levels are shown.
        least: share below which parts are summed up.
    """
    lines = [f"{show_size(top.size):>9}          {top.name}"]
    _render(top, top.size or 1, 1, depth, least, origins or {}, lines)
    return "\n".join(lines) + "\n"


def _render(
    node: Weight,
    whole: int,
    level: int,
    depth: int,
    least: float,
    origins: Mapping[str, str],
    lines: list[str],
) -> None:
    if level > depth:
        return
    small = [one for one in node.sorted_parts() if one.size < whole * least]
    for one in node.sorted_parts():
        if one in small and len(small) > 1:
            continue
        where = f"  ({origins[one.name]})" if level == 1 and one.name in origins else ""
        lines.append(f"{show_size(one.size):>9} {one.size / whole:>6.1%}  {'  ' * level}{one.name}{where}")
        _render(one, whole, level + 1, depth, least, origins, lines)
    if len(small) > 1:
        size = sum(one.size for one in small)
        lines.append(f"{show_size(size):>9} {size / whole:>6.1%}  {'  ' * level}({len(small)} smaller ones)")


def to_json(node: Weight, *, origins: Mapping[str, str] | None = None, level: int = 0) -> dict[str, object]:
    """Gives the tree as plain data: name, bytes, parts, and `origin` of groups."""
    found: dict[str, object] = {"name": node.name, "bytes": node.size}
    if level == 1 and origins and node.name in origins:
        found["origin"] = origins[node.name]
    if node.parts:
        found["parts"] = [to_json(one, origins=origins, level=level + 1) for one in node.sorted_parts()]
    return found


def show_size(count: int) -> str:
    """Gives a number of bytes for people, in powers of ten."""
    value = float(count)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"
