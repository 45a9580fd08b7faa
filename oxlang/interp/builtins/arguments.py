"""Checks of arguments shared by built-in functions and methods."""

from __future__ import annotations

from oxlang.declare.booleans import Bool
from oxlang.diagnostics.model import OxError, error
from oxlang.interp.thread import CURRENT
from oxlang.interp.values import Elements, Range, SSet, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

MISSING: Any = type("Missing", (), {"__slots__": (), "__repr__": lambda self: "…"})()
"""Default of a parameter whose absence the function must see."""

_MAX_INDEX = (1 << 63) - 1
_LARGE = 4096


def wrong(function: str, parameter: str, value: Any, want: str) -> OxError:
    """Makes the error for an argument of a wrong type."""
    help = "`int(x)` cuts the fraction off" if want == "int" and isinstance(value, float) else None
    return error("OX0351", f"{function}: for parameter {parameter}: got {type_name(value)}, want {want}", help=help)


def iterable(function: str, value: Any, parameter: str = "iterable") -> Iterable[Any]:
    """Gives what Python can iterate over. Raises OX0351 for a value that is no sequence of elements."""
    if isinstance(value, (list, tuple, dict)):
        if len(value) > _LARGE:
            _charge(function, value)
        return value
    if isinstance(value, Range):
        _charge(function, value.python)
        return value.python
    if isinstance(value, SSet):
        _charge(function, value.keys)
        return value.keys
    if isinstance(value, Elements):
        _charge(function, value.of)
        return value.values  # type: ignore[no-any-return]
    if isinstance(value, (str, bytes, int, float, Bool)) or value is None or not hasattr(type(value), "__iter__"):
        hint = "use `x.elems()` for the characters of a string" if isinstance(value, str) else None
        raise error(
            "OX0351",
            f"{function}: for parameter {parameter}: got {type_name(value)}, want iterable",
            help=hint,
            notes=[f"{type_name(value)} value is not iterable: iteration is not supported"],
        )
    return value  # type: ignore[no-any-return]


def _charge(function: str, value: Any) -> None:
    """Charges what a built-in function does with many elements: the work, and the room where it makes a new list."""
    try:
        length = len(value)
    except OverflowError:
        length = 1 << 62
    if length <= _LARGE:
        return
    thread = CURRENT.thread
    if function not in ("any", "all"):
        thread.charge_memory(length * 8)
    thread.steps -= length >> 2
    if thread.steps < 0:
        thread.more_steps()


def text(function: str, parameter: str, value: Any) -> str:
    """Gives a string. Raises OX0351 otherwise."""
    if type(value) is not str:
        raise wrong(function, parameter, value, "string")
    return value


def integer(function: str, parameter: str, value: Any) -> int:
    """Gives an integer. Raises OX0351 otherwise."""
    if type(value) is not int:
        raise wrong(function, parameter, value, "int")
    return value


def index(function: str, parameter: str, value: Any) -> int | None:
    """Gives an optional index, clamped to what Python takes."""
    if value is None:
        return None
    if type(value) is not int:
        raise error("OX0351", f"{function}: invalid {parameter} index: for parameter {parameter}: got {type_name(value)}, want int")
    return max(-_MAX_INDEX, min(_MAX_INDEX, value))


def flag(function: str, parameter: str, value: Any) -> bool:
    """Gives a boolean. Raises OX0351 otherwise."""
    if type(value) is not Bool:
        raise wrong(function, parameter, value, "bool")
    return bool(value)
