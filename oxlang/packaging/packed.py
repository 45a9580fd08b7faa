"""Packed resources, format version 3: one byte string that holds any number of named resources.

Layout: magic, global header, blob index, resources index, then one *section* per field. The resources index tells
lengths only; data of a field stand in that field's section in the order of the index, so a reader moves one cursor per
field from front to back. The writer sorts resources and the items of each mapping by the bytes of their names: equal
input gives equal bytes. Source of all tables: `docs/formats/packed-resources.md`.

Data may be any buffer. `encode` returns the parts without joining them, so that a caller can hand views of mapped
files to the operating system; `read` gives views into its input unless asked to copy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from struct import Struct
from struct import error as struct_error
from typing import Literal

from oxlang.records import dataclass, fields, replace

Buffer = bytes | memoryview
Padding = Literal["absent", "none", "null"]

MAGIC = b"pyembed\x03"
HEADER_LENGTH = 21

_U8, _U16, _U32, _U64 = Struct("<B"), Struct("<H"), Struct("<I"), Struct("<Q")
_HEADER = Struct("<BIII")
_NAME_AND_U64, _NAME_AND_U32 = Struct("<HQ"), Struct("<HI")

_START, _END_ENTRY, _END_INDEX = 0x01, 0xFF, 0x00
_BLOB_FIELD, _BLOB_LENGTH, _BLOB_PADDING = 0x02, 0x03, 0x04
_PADDING_VALUES = {"none": 1, "null": 2}


class PackedResourcesError(ValueError):
    """The bytes are not packed resources of this version; the text says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedResource:
    """One named resource. Absent data are None; empty data are present with zero bytes.

    Field names are those of `oxidized_importer.OxidizedResource`; the four `file` fields are ours. Relative paths are
    text with `/` or the separators of the target; they are relative to the program's directory.
    """

    name: str
    is_package: bool = False
    is_namespace_package: bool = False
    in_memory_source: Buffer | None = None
    in_memory_bytecode: Buffer | None = None
    in_memory_bytecode_opt1: Buffer | None = None
    in_memory_bytecode_opt2: Buffer | None = None
    in_memory_extension_module_shared_library: Buffer | None = None
    in_memory_package_resources: Mapping[str, Buffer] | None = None
    in_memory_distribution_resources: Mapping[str, Buffer] | None = None
    in_memory_shared_library: Buffer | None = None
    shared_library_dependency_names: tuple[str, ...] | None = None
    relative_path_module_source: str | None = None
    relative_path_module_bytecode: str | None = None
    relative_path_module_bytecode_opt1: str | None = None
    relative_path_module_bytecode_opt2: str | None = None
    relative_path_extension_module_shared_library: str | None = None
    relative_path_package_resources: Mapping[str, str] | None = None
    relative_path_distribution_resources: Mapping[str, str] | None = None
    is_module: bool = False
    is_builtin_extension_module: bool = False
    is_frozen_module: bool = False
    is_extension_module: bool = False
    is_shared_library: bool = False
    is_file: bool = False
    is_file_executable: bool = False
    in_memory_file_data: Buffer | None = None
    relative_path_file_data: str | None = None


Kind = Literal["name", "flag", "data32", "data64", "items64", "items32", "names", "path", "text"]

# Tag -> attribute and kind, in the order in which an entry is written.
FIELDS: tuple[tuple[int, str, Kind], ...] = (
    (0x03, "name", "name"),
    (0x04, "is_package", "flag"),
    (0x05, "is_namespace_package", "flag"),
    (0x06, "in_memory_source", "data32"),
    (0x07, "in_memory_bytecode", "data32"),
    (0x08, "in_memory_bytecode_opt1", "data32"),
    (0x09, "in_memory_bytecode_opt2", "data32"),
    (0x0A, "in_memory_extension_module_shared_library", "data32"),
    (0x0B, "in_memory_package_resources", "items64"),
    (0x0C, "in_memory_distribution_resources", "items64"),
    (0x0D, "in_memory_shared_library", "data64"),
    (0x0E, "shared_library_dependency_names", "names"),
    (0x0F, "relative_path_module_source", "path"),
    (0x10, "relative_path_module_bytecode", "path"),
    (0x11, "relative_path_module_bytecode_opt1", "path"),
    (0x12, "relative_path_module_bytecode_opt2", "path"),
    (0x13, "relative_path_extension_module_shared_library", "path"),
    (0x14, "relative_path_package_resources", "items32"),
    (0x15, "relative_path_distribution_resources", "items32"),
    (0x16, "is_module", "flag"),
    (0x17, "is_builtin_extension_module", "flag"),
    (0x18, "is_frozen_module", "flag"),
    (0x19, "is_extension_module", "flag"),
    (0x1A, "is_shared_library", "flag"),
    (0x1B, "is_file", "flag"),
    (0x1C, "is_file_executable", "flag"),
    (0x1D, "in_memory_file_data", "data64"),
    (0x1E, "relative_path_file_data", "text"),
)


def write(
    resources: Iterable[PackedResource], padding: Padding = "absent", *, windows: bool = False
) -> bytes:
    """Gives the packed form of resources.

    Args:
        resources: resources with distinct names, in any order.
        padding: `absent` leaves the padding tag out (as builds do), `none` writes it, `null` puts a zero byte behind
            each element.
        windows: whether relative paths are written as UTF-16, for a Windows target.

    Raises:
        PackedResourcesError: when a name or datum is too long for its length field, or a name occurs twice.
    """
    return b"".join(encode(resources, padding, windows=windows))


def encode(
    resources: Iterable[PackedResource], padding: Padding = "absent", *, windows: bool = False
) -> list[Buffer]:
    """Gives the packed form as parts to be written one after the other; arguments as for `write`."""
    encode_path = _windows_path if windows else _unix_path
    pad = padding == "null"
    index = bytearray()
    sections: dict[int, list[Buffer]] = {}
    count = 0
    previous: bytes | None = None
    for name, resource in sorted(((one.name.encode(), one) for one in resources), key=lambda pair: pair[0]):
        if name == previous:
            raise PackedResourcesError(f"resource name {resource.name!r} occurs twice")
        previous = name
        count += 1
        index.append(_START)
        for tag, attribute, kind in FIELDS:
            if tag == 0x03:
                value: object = name
            else:
                value = getattr(resource, attribute)
                if value is None or value is False:
                    continue
            index.append(tag)
            if value is True:
                continue
            section = sections.get(tag)
            if section is None:
                section = sections[tag] = []
            try:
                _encode_value(index, section, kind, value, encode_path)
            except (struct_error, OverflowError):
                raise PackedResourcesError(
                    f"{attribute} of resource {resource.name[:80]!r} is too long for its length field"
                ) from None
        index.append(_END_ENTRY)
    index.append(_END_INDEX)

    blob_index = bytearray()
    body: list[Buffer] = []
    for tag in sorted(sections):
        section = sections[tag]
        length = sum(map(len, section)) + (len(section) if pad else 0)
        blob_index += bytes((_START, _BLOB_FIELD, tag, _BLOB_LENGTH)) + _U64.pack(length)
        if padding != "absent":
            blob_index += bytes((_BLOB_PADDING, _PADDING_VALUES[padding]))
        blob_index.append(_END_ENTRY)
        for element in section:
            body.append(element)
            if pad:
                body.append(b"\0")
    blob_index.append(_END_INDEX)
    head = MAGIC + _HEADER.pack(len(sections), len(blob_index), count, len(index))
    return [head, bytes(blob_index), bytes(index), *body]


def _unix_path(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _windows_path(path: str) -> bytes:
    return path.encode("utf-16-le", "surrogatepass")


def _encode_value(
    index: bytearray, section: list[Buffer], kind: Kind, value: object, encode_path: Callable[[str], bytes]
) -> None:
    """Writes lengths to the index and data to the section."""
    if kind == "name":
        assert isinstance(value, bytes)
        index += _U16.pack(len(value))
        section.append(value)
    elif kind in ("data32", "data64"):
        assert isinstance(value, (bytes, memoryview))
        index += (_U32 if kind == "data32" else _U64).pack(len(value))
        section.append(value)
    elif kind in ("path", "text"):
        assert isinstance(value, str)
        raw = value.encode() if kind == "text" else encode_path(value)
        index += _U32.pack(len(raw))
        section.append(raw)
    elif kind == "names":
        assert isinstance(value, tuple)
        names = [one.encode() for one in value]
        index += _U16.pack(len(names))
        for one in names:
            index += _U16.pack(len(one))
        section += names
    else:
        assert isinstance(value, Mapping)
        items = sorted((key.encode(), datum) for key, datum in value.items())
        index += _U32.pack(len(items))
        packer = _NAME_AND_U64 if kind == "items64" else _NAME_AND_U32
        for key, datum in items:
            raw = encode_path(datum) if kind == "items32" else datum
            index += packer.pack(len(key), len(raw))
            section.append(key)
            section.append(raw)


def read(data: Buffer, *, windows: bool = False, copy: bool = True) -> list[PackedResource]:
    """Gives the resources of a packed blob, in its order.

    Args:
        data: the blob; bytes behind the last section are ignored.
        windows: whether relative paths are UTF-16.
        copy: False gives memory views into `data` instead of bytes.

    Raises:
        PackedResourcesError: when the bytes are not valid; the text has the offset.
    """
    view = memoryview(data).cast("B")
    if len(view) < len(MAGIC):
        raise PackedResourcesError("error reading 8 byte header")
    if view[: len(MAGIC)] != MAGIC:
        raise PackedResourcesError("unrecognized file format")
    if len(view) < HEADER_LENGTH:
        raise PackedResourcesError(f"global header is cut off at offset {len(view)}")
    section_count, blob_length, count, index_length = _HEADER.unpack_from(view, len(MAGIC))
    index_start = HEADER_LENGTH + blob_length
    data_start = index_start + index_length
    if data_start > len(view):
        raise PackedResourcesError(f"indexes reach to offset {data_start}, past the end at {len(view)}")
    cursors = _read_blob_index(view, section_count, HEADER_LENGTH, index_start, data_start)
    if count == 0 or index_length == 0:
        return []
    reader = _Reader(view, index_start, data_start, cursors, windows, copy)
    found = list(reader.entries())
    if len(found) != count:
        raise PackedResourcesError(
            f"mismatch between advertised index count and actual: {count} advertised, {len(found)} found"
        )
    return found


class _Section:
    """A cursor in one section."""

    __slots__ = ("end", "pad", "position")

    def __init__(self, position: int, end: int, pad: int) -> None:
        self.position = position
        self.end = end
        self.pad = pad


_EMPTY = _Section(0, 0, 0)


def _read_blob_index(
    view: memoryview, count: int, start: int, end: int, data_start: int
) -> dict[int, _Section]:
    """Reads the blob index, which lies in `start:end`."""
    if count == 0 and start == end:
        return {}
    sections: dict[int, _Section] = {}
    position, seen, body = start, 0, data_start
    field: int | None = None
    length: int | None = None
    pad = 0
    inside = False
    while True:
        if position >= end:
            raise PackedResourcesError(f"blob index has no end marker before offset {end}")
        tag = view[position]
        position += 1
        if not inside:
            if tag == _END_INDEX:
                break
            if tag != _START:
                raise PackedResourcesError(
                    f"invalid blob index field type {tag:#04x} at offset {position - 1}"
                )
            inside, field, length, pad = True, None, None, 0
            seen += 1
        elif tag == _BLOB_FIELD and position < end:
            field = view[position]
            position += 1
        elif tag == _BLOB_LENGTH and position + 8 <= end:
            (length,) = _U64.unpack_from(view, position)
            position += 8
        elif tag == _BLOB_PADDING and position < end:
            if view[position] not in (1, 2):
                raise PackedResourcesError(
                    f"invalid padding value {view[position]:#04x} at offset {position}"
                )
            pad = view[position] - 1
            position += 1
        elif tag == _END_ENTRY:
            if field is None:
                raise PackedResourcesError(
                    f"blob resource field is required (entry ends at offset {position})"
                )
            if length is None:
                raise PackedResourcesError(
                    f"blob raw payload length is required (entry ends at offset {position})"
                )
            if body + length > len(view):
                raise PackedResourcesError(
                    f"section of field {field:#04x} reaches past the end at {len(view)}"
                )
            if field in sections:
                raise PackedResourcesError(f"two sections for field {field:#04x} (offset {position})")
            sections[field] = _Section(body, body + length, pad)
            body += length
            inside = False
        else:
            raise PackedResourcesError(f"invalid blob index field type {tag:#04x} at offset {position - 1}")
    if seen != count:
        raise PackedResourcesError(
            f"mismatch between advertised blob section count {count} and actual {seen}"
        )
    return sections


_BY_TAG: dict[int, tuple[str, Kind]] = {tag: (attribute, kind) for tag, attribute, kind in FIELDS}


class _Reader:
    """Walks the resources index."""

    def __init__(
        self, view: memoryview, start: int, end: int, sections: dict[int, _Section], windows: bool, copy: bool
    ) -> None:
        self.view = view
        self.position = start
        self.end = end
        self.sections = sections
        self.windows = windows
        self.copy = copy

    def entries(self) -> Iterator[PackedResource]:
        """Yields the entries up to the end marker."""
        values: dict[str, object] | None = None
        while True:
            at = self.position
            (tag,) = self._unpack(_U8)
            if values is None:
                if tag == _END_INDEX:
                    return
                if tag != _START:
                    raise PackedResourcesError(f"invalid field type {tag:#04x} at offset {at}")
                values = {}
            elif tag == _END_ENTRY:
                if "name" not in values:
                    raise PackedResourcesError(f"resource name field is required (entry ends at offset {at})")
                yield PackedResource(**values)  # type: ignore[arg-type]  # types are those of FIELDS
                values = None
            elif tag in _BY_TAG:
                attribute, kind = _BY_TAG[tag]
                values[attribute] = True if kind == "flag" else self._value(tag, kind)
            else:
                raise PackedResourcesError(f"invalid field type {tag:#04x} at offset {at}")

    def _unpack(self, packer: Struct) -> tuple[int, ...]:
        if self.position + packer.size > self.end:
            raise PackedResourcesError(f"resources index is cut off at offset {self.position}")
        result = packer.unpack_from(self.view, self.position)
        self.position += packer.size
        return result

    def _take(self, tag: int, length: int) -> memoryview:
        section = self.sections.get(tag, _EMPTY)
        if length == 0 and section is _EMPTY:
            return self.view[:0]
        end = section.position + length
        if end + section.pad > section.end:
            raise PackedResourcesError(
                f"data of field {tag:#04x} ({length} bytes, index offset {self.position}) leave their section"
            )
        taken = self.view[section.position : end]
        section.position = end + section.pad
        return taken

    def _data(self, tag: int, length: int) -> Buffer:
        taken = self._take(tag, length)
        return bytes(taken) if self.copy else taken

    def _text(self, tag: int, length: int) -> str:
        taken = self._take(tag, length)
        try:
            return str(taken, "utf-8")
        except UnicodeDecodeError:
            raise PackedResourcesError(
                f"text of field {tag:#04x} at index offset {self.position} is not UTF-8"
            ) from None

    def _path(self, tag: int, length: int) -> str:
        taken = bytes(self._take(tag, length))
        if not self.windows:
            return taken.decode("utf-8", "surrogateescape")
        if length % 2:
            raise PackedResourcesError(
                f"UTF-16 path with odd length {length} at index offset {self.position}"
            )
        return taken.decode("utf-16-le", "surrogatepass")

    def _value(self, tag: int, kind: Kind) -> object:
        if kind == "name":
            return self._text(tag, self._unpack(_U16)[0])
        if kind == "data32":
            return self._data(tag, self._unpack(_U32)[0])
        if kind == "data64":
            return self._data(tag, self._unpack(_U64)[0])
        if kind == "path":
            return self._path(tag, self._unpack(_U32)[0])
        if kind == "text":
            return self._text(tag, self._unpack(_U32)[0])
        if kind == "names":
            lengths = [self._unpack(_U16)[0] for _ in range(self._unpack(_U16)[0])]
            return tuple(self._text(tag, length) for length in lengths)
        count = self._unpack(_U32)[0]
        packer = _NAME_AND_U64 if kind == "items64" else _NAME_AND_U32
        pairs = [self._unpack(packer) for _ in range(count)]
        if kind == "items64":
            return {self._text(tag, length): self._data(tag, size) for length, size in pairs}
        return {self._text(tag, length): self._path(tag, size) for length, size in pairs}


def merge(earlier: PackedResource, later: PackedResource) -> PackedResource:
    """Gives one resource from two of the same name, as when two blobs are indexed one after the other.

    Flags are joined by OR; data of the later one replace those of the earlier one; absent ones stay.
    """
    changes: dict[str, object] = {}
    for one in fields(PackedResource):
        new = getattr(later, one.name)
        if new is not None and new is not False:
            changes[one.name] = new
    return replace(earlier, **changes)  # type: ignore[arg-type]  # values come from fields of the same name
