"""Loops: what they run over, the steps they are charged, and the locks they hold.

A loop whose body may change something runs over `chain(value, Unlock(...))`: the value is locked when the loop begins and
unlocked when Python drops or exhausts the iterator, so `break`, `return` and errors need no code of their own.
"""

from __future__ import annotations

from itertools import chain, islice, repeat

from oxlang.diagnostics.model import error
from oxlang.interp.builtins.arguments import MISSING, iterable
from oxlang.interp.builtins.core import python_range
from oxlang.interp.thread import Thread
from oxlang.interp.values import (
    Elements,
    FrozenDict,
    FrozenList,
    LockedDict,
    LockedList,
    LockedSet,
    Range,
    SDict,
    SList,
    SSet,
    type_name,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any


_FIRST, _PARTS, _PART = 64, (64, 128, 256, 512), 1024
"""So many iterations are charged at once where a loop may end early: the first, the following, all others."""


class Unlock:
    """The end of a locked iteration: restores the class of the value."""

    __slots__ = ("kind", "value")

    def __init__(self, value: Any, kind: type) -> None:
        self.value: Any = value
        self.kind = kind

    def __iter__(self) -> Unlock:
        return self

    def __next__(self) -> Any:
        self.release()
        raise StopIteration

    def __del__(self) -> None:
        self.release()

    def release(self) -> None:
        """Restores the class; a second call does nothing."""
        value, self.value = self.value, None
        if value is not None:
            value.__class__ = self.kind


def not_iterable(value: Any) -> Exception:
    """Makes the error for a loop over something that is no sequence of elements."""
    name = type_name(value)
    help = None
    if isinstance(value, str):
        help = "use `x.elems()` for the characters of a string"
    elif value is None:
        help = "the value is None; does a function return nothing?"
    elif isinstance(value, int):
        help = "`range(n)` gives the integers below n"
    return error("OX0350", f"{name} value is not iterable", help=help)


def unpack(value: Any, count: int) -> Any:
    """Gives a sequence with exactly `count` elements. Raises OX0413, OX0350."""
    found: Any
    if type(value) is tuple or isinstance(value, list):
        found = value
    elif isinstance(value, (str, bytes)) or not hasattr(type(value), "__iter__"):
        raise error(
            "OX0350", f"got {type_name(value)} in sequence assignment", notes=[f"{type_name(value)} value is not iterable"]
        )
    else:
        found = list(value)
    length = len(found)
    if length != count:
        word = "few" if length < count else "many"
        raise error("OX0413", f"too {word} values to unpack: got {length}, want {count}")
    return found


def pairs(values: Any, count: int) -> Any:
    """Gives the elements of an iterable as sequences of `count` elements each."""
    found = values if isinstance(values, (list, tuple)) else None
    if found is not None and set(map(type, found)) <= {tuple, SList, FrozenList}:
        return values
    return _unpacked(values, count)


def _unpacked(values: Any, count: int) -> Iterator[Any]:
    for one in values:
        yield unpack(one, count)


def loops(thread: Thread) -> dict[str, Callable[..., Any]]:
    """Gives the operations that charge the thread."""
    limit = thread.limits.steps
    near = 1 << 60
    plain = frozenset((list, dict, tuple, SList, SDict, FrozenList, FrozenDict))

    def spend(count: int) -> None:
        thread.steps -= count
        if thread.steps < 0:
            thread.more_steps()

    def iterate(value: Any, cost: int) -> Any:
        kind = type(value)
        if kind in plain:
            left = thread.steps = thread.steps - len(value) * cost
            if left < 0:
                thread.more_steps()
            return value
        return other(value, cost)

    def other(value: Any, cost: int) -> Iterable[Any]:
        if isinstance(value, Range):
            spend(len(value.python) * cost)
            return value.python
        if isinstance(value, SSet):
            spend(len(value.keys) * cost)
            return value.keys
        if isinstance(value, (list, dict, tuple)):
            spend(len(value) * cost)
            return value
        if isinstance(value, Elements):
            spend(len(value.of) * cost)
            return value.values  # type: ignore[no-any-return]
        if isinstance(value, (str, bytes, int, float)) or not hasattr(type(value), "__iter__"):
            raise not_iterable(value)
        return counted(value, cost)

    def counted(value: Iterable[Any], cost: int) -> Iterator[Any]:
        for one in value:
            spend(cost)
            yield one

    def iterate_locked(value: Any, cost: int) -> Any:
        kind = type(value)
        if kind is SList:
            spend(len(value) * cost)
            value.__class__ = LockedList
            return chain(value, Unlock(value, SList))
        if kind is SDict:
            spend(len(value) * cost)
            value.__class__ = LockedDict
            return chain(value, Unlock(value, SDict))
        if kind is SSet:
            spend(len(value.keys) * cost)
            value.__class__ = LockedSet
            return chain(value.keys, Unlock(value, SSet))
        return iterate(value, cost)

    def range_loop(cost: int, start: Any, stop: Any = MISSING, step: Any = MISSING) -> range:
        if stop is MISSING and type(start) is int and start < near:
            found = range(start)
        elif type(start) is int and type(stop) is int and step is MISSING and -near < start < near and -near < stop < near:
            found = range(start, stop)
        else:
            found = python_range(start, stop, step)
        try:
            length = len(found)
        except OverflowError:
            length = limit
        left = thread.steps = thread.steps - length * cost
        if left < 0:
            thread.more_steps()
        return found

    def in_parts(value: Any, length: int, cost: int) -> Iterator[Any]:
        values = iter(value)

        def pay(count: int) -> Iterator[Any]:
            nonlocal length
            count = min(count, length)
            length -= count
            spend(count * cost)
            return islice(values, count)

        return chain.from_iterable(map(pay, chain(_PARTS, repeat(_PART, length // _PART + 1))))

    def range_until(cost: int, start: Any, stop: Any = MISSING, step: Any = MISSING) -> Iterable[int]:
        if stop is MISSING and type(start) is int and -near < start <= _FIRST:
            found = range(start)
            length = len(found)
        else:
            found = range_loop(0, start, stop, step)
            try:
                length = len(found)
            except OverflowError:
                length = near
            if length > _FIRST:
                return in_parts(found, length, cost)
        left = thread.steps = thread.steps - length * cost
        if left < 0:
            thread.more_steps()
        return found

    def iterate_until(value: Any, cost: int) -> Any:
        if type(value) in plain and len(value) > _FIRST:
            return in_parts(value, len(value), cost)
        return iterate(value, cost)

    def iterate_locked_until(value: Any, cost: int) -> Any:
        if type(value) is SList and len(value) > _FIRST:
            value.__class__ = LockedList
            return chain(in_parts(value, len(value), cost), Unlock(value, SList))
        return iterate_locked(value, cost)

    def view(name: str, made: Callable[[Any], Any] | None = None) -> Callable[[Any, int], Any]:
        method = getattr(dict, name)

        def run(value: Any, cost: int) -> Any:
            if isinstance(value, dict):
                spend(len(value) * cost)
                return method(value) if made is None else made(method(value))
            return iterate(called(value, name), cost)

        return run

    def view_until(name: str, made: Callable[[Any], Any] | None = None) -> Callable[[Any, int], Any]:
        method, whole = getattr(dict, name), view(name, made)

        def run(value: Any, cost: int) -> Any:
            if isinstance(value, dict) and len(value) > _FIRST:
                return in_parts(method(value) if made is None else made(method(value)), len(value), cost)
            return whole(value, cost)

        return run

    def view_enumerate(value: Any, cost: int) -> Iterator[Any]:
        return enumerate(iterate(iterable("enumerate", value), cost))

    def view_enumerate_until(value: Any, cost: int) -> Iterator[Any]:
        return enumerate(iterate_until(value if type(value) in plain else iterable("enumerate", value), cost))

    def called(value: Any, name: str) -> Any:
        from oxlang.interp.attributes import call_method

        return call_method(value, name)

    def tick(cost: int) -> bool:
        left = thread.steps = thread.steps - cost
        if left < 0:
            thread.more_steps()
        return True

    def deeper(body: Callable[[], Any]) -> Any:
        try:
            thread.enter()
            return body()
        finally:
            thread.leave()

    made: dict[str, Callable[..., Any]] = {
        ".iterate": iterate,
        ".iterate_locked": iterate_locked,
        ".iterate_until": iterate_until,
        ".iterate_locked_until": iterate_locked_until,
        ".range": range_loop,
        ".range_until": range_until,
        ".tick": tick,
        ".enter": thread.enter,
        ".leave": thread.leave,
        ".deeper": deeper,
        ".view_enumerate": view_enumerate,
        ".view_enumerate_until": view_enumerate_until,
    }
    for name in ("items", "keys", "values"):
        made[f".view_{name}"] = view(name)
        made[f".copy_{name}"] = view(name, list)
        made[f".view_{name}_until"] = view_until(name)
        made[f".copy_{name}_until"] = view_until(name, list)
    return made


