"""`oxl size`: every byte once, and the picture."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oxlang.packaging.attach import attach
from oxlang.packaging.packed import PackedResource, encode
from oxlang.packaging.sizes import BESIDE, LAUNCHER, STDLIB, folder_pieces, program_pieces, render, weigh
from oxlang.packaging.treemap import Box, layout, page
from tests.cli.support import oxl


@pytest.fixture
def program(tmp_path: Path) -> Path:
    launcher = tmp_path / "launcher"
    launcher.write_bytes(b"\x7fNOT-ELF" * 1000)
    resources = [
        PackedResource(name="json", is_module=True, in_memory_source=b"s" * 500, in_memory_bytecode=b"b" * 700),
        PackedResource(name="app", is_module=True, is_package=True, in_memory_source=b"a" * 300,
                       in_memory_package_resources={"x.txt": b"d" * 50}),
        PackedResource(name="app.sub", is_module=True, in_memory_source=b"a" * 200),
    ]
    folder = tmp_path / "out"
    folder.mkdir()
    packed = encode(resources)
    attach(launcher, folder / "app", [("config", [b"{}"]), ("packed-resources", packed)])
    (folder / "lib" / "numpy").mkdir(parents=True)
    (folder / "lib" / "numpy" / "core.so").write_bytes(b"n" * 5000)
    (folder / "COPYING.txt").write_bytes(b"c" * 100)
    return folder / "app"


def test_every_byte_once(program: Path) -> None:
    pieces = program_pieces(program)
    assert sum(one.size for one in pieces) == program.stat().st_size
    top = weigh(pieces)
    assert top.parts["app"].size == 550
    assert top.parts[STDLIB].parts["bytecode"].size == 700
    assert top.parts[LAUNCHER].size >= 8000
    whole = folder_pieces(program.parent)
    assert sum(one.size for one in whole) == sum(p.stat().st_size for p in program.parent.rglob("*") if p.is_file())
    assert weigh(whole).parts["numpy"].size == 5000
    assert list(weigh(whole).parts["numpy"].parts) == ["extension modules (files)"]
    assert list(weigh(whole).parts[BESIDE].parts) == ["data (files)"]


@pytest.mark.parametrize(
    ("path", "group", "kind"),
    [
        ("lib/_ssl.cpython-311-x86_64-linux-gnu.so", STDLIB, "extension modules"),
        ("lib/_testcapi.cpython-311-x86_64-linux-gnu.so", STDLIB, "extension modules"),
        ("lib/click/core.py", "click", "source"),
        ("lib/click/__pycache__/core.cpython-311.pyc", "click", "bytecode"),
        ("lib/click-8.1.dist-info/METADATA", "click", "data"),
        ("lib/numpy.libs/libopenblas.so.0", "numpy", "shared libraries"),
        ("lib/pillow/core.pyd", "pillow", "extension modules"),
        ("libpython3.11.so.1.0", BESIDE, "shared libraries"),
        ("COPYING.txt", BESIDE, "data"),
    ],
)
def test_files_beside_the_program(tmp_path: Path, path: str, group: str, kind: str) -> None:
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_bytes(b"12345")
    (piece,) = folder_pieces(tmp_path)
    assert (piece.group, piece.kind, piece.name, piece.size) == (group, f"{kind} (files)", path, 5)


def test_text(program: Path) -> None:
    text = render(weigh(folder_pieces(program.parent), name="out"), origins={"app": "pyoxidizer.bzl:3"}, least=0)
    assert text.splitlines()[0].split() == [*text.splitlines()[0].split()[:2], "out"]
    assert "app  (pyoxidizer.bzl:3)" in text
    assert "numpy" in text


def test_command(capsys: pytest.CaptureFixture[str], program: Path, tmp_path: Path) -> None:
    ended = oxl(capsys, "size", program, "--format", "json", "--html", tmp_path / "x.html")
    found = json.loads(ended.out)
    assert found["bytes"] == program.stat().st_size
    assert "<!doctype html>" in (tmp_path / "x.html").read_text()
    assert oxl(capsys, "size", program.parent, "--depth", "1").status == 0
    ended = oxl(capsys, "size", "no/such/file")
    assert (ended.status, ended.err) == (1, "error: no such file or directory: `no/such/file` [OX0901]\n")
    ended = oxl(capsys, "size", program, "--html", tmp_path)
    assert (ended.status, ended.err) == (1, f"error: `{tmp_path}` cannot be written: is a directory [OX0909]\n")
    ended = oxl(capsys, "size", program, "--html", tmp_path / "missing" / "x.html")
    assert ended.status == 1 and "x.html` cannot be written: no such file or directory [OX0909]" in ended.err


def test_program_without_payload(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"x" * 10)
    assert [(one.group, one.size) for one in program_pieces(path)] == [(LAUNCHER, 10)]


@pytest.mark.parametrize("sizes", [[], [5], [6, 6, 4, 3, 2, 2, 1], [1000, 1], [1] * 50])
def test_layout_fills_the_box(sizes: list[int]) -> None:
    boxes = layout(sizes, Box(0, 0, 60, 40))
    assert len(boxes) == len(sizes)
    for size, one in zip(sizes, boxes, strict=True):
        assert abs(one.width * one.height - size * 2400 / sum(sizes)) < 1e-6
        assert one.x >= -1e-9 and one.y >= -1e-9 and one.x + one.width <= 60.0001 and one.y + one.height <= 40.0001


def test_names_are_escaped() -> None:
    top = weigh([], name="<b>")
    top.add(("<i>",), 10)
    assert "<b>:" not in page(top) and "<i>" not in page(top)


def test_a_box_says_what_it_is() -> None:
    top = weigh([], name="app")
    top.add(("click", "source", "click.core"), 7500)
    top.add(("launcher", "machine code", "app"), 2500)
    text = page(top, origins={"click": "pyoxidizer.bzl:7"})
    assert 'title="click › source › click.core: 7.5 kB (75.0%), brought by pyoxidizer.bzl:7"' in text
    assert ">click 7.5 kB<" in text and "left:0.000%;top:0.000%;width:75.000%;height:100.000%" in text
