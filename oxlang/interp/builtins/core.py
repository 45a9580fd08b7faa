"""The universal functions. Those that need the running thread (`print`) are made in `runtime`."""

from __future__ import annotations

from oxlang.declare.booleans import FALSE, TRUE, Bool
from oxlang.diagnostics.model import error
from oxlang.interp.attributes import attribute_names, get_attribute, has_attribute
from oxlang.interp.builtins.arguments import MISSING, integer, iterable, text, wrong
from oxlang.interp.builtins.collections import fill_dict
from oxlang.interp.builtins.ordering import max_, min_, sorted_
from oxlang.interp.formatting import character, float_to_int, int_text, repr_of, text_of
from oxlang.interp.nesting import pairs_of, weighed
from oxlang.interp.operators import MAX_BITS, hash_check
from oxlang.interp.thread import charge
from oxlang.interp.values import (
    NAN,
    Elements,
    Range,
    SDict,
    SList,
    SSet,
    type_name,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_LARGE = 4096


def abs_(x: Any, /) -> Any:
    """Gives the absolute value of a number."""
    if type(x) is int or isinstance(x, float):
        return abs(x) if x == x and type(x) is not NAN.__class__ else NAN
    raise wrong("abs", "x", x, "int or float")


def any_(x: Any, /) -> Bool:
    """Whether an element of the iterable is true."""
    if isinstance(x, Range):
        return TRUE if x.python and (x.python[0] or x.python[-1]) else FALSE
    return TRUE if any(iterable("any", x)) else FALSE


def all_(x: Any, /) -> Bool:
    """Whether all elements of the iterable are true."""
    if isinstance(x, Range):
        return FALSE if 0 in x.python else TRUE
    return TRUE if all(iterable("all", x)) else FALSE


def bool_(x: Any = FALSE, /) -> Bool:
    """Gives the truth of a value."""
    return TRUE if x else FALSE


def bytes_(x: Any, /) -> bytes:
    """Gives the bytes of a string in UTF-8, or of an iterable of numbers from 0 to 255."""
    if type(x) is bytes:
        return x
    if type(x) is str:
        return x.encode("utf-8", "replace") if not _surrogates(x) else x.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
    if isinstance(x, (int, float, Bool)) or x is None or not hasattr(type(x), "__iter__"):
        raise error("OX0351", f"bytes: got {type_name(x)}, want string, bytes, or iterable of ints")
    values = list(iterable("bytes", x))
    for at, one in enumerate(values):
        if type(one) is not int:
            raise error("OX0351", f"bytes: at index {at}, got {type_name(one)}, want int")
        if not 0 <= one <= 255:
            raise error("OX0351", f"bytes: at index {at}, {one} out of range (want value in unsigned 8-bit range)"[:-0 or None], help="values go from 0 to 255")
    return bytes(values)


def _surrogates(value: str) -> bool:
    return any(0xD800 <= ord(one) <= 0xDFFF for one in value)


def chr_(i: Any, /) -> str:
    """Gives the string of one code point; U+FFFD for half of a surrogate pair, which no text holds."""
    code = integer("chr", "i", i)
    if code < 0:
        raise error("OX0357", f"chr: Unicode code point {code} out of range (<0)")
    if code > 0x10FFFF:
        raise error("OX0357", f"chr: Unicode code point U+{code:X} out of range (>0x10FFFF)")
    return character(code)


def ord_(x: Any, /) -> int:
    """Gives the number of the only code point of a string, or of the only byte of bytes."""
    if type(x) is str:
        if len(x) != 1:
            raise error("OX0357", f"ord: string encodes {len(x)} Unicode code points, want 1")
        return ord(x)
    if type(x) is bytes:
        if len(x) != 1:
            raise error("OX0357", f"ord: bytes has length {len(x)}, want 1")
        return x[0]
    raise wrong("ord", "x", x, "string or bytes")


def dict_(pairs: Any = MISSING, /, **kwargs: Any) -> SDict:
    """Gives a new dict of the entries of a dict or of an iterable of pairs, then those given by name."""
    if isinstance(pairs, dict) and not kwargs:
        return SDict(pairs)
    made = SDict()
    fill_dict("dict", made, pairs)
    if kwargs:
        dict.update(made, kwargs)
    return made


def dir_(x: Any, /) -> SList:
    """Gives the sorted names of a value's fields and methods."""
    return SList(attribute_names(x))


def enumerate_(iterable_: Any, start: Any = 0, /) -> SList:
    """Gives pairs of index and element."""
    values = iterable("enumerate", iterable_)
    return SList(pairs_of((values,), enumerate(values, integer("enumerate", "start", start))))


def fail(*args: Any, msg: Any = None, attr: Any = None, sep: Any = " ") -> None:
    """Ends the evaluation with a message."""
    parts = [text_of(one) for one in args]
    if msg is not None:
        parts.insert(0, text_of(msg))
    words = text("fail", "sep", sep).join(parts)
    if attr is not None:
        words = f"attribute {text_of(attr)}: {words}"
    if not words:
        raise error("OX0400", "fail:", help='say what is wrong and what to do: `fail("…")`')
    raise error("OX0400", f"fail: {words}")

_FLOAT = r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$"


def float_(x: Any = 0.0, /) -> float:
    """Gives the float of a number, boolean or text."""
    if isinstance(x, float):
        return x
    if type(x) is int:
        try:
            return float(x)
        except OverflowError:
            raise error("OX0412", "float: int too large to convert to float") from None
    if type(x) is Bool:
        return 1.0 if x else 0.0
    if type(x) is str:
        if not x:
            raise error("OX0357", "float: empty string")
        special = x.lower().lstrip("+-")
        if special in ("inf", "infinity", "nan") and len(x) - len(special) <= 1:
            if special == "nan":
                return NAN
            return float("-inf") if x[0] == "-" else float("inf")
        import re

        if re.match(_FLOAT, x, re.A) is None:
            raise error("OX0357", f"float: invalid float literal: {x}")
        value = float(x)
        if value in (float("inf"), float("-inf")):
            raise error("OX0412", f"float: floating-point number too large: {x if len(x) < 40 else x[:40] + '…'}")
        return value
    raise error("OX0351", f"float: got {type_name(x)}, want number or string")


def getattr_(x: Any, name: Any, default: Any = MISSING, /) -> Any:
    """Gives the field or method of a name, or `default`."""
    ident = text("getattr", "name", name)
    if default is not MISSING:
        return get_attribute(x, ident) if has_attribute(x, ident) else default
    return get_attribute(x, ident)


def hasattr_(x: Any, name: Any, /) -> Bool:
    """Whether a value has a field or method of a name."""
    return TRUE if has_attribute(x, text("hasattr", "name", name)) else FALSE


def hash_(x: Any, /) -> int:
    """Gives a number that is the same for equal strings (or bytes) everywhere."""
    if type(x) is str:
        value = 0
        data = x.encode("utf-16-le", "surrogatepass")
        for at in range(0, len(data), 2):
            value = (31 * value + data[at] + (data[at + 1] << 8)) & 0xFFFFFFFF
        return value - (1 << 32) if value >= 1 << 31 else value
    if type(x) is bytes:
        value = 2166136261
        for one in x:
            value = ((value ^ one) * 16777619) & 0xFFFFFFFF
        return value
    raise wrong("hash", "x", x, "string or bytes")


_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_PREFIXES = {"0b": 2, "0o": 8, "0x": 16}


def int_(x: Any = MISSING, /, base: Any = MISSING) -> int:
    """Gives the integer of a number, boolean or text; `base` says how to read a text, 0 means by its prefix."""
    if x is MISSING:
        raise error("OX0352", "int: missing argument for x")
    if type(x) is str:
        return _parse_int(x, 10 if base is MISSING else base)
    if base is not MISSING:
        raise error("OX0351", f"int: can't convert non-string with explicit base: got {type_name(x)}")
    if type(x) is int:
        return int(x)
    if type(x) is Bool:
        return 1 if x else 0
    if isinstance(x, float):
        return float_to_int(x)
    raise error("OX0351", f"int: got {type_name(x)}, want string, bool, int or float: {type_name(x)} cannot be converted to int")


def _parse_int(given: str, base: Any) -> int:
    if type(base) is not int:
        raise wrong("int", "base", base, "int")
    if base != 0 and not 2 <= base <= 36:
        raise error("OX0357", f"int: base must be an integer >= 2 && <= 36: {base} is not a valid base")
    shown = given if len(given) <= 60 else given[:60] + "…"
    problem = error("OX0357", f"int: invalid literal with base {base}: {shown}", notes=["not a valid number: invalid base-" + str(base) + " literal"])
    digits = given[1:] if given[:1] in ("+", "-") else given
    prefix = _PREFIXES.get(digits[:2].lower())
    actual = base
    if base == 0:
        if prefix is not None:
            actual, digits = prefix, digits[2:]
        elif len(digits) > 1 and digits[0] == "0" and digits.strip("0"):
            raise problem
        else:
            actual = 10
    elif prefix == base:
        digits = digits[2:]
    allowed = _DIGITS[:actual]
    if not digits or any(one not in allowed for one in digits.lower()) or not digits.isascii():
        raise problem
    if len(digits) > MAX_BITS // (actual.bit_length() - 1):
        raise error("OX0407", f"int: a number of {len(digits):,} digits is too large", help=f"integers have at most {MAX_BITS:,} bits")
    value = _long_int(digits, actual)
    return -value if given[0] == "-" else value


def _long_int(digits: str, base: int) -> int:
    if len(digits) <= 4000:
        return int(digits, base)
    half = len(digits) // 2
    return _long_int(digits[:-half], base) * int(base**half) + _long_int(digits[-half:], base)


def len_(x: Any, /) -> int:
    """Gives the number of elements of a value."""
    if type(x) is Elements:
        raise error("OX0350", f"len: value of type {type_name(x)} has no len")
    try:
        return len(x)
    except TypeError:
        raise error("OX0350", f"len: value of type {type_name(x)} has no len: {type_name(x)} is not iterable") from None


def list_(x: Any = (), /) -> SList:
    """Gives a new list of the elements of an iterable."""
    return SList(iterable("list", x)) if x != () else SList()


def range_(start: Any, stop: Any = MISSING, step: Any = MISSING, /) -> Range:
    """Gives the integers from `start` up to `stop`, which is not among them, `step` apart."""
    return Range(python_range(start, stop, step))


_LIMIT = 1 << 63


def python_range(start: Any, stop: Any = MISSING, step: Any = MISSING) -> range:
    """Gives Python's range for the arguments of `range`."""
    if stop is MISSING:
        start, stop = 0, start
        names = ("start", "stop")
    else:
        names = ("start", "stop")
    for name, one in zip(names, (start, stop), strict=True):
        if type(one) is not int:
            raise wrong("range", name, one, "int")
        if not -_LIMIT <= one < _LIMIT:
            raise error("OX0412", f"range: {int_text(one)} out of range (want value in signed 64-bit range)")
    if step is MISSING:
        return range(start, stop)
    if type(step) is not int:
        raise wrong("range", "step", step, "int")
    if step == 0:
        raise error("OX0357", "range: step argument must not be zero: step cannot be 0")
    return range(start, stop, step)


def repr_(x: Any, /) -> str:
    """Gives the text of a value as the program would write it."""
    made = repr_of(x)
    if len(made) > _LARGE:
        charge(len(made))
    return made


def reversed_(sequence: Any, /) -> SList:
    """Gives a new list of the elements in reverse order."""
    made = SList(iterable("reversed", sequence, "sequence"))
    list.reverse(made)
    return made


def set_(x: Any = MISSING, /) -> SSet:
    """Gives a new set of the elements of an iterable."""
    if x is MISSING:
        return SSet()
    values = list(iterable("set", x))
    for one in values:
        hash_check(one)
    return SSet(values)


def str_(x: Any, /) -> str:
    """Gives the text of a value; a string is its own text."""
    if type(x) is int:
        return f"{x}"
    made = text_of(x)
    if len(made) > _LARGE and type(x) is not str:
        charge(len(made))
    return made


def tuple_(x: Any = (), /) -> tuple[Any, ...]:
    """Gives a tuple of the elements of an iterable."""
    return weighed(x if type(x) is tuple else tuple(iterable("tuple", x)))


def type_(x: Any, /) -> str:
    """Gives the name of a value's type."""
    return type_name(x)


def config_type(x: Any, /) -> str:
    """Gives the name of a value's type, "function" for built-in functions too, as PyOxidizer's Starlark did."""
    name = type_name(x)
    return "function" if name == "builtin_function_or_method" else name


def _length(value: Any) -> int:
    try:
        return len(value.python if isinstance(value, Range) else value)
    except (OverflowError, TypeError):
        return 1 << 62


def zip_(*args: Any) -> SList:
    """Gives tuples of the first, second, … elements of all iterables, as long as the shortest."""
    for one in args:
        if isinstance(one, (str, bytes)) or not hasattr(type(one), "__iter__"):
            raise error("OX0351", f"zip: argument is not iterable: {type_name(one)}: got {type_name(one)}, want iterable")
    # A range may be there to count, longer than the others.
    shortest = min(map(_length, args), default=0)
    found = [iterable("zip", Range(one.python[:shortest]) if isinstance(one, Range) else one) for one in args]
    return SList(pairs_of(found, zip(*found, strict=False)))


CORE: dict[str, Callable[..., Any]] = {
    "abs": abs_, "all": all_, "any": any_, "bool": bool_, "bytes": bytes_, "chr": chr_, "dict": dict_, "dir": dir_,
    "enumerate": enumerate_, "fail": fail, "float": float_, "getattr": getattr_, "hasattr": hasattr_, "hash": hash_,
    "int": int_, "len": len_, "list": list_, "max": max_, "min": min_, "ord": ord_, "range": range_, "repr": repr_,
    "reversed": reversed_, "set": set_, "sorted": sorted_, "str": str_, "tuple": tuple_, "type": type_, "zip": zip_,
}  # fmt: skip
"""The universal functions that need no thread, by name."""

for _name, _function in (*CORE.items(), ("type", config_type)):
    # Python names a function in its own messages by these; `failures` turns them into Starlark's.
    _function.__name__ = _name
    _function.__qualname__ = f"built-in {_name}"

UNIVERSAL: frozenset[str] = frozenset(CORE) | {"None", "True", "False", "print"}
"""Every universal name."""

