"""Values of literals."""

from __future__ import annotations

import ast as python

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oxlang.syntax.ast import ExpressionStatement, Literal_
from oxlang.syntax.options import CONFIG, STANDARD, LanguageOptions
from tests.syntax.trees import good, parsed


def value(text: str, options: LanguageOptions = STANDARD) -> object:
    statement = good(text, options).statements[0]
    assert isinstance(statement, ExpressionStatement)
    assert isinstance(statement.value, Literal_)
    return statement.value.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"a\\a\\b\\f\\n\\r\\t\\v\\\\\\\'\\""', "a\a\b\f\n\r\t\v\\'\""),
        ("'\\0\\12\\101\\119'", "\0\nA\t9"),
        ("'\\x41\\u0414\\u754c\\U0001F600'", "AД界😀"),
        ('"abc\\\ndef"', "abcdef"),
        ('r"a\\nb"', "a\\nb"),
        ('r"a\\\nb"', "a\\\nb"),
        ("r'a\\'b'", "a\\'b"),
        ("'''a\n'b' ''c'''", "a\n'b' ''c"),
        ('"""a\r\nb\rc"""', "a\nb\nc"),
        ("b'\\xff\\377\\u00e9é'", b"\xff\xff\xc3\xa9\xc3\xa9"),
        ("rb'\\xff'", b"\\xff"),
        ("br'\\''", b"\\'"),
        ("0", 0), ("00", 0), ("0x1F", 31), ("0XaB", 171), ("0o17", 15), ("0O7", 7), ("0b101", 5),
        ("1.", 1.0), (".5", 0.5), ("1e3", 1000.0), ("1.5E-3", 0.0015), ("0e0", 0.0), ("00.5", 0.5),
    ],
)  # fmt: skip
def test_values(text: str, expected: object) -> None:
    found = value(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"C:\\foo\\bar"', "C:\\foo\\bar"),
        ('"\\d\\a"', "\\d\\a"),
        ('"\\x41b"', "\u041b"),
        ('"\\x41g"', "Ag"),
        ('"\\u{1F600}"', "😀"),
        ('"\\u00e9"', "é"),
        ("r'a\\'b'", "a'b"),
        ('"""a\r\nb"""', "a\r\nb"),
        ("0755", 493),
    ],
)
def test_old_readings(text: str, expected: object) -> None:
    assert value(text, CONFIG) == expected


@given(st.text())
def test_python_escapes(text: str) -> None:
    """What Python writes as ASCII escapes, we read, as far as the specification allows."""
    literal = ascii(text)
    if any(0x80 <= ord(char) <= 0xFF or 0xD800 <= ord(char) <= 0xDFFF for char in text):
        return
    assert value(literal) == text


@given(st.binary())
def test_python_bytes(data: bytes) -> None:
    assert value(repr(data)) == data
    assert python.literal_eval(repr(data)) == data


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=0))
def test_floats(number: float) -> None:
    text = repr(number)
    assert value(text) == number


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('"\\q"', "OX0132"), ('"\\8"', "OX0132"), ('"\\x4"', "OX0132"), ('"\\x80"', "OX0132"), ('"\\200"', "OX0132"),
        ('"\\ud800"', "OX0132"), ('"\\U00110000"', "OX0132"), ("b'\\400'", "OX0132"), ("b'\\q'", "OX0132"),
        ("0x", "OX0133"), ("0b", "OX0133"), ("01", "OX0133"), ("089", "OX0133"), ("1e999", "OX0133"), ("1_0", "OX0133"),
    ],
)  # fmt: skip
def test_problems(text: str, code: str) -> None:
    found = parsed(f"x = {text}\n").diagnostics
    assert [one.code.id for one in found] == [code]


def test_long_numbers() -> None:
    """Python limits the digits of a number in text; Starlark does not."""
    assert value("9" * 5000) == 10**5000 - 1
