"""A `dataclass` for nodes that is made four times faster.

The standard decorator inspects every class and costs 0.13 ms for each of the 50 node classes, which a short command
would feel. This one supports what nodes need: fields without defaults, slots, `match` patterns and a plain repr.
Type checkers see the standard one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_KEPT = ("__module__", "__qualname__", "__doc__")


def dataclass(*, slots: bool, eq: bool) -> Callable[[type], type]:
    """Like `dataclasses.dataclass(slots=True, eq=False)`; no other arguments exist."""
    assert slots
    assert not eq
    return _record


def _record(node: type) -> type:
    own = tuple(node.__annotations__)
    inherited: tuple[str, ...] = getattr(node, "__match_args__", ())
    names = inherited + own
    content = {name: value for name, value in node.__dict__.items() if name in _KEPT or callable(value)}
    content["__slots__"] = own
    content["__match_args__"] = names
    content["__repr__"] = _repr
    if names:
        lines = "".join(f"\n self.{name} = {name}" for name in names)
        made: dict[str, Any] = {}
        exec(f"def __init__(self, {', '.join(names)}):{lines}", made)
        content["__init__"] = made["__init__"]
    return type(node)(node.__name__, node.__bases__, content)


def _repr(self: Any) -> str:
    fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
    return f"{type(self).__name__}({fields})"
