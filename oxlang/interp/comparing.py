"""Comparing nested values at the same depth on every version of Python.

Python compares a list in a list in a list by calls in calls, and its versions differ in how many of them they allow. So
the first levels are Python's, each with a call of ours in between that can be stopped; what lies deeper is compared in a
loop that needs no stack. A value that contains itself is an error wherever the loop comes back to it.
"""

from __future__ import annotations

import _operator

from oxlang.diagnostics.model import OxError, error
from oxlang.interp.thread import CURRENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    Pair = tuple[Any, Any]

_LEVELS = 30
_ORDERED_LEVELS = 3
"""Python compares lists for equality on each level before it puts their elements into order."""
_HASHED = 30


def endless() -> OxError:
    """Makes the error for comparing a value that contains itself."""
    return error("OX0408", "maximum recursion depth exceeded: the value contains itself")


def counted(native: Callable[[Any, Any], Any], deep: Callable[[Any, Any], Any], levels: int = _LEVELS) -> Any:
    """Gives a method that compares by `native` on the first levels, and by `deep` below them."""

    def method(self: Any, other: Any) -> Any:
        thread = CURRENT.thread
        level = thread.compared
        if level >= levels:
            return deep(self, other)
        thread.compared = level + 1
        try:
            return native(self, other)
        except RecursionError:
            if level:
                raise
            # Tuples in between took the stack.
            thread.compared = _LEVELS
            return deep(self, other)
        finally:
            thread.compared = level

    return method


def deep_equal(left: Any, right: Any) -> bool:
    """`left == right`, without calls in calls. Raises OX0408 for values that contain themselves."""
    todo: list[Any] = [(left, right)]
    path: set[Pair] = set()
    while todo:
        one = todo.pop()
        if len(one) == 1:
            path.discard(one[0])
            continue
        first, second = one
        if first is second:
            continue
        inner = _inner(first, second)
        if inner is None:
            if _differ(first, second):
                return False
            continue
        key = (id(first), id(second))
        if key in path:
            raise endless()
        path.add(key)
        todo.append((key,))
        todo.extend(inner)
    return True


def _inner(first: Any, second: Any) -> list[Pair] | None:
    """Gives the pairs that must be equal, last first, when the values have as many parts; None when there are none to compare."""
    from oxlang.interp.values import Struct

    for kind in (list, tuple):
        if isinstance(first, kind) and isinstance(second, kind) and len(first) == len(second):
            return list(zip(reversed(first), reversed(second), strict=True))
    if isinstance(first, Struct) and isinstance(second, Struct) and first.kind == second.kind == "struct":
        return [(first.fields, second.fields)]
    if isinstance(first, dict) and isinstance(second, dict) and first.keys() == second.keys():
        return [(value, second[key]) for key, value in reversed(first.items())]
    return None


def _differ(first: Any, second: Any) -> bool:
    """Whether values differ that have no parts in common."""
    from oxlang.interp.values import Struct

    with_parts = (list, tuple, dict, Struct)
    if isinstance(first, with_parts) or isinstance(second, with_parts):
        return True
    return bool(first != second)


def ordered(native: Callable[[Any, Any], Any], name: str) -> Any:
    """Gives the method of lists for `lt`, `le`, `gt` or `ge`."""
    return counted(native, deep_order(name), _ORDERED_LEVELS)


def deep_order(name: str) -> Callable[[Any, Any], Any]:
    """Gives `lt`, `le`, `gt` or `ge` for lists, without calls in calls: the first parts that differ decide."""
    compare: Callable[[Any, Any], Any] = getattr(_operator, name)

    def method(left: Any, right: Any) -> Any:
        path: set[Pair] = set()
        stack: list[tuple[Iterator[Pair], Any, Any, Pair]] = []
        pair = (left, right)
        while True:
            left, right = pair
            if any(isinstance(left, kind) and isinstance(right, kind) for kind in (list, tuple)):
                key = (id(left), id(right))
                if key in path:
                    raise endless()
                path.add(key)
                stack.append((zip(left, right, strict=False), left, right, key))
            elif not deep_equal(left, right):
                return compare(left, right)
            while stack:
                pairs, left, right, key = stack[-1]
                following = next(pairs, None)
                if following is not None:
                    pair = following
                    break
                stack.pop()
                path.discard(key)
                if len(left) != len(right):
                    return compare(len(left), len(right))
            else:
                return compare(0, 0)

    return method


def hashed(parts: Callable[[Any], Any]) -> Any:
    """Gives a method that hashes what `parts` makes of a value; deep levels add nothing to the hash."""

    def method(self: Any) -> int:
        thread = CURRENT.thread
        if thread.hashed >= _HASHED:
            return len(self)
        thread.hashed += 1
        try:
            return hash(parts(self))
        finally:
            thread.hashed -= 1

    return method


def refuse_endless(value: Any) -> None:
    """Raises OX0408 when a value contains itself."""
    todo: list[tuple[Any, bool]] = [(value, False)]
    path: set[int] = set()
    done: set[int] = set()
    while todo:
        one, left = todo.pop()
        ident = id(one)
        if left:
            path.discard(ident)
            done.add(ident)
        elif ident in path:
            raise endless()
        elif isinstance(one, (list, tuple, dict)) and ident not in done:
            path.add(ident)
            todo.append((one, True))
            parts: Iterable[Any] = one.values() if isinstance(one, dict) else one
            todo.extend((part, False) for part in parts)
