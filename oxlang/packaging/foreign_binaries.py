"""Libraries that Windows (PE) and Apple (Mach-O) programs name; just enough of both formats for that."""

from __future__ import annotations

from struct import Struct, error, unpack_from

_LOAD_DYLIB = frozenset({0xC, 0x80000018, 0x8000001F, 0x20, 0x23})
_MACHO: dict[bytes, tuple[str, int]] = {
    b"\xcf\xfa\xed\xfe": ("<", 32), b"\xce\xfa\xed\xfe": ("<", 28), b"\xfe\xed\xfa\xcf": (">", 32),
    b"\xfe\xed\xfa\xce": (">", 28),
}  # fmt: skip


def pe_libraries(data: bytes) -> list[str] | None:
    """Gives the DLLs of the import table; None when the file is no PE file."""
    try:
        (offset,) = unpack_from("<I", data, 0x3C)
        if data[offset : offset + 4] != b"PE\0\0":
            return None
        sections, optional_size = (
            unpack_from("<H", data, offset + 6)[0],
            unpack_from("<H", data, offset + 20)[0],
        )
        optional = offset + 24
        wide = unpack_from("<H", data, optional)[0] == 0x20B
        (table,) = unpack_from("<I", data, optional + (120 if wide else 104))
        rows = [
            unpack_from("<IIII", data, optional + optional_size + number * 40 + 8)
            for number in range(sections)
        ]

        def place(address: int) -> int:
            for size, start, raw_size, raw in rows:
                if start <= address < start + max(size, raw_size):
                    return int(address - start + raw)
            raise ValueError

        found: list[str] = []
        position = place(table) if table else 0
        while table:
            row = unpack_from("<IIIII", data, position)
            if not row[3]:
                break
            start = place(row[3])
            found.append(data[start : data.index(b"\0", start)].decode("ascii", "replace"))
            position += 20
        return found
    except (error, ValueError):
        return None


_PE_MACHINES = {0x8664: "AMD64", 0x14C: "x86", 0xAA64: "ARM64"}


def pe_machine(data: bytes) -> str:
    """Gives the processor of a PE file as Windows names it; empty for another file."""
    try:
        (offset,) = unpack_from("<I", data, 0x3C)
        (machine,) = unpack_from("<H", data, offset + 4)
    except error:
        return ""
    return _PE_MACHINES.get(machine, "") if data[offset : offset + 4] == b"PE\0\0" else ""


def pe_builtin_modules(data: bytes) -> list[str]:
    """Gives the names of the modules inside a `pythonXY.dll`: its exported table of them; empty when there is none."""
    try:
        image = _PeImage(data)
        table = image.number(image.place(image.export("PyImport_Inittab")))
        names: list[str] = []
        while name := image.number(image.place(table - image.base)):
            start = image.place(name - image.base)
            names.append(data[start : data.index(b"\0", start)].decode("ascii"))
            table += 2 * image.width
        return sorted(names)
    except (error, ValueError):
        return []


class _PeImage:
    """A PE file as it lies in memory: sections at their addresses, numbers as wide as addresses."""

    def __init__(self, data: bytes) -> None:
        (offset,) = unpack_from("<I", data, 0x3C)
        count, size = unpack_from("<H", data, offset + 6)[0], unpack_from("<H", data, offset + 20)[0]
        self.data, optional = data, offset + 24
        wide = unpack_from("<H", data, optional)[0] == 0x20B
        self.width = 8 if wide else 4
        self.base: int = unpack_from("<Q", data, optional + 24)[0] if wide else unpack_from("<I", data, optional + 28)[0]
        (self._exports,) = unpack_from("<I", data, optional + (112 if wide else 96))
        self._sections = [unpack_from("<IIII", data, optional + size + number * 40 + 8) for number in range(count)]

    def place(self, address: int) -> int:
        """Gives the offset in the file of an address relative to the base. Raises ValueError outside of all sections."""
        for size, start, raw_size, raw in self._sections:
            if start <= address < start + max(size, raw_size):
                return int(address - start + raw)
        raise ValueError(f"address {address:#x} lies in no section")

    def number(self, place: int) -> int:
        """Gives the number of an address's width at an offset."""
        value: int = unpack_from("<Q" if self.width == 8 else "<I", self.data, place)[0]
        return value

    def export(self, wanted: str) -> int:
        """Gives the address of an exported name. Raises ValueError for an unknown one."""
        at = self.place(self._exports)
        (count,) = unpack_from("<I", self.data, at + 24)
        functions, names, ordinals = map(self.place, unpack_from("<III", self.data, at + 28))
        for number in range(count):
            start = self.place(unpack_from("<I", self.data, names + 4 * number)[0])
            if self.data.startswith(wanted.encode() + b"\0", start):
                (ordinal,) = unpack_from("<H", self.data, ordinals + 2 * number)
                return int(unpack_from("<I", self.data, functions + 4 * ordinal)[0])
        raise ValueError(f"`{wanted}` is not exported")


def macho_libraries(data: bytes) -> list[str] | None:
    """Gives the libraries of the load commands, of the first slice of a universal file; None for other files."""
    try:
        if data[:4] == b"\xca\xfe\xba\xbe":
            (count,) = unpack_from(">I", data, 4)
            if not 0 < count < 45:
                return None
            start, size = unpack_from(">II", data, 16)
            return macho_libraries(data[start : start + size])
        if data[:4] not in _MACHO:
            return None
        order, position = _MACHO[data[:4]]
        head = Struct(order + "II")
        (count,) = unpack_from(order + "I", data, 16)
        found: list[str] = []
        for _ in range(count):
            command, size = head.unpack_from(data, position)
            if command in _LOAD_DYLIB:
                start = position + unpack_from(order + "I", data, position + 8)[0]
                found.append(data[start : position + size].split(b"\0", 1)[0].decode("utf-8", "replace"))
            if size < 8:
                return None
            position += size
        return found
    except error:
        return None
