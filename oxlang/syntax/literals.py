"""Values of string, bytes and number tokens (Starlark's specification, "Lexical elements").

PyOxidizer 0.24's parser read some escapes differently. Where an old config would change its meaning, `old` keeps the
old reading: a backslash in front of a character that was no escape stands for itself (`"C:\\foo"` has no form feed),
`\\x` takes all hexadecimal digits that follow, `\\0` all octal ones, `\\u{…}` is a code point, an escaped quote of a
raw string loses its backslash, a line end inside a triple-quoted string stays as it is, and `0755` is octal.
"""

from __future__ import annotations

import math
import re

from oxlang.records import dataclass

_PARTS = re.compile(r"(rb?|br?)?(\"\"\"|'''|\"|')")
_ESCAPE = (
    r"\\(?:(?P<octal>[0-7]{1,3})|x(?P<hexadecimal>[0-9a-fA-F]{2})|u(?P<point>[0-9a-fA-F]{4})"
    r"|U(?P<long_point>[0-9a-fA-F]{8})|(?P<simple>\r\n|[\s\S]))"
)
_OLD_ESCAPE = (
    r"\\(?:(?P<octal>0[0-7]*|[1-7][0-7]{0,2})|x(?P<hexadecimal>[0-9a-fA-F]+)|u(?P<point>[0-9a-fA-F]{4})"
    r"|u\{(?P<braced>[0-9a-fA-F]+)\}|U(?P<long_point>[0-9a-fA-F]{8})|(?P<simple>\r\n|[\s\S]))"
)
_SIMPLE = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\\": "\\", "'": "'", '"': '"', "\n": "", "\r\n": "", "\r": "",
}  # fmt: skip
_OLD_UNKNOWN = frozenset("abfv")
_LINE_END = re.compile(r"\r\n?")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a literal: a place in its text, a message, and perhaps what to do."""

    start: int
    end: int
    code: str
    message: str
    help: str | None = None


def string_value(text: str, *, old: bool = False) -> tuple[str | bytes, Problem | None]:
    """Gives the value of a complete string or bytes token; with a problem, the value is as good as possible."""
    parts = _PARTS.match(text)
    assert parts is not None
    prefix, quote = parts.group(1) or "", parts.group(2)
    begin = parts.end()
    body = text[begin : len(text) - len(quote)]
    if "\r" in body and not old:
        body_lines = _LINE_END.sub("\n", body)
    else:
        body_lines = body
    if "\\" not in body:
        return (body_lines.encode("utf-8", "surrogatepass") if "b" in prefix else body_lines), None
    if "r" in prefix:
        value = body_lines.replace("\\" + quote[0], quote[0]) if old else body_lines
        return (value.encode("utf-8", "surrogatepass") if "b" in prefix else value), None
    if "b" in prefix:
        return _bytes_value(body, begin)
    return _text_value(body, begin, old)


def _text_value(body: str, begin: int, old: bool) -> tuple[str, Problem | None]:
    pieces: list[str] = []
    problem: Problem | None = None
    at = 0
    for found in re.finditer(_OLD_ESCAPE if old else _ESCAPE, body):
        pieces.append(_lines(body[at : found.start()], old))
        at = found.end()
        kind = found.lastgroup or ""
        digits = simple = found.group(kind)
        wrong: str | None = None
        if kind == "simple":
            if old and (simple in _OLD_UNKNOWN or simple not in _SIMPLE):
                pieces.append("\\" + simple)
            elif simple in _SIMPLE:
                pieces.append(_SIMPLE[simple])
            else:
                problem = problem or _bad_escape(body, found.start(), begin)
                pieces.append("\\" + simple)
            continue
        point = int(digits, 8 if kind == "octal" else 16)
        if kind == "octal" and point > 127 and not (old and digits[0] == "0"):
            wrong = f"octal escape `\\{digits}` is greater than `\\177`"
        elif kind == "hexadecimal" and point > 127 and not old:
            wrong = f"hexadecimal escape `\\x{digits}` is greater than `\\x7f`"
        if 0xD800 <= point <= 0xDFFF:
            wrong = f"`{found.group()}` is a surrogate, which is no character"
        elif point > 0x10FFFF:
            wrong = f"`{found.group()}` is greater than the last code point, `\\U0010ffff`"
        if wrong is None:
            pieces.append(chr(point))
        else:
            pieces.append("\ufffd")
            problem = problem or Problem(
                begin + found.start(),
                begin + found.end(),
                "OX0132",
                f"invalid escape sequence: {wrong}",
                f"write the character as `\\u{point:04x}`" if 127 < point < 0xD800 else None,
            )
    pieces.append(_lines(body[at:], old))
    return "".join(pieces), problem


def _lines(text: str, old: bool) -> str:
    return text if old or "\r" not in text else _LINE_END.sub("\n", text)


def _bytes_value(body: str, begin: int) -> tuple[bytes, Problem | None]:
    pieces: list[bytes] = []
    problem: Problem | None = None
    at = 0
    for found in re.finditer(_ESCAPE, body):
        pieces.append(_lines(body[at : found.start()], False).encode("utf-8", "surrogatepass"))
        at = found.end()
        kind = found.lastgroup or ""
        digits = simple = found.group(kind)
        if kind == "simple":
            if simple not in _SIMPLE:
                problem = problem or _bad_escape(body, found.start(), begin)
            pieces.append(_SIMPLE.get(simple, "\\" + simple).encode("utf-8", "surrogatepass"))
            continue
        wrong: str | None = None
        point = int(digits, 8 if kind == "octal" else 16)
        if kind in ("octal", "hexadecimal"):
            if point < 256:
                pieces.append(bytes([point]))
                continue
            wrong = f"octal escape `\\{digits}` is greater than `\\377`"
        else:
            if 0xD800 <= point <= 0xDFFF:
                wrong = f"`{found.group()}` is a surrogate, which is no character"
            elif point > 0x10FFFF:
                wrong = f"`{found.group()}` is greater than the last code point, `\\U0010ffff`"
            else:
                pieces.append(chr(point).encode("utf-8"))
                continue
        problem = problem or Problem(
            begin + found.start(), begin + found.end(), "OX0132", f"invalid escape sequence: {wrong}"
        )
    pieces.append(_lines(body[at:], False).encode("utf-8", "surrogatepass"))
    return b"".join(pieces), problem


_WANTED = {"x": ("two", 2), "u": ("four", 4), "U": ("eight", 8)}


def _bad_escape(body: str, at: int, begin: int) -> Problem:
    letter = body[at + 1]
    if letter in _WANTED:
        word, count = _WANTED[letter]
        end = at + 2
        while end < len(body) and end - at - 2 < count and body[end] in "0123456789abcdefABCDEF":
            end += 1
        message = f"invalid escape sequence `{body[at:end]}`: `\\{letter}` needs {word} hexadecimal digits"
        return Problem(begin + at, begin + end, "OX0132", message, "write `\\\\` for a backslash")
    if letter == "N":
        message = "invalid escape sequence `\\N`: Starlark has no names of characters"
        return Problem(begin + at, begin + at + 2, "OX0132", message, "write the code point as `\\uXXXX`")
    return Problem(
        begin + at,
        begin + at + 2,
        "OX0132",
        f"invalid escape sequence `\\{letter}`",
        f'write `\\\\{letter}` for a backslash, or make it a raw string: `r"…"`',
    )


def number_value(text: str, *, old: bool = False) -> tuple[int | float, Problem | None]:
    """Gives the value of a number token."""
    kind = text[1:2]
    size = len(text)
    if kind and kind in "xXoObB":
        base = {"x": 16, "o": 8, "b": 2}[kind.lower()]
        if size == 2:
            name = {16: "hexadecimal", 8: "octal", 2: "binary"}[base]
            return 0, Problem(0, size, "OX0133", f"invalid number `{text}`: no {name} digit behind `{text}`")
        return int(text[2:], base), None
    if text.isdecimal():
        if text[0] == "0" and text.strip("0"):
            if old and text.strip("01234567") == "":
                return int(text, 8), None
            return _big(text), Problem(
                0,
                size,
                "OX0133",
                f"invalid number `{text}`: a decimal number does not start with `0`",
                f"write `{text.lstrip('0')}`, or `0o{text.lstrip('0')}` for an octal number"
                if text.strip("01234567") == ""
                else f"write `{text.lstrip('0')}`",
            )
        return _big(text), None
    value = float(text)
    if math.isinf(value):
        return value, Problem(
            0, size, "OX0133", f"floating-point number `{text}` is too large", "the largest is about 1.8e308"
        )
    return value, None


def _big(text: str) -> int:
    """Decimal digits to a number without Python's limit on their count (4,300), by halves."""
    if len(text) <= 4000:
        return int(text)
    middle = len(text) // 2
    power: int = 10 ** (len(text) - middle)
    return _big(text[:middle]) * power + _big(text[middle:])
