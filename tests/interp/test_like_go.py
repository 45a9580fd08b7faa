"""`LanguageOptions.like_go`: what the programs of `chunks/like_go.star` cannot see."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.diagnostics.render import render_error
from oxlang.interp import Thread, load_source
from oxlang.interp.builtins.modules import optional_modules
from oxlang.interp.compiled import compile_source
from oxlang.interp.loader import Loader
from oxlang.interp.module import run
from oxlang.interp.observe import Profile
from oxlang.records import replace
from oxlang.source import SourceFile
from oxlang.syntax.options import STANDARD
from oxlang.syntax.utf8 import decoded, encoded, readable

LIKE_GO = replace(STANDARD, like_go=True)


def printed(text: str, cache_dir: Path | None = None) -> list[str]:
    out: list[str] = []
    thread = Thread(out=out.append)
    modules = optional_modules(("json", "struct"))
    source = SourceFile("é.star", text)
    Loader(thread, modules, LIKE_GO, cache_dir=cache_dir)
    run(compile_source(source, LIKE_GO, modules, cache_dir), source, thread, modules, LIKE_GO)
    return out


@pytest.mark.parametrize("data", [b"", b"ascii", "é€😿".encode(), b"\xc3", b"\xc3(", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\xaf", bytes(range(256))])
def test_every_sequence_of_bytes_is_a_string(data: bytes) -> None:
    held = encoded(data.decode("utf-8", "surrogateescape"))
    assert len(held) == len(data)
    assert encoded(held) == held
    assert encoded(decoded(held)) == held
    readable(held).encode()


def test_print_writes_text() -> None:
    assert printed('print("é", b"\\xc3\\xa9", ["é"], "é"[:1], sep = "ü")') == ['éüéü["é"]ü\ufffd']


def test_errors_are_readable() -> None:
    text = 'def ü(ö):\n    fail("é", ö, ["é"])\nü("😿")\n'
    with pytest.raises(OxError) as caught:
        printed(text)
    shown = render_error(caught.value, colour=False)
    assert "fail: é 😿 [\"é\"]" in shown
    assert "in ü(ö = \"😿\")" in shown
    assert "é.star:3:1" in shown
    shown.encode()


@pytest.mark.parametrize("text", ["é = 1\né = 2\n", "def f():\n    é = 'a' + é2\n", "é = (\n", "load('é.star', 'é')\n", "def é(ö, ö): pass\n", "struct(é = 1).è\n"])
def test_errors_of_names_are_readable(text: str) -> None:
    with pytest.raises(OxError) as caught:
        printed(text)
    for one in caught.value.diagnostics:
        " ".join([one.message, *one.notes, one.help or "", *(label.text for label in one.labels)]).encode()


def test_place_behind_a_name_that_is_not_ascii() -> None:
    with pytest.raises(OxError) as caught:
        printed('äöü = "é"; x = äöü["\\xff"]\n')
    span = caught.value.diagnostic.span
    assert span is not None
    assert span.file.text[span.start : span.end] == "\\xff"


def test_loaded_modules_and_those_of_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ü.star").write_text('é = "é"\ndef count(x):\n    return len(x) + len("é")\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    text = 'load("ü.star", "é", "count")\nload("@stdlib//strings.star", "pad_left")\nprint(len(é), count(é), len(pad_left("é", 4)))\n'
    assert printed(text) == ["2 4 4"]


def test_code_is_cached_apart(tmp_path: Path) -> None:
    source = SourceFile("a.star", 'x = len("é")\n')
    for _ in range(2):
        assert load_source(source, STANDARD, None, Thread(), cache_dir=tmp_path).get("x") == 1
        assert load_source(source, LIKE_GO, None, Thread(), cache_dir=tmp_path).get("x") == 2


def test_names_in_profiles() -> None:
    source = SourceFile("a.star", "def ü():\n    return 1\nü()\n")
    with Profile() as profile:
        load_source(source, LIKE_GO, None, Thread())
    assert "ü" in [one["name"] for one in json.loads(profile.speedscope())["shared"]["frames"]]


def test_json_and_structs() -> None:
    text = """
v = json.decode('{"é": "\\\\u00e9\\\\ud83d\\\\ude3f"}')
print(v, v["é"] == "é😿", len(v["é"]), json.encode(v), json.encode("é"[:1]))
s = struct(é = "ü")
print(s, s.é, getattr(s, "é"), hasattr(s, "é"), dir(s), [len(one) for one in dir(s)])
print(json.indent(json.encode(["é"])))
"""
    assert printed(text) == [
        '{"é": "é😿"} True 6 {"é":"é😿"} "\ufffd"',
        'struct(é = "ü") ü ü True ["é"] [2]',
        '[\n\t"é"\n]',
    ]


def test_standard_programs_hold_code_points() -> None:
    out: list[str] = []
    load_source(SourceFile("a.star", 'print(len("é"), b"abc"[1], "ß".upper())'), STANDARD, None, Thread(out=out.append))
    assert out == ["1 98 SS"]
