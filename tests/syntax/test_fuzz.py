"""Whatever the text: a tree and diagnostics come out, and the places of nodes are nested and inside the text."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oxlang.source import SourceFile
from oxlang.syntax import tables
from oxlang.syntax.ast import ErrorExpression, ErrorStatement, File, Name
from oxlang.syntax.options import CONFIG, STANDARD, LanguageOptions
from oxlang.syntax.parse import parse
from oxlang.syntax.visit import children, walk
from tests.syntax.test_lark import SAMPLES

WORDS = [
    *(text for text in tables.TERMINALS if not (text.isupper() and text.isalpha())),
    *(
        "a",
        "b",
        "x1",
        "1",
        "0x",
        "1.5",
        '"s"',
        "'",
        '"""',
        "b'\\xff'",
        "r'\\'",
        "\n",
        "\n    ",
        "\n        ",
        "\n\t",
        "  ",
    ),
    *(
        "# c",
        "\\\n",
        "\\",
        "!",
        "?",
        "@",
        "import",
        "class",
        "is",
        "yield",
        "é",
        "“",
        "\u00a0",
        "\r\n",
        "\r",
        ";",
        "True",
    ),
]
texts = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=40).map("".join),
)


def check(text: str, options: LanguageOptions) -> File:
    """Parses a text and checks what holds for every text."""
    result = parse(SourceFile("fuzz.star", text), options)
    file = result.file
    assert (file.start, file.end) == (0, len(text))
    broken = False
    for node in walk(file):
        assert 0 <= node.start <= node.end <= len(text)
        end = node.start
        for child in children(node):
            assert node.start <= child.start <= child.end <= node.end, (node, child)
            assert child.start >= end, (node, child)
            end = child.end
        broken = broken or isinstance(node, ErrorStatement | ErrorExpression)
        if isinstance(node, Name) and node.id:
            assert text[node.start : node.end] in (node.id, repr(node.id), f'"{node.id}"') or "load" in text
    assert result.diagnostics or not broken
    for one in result.diagnostics:
        assert one.span is not None
        for label in one.labels:
            assert 0 <= label.span.start <= label.span.end <= len(text)
        for fix in one.fixes:
            for edit in fix.edits:
                assert 0 <= edit.span.start <= edit.span.end <= len(text)
    for comment in file.comments:
        assert text[comment.start : comment.end] == comment.text
    return file


@given(texts, st.sampled_from([STANDARD, CONFIG]))
@settings(max_examples=200, deadline=None)
def test_any_text(text: str, options: LanguageOptions) -> None:
    check(text, options)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_damaged_samples(path: object) -> None:
    text = SAMPLES[0].read_text(encoding="utf-8")
    random_ = random.Random(7)
    end = time.monotonic() + 5
    for _ in range(120):
        begin = random_.randrange(len(text))
        size = random_.choice([1, 1, 1, 2, 5, 30])
        middle = random_.choice(["", "", random_.choice(WORDS), text[begin : begin + size] * 2])
        check(text[:begin] + middle + text[begin + size :], STANDARD)
        if time.monotonic() > end:
            break


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000,
        "x = " + "[" * 10_000 + "]" * 10_000 + "\ny = 1\n",
        "x = " + "{1: " * 10_000,
        "f(" * 5_000 + ")" * 5_000,
        "x = " + "-" * 10_000 + "1\n",
        "x = " + "not " * 10_000 + "y\n",
        "x = " + "+".join(["a"] * 20_000) + "\n",
        "x = a" + ".b" * 20_000 + "\n",
        "x = a" + "()" * 20_000 + "\n",
        "x = " + "a if b else " * 10_000 + "c\n",
        "x = " + "lambda: " * 10_000 + "c\n",
        "".join(f"{' ' * n}if x:\n" for n in range(1_000)) + " " * 1_000 + "pass\n",
        "if x: pass\n" + "elif y: pass\n" * 10_000,
        "x = [" + "1, " * 100_000 + "]\n",
        '"' + "a" * 1_000_000,
        "'''" + "a\n" * 500_000,
        "#" * 1_000_000,
        " " * 1_000_000 + "x",
        "x = 1" + "0" * 100_000 + "\n",
        "foo(\n" * 2_000,
        "x = ]\n" * 2_000,
        ") " * 10_000,
        "\\\n" * 10_000,
        "@" * 10_000,
    ],
    ids=lambda text: text[:12].encode("unicode_escape").decode(),
)
def test_extremes(text: str) -> None:
    begin = time.process_time()
    check(text, STANDARD)
    assert time.process_time() - begin < 10


def test_deep_brackets_cost_one_statement() -> None:
    result = parse(SourceFile("deep.star", "a = 1\nx = " + "[" * 300 + "]" * 300 + "\nb = 2\n"), STANDARD)
    assert [one.code.id for one in result.diagnostics] == ["OX0190"]
    assert [type(one).__name__ for one in result.file.statements] == [
        "Assignment",
        "ErrorStatement",
        "Assignment",
    ]
