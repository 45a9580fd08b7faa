"""Tuples in tuples: what they may hold.

Python hashes and compares a tuple together with the tuples in it in one go. Nothing can stop that, and hashing takes
room on the stack for each level: sixty lines of `t = (t, t)` would keep the process busy for years, and a million of
`t = (t,)` would end it. So a tuple that holds tuples is weighed when it is made. Its *weight* is the number of values
in it, those of inner tuples counted each time they stand there. What is heavy is remembered with the running thread,
so that weighing a tuple never looks deeper than the light ones.

Lists and dicts need none of this: comparing them begins a call of Python at each level (`SList.__eq__`).
"""

from __future__ import annotations

from oxlang.diagnostics.model import error
from oxlang.interp.thread import CURRENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    Heavy = dict[int, tuple[tuple[Any, ...], int, int]]
    """Heavy tuples by identity, with weight and depth; the tuple is kept, so that its identity stays its own."""

MAX_WEIGHT = 1 << 22
MAX_DEPTH = 500
_LIGHT = 64
_NOTE_BYTES = 200


def weighed(made: tuple[Any, ...]) -> tuple[Any, ...]:
    """Gives the tuple itself. Raises OX0407 or OX0408 when it holds more than can be hashed and compared."""
    if tuple in map(type, made):
        _measure(made, CURRENT.thread.heavy)
    return made


def pairs_of(columns: Iterable[Iterable[Any]], pairs: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Gives pairs as a list, weighed if an element of what they are made of is a tuple that holds tuples."""
    made = list(pairs)
    if any(_holds_nested(one) for one in columns):
        for pair in made:
            weighed(pair)
    return made


def _holds_nested(values: Iterable[Any]) -> bool:
    return tuple in map(type, values) and any(type(one) is tuple and tuple in map(type, one) for one in values)


def grown(made: tuple[Any, ...], *parts: tuple[Any, ...]) -> tuple[Any, ...]:
    """Gives the tuple itself, made of all or some elements of the parts; raises what `weighed` raises."""
    heavy = CURRENT.thread.heavy
    for one in parts:
        # A long tuple that holds tuples is heavy, so that nobody needs to look at all elements of the others.
        if id(one) in heavy if len(one) > _LIGHT else tuple in map(type, one):
            _measure(made, heavy)
            break
    return made


def _measure(value: tuple[Any, ...], heavy: Heavy) -> tuple[int, int]:
    known = heavy.get(id(value))
    if known is not None:
        return known[1], known[2]
    weight, depth = len(value), 1
    for one in value:
        if type(one) is tuple:
            inner_weight, inner_depth = _measure(one, heavy)
            weight += inner_weight
            if inner_depth >= depth:
                depth = inner_depth + 1
    if weight > _LIGHT and depth > 1:
        if weight > MAX_WEIGHT:
            raise error(
                "OX0407",
                f"a tuple of tuples holds more than {MAX_WEIGHT:,} values, each counted where it stands",
                help="keep inner tuples in a list or dict, and their places in the tuple",
            )
        if depth > MAX_DEPTH:
            raise error("OX0408", f"tuples are nested more than {MAX_DEPTH:,} deep", help="use a list")
        CURRENT.thread.charge_memory(_NOTE_BYTES)
        heavy[id(value)] = (value, weight, depth)
    return weight, depth
