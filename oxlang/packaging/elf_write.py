"""Changes ELF files: removes symbols and debug information, forgets a RUNPATH, adds a section for a payload.

All three keep every byte that is loaded where it is: loaded segments come first in the file, so only what stands behind
them and the table of sections change. A payload gets a section of its own that is not loaded; `strip` keeps it and
`readelf` shows it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from struct import Struct
from struct import error as StructError
from typing import BinaryIO

from oxlang.packaging.elf import (
    DT_RPATH,
    DT_RUNPATH,
    DT_STRSZ,
    DT_STRTAB,
    PT_DYNAMIC,
    PT_LOAD,
    SHT_PROGBITS,
    SHT_STRTAB,
    Elf,
    ElfError,
    Section,
)
from oxlang.records import replace

SHF_ALLOC = 0x2
ET_EXEC, ET_DYN = 2, 3
PAYLOAD_SECTION = ".oxlang"
PAYLOAD_ALIGN = 4096


def stripped(data: bytes, *, forget_runpath: bool = False) -> bytes:
    """Gives a program or library without symbols and debug information.

    What is no ELF program or library is given as it is.
    """
    try:
        file = Elf(data)
        sections = file.sections()
    except ElfError:
        return data
    if file.file_type not in (ET_EXEC, ET_DYN):
        return data
    end = max((offset + size for _, offset, _, size in file.segments()), default=0)
    kept = [number for number, one in enumerate(sections) if number == 0 or one.flags & SHF_ALLOC]
    out = bytearray(data)
    if forget_runpath:
        _forget_runpath(file, out)
    if not sections or kept != list(range(len(kept))) or end > len(data):
        return bytes(out)
    del out[end:]
    names = bytearray(b"\0")
    rows: list[Section] = []
    for number in kept:
        one = sections[number]
        position = len(names) if number else 0
        if number:
            names += one.name.encode() + b"\0"
        link = one.link if one.link in kept else 0
        rows.append(replace(one, name=str(position), link=link))
    position = len(names)
    names += b".shstrtab\0"
    rows.append(_section(position, SHT_STRTAB, len(out), len(names), 1))
    out += names
    _write_table(file, out, rows)
    return bytes(out)


def _section(name: int, kind: int, offset: int, size: int, align: int) -> Section:
    return Section(
        name=str(name), kind=kind, flags=0, address=0, offset=offset, size=size, link=0, info=0, align=align,
        entry_size=0,
    )  # fmt: skip


def _write_table(file: Elf, out: bytearray, rows: Sequence[Section]) -> None:
    """Appends a table of sections (names are numbers of the string table) and enters it in the header."""
    out += b"\0" * (-len(out) % 8)
    table = len(out)
    for one in rows:
        out += _row(file, one)
    _enter_table(file, out, table, len(rows))


def _row(file: Elf, one: Section) -> bytes:
    return file._section.pack(
        int(one.name), one.kind, one.flags, one.address, one.offset, one.size, one.link, one.info, one.align,
        one.entry_size,
    )  # fmt: skip


def _enter_table(file: Elf, header: bytearray, table: int, count: int) -> None:
    """Enters place and length of the table; the last row is the string table of names."""
    order = "<" if file.data[5] == 1 else ">"
    if file.bits == 64:
        Struct(order + "Q").pack_into(header, 40, table)
        Struct(order + "HHH").pack_into(header, 58, file._section.size, count, count - 1)
    else:
        Struct(order + "I").pack_into(header, 32, table)
        Struct(order + "HHH").pack_into(header, 46, file._section.size, count, count - 1)


# A tag of the range for systems, which no loader acts on.
_IGNORED_TAG = 0x6000000D


def _dynamic_rows(file: Elf, data: bytes | bytearray) -> Iterator[tuple[int, int, int]]:
    """Gives position, tag and value of the dynamic section's rows, the end marker and spare rows included."""
    for kind, offset, _, size in file.segments():
        if kind == PT_DYNAMIC:
            for position in range(offset, offset + size - file._dynamic.size + 1, file._dynamic.size):
                tag, value = file._dynamic.unpack_from(data, position)
                yield position, tag, value
            return


def _forget_runpath(file: Elf, out: bytearray) -> None:
    """Turns RUNPATH and RPATH into rows that loaders pass over."""
    for position, tag, value in list(_dynamic_rows(file, out)):
        if tag == 0:
            return
        if tag in (DT_RPATH, DT_RUNPATH):
            file._dynamic.pack_into(out, position, _IGNORED_TAG, value)


def with_runpath(data: bytes, runpath: str) -> bytes | None:
    """Gives a shared library with another RUNPATH; None when the file leaves no room.

    The text goes where the first loaded segment ends and the next page begins: these bytes are mapped with the
    segment, and no string of the file can share them. The row is that of the old RUNPATH, or a spare one at the end of
    the dynamic section, of which linkers leave a few.
    """
    try:
        file = Elf(data)
        loads = sorted(
            (offset, address, size) for kind, offset, address, size in file.segments() if kind == PT_LOAD
        )
        rows = list(_dynamic_rows(file, data))
        strings = next((value for _, tag, value in rows if tag == DT_STRTAB), None)
    except (ElfError, StructError):
        return None
    if strings is None or not loads:
        return None
    text = runpath.encode() + b"\0"
    holder = next((one for one in loads if one[1] <= strings < one[1] + one[2]), None)
    if holder is None:
        return None
    end = holder[0] + holder[2]
    limit = min([one[0] for one in loads if one[0] >= end] + [-(-end // 4096) * 4096])
    if limit - end < len(text) or any(data[end : end + len(text)]):
        return None
    position = next((at for at, tag, _ in rows if tag in (DT_RUNPATH, DT_RPATH, _IGNORED_TAG)), None)
    if position is None:
        spare = [at for at, tag, _ in rows if tag == 0]
        if len(spare) < 2:
            return None
        position = spare[0]
    out = bytearray(data)
    out[end : end + len(text)] = text
    _grow_segment(file, out, holder[0], len(text))
    value = holder[1] + holder[2] - strings
    file._dynamic.pack_into(out, position, DT_RUNPATH, value)
    for at, tag, size in rows:
        if tag == DT_STRSZ:
            file._dynamic.pack_into(out, at, tag, max(size, value + len(text)))
    return bytes(out)


def _grow_segment(file: Elf, out: bytearray, offset: int, extra: int) -> None:
    """Makes the segment at a file offset longer, in the file and in memory."""
    for number in range(file.program_count):
        at = file.program_offset + number * file.program_size
        row = list(file._program.unpack_from(out, at))
        wide = file.bits == 64
        if row[0] == PT_LOAD and row[2 if wide else 1] == offset:
            row[5 if wide else 4] += extra
            row[6 if wide else 5] += extra
            file._program.pack_into(out, at, *row)


def add_payload_section(
    program: bytes | memoryview, payload_length: int
) -> tuple[bytearray, int, bytes] | None:
    """Prepares a program for a payload section.

    Args:
        program: the program, which must not be changed; usually mapped.
        payload_length: length of the payload in bytes.

    Returns:
        The changed header (the first bytes of the file), the offset of the payload, and what stands behind it; None
        when the program is no ELF file with sections.
    """
    try:
        file = Elf(program if isinstance(program, bytes) else memoryview(program))
        sections = file.sections()
    except ElfError:
        return None
    if len(sections) < 2 or file.names_index >= len(sections):
        return None
    offset = -(-len(program) // PAYLOAD_ALIGN) * PAYLOAD_ALIGN
    names_section = sections[file.names_index]
    names = bytearray(program[names_section.offset : names_section.offset + names_section.size])
    payload_name = len(names)
    names += PAYLOAD_SECTION.encode() + b"\0"
    names_at = offset + payload_length
    # The old table of names goes when it is the last section; elsewhere it stays, so that no index moves.
    count = len(sections) - (file.names_index == len(sections) - 1)
    size = file._section.size
    starts = [file.section_offset + number * file.section_size for number in range(len(sections))]
    rows = [bytes(program[at : at + size]) for at in starts[:count]]
    (own_name,) = Struct(("<" if file.data[5] == 1 else ">") + "I").unpack_from(
        program, starts[file.names_index]
    )
    rows.append(_row(file, _section(payload_name, SHT_PROGBITS, offset, payload_length, PAYLOAD_ALIGN)))
    rows.append(_row(file, _section(own_name, SHT_STRTAB, names_at, len(names), 1)))
    tail = bytearray(names)
    tail += b"\0" * (-(names_at + len(tail)) % 8)
    table = names_at + len(tail)
    tail += b"".join(rows)
    header = bytearray(program[:64])
    _enter_table(file, header, table, len(rows))
    return header, offset, bytes(tail)


def write_all(stream: BinaryIO, buffers: Sequence[bytes | memoryview]) -> int:
    """Writes buffers one after the other with few system calls; gives the number of bytes."""
    stream.flush()
    descriptor = stream.fileno()
    total = 0
    group: list[bytes | memoryview] = []
    length = 0
    for buffer in buffers:
        if not len(buffer):
            continue
        group.append(buffer)
        length += len(buffer)
        if len(group) >= 512 or length >= 1 << 25:
            total += _writev(descriptor, group, length)
            group, length = [], 0
    if group:
        total += _writev(descriptor, group, length)
    return total


def _writev(descriptor: int, buffers: list[bytes | memoryview], length: int) -> int:
    if not hasattr(os, "writev"):
        for buffer in buffers:
            view = memoryview(buffer)
            while len(view):
                view = view[os.write(descriptor, view) :]
        return length
    written = os.writev(descriptor, buffers)
    while written < length:
        rest: list[bytes | memoryview] = []
        skip = written
        for buffer in buffers:
            if skip >= len(buffer):
                skip -= len(buffer)
            else:
                rest.append(memoryview(buffer)[skip:])
                skip = 0
        buffers, length = rest, length - written
        written = os.writev(descriptor, buffers)
    return length
