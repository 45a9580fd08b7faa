"""`struct(a = 1, b = 2)`: a value with named fields that cannot change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from oxlang.interp.values import Struct


def struct(**fields: Any) -> Struct:
    """Gives a value with the given fields."""
    return Struct(fields)


struct.__qualname__ = "built-in struct"


def make_module(name: str, members: dict[str, Any]) -> Struct:
    """Gives a module value; functions get their names for messages."""
    for key, member in members.items():
        if isinstance(member, Callable):  # type: ignore[arg-type]  # Callable of abc is a class
            member.__name__ = key
            member.__qualname__ = f"built-in {name}.{key}"
    return Struct(members, "module", name)
