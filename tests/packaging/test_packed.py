"""The packed resources format: worked examples, round trips, bad input."""

from __future__ import annotations

import random

import pytest

from oxlang.packaging.packed import FIELDS, PackedResource, PackedResourcesError, merge, read, write
from oxlang.records import fields

EXAMPLE_A = bytes.fromhex("7079656d62656403000100000000000000010000000000")

EXAMPLE_B = bytes.fromhex(
    """
    70 79 65 6d 62 65 64 03 05 42 00 00 00 03 00 00 00 37 00 00 00 01 02 03 03 0f 00 00 00 00 00 00
    00 ff 01 02 06 03 06 00 00 00 00 00 00 00 ff 01 02 0b 03 07 00 00 00 00 00 00 00 ff 01 02 0f 03
    0c 00 00 00 00 00 00 00 ff 01 02 1d 03 02 00 00 00 00 00 00 00 ff 00 01 03 03 00 04 06 06 00 00
    00 0b 01 00 00 00 05 00 02 00 00 00 00 00 00 00 16 ff 01 03 05 00 0f 0c 00 00 00 16 ff 01 03 07
    00 1b 1c 1d 02 00 00 00 00 00 00 00 ff 00 61 70 70 61 70 70 2e 62 62 69 6e 2f 72 75 6e 78 20 3d
    20 31 0a 61 2e 74 78 74 68 69 6c 69 62 2f 61 70 70 2f 62 2e 70 79 23 21
    """
)

EXAMPLE_C = bytes.fromhex(
    """
    70 79 65 6d 62 65 64 03 05 4c 00 00 00 03 00 00 00 37 00 00 00 01 02 03 03 12 00 00 00 00 00 00
    00 04 02 ff 01 02 06 03 07 00 00 00 00 00 00 00 04 02 ff 01 02 0b 03 09 00 00 00 00 00 00 00 04
    02 ff 01 02 0f 03 0d 00 00 00 00 00 00 00 04 02 ff 01 02 1d 03 03 00 00 00 00 00 00 00 04 02 ff
    00 01 03 03 00 04 06 06 00 00 00 0b 01 00 00 00 05 00 02 00 00 00 00 00 00 00 16 ff 01 03 05 00
    0f 0c 00 00 00 16 ff 01 03 07 00 1b 1c 1d 02 00 00 00 00 00 00 00 ff 00 61 70 70 00 61 70 70 2e
    62 00 62 69 6e 2f 72 75 6e 00 78 20 3d 20 31 0a 00 61 2e 74 78 74 00 68 69 00 6c 69 62 2f 61 70
    70 2f 62 2e 70 79 00 23 21 00
    """
)

RESOURCES = [
    PackedResource(
        name="app",
        is_module=True,
        is_package=True,
        in_memory_source=b"x = 1\n",
        in_memory_package_resources={"a.txt": b"hi"},
    ),
    PackedResource(name="app.b", is_module=True, relative_path_module_source="lib/app/b.py"),
    PackedResource(name="bin/run", is_file=True, is_file_executable=True, in_memory_file_data=b"#!"),
]


def test_packed_example_a() -> None:
    assert write([]) == EXAMPLE_A
    assert read(EXAMPLE_A) == []


def test_packed_example_b() -> None:
    assert len(EXAMPLE_B) == 184
    assert write(reversed(RESOURCES)) == EXAMPLE_B


def test_packed_example_c() -> None:
    assert len(EXAMPLE_C) == 202
    assert write(RESOURCES, padding="null") == EXAMPLE_C


def test_packed_reference_blob() -> None:
    """Both examples were accepted by the reference crate of PyOxidizer 0.24."""
    assert read(EXAMPLE_B) == RESOURCES
    assert read(EXAMPLE_C) == RESOURCES
    assert read(EXAMPLE_B + b"trailing bytes are ignored") == RESOURCES
    view = read(EXAMPLE_B, copy=False)[0].in_memory_source
    assert isinstance(view, memoryview) and view == b"x = 1\n"


def random_value(rng: random.Random, kind: str) -> object:
    text = "".join(rng.choice("abc./é中") for _ in range(rng.randrange(8)))
    data = rng.randbytes(rng.randrange(20))
    values: dict[str, object] = {
        "flag": True,
        "data32": data,
        "data64": data,
        "items64": {text + str(n): rng.randbytes(n) for n in range(rng.randrange(4))},
        "items32": {text + str(n): text * n for n in range(rng.randrange(4))},
        "names": tuple(text + str(n) for n in range(rng.randrange(3))),
        "path": text,
        "text": text,
    }
    return values[kind]


def random_resources(rng: random.Random, density: float) -> list[PackedResource]:
    found = []
    for number in range(rng.randrange(5)):
        values = {
            attribute: random_value(rng, kind)
            for _, attribute, kind in FIELDS
            if kind != "name" and rng.random() < density
        }
        found.append(PackedResource(name="" if number == 3 else f"n{number}é", **values))  # type: ignore[arg-type]
    return sorted(found, key=lambda one: one.name.encode())


@pytest.mark.parametrize("windows", [False, True])
def test_packed_roundtrip(windows: bool) -> None:
    rng = random.Random(7)
    for case in range(500):
        resources = random_resources(rng, density=(0.1, 0.5, 1.0)[case % 3])
        padding = ("absent", "none", "null")[case % 3]
        blob = write(resources, padding=padding, windows=windows)  # type: ignore[arg-type]
        assert read(blob, windows=windows) == resources
        assert write(read(blob, windows=windows), padding=padding, windows=windows) == blob  # type: ignore[arg-type]


def test_all_fields_are_in_the_table() -> None:
    assert {one.name for one in fields(PackedResource)} == {attribute for _, attribute, _ in FIELDS}
    assert [tag for tag, _, _ in FIELDS] == list(range(3, 0x1F))


def test_packed_zero_length() -> None:
    """An empty `__init__.py` has a section even when nothing else is in it; a missing section reads as empty."""
    one = PackedResource(name="p", is_module=True, is_package=True, in_memory_source=b"")
    blob = write([one])
    assert blob[8] == 2
    assert read(blob) == [one]
    assert read(write([one], padding="null")) == [one]
    without_section = (
        b"pyembed\x03\x01\x0e\0\0\0\x01\0\0\0\x0b\0\0\0"
        + b"\x01\x02\x03\x03\x01\0\0\0\0\0\0\0\xff\0"
        + b"\x01\x03\x01\0\x06\0\0\0\0\xff\0"
        + b"p"
    )
    assert read(without_section) == [PackedResource(name="p", in_memory_source=b"")]


@pytest.mark.parametrize(
    ("blob", "text"),
    [
        (b"foo", "error reading 8 byte header"),
        (b"pyembed\x04" + EXAMPLE_A[8:], "unrecognized file format"),
        (b"pyembed\x02" + EXAMPLE_A[8:], "unrecognized file format"),
        (EXAMPLE_A[:15], "cut off at offset 15"),
        (EXAMPLE_B[:-1], "past the end"),
        (EXAMPLE_B.replace(b"\x1b\x1c\x1d", b"\x1b\x1c\x02"), "invalid field type 0x02"),
        (EXAMPLE_B.replace(b"bin/run", b"bin/\xff\xff\xff"), "not UTF-8"),
        (EXAMPLE_B.replace(b"\x16\xff\x01\x03\x05", b"\x16\xff\x01\x03\x06"), "leave their section"),
        (EXAMPLE_C.replace(b"\x04\x02\xff", b"\x04\x07\xff"), "invalid padding value"),
    ],
)
def test_packed_bad_magic(blob: bytes, text: str) -> None:
    with pytest.raises(PackedResourcesError, match=text):
        read(blob)


def test_packed_count_mismatch() -> None:
    wrong = bytearray(EXAMPLE_B)
    wrong[0x0D] = 4
    with pytest.raises(PackedResourcesError, match="mismatch between advertised index count and actual"):
        read(bytes(wrong))


def test_packed_any_changed_byte_is_error_or_value() -> None:
    for position in range(len(EXAMPLE_B)):
        for value in (0, 1, 2, 3, 0x1F, 0x80, 0xFE, 0xFF):
            changed = bytearray(EXAMPLE_B)
            changed[position] = value
            try:
                read(bytes(changed))
            except PackedResourcesError:
                pass


def test_packed_merge() -> None:
    earlier = PackedResource(name="m", is_module=True, in_memory_source=b"1", in_memory_bytecode=b"b")
    later = PackedResource(name="m", is_package=True, in_memory_source=b"2")
    assert merge(earlier, later) == PackedResource(
        name="m", is_module=True, is_package=True, in_memory_source=b"2", in_memory_bytecode=b"b"
    )


def test_too_long_names_are_errors() -> None:
    with pytest.raises(PackedResourcesError, match="too long"):
        write([PackedResource(name="n" * 65536)])
    with pytest.raises(PackedResourcesError, match="occurs twice"):
        write([PackedResource(name="n"), PackedResource(name="n")])
