"""The module `time`, without a clock: durations only, so that programs stay deterministic."""

from __future__ import annotations

import re
from typing import Any

from oxlang.diagnostics.model import error
from oxlang.interp.builtins.arguments import text
from oxlang.interp.builtins.struct import make_module
from oxlang.interp.operators import HostOperators
from oxlang.interp.values import Kind, Struct, type_name

_UNITS_NS = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")
_FIELDS = {"hours": "h", "minutes": "m", "seconds": "s", "milliseconds": "ms", "microseconds": "us", "nanoseconds": "ns"}


class Duration(HostOperators):
    """A span of time in nanoseconds."""

    __slots__ = ("ns",)
    __starlark__ = Kind("time.duration")

    def __init__(self, ns: int) -> None:
        self.ns = ns

    def __hash__(self) -> int:
        return hash(("duration", self.ns))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Duration) and self.ns == other.ns

    def __lt__(self, other: object) -> bool:
        return self.ns < other.ns if isinstance(other, Duration) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self.ns <= other.ns if isinstance(other, Duration) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self.ns > other.ns if isinstance(other, Duration) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self.ns >= other.ns if isinstance(other, Duration) else NotImplemented

    def __bool__(self) -> bool:
        return self.ns != 0

    def starlark_binary(self, operator: str, other: Any, reflected: bool) -> Any:
        """Adds, subtracts, multiplies by integers, and divides."""
        if isinstance(other, Duration):
            if operator == "+":
                return Duration(self.ns + other.ns)
            if operator == "-":
                return Duration(other.ns - self.ns if reflected else self.ns - other.ns)
            if operator in ("/", "//") and not reflected:
                if other.ns == 0:
                    raise error("OX0411", "division by zero")
                return self.ns / other.ns if operator == "/" else self.ns // other.ns
        if type(other) is int and operator == "*":
            return Duration(self.ns * other)
        if isinstance(other, (int, float)) and operator in ("/", "//") and not reflected:
            if other == 0:
                raise error("OX0411", "division by zero")
            return Duration(int(self.ns / other) if operator == "/" else int(self.ns // other))
        if operator in ("/", "//") and reflected:
            raise error("OX0350", f"unsupported operation: {type_name(other)} {operator} time.duration")
        return NotImplemented

    def starlark_attribute(self, name: str) -> Any:
        """Gives the duration in a unit."""
        unit = _FIELDS.get(name)
        if unit is None:
            return None
        size = _UNITS_NS[unit]
        return self.ns / size if unit in ("h", "m", "s") else self.ns // size

    def starlark_names(self) -> list[str]:
        """Gives the names of the fields."""
        return sorted(_FIELDS)

    def starlark_repr(self) -> str:
        """Gives `1h30m0s`, `1.5s`, `20ms`."""
        if self.ns == 0:
            return "0s"
        sign, rest = ("-", -self.ns) if self.ns < 0 else ("", self.ns)
        if rest < 10**9:
            for unit in ("ms", "µs", "ns"):
                if rest >= _UNITS_NS[unit]:
                    return f"{sign}{_decimal(rest, _UNITS_NS[unit])}{unit}"
        hours, rest = divmod(rest, 3600 * 10**9)
        minutes, rest = divmod(rest, 60 * 10**9)
        shown = f"{hours}h" if hours else ""
        if hours or minutes:
            shown += f"{minutes}m"
        return f"{sign}{shown}{_decimal(rest, 10**9)}s"


def _decimal(value: int, unit: int) -> str:
    whole, fraction = divmod(value, unit)
    digits = str(fraction).rjust(len(str(unit)) - 1, "0").rstrip("0") if fraction else ""
    return f"{whole}.{digits}" if digits else str(whole)


def parse_duration(d: Any, /) -> Duration:
    """Gives the duration that a text such as "1h30m" says."""
    if isinstance(d, Duration):
        return d
    given = text("time.parse_duration", "d", d)
    body = given.lstrip("+-")
    if body == "0":
        return Duration(0)
    total, at = 0, 0
    while at < len(body):
        found = _PART.match(body, at)
        if found is None:
            break
        whole, _, fraction = found[1].partition(".")
        unit = _UNITS_NS[found[2]]
        total += int(whole or "0") * unit + (int(fraction) * unit // 10 ** len(fraction) if fraction else 0)
        at = found.end()
    if not body or at < len(body) or len(given) - len(body) > 1:
        raise error("OX0357", f'time: invalid duration "{given}"', help='write for example "1h30m" or "250ms"')
    return Duration(-total if given[0] == "-" else total)


def module() -> Struct:
    """Makes the module."""
    members: dict[str, Any] = {"parse_duration": parse_duration}
    made = make_module("time", members)
    for name, ns in (("nanosecond", 1), ("microsecond", 10**3), ("millisecond", 10**6), ("second", 10**9),
                     ("minute", 60 * 10**9), ("hour", 3600 * 10**9)):  # fmt: skip
        made.fields[name] = Duration(ns)
    return made
