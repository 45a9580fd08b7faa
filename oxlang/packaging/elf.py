"""Reads what packaging needs from ELF files and `ar` archives: needed libraries, symbol versions, relocations.

Only the parts of the format that are asked for are read, from a mapped file, so that 80 extension modules take
milliseconds. Numbers and names are those of the System V ABI and its GNU extensions (`gABI`, chapters 4 and 5).
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path
from struct import Struct
from struct import error as struct_error

from oxlang.records import dataclass

PT_LOAD, PT_DYNAMIC = 1, 2
SHT_RELA, SHT_REL, SHT_PROGBITS, SHT_STRTAB, SHT_SYMTAB = 4, 9, 1, 3, 2
STB_LOCAL, STB_GLOBAL, SHN_UNDEF, STV_DEFAULT = 0, 1, 0, 0
DT_NEEDED, DT_STRTAB, DT_SONAME, DT_RPATH, DT_RUNPATH = 1, 5, 14, 15, 29
DT_VERNEED, DT_VERNEEDNUM, DT_STRSZ = 0x6FFFFFFE, 0x6FFFFFFF, 10
EM_386, EM_X86_64, EM_AARCH64 = 3, 62, 183
_BITCODE_MAGICS = (b"BC\xc0\xde", b"\xde\xc0\x17\x0b")


class ElfError(ValueError):
    """The bytes are not a usable ELF file; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One row of the section header table."""

    name: str
    kind: int
    flags: int
    address: int
    offset: int
    size: int
    link: int
    info: int
    align: int
    entry_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ElfFacts:
    """What the dynamic section tells.

    Attributes:
        machine: `e_machine`.
        bits: 32 or 64.
        needed: `DT_NEEDED` names in order.
        soname: `DT_SONAME` or empty.
        runpath: `DT_RUNPATH`, else `DT_RPATH`, else empty.
        versions: required symbol versions: library and version name, such as `("libc.so.6", "GLIBC_2.34")`.
    """

    machine: int
    bits: int
    needed: tuple[str, ...] = ()
    soname: str = ""
    runpath: str = ""
    versions: tuple[tuple[str, str], ...] = ()


class Elf:
    """An ELF file in memory or mapped; raises `ElfError` on construction when it is not one."""

    def __init__(self, data: bytes | mmap.mmap | memoryview) -> None:
        self.data = data
        if len(data) < 52 or bytes(data[:4]) != b"\x7fELF":
            raise ElfError("not an ELF file")
        if data[4] not in (1, 2) or data[5] not in (1, 2):
            raise ElfError("unknown ELF class or byte order")
        self.bits = 64 if data[4] == 2 else 32
        order = "<" if data[5] == 1 else ">"
        wide = self.bits == 64
        try:
            header = Struct(order + ("HHIQQQIHHHHHH" if wide else "HHIIIIIHHHHHH")).unpack_from(data, 16)
        except struct_error:
            raise ElfError("the ELF header is cut off") from None
        self.file_type, self.machine = header[0], header[1]
        self.program_offset, self.section_offset = header[4], header[5]
        self.program_size, self.program_count = header[8], header[9]
        self.section_size, self.section_count, self.names_index = header[10], header[11], header[12]
        self._program = Struct(order + ("IIQQQQQQ" if wide else "IIIIIIII"))
        self._section = Struct(order + ("IIQQQQIIQQ" if wide else "IIIIIIIIII"))
        self._dynamic = Struct(order + ("qQ" if wide else "iI"))
        self._relocation = Struct(order + ("QQ" if wide else "II"))
        self._symbol = Struct(order + ("IBBHQQ" if wide else "IIIBBH"))
        self._verneed = Struct(order + "HHIII")
        self._vernaux = Struct(order + "IHHII")

    def segments(self) -> Iterator[tuple[int, int, int, int]]:
        """Gives type, file offset, virtual address and file size of each program header."""
        for number in range(self.program_count):
            row = self._unpack(self._program, self.program_offset + number * self.program_size)
            if self.bits == 64:
                yield row[0], row[2], row[3], row[5]
            else:
                yield row[0], row[1], row[2], row[4]

    def sections(self) -> list[Section]:
        """Gives the section headers; empty when the file has none."""
        if not self.section_offset or not self.section_count:
            return []
        rows = [
            self._unpack(self._section, self.section_offset + number * self.section_size)
            for number in range(self.section_count)
        ]
        names = rows[self.names_index] if self.names_index < len(rows) else None
        found = []
        for row in rows:
            name = self._string(names[4] + row[0], names[4] + names[5]) if names else ""
            found.append(
                Section(
                    name=name,
                    kind=row[1],
                    flags=row[2],
                    address=row[3],
                    offset=row[4],
                    size=row[5],
                    link=row[6],
                    info=row[7],
                    align=row[8],
                    entry_size=row[9],
                )
            )
        return found

    def facts(self) -> ElfFacts:
        """Reads the dynamic section; a file without one has no needed libraries."""
        loads = [
            (offset, address, size) for kind, offset, address, size in self.segments() if kind == PT_LOAD
        ]
        dynamic = next(
            ((offset, size) for kind, offset, _, size in self.segments() if kind == PT_DYNAMIC), None
        )
        if dynamic is None:
            return ElfFacts(machine=self.machine, bits=self.bits)
        entries: list[tuple[int, int]] = []
        for position in range(
            dynamic[0], dynamic[0] + dynamic[1] - self._dynamic.size + 1, self._dynamic.size
        ):
            tag, value = self._unpack(self._dynamic, position)
            if tag == 0:
                break
            entries.append((tag, value))
        single = dict(entries)

        def file_offset(address: int) -> int:
            for offset, start, size in loads:
                if start <= address < start + size:
                    return address - start + offset
            raise ElfError(f"address {address:#x} lies in no segment")

        if DT_STRTAB not in single:
            return ElfFacts(machine=self.machine, bits=self.bits)
        strings = file_offset(single[DT_STRTAB])
        end = strings + single.get(DT_STRSZ, len(self.data) - strings)

        def text(offset: int) -> str:
            return self._string(strings + offset, end)

        versions: list[tuple[str, str]] = []
        if DT_VERNEED in single:
            position = file_offset(single[DT_VERNEED])
            for _ in range(single.get(DT_VERNEEDNUM, 0)):
                _, count, file, aux, following = self._unpack(self._verneed, position)
                at = position + aux
                for _ in range(count):
                    _, _, _, name, after = self._unpack(self._vernaux, at)
                    versions.append((text(file), text(name)))
                    at += after
                position += following
        runpath = single.get(DT_RUNPATH, single.get(DT_RPATH))
        return ElfFacts(
            machine=self.machine,
            bits=self.bits,
            needed=tuple(text(value) for tag, value in entries if tag == DT_NEEDED),
            soname=text(single[DT_SONAME]) if DT_SONAME in single else "",
            runpath=text(runpath) if runpath is not None else "",
            versions=tuple(versions),
        )

    def relocations(self, section_prefix: str) -> set[tuple[int, bool]]:
        """Gives type, and whether the symbol is defined elsewhere, of the relocations in sections whose name starts so.

        Only objects have them, in sections such as `.rela.text`. Hidden symbols count as defined here: they can only come
        from the same program.
        """
        found: set[tuple[int, bool]] = set()
        sections = self.sections()
        for section in sections:
            if section.kind not in (SHT_RELA, SHT_REL) or not section.name.startswith(section_prefix):
                continue
            symbols = sections[section.link] if section.link < len(sections) else None
            step = section.entry_size or (24 if section.kind == SHT_RELA and self.bits == 64 else 8)
            for position in range(section.offset, section.offset + section.size - step + 1, step):
                info = self._unpack(self._relocation, position)[1]
                number, kind = (info >> 32, info & 0xFFFFFFFF) if self.bits == 64 else (info >> 8, info & 0xFF)
                found.add((kind, symbols is not None and self._is_elsewhere(symbols, number)))
        return found

    def _is_elsewhere(self, symbols: Section, number: int) -> bool:
        row = self._unpack(self._symbol, symbols.offset + number * self._symbol.size)
        other, section = (row[2], row[3]) if self.bits == 64 else (row[4], row[5])
        return number > 0 and section == SHN_UNDEF and other & 3 == STV_DEFAULT

    def global_symbols(self, starts: tuple[bytes, ...]) -> tuple[set[bytes], set[bytes]]:
        """Gives global names with certain starts: those defined here, and those that must come from elsewhere."""
        defined: set[bytes] = set()
        wanted: set[bytes] = set()
        sections = self.sections()
        for table in sections:
            if table.kind != SHT_SYMTAB or table.link >= len(sections):
                continue
            names = sections[table.link]
            texts = bytes(self.data[names.offset : names.offset + names.size])
            rows = self.data[table.offset : table.offset + table.size // self._symbol.size * self._symbol.size]
            for row in self._symbol.iter_unpack(rows):
                at = row[0]
                if not texts.startswith(starts, at):
                    continue
                info, section = (row[1], row[3]) if self.bits == 64 else (row[3], row[5])
                if info >> 4 == STB_LOCAL:
                    continue
                if section != SHN_UNDEF:
                    defined.add(texts[at : texts.find(b"\0", at)])
                elif info >> 4 == STB_GLOBAL:
                    wanted.add(texts[at : texts.find(b"\0", at)])
        return defined, wanted

    def _unpack(self, packer: Struct, position: int) -> tuple[int, ...]:
        try:
            return packer.unpack_from(self.data, position)
        except (struct_error, OverflowError, ValueError):
            raise ElfError(f"the file is cut off at offset {position}") from None

    def _string(self, start: int, end: int) -> str:
        piece = bytes(self.data[start : min(start + 4096, end)])
        return piece.split(b"\0", 1)[0].decode("utf-8", "replace")


def read_elf_facts(path: Path | str) -> ElfFacts:
    """Reads the dynamic section of a file. Raises `ElfError` when it is not an ELF file, OSError when unreadable."""
    with open(path, "rb") as stream:
        try:
            mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:
            raise ElfError("the file is empty") from None
    try:
        return Elf(mapped).facts()
    finally:
        mapped.close()


def archive_members(path: Path | str) -> Iterator[tuple[str, bytes]]:
    """Gives name and content of the members of an `ar` archive (GNU and BSD long names), without its indexes.

    A thin archive has names only; its members come with empty content.
    """
    with open(path, "rb") as stream:
        magic = stream.read(8)
        if magic not in (b"!<arch>\n", b"!<thin>\n"):
            raise ElfError("not an ar archive")
        thin = magic == b"!<thin>\n"
        long_names = b""
        while len(header := stream.read(60)) == 60:
            raw_name = header[:16].rstrip()
            size = int(header[48:58])
            if raw_name == b"//":
                long_names = stream.read(size)
            elif raw_name in (b"/", b"/SYM64/", b"__.SYMDEF", b"__.SYMDEF SORTED"):
                stream.seek(size, 1)
            else:
                content = b"" if thin else stream.read(size)
                if raw_name.startswith(b"#1/"):
                    length = int(raw_name[3:])
                    raw_name, content = content[:length].rstrip(b"\0"), content[length:]
                elif raw_name.startswith(b"/"):
                    start = int(raw_name[1:])
                    raw_name = long_names[start:].split(b"\n", 1)[0].rstrip(b"/")
                yield raw_name.rstrip(b"/").decode("utf-8", "replace"), content
            if size % 2 and not (thin and raw_name not in (b"//", b"/")):
                stream.seek(1, 1)


# Relocations against absolute addresses that fit into 32 bits only where the load address is fixed.
_POSITION_DEPENDENT: dict[int, frozenset[int]] = {
    EM_X86_64: frozenset({10, 11}),
    EM_AARCH64: frozenset(range(263, 271)),
}
# Addresses relative to the page: independent within the program, but not for data that a shared library defines.
_DEPENDENT_ELSEWHERE: dict[int, frozenset[int]] = {EM_AARCH64: frozenset({275, 276})}


def is_position_independent(archive: Path | str) -> bool | None:
    """Tells whether the code of a static library can be linked into a position-independent program.

    Looks at the relocations of the code of up to 12 members. None means that it cannot be told: no ELF objects
    (LLVM bitcode, for example) or a machine whose relocations do not show it.
    """
    seen = 0
    for _, content in archive_members(archive):
        if not content.startswith(b"\x7fELF"):
            continue
        object_file = Elf(content)
        dependent = _POSITION_DEPENDENT.get(object_file.machine)
        if dependent is None:
            return None
        prefix = ".rela.text" if object_file.bits == 64 else ".rel.text"
        found = object_file.relocations(prefix)
        elsewhere = _DEPENDENT_ELSEWHERE.get(object_file.machine, frozenset())
        if any(kind in dependent or (undefined and kind in elsewhere) for kind, undefined in found):
            return False
        seen += bool(found)
        if seen >= 12:
            break
    return True if seen else None


def missing_symbols(archive: Path | str, starts: tuple[str, ...]) -> list[str]:
    """Gives the names with certain starts that a static library's objects need and none of them defines."""
    wanted_starts = tuple(start.encode() for start in starts)
    defined: set[bytes] = set()
    wanted: set[bytes] = set()
    for _, content in archive_members(archive):
        if content.startswith(b"\x7fELF"):
            here, elsewhere = Elf(content).global_symbols(wanted_starts)
            defined |= here
            wanted |= elsewhere
    return sorted(name.decode("ascii", "replace") for name in wanted - defined)


def is_bitcode(content: bytes) -> bool:
    """Tells whether an object file is LLVM bitcode instead of machine code."""
    return content.startswith(_BITCODE_MAGICS)


def is_bitcode_archive(archive: Path | str) -> bool:
    """Tells whether the first members of a static library are LLVM bitcode instead of machine code."""
    for number, (_, content) in enumerate(archive_members(archive)):
        if is_bitcode(content):
            return True
        if number >= 8:
            break
    return False
