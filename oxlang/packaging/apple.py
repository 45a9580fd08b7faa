"""Universal (fat) Mach-O files: several thin files for different processors in one.

A fat file begins with a big-endian header: magic `cafebabe`, the number of slices, and five 32-bit words for each:
processor type, subtype, offset, size, alignment as a power of two (Apple's `<mach-o/fat.h>`). Thin files begin with
their own magic in the processor's byte order, followed by type and subtype (`<mach-o/loader.h>`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from oxlang.records import dataclass

if TYPE_CHECKING:
    from oxlang.graph.compute import ComputeContext
    from oxlang.graph.tree import Tree

_FAT, _FAT_64 = 0xCAFEBABE, 0xCAFEBABF
_THIN_LITTLE = (b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")
_THIN_BIG = (b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf")
_ALIGNMENT_BITS = 14
# A Java class file has the magic of a fat file; its next word is a version, at least 45 as an architecture count.
_MOST_SLICES = 44


@dataclass(frozen=True, slots=True)
class Slice:
    """The thin Mach-O file of one processor."""

    cpu_type: int
    cpu_subtype: int
    data: bytes


def slices(data: bytes) -> list[Slice]:
    """Gives the thin files in a thin or fat one. Raises ValueError for anything else."""
    if data[:4] in _THIN_LITTLE or data[:4] in _THIN_BIG:
        if len(data) < 28:
            raise ValueError("the Mach-O header is cut off")
        order = "<" if data[:4] in _THIN_LITTLE else ">"
        cpu_type, subtype = struct.unpack_from(order + "II", data, 4)
        return [Slice(cpu_type, subtype, data)]
    if len(data) < 8:
        raise ValueError("it is too short for a Mach-O file")
    magic, count = struct.unpack_from(">II", data)
    if magic not in (_FAT, _FAT_64) or count > _MOST_SLICES:
        raise ValueError("it does not begin like a Mach-O file")
    layout = ">IIIII" if magic == _FAT else ">IIQQII"
    width = struct.calcsize(layout)
    found: list[Slice] = []
    for number in range(count):
        if 8 + (number + 1) * width > len(data):
            raise ValueError("the table of a fat Mach-O file is cut off")
        cpu_type, subtype, offset, size = struct.unpack_from(layout, data, 8 + number * width)[:4]
        if offset + size > len(data):
            raise ValueError("a slice of a fat Mach-O file is cut off")
        found.append(Slice(cpu_type, subtype, data[offset : offset + size]))
    return found


def write_fat(parts: Iterable[Slice]) -> bytes:
    """Gives a fat file; slices are aligned to 16 KiB, as arm64 needs it.

    Raises ValueError when two slices are for the same processor, since loaders take only the first.
    """
    given = list(parts)
    seen: set[tuple[int, int]] = set()
    for one in given:
        if (one.cpu_type, one.cpu_subtype) in seen:
            raise ValueError(f"two slices are for the processor {processor(one.cpu_type)}")
        seen.add((one.cpu_type, one.cpu_subtype))
    step = 1 << _ALIGNMENT_BITS
    at = 8 + 20 * len(given)
    table = [struct.pack(">II", _FAT, len(given))]
    body: list[bytes] = []
    written = at
    for one in given:
        offset = -(-written // step) * step
        table.append(
            struct.pack(">IIIII", one.cpu_type, one.cpu_subtype, offset, len(one.data), _ALIGNMENT_BITS)
        )
        body += [bytes(offset - written), one.data]
        written = offset + len(one.data)
    return b"".join([*table, *body])


def processor(cpu_type: int) -> str:
    """Gives the name of a processor type."""
    names = {7: "i386", 0x01000007: "x86_64", 12: "arm", 0x0100000C: "arm64", 18: "ppc", 0x01000012: "ppc64"}
    return names.get(cpu_type, f"{cpu_type:#x}")


def universal(params: dict[str, Any], inputs: Mapping[str, Tree], context: ComputeContext) -> Tree:
    """Joins the files of all inputs, in the order of their names, into `{params["filename"]: fat file}`.

    Raises OX0516 for an input that is no Mach-O file, and for two slices of one processor.
    """
    from oxlang.diagnostics.model import error
    from oxlang.graph.tree import FileEntry, Tree

    found: list[Slice] = []
    try:
        for _, tree in sorted(inputs.items()):
            for _, entry in tree.walk():
                if isinstance(entry, FileEntry):
                    found += slices(context.read(entry.digest))
        data = write_fat(found)
    except ValueError as failure:
        raise error("OX0516", f"`{params['filename']}` cannot be made universal: {failure}") from None
    return Tree.of({params["filename"]: FileEntry(context.put(data), executable=True)})
