"""Puts libpython together for distributions that ship its object files but no archive.

Older full archives of python-build-standalone list the objects of libpython and of each extension module. The archive
made here holds the objects of the core, unchanged table of built-in modules included, and those of the extension
modules that this table names. It has an index of symbols, as linkers want it.
"""

from __future__ import annotations

import os
from struct import pack
from types import MappingProxyType
from typing import TYPE_CHECKING

from oxlang.diagnostics import error
from oxlang.packaging.elf import Elf, ElfError, is_bitcode
from oxlang.records import replace

if TYPE_CHECKING:
    from oxlang.packaging.distribution import Distribution, ExtensionVariant

FOLDER = "lib"
_MAGIC = b"!<arch>\n"


def with_libpython(found: Distribution) -> Distribution:
    """Gives the distribution with an archive of its objects; unchanged when it has one, or no objects to make it of.

    Objects that are LLVM bitcode set `bitcode`: neither a linker nor this module can use them without the LLVM that made
    them. Objects of other formats than ELF stay as they are.

    Raises OX0613 when an object is missing or damaged.
    """
    if found.static_lib or not found.core_objs or found.bitcode or not found.platform.is_linux:
        return found
    try:
        core = {one: _symbols(found, one) for one in found.core_objs}
        if None in core.values():
            return replace(found, bitcode=True)
        added = _built_in(found, {path: one for path, one in core.items() if one is not None})
        objects = dict.fromkeys([*core, *(path for one in added for path in one.objs)])
        place = f"{FOLDER}/libpython{found.major_minor}.a"
        target = found.path(place)
        if not target.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            aside = target.with_name(f".{target.name}.{os.getpid()}")
            aside.write_bytes(ar_archive({path: found.path(path).read_bytes() for path in objects}))
            os.replace(aside, target)
    except (OSError, ElfError) as problem:
        raise error("OX0613", f"an object file of the Python distribution cannot be used: {problem}") from None
    names = {one.name for one in added}
    extensions = {
        name: tuple(replace(one, in_core=True) if name in names and one in added else one for one in variants)
        for name, variants in found.extensions.items()
    }
    return replace(found, static_lib=place, extensions=MappingProxyType(extensions))


def _symbols(found: Distribution, path: str) -> tuple[set[bytes], set[bytes]] | None:
    """Gives the symbols that an object defines and needs; None for LLVM bitcode."""
    data = found.path(path).read_bytes()
    return None if is_bitcode(data) else Elf(data).global_symbols((b"PyInit_", b"_Py", b"Py"))


def _built_in(
    found: Distribution, core: dict[str, tuple[set[bytes], set[bytes]]]
) -> list[ExtensionVariant]:
    """Gives the first variants of the extension modules that the core's table names and whose objects lie apart."""
    defined = {name for names, _ in core.values() for name in names}
    missing = {name for _, names in core.values() for name in names} - defined
    chosen = [variants[0] for variants in found.extensions.values() if variants]
    return [one for one in chosen if one.init_fn.encode() in missing and one.objs and not one.in_core]


def ar_archive(members: dict[str, bytes]) -> bytes:
    """Makes a static library (`ar`, GNU form) with an index of the global symbols of its ELF objects.

    Args:
        members: path and content; equal base names may repeat, as `ar q` has them.
    """
    names, index, bodies = bytearray(), [], []
    for path, data in members.items():
        name = os.path.basename(path).encode()
        if len(name) > 15:
            field = b"/%d" % len(names)
            names += name + b"/\n"
        else:
            field = name + b"/"
        defined = sorted(Elf(data).global_symbols((b"",))[0])
        bodies.append((field, data))
        index.append([one for one in defined if one])
    count = sum(map(len, index))
    table = 4 + 4 * count + sum(len(one) + 1 for row in index for one in row)
    position = len(_MAGIC) + 60 + table + table % 2
    position += 60 + len(names) + len(names) % 2 if names else 0
    offsets: list[int] = []
    for (_, data), row in zip(bodies, index, strict=True):
        offsets += [position] * len(row)
        position += 60 + len(data) + len(data) % 2
    symbols = pack(f">{count + 1}I", count, *offsets) + b"".join(one + b"\0" for row in index for one in row)
    parts = [_MAGIC, _member(b"/", symbols, mode=b"0")]
    if names:
        parts.append(_member(b"//", bytes(names), mode=b"0"))
    parts += [_member(field, data) for field, data in bodies]
    return b"".join(parts)


def _member(name: bytes, data: bytes, mode: bytes = b"644") -> bytes:
    head = b"%-16s%-12d%-6d%-6d%-8s%-10d`\n" % (name, 0, 0, 0, mode, len(data))
    return head + data + (b"\n" if len(data) % 2 else b"")
