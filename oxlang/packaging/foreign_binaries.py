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
