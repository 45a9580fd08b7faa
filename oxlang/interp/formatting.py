"""Text of values: `str`, `repr`, `%` and `.format`.

Floats follow Go's `%g` with the shortest digits that read back as the same number. Formats never reach attributes or
elements of their arguments.
"""

from __future__ import annotations

from oxlang.declare.booleans import Bool
from oxlang.diagnostics.model import error
from oxlang.interp.values import Elements, Range, SSet, Struct, is_builtin, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FunctionType
    from typing import Any
else:
    from oxlang.interp.values import FunctionType

_ESCAPES = {
    '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t",
    "\a": "\\a", "\b": "\\b", "\f": "\\f", "\v": "\\v",
}  # fmt: skip
_MAX_DIGITS = 4000
_LONG_BITS = 1 << 16
_CHUNK = 10**_MAX_DIGITS


def quote(text: str) -> str:
    """Gives the text as a literal in double quotes."""
    if text.isprintable():
        if '"' not in text and "\\" not in text:
            return f'"{text}"'
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if text.isascii():
        return '"' + "".join(map(_escape, text)) + '"'
    from oxlang.syntax.utf8 import decoded

    return native('"' + "".join(map(_escape, decoded(text))) + '"')


def _escape(one: str) -> str:
    if one in _ESCAPES:
        return _ESCAPES[one]
    if one.isprintable():
        return one
    code = ord(one)
    if code < 0x80:
        return f"\\x{code:02x}"
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def quote_bytes(value: bytes) -> str:
    """Gives bytes as a literal; valid UTF-8 is shown as text."""
    return native('b"' + "".join(map(_escape, value.decode("utf-8", "surrogateescape"))) + '"')


def native(text: str) -> str:
    """Gives a text as the running program holds strings."""
    from oxlang.interp.thread import CURRENT

    if not CURRENT.thread.like_go:
        return text
    from oxlang.syntax.utf8 import encoded

    return encoded(text)


def float_text(value: float) -> str:
    """Gives a float as `str` shows it: `1.0`, `1e+06`, `nan`, `+inf`."""
    if value != value or type(value) is not float:
        return "nan"
    size = abs(value)
    if size == float("inf"):
        return "+inf" if value > 0 else "-inf"
    text = repr(value)
    if size == 0 or 1e-4 <= size < 1e6:
        return text
    sign = "-" if value < 0 else ""
    text = text.lstrip("-")
    if "e" in text:
        digits, exponent_text = text.split("e")
        exponent = int(exponent_text)
    else:
        whole, _, fraction = text.partition(".")
        exponent = len(whole) - 1
        rest = (whole[1:] + fraction).rstrip("0")
        digits = whole[0] + ("." + rest if rest else "")
    return f"{sign}{digits}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def int_text(value: int) -> str:
    """Gives a decimal integer of any size (Python refuses more than 4,300 digits at once)."""
    if -_CHUNK < value < _CHUNK:
        return str(value)
    if value < 0:
        return "-" + int_text(-value)
    return _long(value) if value.bit_length() > _LONG_BITS else str(value)


def _long(value: int) -> str:
    """Gives the digits by way of the decimal module, whose arithmetic does not grow with the square of the length."""
    import decimal

    def part(rest: int, bits: int) -> decimal.Decimal:
        if bits <= 512:
            return decimal.Decimal(rest)
        half = bits >> 1
        high = rest >> half
        power = powers.get(half)
        if power is None:
            power = powers[half] = decimal.Decimal(2) ** half
        return part(rest - (high << half), half) + part(high, bits - half) * power

    powers: dict[int, decimal.Decimal] = {}
    with decimal.localcontext() as context:
        context.prec = decimal.MAX_PREC
        context.Emax = decimal.MAX_EMAX
        context.Emin = decimal.MIN_EMIN
        context.traps[decimal.Inexact] = True
        return str(part(value, value.bit_length()))


def text_of(value: Any, *, inside: bool = False) -> str:
    """Gives `str(value)`; `inside` another text starlark-go shows bytes as they are written."""
    if type(value) is str:
        return value
    if type(value) is bytes:
        from oxlang.interp.thread import CURRENT
        from oxlang.syntax.utf8 import readable

        if inside and CURRENT.thread.like_go:
            return quote_bytes(value)
        # The specification wants U+FFFD for each byte that is part of no valid encoding.
        return native(readable(value.decode("utf-8", "surrogateescape")))
    return repr_of(value)


def repr_of(value: Any) -> str:
    """Gives `repr(value)`."""
    cls = type(value)
    if cls is str:
        return quote(value)
    if cls is int:
        return str(value) if -_CHUNK < value < _CHUNK else int_text(value)
    if value is None or cls is Bool:
        return repr(value)
    out = Pieces()
    write(value, out, [])
    return "".join(out)


class Pieces(list[str]):
    """Pieces of a text that is being written; long ones are charged to the thread as they grow."""

    __slots__ = ("charged",)

    def __init__(self) -> None:
        self.charged = 0

    def grown(self) -> None:
        """Charges the pieces that are new since the last time. Raises OX0407."""
        from oxlang.interp.thread import charge

        charge((len(self) - self.charged) * 32)
        self.charged = len(self)


_MANY = 1 << 16


def write(value: Any, out: Pieces, path: list[int]) -> None:
    cls = type(value)
    if cls is str:
        out.append(quote(value))
    elif cls is int:
        out.append(int_text(value))
    elif isinstance(value, float):
        out.append(float_text(value))
    elif isinstance(value, list):
        _sequence(value, out, path, "[", "]")
    elif isinstance(value, tuple):
        _sequence(value, out, path, "(", ",)" if len(value) == 1 else ")")
    elif isinstance(value, dict):
        if id(value) in path:
            out.append("{...}")
            return
        _deeper(path, value)
        out.append("{")
        first = True
        for key, item in value.items():
            if not first:
                out.append(", ")
            first = False
            if len(out) - out.charged > _MANY:
                out.grown()
            write(key, out, path)
            out.append(": ")
            write(item, out, path)
        out.append("}")
        path.pop()
    elif isinstance(value, SSet):
        _sequence(value, out, path, "set([", "])")
    elif cls is bytes:
        out.append(quote_bytes(value))
    elif isinstance(value, Struct) and value.kind == "struct":
        _struct(value, out, path)
    else:
        out.append(_other(value))


def _deeper(path: list[int], value: Any) -> None:
    from oxlang.interp.thread import CURRENT, too_nested

    limit = CURRENT.thread.limits.depth
    if len(path) >= limit:
        raise too_nested(limit)
    path.append(id(value))


def _sequence(value: Any, out: Pieces, path: list[int], opening: str, closing: str) -> None:
    if id(value) in path:
        out.append(opening + "..." + closing.lstrip(","))
        return
    _deeper(path, value)
    out.append(opening)
    first = True
    for one in value:
        if not first:
            out.append(", ")
        first = False
        if len(out) - out.charged > _MANY:
            out.grown()
        write(one, out, path)
    out.append(closing)
    path.pop()


def _struct(value: Struct, out: Pieces, path: list[int]) -> None:
    if id(value) in path:
        out.append("struct(...)")
        return
    _deeper(path, value)
    before = "struct("
    for name, field in sorted(value.fields.items()):
        out.append(f"{before}{name} = ")
        before = ", "
        if len(out) - out.charged > _MANY:
            out.grown()
        write(field, out, path)
    out.append(")" if value.fields else "struct()")
    path.pop()


def _other(value: Any) -> str:
    if isinstance(value, FunctionType):
        name = function_name(value)
        return f"<built-in function {name}>" if is_builtin(value) else f"<function {name}>"
    if isinstance(value, Range):
        python = value.python
        if python.step != 1:
            return f"range({python.start}, {python.stop}, {python.step})"
        return f"range({python.start}, {python.stop})" if python.start else f"range({python.stop})"
    if isinstance(value, Struct):
        return f'<{value.kind} "{value.name}">'
    if isinstance(value, Elements):
        return f"{repr_of(value.of)}.{value.method}()"
    own = getattr(type(value), "starlark_repr", None)
    if own is not None:
        return str(own(value))
    if type(value) is Bool or value is None:
        return repr(value)
    if type(value).__name__ == "builtin_function_or_method":
        return f"<built-in function {value.__name__}>"
    return f"<{type_name(value)}>"


def function_name(value: Any) -> str:
    """Gives the name of a function value."""
    name: str = getattr(value, "__name__", "function")
    return "lambda" if name == "<lambda>" else name.removesuffix(".")


# ---- format % arguments

_LONG = 1 << 16


def _refuse_large(parts: list[str]) -> None:
    """Raises OX0407 when the parts are larger together than a value may be."""
    from oxlang.interp.thread import CURRENT, too_large

    limit = CURRENT.thread.limits.value_bytes
    size = sum(map(len, parts))
    if size > limit:
        raise too_large(size, limit)


def percent(template: str, arguments: Any) -> str:
    """Gives `template % arguments`. Raises OX0356."""
    given: tuple[Any, ...] = arguments if type(arguments) is tuple else (arguments,)
    parts: list[str] = []
    at = used = 0
    count = len(given)
    while True:
        found = template.find("%", at)
        if found < 0:
            parts.append(template[at:])
            break
        parts.append(template[at:found])
        if found + 1 >= len(template):
            raise error("OX0356", "incomplete format", help="write `%%` for a percent sign")
        letter = template[found + 1]
        at = found + 2
        if letter == "%":
            parts.append("%")
            continue
        if letter == "(":
            closing = template.find(")", at)
            if closing < 0 or closing + 1 >= len(template):
                raise error("OX0356", "incomplete format key")
            key = template[at:closing]
            if not isinstance(arguments, dict):
                raise error("OX0356", "format requires a mapping")
            if key not in arguments:
                raise error("OX0404", f"key {quote(key)} not in dict")
            parts.append(_convert(template[closing + 1], arguments[key]))
            at = closing + 2
            used = count
            continue
        if used >= count:
            raise error("OX0356", "not enough arguments for format string", help="each `%s` and the like takes one argument; `%%` is a percent sign")
        part = _convert(letter, given[used])
        parts.append(part)
        used += 1
        if len(part) > _LONG:
            _refuse_large(parts)
    if used < count and not isinstance(arguments, dict):
        raise error("OX0356", "too many arguments for format string", help="write `%s` for each argument")
    return "".join(parts)


def _convert(letter: str, value: Any) -> str:
    if letter == "s":
        return text_of(value, inside=True)
    if letter == "r":
        return repr_of(value)
    if letter in "dioxX":
        number = _whole(letter, value)
        if letter in "di":
            return int_text(number)
        text = format(abs(number), letter)
        return "-" + text if number < 0 else text
    if letter in "eEfFgG":
        return _floating(letter, value)
    if letter == "c":
        return _character(value)
    raise error("OX0356", f"unknown conversion %{letter}", help="known are %s %r %d %o %x %X %e %f %g %c %%")


def _whole(letter: str, value: Any) -> int:
    if type(value) is int:
        return value
    if isinstance(value, float):
        return float_to_int(value)
    help = "`%s` takes any value" if letter == "d" else None
    raise error("OX0356", f"%{letter} format requires integer: cannot convert {type_name(value)} to int", help=help)


def float_to_int(value: float) -> int:
    """Gives the integer part. Raises OX0412 for what is not finite."""
    if value != value or not isinstance(value, float) or type(value) is not float:
        raise error("OX0412", "cannot convert float NaN to integer")
    if value in (float("inf"), float("-inf")):
        raise error("OX0412", "cannot convert float infinity to integer")
    return int(value)


def _floating(letter: str, value: Any) -> str:
    if type(value) is int:
        try:
            value = float(value)
        except OverflowError:
            raise error("OX0412", "int too large to convert to float") from None
    elif not isinstance(value, float):
        raise error("OX0356", f"%{letter} format requires float, not {type_name(value)}")
    if value != value or type(value) is not float or value in (float("inf"), float("-inf")):
        return float_text(value)
    if letter in "gG":
        text = float_text(value)
        return text.upper() if letter == "G" else text
    return f"%{letter}" % value


def character(code: int) -> str:
    """Gives the text of one code point; U+FFFD for half of a surrogate pair, which no text holds."""
    return native("\ufffd" if 0xD800 <= code <= 0xDFFF else chr(code))


def _character(value: Any) -> str:
    if type(value) is str:
        from oxlang.syntax.utf8 import readable

        if len(readable(value)) != 1:
            raise error("OX0356", f"%c format requires a single-character string, not {quote(value)}")
        return native(readable(value))
    if type(value) is int:
        if not 0 <= value <= 0x10FFFF:
            raise error("OX0356", f"%c format requires a valid Unicode code point, got {value}")
        return character(value)
    raise error("OX0356", f"%c format requires int or single-character string, not {type_name(value)}")


# ---- "…{}…".format(…)


def format_text(template: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """Gives `template.format(*args, **kwargs)`. Raises OX0356."""
    parts: list[str] = []
    at = 0
    automatic = manual = False
    index = 0
    length = len(template)
    while at < length:
        opening = template.find("{", at)
        literal = template[at:] if opening < 0 else template[at:opening]
        if "}" in literal:
            if "}" in literal.replace("}}", ""):
                raise error("OX0356", "format: single '}' in format", help="write `}}` for a brace")
            literal = literal.replace("}}", "}")
        parts.append(literal)
        if opening < 0:
            break
        if template.startswith("{{", opening):
            parts.append("{")
            at = opening + 2
            continue
        closing = template.find("}", opening)
        if closing < 0:
            raise error("OX0356", "format: unmatched '{' in format", help="write `{{` for a brace")
        field = template[opening + 1 : closing]
        at = closing + 1
        name, conversion, spec = _field(field)
        if not name:
            if manual:
                raise error("OX0356", "format: cannot switch from manual field specification to automatic field numbering")
            automatic = True
            value = _positional(args, index)
            index += 1
        elif name.isascii() and name.isdigit():
            if automatic:
                raise error("OX0356", "format: cannot switch from automatic field numbering to manual")
            manual = True
            digits = name.lstrip("0") or "0"
            value = _positional(args, int(digits) if len(digits) < 10 else len(args))
        else:
            value = _keyword(name, kwargs)
        if spec:
            raise error("OX0356", f"format spec features not supported in replacement fields: {spec}")
        part = text_of(value, inside=True) if conversion == "s" else repr_of(value)
        parts.append(part)
        if len(part) > _LONG:
            _refuse_large(parts)
    return "".join(parts)


def _field(field: str) -> tuple[str, str, str]:
    """Gives name, conversion and format specification of `name!conversion:spec`."""
    name, mark, rest = field.partition("!")
    if not mark:
        name, _, spec = field.partition(":")
        return name, "s", spec
    conversion, _, spec = rest.partition(":")
    if conversion not in ("s", "r"):
        raise error("OX0356", f'format: unknown conversion "{conversion}"', help="known are `!s` and `!r`")
    return name, conversion, spec


def _positional(args: Sequence[Any], index: int) -> Any:
    if index >= len(args):
        raise error("OX0356", "format: tuple index out of range", help="the text has more fields than arguments")
    return args[index]


def _keyword(name: str, kwargs: Mapping[str, Any]) -> Any:
    if name in kwargs:
        return kwargs[name]
    if "{" in name:
        raise error("OX0356", "format: nested replacement fields not supported")
    if "." in name:
        raise error("OX0356", f"format: attribute syntax x.y is not supported in replacement fields: {name}")
    if "[" in name:
        raise error("OX0356", f"format: element syntax a[i] is not supported in replacement fields: {name}")
    from oxlang.diagnostics.spelling import did_you_mean

    raise error("OX0356", f"format: keyword {name} not found", help=did_you_mean(name, kwargs))
