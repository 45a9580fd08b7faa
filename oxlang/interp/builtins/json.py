"""The module `json`: `encode`, `encode_indent`, `decode`, `indent`."""

from __future__ import annotations

import re
from typing import Any

from oxlang.declare.booleans import FALSE, TRUE, Bool
from oxlang.diagnostics.model import OxError, error
from oxlang.interp.builtins.arguments import MISSING, text
from oxlang.interp.builtins.struct import make_module
from oxlang.interp.formatting import character, float_text, int_text, native, quote
from oxlang.interp.thread import charge
from oxlang.interp.values import SDict, SList, Struct, type_name
from oxlang.syntax.utf8 import readable

_MAX_DEPTH = 300
_ESCAPE = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_CONTROL = re.compile(r'["\\\x00-\x1f]')


def _json_text(value: str) -> str:
    return '"' + _CONTROL.sub(lambda one: _ESCAPE.get(one[0]) or f"\\u{ord(one[0]):04x}", value) + '"'


def encode(x: Any, /) -> str:
    """Gives a value as JSON on one line; keys of dicts and fields of structs are sorted."""
    return _encoded("json.encode", x)


def encode_indent(x: Any, /, *, prefix: Any = "", indent: Any = "\t") -> str:
    """Gives a value as JSON on several lines."""
    return _indented("json.encode_indent", _encoded("json.encode_indent", x), prefix, indent)


def _encoded(function: str, x: Any) -> str:
    out: list[str] = []
    _write(function, x, out, [], "")
    made = native(readable("".join(out)))
    charge(len(made))
    return made


def _write(function: str, value: Any, out: list[str], path: list[int], where: str) -> None:
    if value is None:
        out.append("null")
    elif isinstance(value, Bool):
        out.append("true" if value else "false")
    elif type(value) is int:
        out.append(int_text(value))
    elif isinstance(value, float):
        if value != value or type(value) is not float or value in (float("inf"), float("-inf")):
            raise error("OX0357", f"{function}: {where}cannot encode non-finite float {float_text(value)}")
        out.append(repr(value) if value != int(value) or abs(value) >= 1e16 else float_text(value))
    elif isinstance(value, str):
        out.append(_json_text(value))
    else:
        if id(value) in path:
            raise error("OX0357", f"{function}: {where}cycle in JSON structure")
        if len(path) > _MAX_DEPTH:
            raise error("OX0408", f"{function}: nesting depth exceeds {_MAX_DEPTH}")
        path.append(id(value))
        if isinstance(value, SDict):
            _write_dict(function, value, out, path, where)
        elif isinstance(value, Struct) and value.kind == "struct":
            _write_members(function, [(name, one, f"in field .{name}: ") for name, one in sorted(value.fields.items())], out, path, where)
        elif hasattr(type(value), "__iter__") and not isinstance(value, bytes):
            kind = type_name(value)
            out.append("[")
            for at, one in enumerate(value):
                if at:
                    out.append(",")
                _write(function, one, out, path, f"{where}at {kind} index {at}: ")
            out.append("]")
        else:
            raise error("OX0351", f"{function}: {where}cannot encode {type_name(value)} as JSON")
        path.pop()


def _write_dict(function: str, value: SDict, out: list[str], path: list[int], where: str) -> None:
    members = []
    for key, one in value.items():
        if type(key) is not str:
            raise error("OX0351", f"{function}: {where}dict has {type_name(key)} key, want string")
        members.append((key, one, f"in dict key {quote(key)}: "))
    _write_members(function, sorted(members, key=lambda member: member[0]), out, path, where)


def _write_members(
    function: str, members: list[tuple[str, Any, str]], out: list[str], path: list[int], where: str
) -> None:
    out.append("{")
    for at, (name, one, step) in enumerate(members):
        if at:
            out.append(",")
        out.append(_json_text(name) + ":")
        _write(function, one, out, path, where + step)
    out.append("}")


def indent(s: Any, /, *, prefix: Any = "", indent: Any = "\t") -> str:
    """Gives JSON text on several lines."""
    given = text("json.indent", "s", s)
    _Reader(given, "json.indent: invalid character or text").read()
    return _indented("json.indent", given, prefix, indent)


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.S)


def _indented(function: str, given: str, prefix: Any, step: Any) -> str:
    lead, unit = text(function, "prefix", prefix), text(function, "indent", step)
    out: list[str] = []
    depth = 0
    previous = ""
    for found in _TOKEN.finditer(given):
        token = found[0]
        if token in "}]" and len(token) == 1:
            depth -= 1
            if previous not in ("{", "["):
                out.append("\n" + lead + unit * depth)
            out.append(token)
        else:
            if previous in ("{", "["):
                out.append("\n" + lead + unit * depth)
            if token in ("{", "["):
                depth += 1
                out.append(token)
            elif token == ",":
                out.append(",\n" + lead + unit * depth)
            elif token == ":":
                out.append(": ")
            else:
                out.append(token)
        previous = token
    made = "".join(out)
    charge(len(made))
    return made


def decode(x: Any, /, default: Any = MISSING) -> Any:
    """Gives the value of JSON text; `default` in place of an error when the text is no JSON."""
    given = text("json.decode", "x", x)
    try:
        return _Reader(given, "").read()
    except OxError:
        if default is not MISSING:
            return default
        raise


_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.A)
_NUMBER_LIKE = re.compile(r"-?[0-9.eE+-]*")
_STRING = re.compile(r'[^"\\\x00-\x1f]*')
_SIMPLE = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class _Reader:
    """Reads one JSON value; the nesting is bounded."""

    def __init__(self, given: str, prefix: str) -> None:
        self.given = given
        self.at = 0
        self.depth = 0
        self.prefix = prefix

    def fail(self, what: str, at: int | None = None) -> OxError:
        where = self.at if at is None else at
        prefix = f"{self.prefix}: " if self.prefix else ""
        return error("OX0357", f"{prefix}json.decode: at offset {where}, {what}")

    def read(self) -> Any:
        value = self.value()
        self.space()
        if self.at < len(self.given):
            raise self.fail(f"unexpected character {self.given[self.at]!r} after value")
        return value

    def space(self) -> None:
        while self.at < len(self.given) and self.given[self.at] in " \t\r\n":
            self.at += 1

    def peek(self) -> str:
        self.space()
        if self.at >= len(self.given):
            raise self.fail("unexpected end of file")
        return self.given[self.at]

    def value(self) -> Any:
        first = self.peek()
        if first == '"':
            return self.string()
        for word, value in (("null", None), ("true", TRUE), ("false", FALSE)):
            if self.given.startswith(word, self.at):
                self.at += len(word)
                return value
        if first == "-" or first.isdigit():
            return self.number()
        if first in "[{":
            self.depth += 1
            if self.depth > _MAX_DEPTH:
                raise self.fail("nesting depth limit exceeded")
            made = self.array() if first == "[" else self.object()
            self.depth -= 1
            return made
        raise self.fail(f"unexpected character {_shown(first)}")

    def number(self) -> Any:
        whole = _NUMBER_LIKE.match(self.given, self.at)
        found = _NUMBER.fullmatch(whole[0]) if whole else None
        if whole is None or found is None:
            raise self.fail(f"invalid number: {whole[0] if whole else ''}")
        start, self.at = self.at, whole.end()
        if found[1] or found[2]:
            value = float(whole[0])
            if value in (float("inf"), float("-inf")):
                raise self.fail(f"number out of range: {whole[0]}", start)
            return value
        from oxlang.interp.builtins.core import int_

        return int_(whole[0])

    def string(self) -> str:
        start = self.at
        self.at += 1
        parts: list[str] = []
        while True:
            found = _STRING.match(self.given, self.at)
            if found is not None:
                parts.append(found[0])
                self.at = found.end()
            if self.at >= len(self.given):
                raise self.fail("unclosed string literal", start)
            one = self.given[self.at]
            if one == '"':
                self.at += 1
                return native(readable("".join(parts)))
            if one != "\\":
                raise self.fail(f"invalid character {one!r} in string literal")
            parts.append(self.escape())

    def escape(self) -> str:
        letter = self.given[self.at + 1 : self.at + 2]
        if letter in _SIMPLE and letter:
            self.at += 2
            return _SIMPLE[letter]
        if letter == "u":
            code = self.hex4()
            if 0xD800 <= code < 0xDC00 and self.given.startswith("\\u", self.at):
                before = self.at
                low = self.hex4()
                if 0xDC00 <= low < 0xE000:
                    return chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00))
                self.at = before
            return character(code)
        raise self.fail(f"invalid escape sequence `\\{letter}` in string: invalid character {letter!r} in string escape code")

    def hex4(self) -> int:
        digits = self.given[self.at + 2 : self.at + 6]
        if len(digits) != 4 or any(one not in "0123456789abcdefABCDEF" for one in digits):
            raise self.fail("invalid escape sequence in string literal")
        self.at += 6
        return int(digits, 16)

    def array(self) -> SList:
        self.at += 1
        made = SList()
        if self.peek() == "]":
            self.at += 1
            return made
        while True:
            made.append(self.value())
            one = self.peek()
            self.at += 1
            if one == "]":
                return made
            if one != ",":
                self.at -= 1
                raise self.fail(f"in array, got {_shown(one)}, want ',' or ']'")
            self.peek()

    def object(self) -> SDict:
        self.at += 1
        made = SDict()
        if self.peek() == "}":
            self.at += 1
            return made
        while True:
            if self.peek() != '"':
                raise self.fail(f"unexpected character {_shown(self.peek())}: want a string as object key")
            key = self.string()
            if self.peek() != ":":
                raise self.fail(f"after object key, got {_shown(self.peek())}, want ':'")
            self.at += 1
            dict.__setitem__(made, key, self.value())
            one = self.peek()
            self.at += 1
            if one == "}":
                return made
            if one != ",":
                self.at -= 1
                raise self.fail(f"in object, got {_shown(one)}, want ',' or '}}'")
            self.peek()


def _shown(one: str) -> str:
    return "'\\''" if one == "'" else f"'{one}'"


FUNCTIONS = {"decode": decode, "encode": encode, "encode_indent": encode_indent, "indent": indent}


def module() -> Struct:
    """Makes the module."""
    return make_module("json", FUNCTIONS)
