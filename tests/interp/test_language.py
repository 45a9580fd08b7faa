"""The table of differences in docs/language.md: each row is a program that behaves as the row says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from oxlang.bundled import bundled_path
from oxlang.diagnostics.model import OxError
from oxlang.interp import Module, Thread, load_source
from oxlang.source import SourceFile
from oxlang.syntax.options import CONFIG

# Row → (program, value of `x` afterwards, or the code of the error).
ROWS: dict[str, tuple[str, object]] = {
    "L1": ("x = 0\nfor i in range(3):\n    if i:\n        x += i\n", 3),
    "L2": ("pass\nx = 1\n", 1),
    "L3": ("def f():\n    def g():\n        return 4\n    return g()\nx = f()\n", 4),
    "L4": ("f = lambda a: a + 1\nx = f(1)\n", 2),
    "L5": ("def f(*, a):\n    return a\nx = f(a = 5)\n", 5),
    "L6": ("x = 1\nx = 2\nprint = 5\n", 2),
    "L7": ("x = 1\nx += 2\n", 3),
    "L8": ("def f():\n    return late\nlate = 6\nx = f()\n", 6),
    "L9": ("y = 1\ndef f():\n    z = y\n    y = 2\n    return z\nx = f()\n", "OX0209"),
    "L10": ("def f():\n    return nowhere\nx = 1\n", 1),
    "L11": ("def f():\n    return f()\nx = f()\n", "OX0405"),
    "L12": ("x = 9223372036854775807 + 1\n", 9223372036854775808),
    "L13": ("x = 7 / 2\n", 3.5),
    "L14": ('x = "a" "b"\n', "OX01"),
    "L15": ("x = ({'a': 1} | {'b': 2})['b']\n", 2),
    "L16": ("x = len(set([1, 1]))\n", 1),
    "L17": ("load('lib.bzl', '_hidden')\nx = 1\n", "OX0207"),
    "L18": ("load('@stdlib//lists.star', 'unique')\nload('lib.bzl', 'NAMES')\nx = len(unique(NAMES))\n", 2),
    "L19": ("load('lib.bzl', 'constant')\nx = constant()\n", "OX0201"),
    "L20": ("load('lib.bzl', 'NAMES')\nNAMES.append('c')\nx = 1\n", "OX0401"),
    "L21": ("def f():\r\n\ta = 1; b = 2\r\n\treturn a + b\r\nx = f()\r\n", 3),
    "L22": ("def f(a: str, b: Whatever = 1) -> list:\n    return b\nx = f('a')\n", 1),
    "L23": ("x = {'a': 1, 'a': 2}['a']\n", 2),
    "L24": ("x = len({1: 'a', True: 'b'})\n", 2),
    "L25": ("x = [c for c in 'abc']\n", "OX0350"),
    "L26": ("l = [1]\nfor y in l:\n    l.append(y)\nx = 1\n", "OX0402"),
}


def evaluate(text: str) -> Module:
    return load_source(SourceFile("pyoxidizer.bzl", text), CONFIG, None, Thread(out=lambda text: None), {"CWD": "/here"})


@pytest.mark.parametrize("row", ROWS)
def test_row(row: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lib.bzl").write_text("NAMES = ['a', 'b']\n_hidden = 1\ndef constant():\n    return CWD\n")
    monkeypatch.chdir(tmp_path)
    text, expected = ROWS[row]
    if isinstance(expected, str):
        with pytest.raises(OxError) as caught:
            evaluate(text)
        assert caught.value.diagnostic.code.id.startswith(expected)
    else:
        assert evaluate(text).get("x") == expected


def test_every_row_of_the_page_has_a_program() -> None:
    page = bundled_path("docs", "language.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| (L\d+) \|", page, re.M) == list(ROWS)
