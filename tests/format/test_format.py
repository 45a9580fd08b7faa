"""The formatter: golden files, and what holds for every file."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from oxlang.diagnostics.model import OxError
from oxlang.format import format_text
from oxlang.source import SourceFile
from oxlang.syntax.layout import tokenise
from oxlang.syntax.options import CONFIG, STANDARD
from oxlang.syntax.parse import parse
from oxlang.syntax.words import NEWLINE, SKIP
from tests.support.golden import assert_golden
from tests.syntax.test_oracle import expressions
from tests.syntax.trees import good, shape

HERE = Path(__file__).parent
CASES = sorted((HERE / "testdata").glob("*.in.star"))
SAMPLES = [*CASES, *sorted((HERE.parent / "syntax" / "samples").glob("*.star"))]


def format(text: str) -> str:
    return format_text(SourceFile("test.star", text), CONFIG)


def bare(tree: list[Any]) -> list[Any]:
    """The shape of a tree without parentheses, which the formatter may add around operators."""
    return [one for one in tree if one != "Parenthesised"]


def check(text: str) -> str:
    """Formats a text and checks what holds for every text."""
    before = good(text)
    formatted = format(text)
    after = good(formatted)
    assert bare(shape(after.statements)) == bare(shape(before.statements))
    assert sorted(one.text for one in after.comments) == sorted(one.text.rstrip() for one in before.comments)
    assert format(formatted) == formatted
    assert all(line == line.rstrip() for line in formatted.split("\n")) or '"""' in formatted
    return formatted


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name.removesuffix(".in.star"))
def test_golden(path: Path) -> None:
    formatted = check(path.read_text(encoding="utf-8"))
    assert_golden(path.with_name(path.name.replace(".in.", ".golden.")), formatted)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_samples(path: Path) -> None:
    check(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_comments_anywhere(path: Path) -> None:
    """Comments are kept wherever they stand, and the result is a fixed point."""
    text = path.read_text(encoding="utf-8")
    tokens = tokenise(SourceFile("test.star", text), CONFIG)
    inside = [index for index, kind in enumerate(tokens.kinds) if index and kind == SKIP and tokens.texts[index][0] in "\n#"]
    ends = [index for index, kind in enumerate(tokens.kinds) if kind == NEWLINE]
    random_ = random.Random(path.name)
    for _ in range(10):
        places = sorted(random_.sample(inside + ends, min(4, len(inside + ends))), reverse=True)
        changed = text
        for number, index in enumerate(places):
            start = tokens.starts[index]
            own = random_.random() < 0.5
            before = text.rfind("\n", 0, start) + 1
            blank = text[before:start][: len(text[before:start]) - len(text[before:start].lstrip())]
            comment = f"\n{blank}# new {number}" if own else f"  # new {number}"
            if tokens.texts[index].startswith("#"):
                continue
            changed = changed[:start] + comment + changed[start:]
        check(changed)


@given(expressions)
@settings(max_examples=60, deadline=None)
def test_expressions(text: str) -> None:
    source = f"x = {text}\n"
    if not parse(SourceFile("test.star", source), CONFIG).diagnostics:
        check(source)
        check(f"def f():\n  return {text}\n")


def test_line_ends() -> None:
    assert format("x = 1\r\ndef f():\r\n\treturn [\r\n1, # c\r\n2]\r\n") == (
        "x = 1\n\ndef f():\n    return [\n        1,  # c\n        2,\n    ]\n"
    )


def test_empty() -> None:
    assert format("") == ""
    assert format("\n\n") == ""
    assert format("# a\n\n\n\n# b") == "# a\n\n\n# b\n"


def test_syntax_errors() -> None:
    with pytest.raises(OxError) as caught:
        format_text(SourceFile("test.star", "x = = 1\ny = [\n"), STANDARD)
    assert len(caught.value.diagnostics) == 2


@pytest.mark.parametrize(
    "text",
    ["x = " + "[" * 200 + "]" * 200, "x = " + "+".join("a" * 900), "x = a" + ".b()" * 300, "x = " + "not " * 900 + "y"],
    ids=["brackets", "operators", "calls", "signs"],
)
def test_deep(text: str) -> None:
    import sys

    sys.setrecursionlimit(20_000)  # for the comparison of trees
    check(text + "\n")


def test_old_strings_keep_their_line_ends() -> None:
    assert format('x = """a\r\nb"""\r\n') == 'x = """a\r\nb"""\n'
