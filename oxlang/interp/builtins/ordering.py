"""The universal functions that put values into order: `max`, `min`, `sorted`."""

from __future__ import annotations

from oxlang.declare.booleans import FALSE, Bool
from oxlang.diagnostics.model import error
from oxlang.interp.builtins.arguments import MISSING, flag, integer, iterable
from oxlang.interp.thread import CURRENT
from oxlang.interp.values import LockedDict, LockedList, LockedSet, SDict, SList, SSet, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any


def _extreme(function: str, choose: Callable[..., Any], args: tuple[Any, ...], key: Any) -> Any:
    values: Any = args
    if len(args) == 1:
        values = list(iterable(function, args[0]))
    elif not args:
        raise error("OX0352", f"{function}: missing argument: want at least one positional argument")
    if not values:
        raise error("OX0357", f"{function}: argument is an empty sequence: expected at least one item")
    try:
        if key is None:
            return choose(values)
        return _with_key(args[0] if len(args) == 1 else values, lambda: choose(values, key=_callable(function, key)))
    except TypeError as problem:
        raise incomparable(function, values if key is None else None, problem) from None


_LOCKED = {SList: LockedList, SDict: LockedDict, SSet: LockedSet}


def _with_key(over: Any, operation: Callable[[], Any]) -> Any:
    """Runs what calls a function of the program for each element of `over`, which may not change meanwhile.

    Such a call takes more of Python's stack than others.
    """
    thread = CURRENT.thread
    kind = type(over)
    locked = _LOCKED.get(kind)
    try:
        thread.enter_callback()
        if locked is not None:
            over.__class__ = locked
        return operation()
    finally:
        if locked is not None:
            over.__class__ = kind
        thread.leave_callback()


def _refuse_sets(values: Sequence[Any]) -> None:
    """Raises OX0350 for sets that are to be sorted: `<` says which of them holds the other, if any does."""
    if len(values) > 1 and isinstance(values[0], SSet):
        from oxlang.interp.failures import comparison_error

        raise comparison_error("<", "set", type_name(values[1]), "sorted: ")


def _callable(function: str, key: Any) -> Callable[..., Any]:
    if not callable(key):
        raise error("OX0351", f"{function}: for parameter key: got {type_name(key)}, want callable")
    return key  # type: ignore[no-any-return]


def max_(*args: Any, key: Any = None) -> Any:
    """Gives the greatest of the arguments, or of the elements of one iterable; the first one when several are."""
    if key is None and len(args) == 2 and type(args[0]) is int and type(args[1]) is int:
        return args[1] if args[1] > args[0] else args[0]
    return _extreme("max", max, args, key)


def min_(*args: Any, key: Any = None) -> Any:
    """Gives the least of the arguments, or of the elements of one iterable; the first one when several are."""
    if key is None and len(args) == 2 and type(args[0]) is int and type(args[1]) is int:
        return args[1] if args[1] < args[0] else args[0]
    return _extreme("min", min, args, key)


def incomparable(function: str, values: Any, problem: TypeError) -> Any:
    """Makes the error for values that have no order; gives the problem itself when that is something else."""
    from oxlang.interp.failures import comparison_error

    if values is not None:
        pair = None
        previous = MISSING
        for one in values:
            if previous is not MISSING:
                try:
                    one < previous  # noqa: B015  # only whether it fails matters
                except TypeError:
                    pair = (one, previous)
            previous = one
        if pair is not None:
            return comparison_error("<", type_name(pair[0]), type_name(pair[1]), f"{function}: ")
    made = comparison_error_of(problem, function)
    return made if made is not None else problem


def comparison_error_of(problem: TypeError, function: str) -> Any:
    """Reads Python's own message about a comparison."""
    from oxlang.interp.failures import read_comparison

    return read_comparison(str(problem), f"{function}: ")


def sorted_(iterable_: Any, /, key: Any = MISSING, reverse: Any = FALSE) -> SList:
    """Gives a new list of the elements in order; equal ones keep theirs."""
    values = list(iterable("sorted", iterable_))
    backwards = flag("sorted", "reverse", reverse) if type(reverse) is Bool else bool(integer("sorted", "reverse", reverse))
    try:
        if key is MISSING:
            _refuse_sets(values)
            values = _sorted(values, backwards)
        else:
            _with_key(iterable_, lambda: values.sort(key=_callable("sorted", key), reverse=backwards))
    except TypeError as problem:
        raise incomparable("sorted", list(iterable("sorted", iterable_)) if key is MISSING else None, problem) from None
    return SList(values)


_RUN = 1 << 17


def _sorted(values: list[Any], backwards: bool) -> list[Any]:
    """Sorts in pieces and joins them by twos, so that an evaluation can be stopped in between."""
    if len(values) <= _RUN:
        values.sort(reverse=backwards)
        return values
    runs = [sorted(values[at : at + _RUN], reverse=backwards) for at in range(0, len(values), _RUN)]
    while len(runs) > 1:
        for at in range(0, len(runs) - 1, 2):
            runs[at] += runs[at + 1]
            runs[at].sort(reverse=backwards)
        runs = runs[::2]
    return runs[0]
