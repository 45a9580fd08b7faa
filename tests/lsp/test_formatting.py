"""Formatting of a range, and the indentation of a new line."""

from __future__ import annotations

import pytest

from tests.lsp.client import MARK
from tests.lsp.conftest import Open

OPTIONS = {"tabSize": 4, "insertSpaces": True}


def place(first: int, last: int) -> dict[str, dict[str, int]]:
    return {"start": {"line": first, "character": 0}, "end": {"line": last, "character": 0}}


def test_only_the_statements_of_the_range(document: Open) -> None:
    doc = document("a=1\n\n\ndef f( x ):\n  return [x,\n 1]\n\n\nb=2\n")
    edits = doc.ask("rangeFormatting", range=place(4, 5), options=OPTIONS)
    text = doc.edited(edits)
    assert text.startswith("a=1\n\n\ndef f(x):\n    return [") and text.endswith("\n\n\nb=2\n")


def test_beside_a_syntax_error(document: Open) -> None:
    doc = document("a=1\ndef (:\n")
    assert doc.edited(doc.ask("rangeFormatting", range=place(0, 1), options=OPTIONS)) == "a = 1\ndef (:\n"
    assert doc.ask("rangeFormatting", range=place(1, 2), options=OPTIONS) in (None, [])
    assert doc.ask("formatting", options=OPTIONS) is None


@pytest.mark.parametrize(
    ("text", "indent"),
    [
        ("def f():\n¦", 4),
        ("def f():\n    return 1\n¦", 0),
        ("def f():\n    if x:\n        pass\n¦", 4),
        ("f(\n¦", 4),
        ("f(\n¦)", 0),
        ("x = [\n    {\n¦", 8),
        ("def f(\n    a,\n):\n¦", 4),
        ("x = 1\n    ¦", 0),
        ("def f():\n    x = call(\n        1,\n    )\n¦", 4),
        ("x = '''\n¦", None),
        ("def f():  # why: this\n    y = 1  # ends with:\n¦", 4),
    ],
)
def test_new_line(document: Open, text: str, indent: int | None) -> None:
    doc = document(text)
    line = doc.position["line"]
    edits = doc.ask("onTypeFormatting", ch="\n", options=OPTIONS)
    new = doc.edited(edits).split("\n")[line]
    assert len(new) - len(new.lstrip(" ")) == (indent or 0), text.replace(MARK, "|")
    if indent is None:
        assert edits == []
