"""Lines, indentation, brackets and comments."""

from __future__ import annotations

import pytest

from oxlang.syntax.ast import Assignment, Binary, Def, If, Name
from oxlang.syntax.options import CONFIG, STANDARD, LanguageOptions
from tests.syntax.trees import good, parsed, shape


def same(*texts: str) -> None:
    """All texts give the same tree."""
    shapes = [shape(good(text).statements) for text in texts]
    assert all(one == shapes[0] for one in shapes)


def test_line_ends() -> None:
    same("x = 1\ny = [2,\n3]\n", "x = 1\r\ny = [2,\r\n3]\r\n", "x = 1\ry = [2,\r3]\r", "x = 1\ny = [2,\n3]")


def test_blank_lines_and_comments_between() -> None:
    same(
        "def f():\n    x = 1\n    y = 2\nz = 3\n",
        "# a\n\n  # b\ndef f(): # c\n# d\n    x = 1\n  # e\n\n        # f\n    y = 2 # g\n\n# h\nz = 3\n# i",
    )


def test_comments() -> None:
    text = "# one\nx = [ # two\n  # three\n  1]\n\n# four"
    comments = good(text).comments
    assert [(one.text, one.own_line) for one in comments] == [
        ("# one", True), ("# two", False), ("# three", True), ("# four", True),
    ]  # fmt: skip
    assert all(text[one.start : one.end] == one.text for one in comments)


def test_hash_in_string_is_no_comment() -> None:
    assert good('x = "# no"\ny = """\n# no\n"""\n').comments == []


def test_semicolons() -> None:
    same("x = 1; y = 2; z = 3;\n", "x = 1\ny = 2\nz = 3\n")


def test_joined_lines() -> None:
    same("x = 1 + \\\n    2\n", "x = 1 + \\\r\n2\n", "x = 1 + 2\n")


def test_byte_order_mark() -> None:
    same("\ufeffx = 1\n", "x = 1\n")


def test_empty() -> None:
    for text in ("", "\n", "   ", "# only\n", "\r\n\r\n", "\ufeff", "\\\n"):
        assert good(text).statements == []


def test_tabs() -> None:
    for options in (STANDARD, CONFIG):
        assert not parsed("def f():\n\tx = 1\n\tif x:\n\t\ty = 2\n", options).diagnostics
    mixed = "def f(x):\n    if x:\n\treturn 1\n"
    assert [one.code.id for one in parsed(mixed).diagnostics] == ["OX0122"]
    statement = good(mixed, CONFIG).statements[0]
    assert isinstance(statement, Def)
    assert isinstance(statement.body[0], If)


def test_old_dialect_reads_chains_from_the_right() -> None:
    statement = good("x = a == b == c\n", CONFIG).statements[0]
    assert isinstance(statement, Assignment)
    value = statement.value
    assert isinstance(value, Binary)
    assert isinstance(value.left, Name)
    assert isinstance(value.right, Binary)


def test_old_dialect_accepts() -> None:
    for text in ("x = 1, 2,\n", "for a, b, in c: pass\n", "async = 1\n", "x[1,]\n", "x = a in b in c\n"):
        assert not parsed(text, CONFIG).diagnostics


def test_block_in_one_line() -> None:
    same("def f(): x = 1; y = 2\n", "def f():\n  x = 1\n  y = 2\n")


@pytest.mark.parametrize("text", ["if a:\n  if b:\n    c\n  else:\n    d\nelse:\n  e\n"])
def test_else_belongs_to_its_indentation(text: str) -> None:
    outer = good(text).statements[0]
    assert isinstance(outer, If)
    assert isinstance(outer.then[0], If)
    assert outer.otherwise
    assert outer.then[0].otherwise


def test_while_needs_its_option() -> None:
    text = "def f():\n    while True:\n        break\n"
    assert [one.code.id for one in parsed(text).diagnostics] == ["OX0144"]
    assert not parsed(text, LanguageOptions(while_loops=True)).diagnostics


def test_reserved_words() -> None:
    for word in ("class", "async", "import", "yield", "nonlocal"):
        assert parsed(f"{word} = 1\n").diagnostics
    assert not parsed("async = 1\nawait = 2\n", CONFIG).diagnostics
    assert not parsed("match = 1\ntype = 2\nprint = 3\nNone = 4\n").diagnostics
