"""The module `math`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from oxlang.diagnostics.model import error
from oxlang.interp.builtins.arguments import MISSING
from oxlang.interp.builtins.struct import make_module
from oxlang.interp.formatting import float_to_int
from oxlang.interp.values import NAN, Struct, type_name


def _number(function: str, value: Any) -> float:
    if type(value) is int:
        try:
            return float(value)
        except OverflowError:
            raise error("OX0412", "int too large to convert to float") from None
    if not isinstance(value, float):
        raise error("OX0351", f"math.{function}: for parameter x: got {type_name(value)}, want float or int")
    return value


def _one(name: str, compute: Callable[[float], float], doc: str) -> Callable[..., Any]:
    def function(x: Any, /) -> Any:
        return _checked(compute, _number(name, x))

    function.__doc__ = doc
    return function


def _two(name: str, compute: Callable[[float, float], float], doc: str) -> Callable[..., Any]:
    def function(x: Any, y: Any, /) -> Any:
        return _checked(compute, _number(name, x), _number(name, y))

    function.__doc__ = doc
    return function


def _checked(compute: Callable[..., float], *values: float) -> float:
    try:
        made = compute(*values)
    except ValueError:
        return NAN
    except OverflowError:
        return math.inf
    except ZeroDivisionError:
        raise error("OX0411", "division by zero") from None
    return made if made == made else NAN


def _round(value: float) -> float:
    """Rounds half away from zero, as the module does elsewhere."""
    return math.copysign(math.floor(abs(value) + 0.5), value) if math.isfinite(value) else value


def ceil(x: Any, /) -> int:
    """Gives the least integer that is not less than `x`."""
    value = _number("ceil", x)
    return -float_to_int(value) if not math.isfinite(value) else math.ceil(value)


def floor(x: Any, /) -> int:
    """Gives the greatest integer that is not greater than `x`."""
    value = _number("floor", x)
    return float_to_int(value) if not math.isfinite(value) else math.floor(value)


def log(x: Any, base: Any = MISSING, /) -> Any:
    """Gives the logarithm to the given base, the natural one by default."""
    value = _number("log", x)
    if base is MISSING:
        return _checked(_natural_log, value)
    bottom = _number("log", base)
    if bottom == 1:
        raise error("OX0411", "division by zero")
    return _checked(lambda a, b: _natural_log(a) / _natural_log(b), value, bottom)


def _natural_log(value: float) -> float:
    return -math.inf if value == 0 else math.log(value)


def module() -> Struct:
    """Makes the module."""
    members: dict[str, Any] = {
        "ceil": ceil,
        "floor": floor,
        "log": log,
        "e": math.e,
        "pi": math.pi,
        "mod": _two("mod", math.fmod, "Gives the remainder of x / y, with the sign of x."),
        "pow": _two("pow", math.pow, "Gives x to the power y."),
        "copysign": _two("copysign", math.copysign, "Gives a number with the size of x and the sign of y."),
        "remainder": _two("remainder", math.remainder, "Gives the IEEE 754 remainder of x / y."),
        "atan2": _two("atan2", math.atan2, "Gives the angle of the point (y, x)."),
        "hypot": _two("hypot", math.hypot, "Gives the distance of a point from the origin."),
        "round": _one("round", _round, "Gives the nearest integer, half away from zero."),
    }
    for name in ("fabs", "exp", "sqrt", "acos", "asin", "atan", "cos", "sin", "tan", "degrees", "radians", "acosh",
                 "asinh", "atanh", "cosh", "sinh", "tanh", "gamma"):  # fmt: skip
        members[name] = _one(name, getattr(math, name), f"Gives {name}(x).")
    return make_module("math", members)
