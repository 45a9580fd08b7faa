"""Methods of lists, dicts and sets."""

from __future__ import annotations

from oxlang.declare.booleans import FALSE, TRUE, Bool
from oxlang.diagnostics.model import error
from oxlang.interp.builtins.arguments import MISSING, index, integer, iterable
from oxlang.interp.nesting import pairs_of, weighed
from oxlang.interp.operators import changeable_dict, changeable_list, changeable_set, hash_check, iadd
from oxlang.interp.values import SDict, SList, SSet, index_error, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

# ---- list


def append(self: SList, x: Any, /) -> None:
    """Adds `x` at the end."""
    changeable_list(self, "append to")
    list.append(self, x)


def clear(self: SList, /) -> None:
    """Removes all elements."""
    if self:
        changeable_list(self, "clear")
    list.clear(self)


def extend(self: SList, items: Any, /) -> None:
    """Adds the elements of an iterable at the end."""
    values = iterable("extend", items)
    changeable_list(self, "extend")
    iadd(self, SList(values) if values is not self else SList(self))


def list_index(self: SList, x: Any, start: Any = None, end: Any = None, /) -> int:
    """Gives the first index of an element equal to `x`; an error when there is none."""
    low, high = index("index", "start", start), index("index", "end", end)
    try:
        if low is None and high is None:
            return list.index(self, x)
        return list.index(self, x, 0 if low is None else low, len(self) if high is None else high)
    except ValueError:
        raise error("OX0357", "index: value not in list") from None


def insert(self: SList, i: Any, x: Any, /) -> None:
    """Puts `x` before the element at index `i`."""
    changeable_list(self, "insert into")
    where = integer("insert", "index", i)
    list.insert(self, max(-(1 << 62), min(1 << 62, where)), x)


def pop(self: SList, i: Any = -1, /) -> Any:
    """Takes the element at index `i` out, the last one by default."""
    changeable_list(self, "pop from")
    where = integer("pop", "index", i)
    if not -len(self) <= where < len(self):
        if not self:
            raise error("OX0403", f"pop: index {where} out of range: empty list: list index out of bound")
        raise error("OX0403", f"pop: {index_error('list', where, len(self)).diagnostic.message.removeprefix('list ')}")
    return list.pop(self, where)


def remove(self: SList, x: Any, /) -> None:
    """Removes the first element equal to `x`; an error when there is none."""
    changeable_list(self, "remove from")
    try:
        list.remove(self, x)
    except ValueError:
        raise error("OX0357", "remove: element not found: item not found in list") from None


LIST_METHODS: dict[str, Callable[..., Any]] = {
    "append": append, "clear": clear, "extend": extend, "index": list_index, "insert": insert, "pop": pop, "remove": remove,
}  # fmt: skip

# ---- dict


def dict_clear(self: SDict, /) -> None:
    """Removes all entries."""
    if self:
        changeable_dict(self, "clear")
    dict.clear(self)


def get(self: SDict, key: Any, default: Any = None, /) -> Any:
    """Gives the value of a key, or `default`."""
    hash_check(key)
    return dict.get(self, key, default)


def items(self: SDict, /) -> SList:
    """Gives a new list of (key, value) pairs, in order of insertion."""
    return SList(pairs_of((self, dict.values(self)), dict.items(self)))


def keys(self: SDict, /) -> SList:
    """Gives a new list of the keys, in order of insertion."""
    return SList(self)


def values(self: SDict, /) -> SList:
    """Gives a new list of the values, in order of insertion."""
    return SList(dict.values(self))


def dict_pop(self: SDict, key: Any, default: Any = MISSING, /) -> Any:
    """Takes a key out and gives its value, or `default`; without a default a missing key is an error."""
    hash_check(key)
    changeable_dict(self, "delete from")
    if key not in self:
        if default is MISSING:
            from oxlang.interp.formatting import repr_of

            raise error("OX0404", f"pop: missing key: {repr_of(key)} not found in dict", notes=[f"KeyError: {repr_of(key)}"])
        return default
    return dict.pop(self, key)


def popitem(self: SDict, /) -> tuple[Any, Any]:
    """Takes the first entry out and gives it as a pair; an empty dict is an error."""
    changeable_dict(self, "delete from")
    if not self:
        raise error("OX0404", "popitem: empty dict")
    key = next(iter(self))
    return weighed((key, dict.pop(self, key)))


def setdefault(self: SDict, key: Any, default: Any = None, /) -> Any:
    """Gives the value of a key; when there is none, stores `default` first."""
    hash_check(key)
    changeable_dict(self, "insert into")
    return dict.setdefault(self, key, default)


def dict_update(self: SDict, pairs: Any = MISSING, /, **kwargs: Any) -> None:
    """Adds the entries of a dict or of a sequence of pairs, then those given by name."""
    changeable_dict(self, "insert into")
    fill_dict("update", self, pairs)
    if kwargs:
        dict.update(self, kwargs)


def fill_dict(function: str, target: SDict, pairs: Any) -> None:
    """Adds entries of a dict or of a sequence of pairs."""
    if pairs is MISSING:
        return
    if isinstance(pairs, dict):
        dict.update(target, pairs)
        return
    for at, pair in enumerate(iterable(function, pairs, "pairs")):
        if isinstance(pair, (SList, tuple)):
            found: list[Any] | tuple[Any, ...] = pair
        elif isinstance(pair, (str, bytes)) or not hasattr(type(pair), "__iter__"):
            raise error(
                "OX0351", f"{function}: dictionary update sequence element #{at} is not iterable ({type_name(pair)}): "
                f"cannot convert a non-pair element; not iterable: {type_name(pair)}",
            )  # fmt: skip
        else:
            found = list(pair)
        if len(found) != 2:
            raise error(
                "OX0351", f"{function}: dictionary update sequence element #{at} has length {len(found)}, want 2",
                notes=["a non-pair element cannot be converted"],
            )  # fmt: skip
        hash_check(found[0])
        dict.__setitem__(target, found[0], found[1])


DICT_METHODS: dict[str, Callable[..., Any]] = {
    "clear": dict_clear, "get": get, "items": items, "keys": keys, "pop": dict_pop, "popitem": popitem,
    "setdefault": setdefault, "update": dict_update, "values": values,
}  # fmt: skip

# ---- set


def _operands(function: str, others: tuple[Any, ...]) -> list[Iterable[Any]]:
    found: list[Iterable[Any]] = []
    for at, one in enumerate(others, 1):
        if isinstance(one, (str, bytes, int, float)) or not hasattr(type(one), "__iter__"):
            raise error("OX0351", f"{function}: argument #{at} is not iterable: {type_name(one)}", notes=[f"got {type_name(one)}, want iterable"])
        values = list(iterable(function, one))
        for value in values:
            hash_check(value)
        found.append(values)
    return found


def add(self: SSet, element: Any, /) -> None:
    """Adds an element."""
    try:
        hash_check(element)
    except Exception as problem:
        raise _named("add", problem) from None
    _changeable("add", self, "insert into")
    self.keys[element] = None


def _named(function: str, problem: Any) -> Any:
    diagnostic = getattr(problem, "diagnostic", None)
    if diagnostic is None:
        return problem
    return error(diagnostic.code.id, f"{function}: {diagnostic.message}", help=diagnostic.help)


def _changeable(function: str, self: SSet, action: str) -> None:
    try:
        changeable_set(self, action)
    except Exception as problem:
        raise _named(function, problem) from None


def set_clear(self: SSet, /) -> None:
    """Removes all elements."""
    if self.keys:
        _changeable("clear", self, "clear")
    self.keys.clear()


def difference(self: SSet, /, *others: Any) -> SSet:
    """Gives a new set with the elements that none of the others has."""
    removed = {one for values in _operands("difference", others) for one in values}
    return SSet([one for one in self.keys if one not in removed])


def difference_update(self: SSet, /, *others: Any) -> None:
    """Removes the elements of the others."""
    made = difference(self, *others)
    _changeable("difference_update", self, "delete from")
    self.keys = made.keys


def discard(self: SSet, element: Any, /) -> None:
    """Removes an element if it is there."""
    try:
        hash_check(element)
    except Exception as problem:
        raise _named("discard", problem) from None
    _changeable("discard", self, "delete from")
    self.keys.pop(element, None)


def intersection(self: SSet, /, *others: Any) -> SSet:
    """Gives a new set with the elements that all the others have, too."""
    found = [set(values) for values in _operands("intersection", others)]
    return SSet([one for one in self.keys if all(one in values for values in found)])


def intersection_update(self: SSet, /, *others: Any) -> None:
    """Keeps the elements that all the others have, too."""
    made = intersection(self, *others)
    _changeable("intersection_update", self, "delete from")
    self.keys = made.keys


def isdisjoint(self: SSet, other: Any, /) -> Bool:
    """Whether no element is in both."""
    return FALSE if any(one in self.keys for one in _operands("isdisjoint", (other,))[0]) else TRUE


def issubset(self: SSet, other: Any, /) -> Bool:
    """Whether every element is in the other, too."""
    found = set(_operands("issubset", (other,))[0])
    return TRUE if all(one in found for one in self.keys) else FALSE


def issuperset(self: SSet, other: Any, /) -> Bool:
    """Whether every element of the other is here, too."""
    return TRUE if all(one in self.keys for one in _operands("issuperset", (other,))[0]) else FALSE


def set_pop(self: SSet, /) -> Any:
    """Takes the first element out and gives it; an empty set is an error."""
    _changeable("pop", self, "delete from")
    if not self.keys:
        raise error("OX0404", "pop: empty set")
    first = next(iter(self.keys))
    del self.keys[first]
    return first


def set_remove(self: SSet, element: Any, /) -> None:
    """Removes an element; an error when it is not there."""
    hash_check(element)
    _changeable("remove", self, "delete from")
    if element not in self.keys:
        raise error("OX0404", "remove: missing key")
    del self.keys[element]


def symmetric_difference(self: SSet, other: Any, /) -> SSet:
    """Gives a new set with the elements that are in exactly one of both."""
    found = dict.fromkeys(_operands("symmetric_difference", (other,))[0])
    made = SSet([one for one in self.keys if one not in found])
    made.keys.update(dict.fromkeys(one for one in found if one not in self.keys))
    return made


def symmetric_difference_update(self: SSet, other: Any, /) -> None:
    """Keeps the elements that are in exactly one of both."""
    made = symmetric_difference(self, other)
    _changeable("symmetric_difference_update", self, "insert into")
    self.keys = made.keys


def union(self: SSet, /, *others: Any) -> SSet:
    """Gives a new set with the elements of all."""
    made = SSet(self.keys)
    for values in _operands("union", others):
        made.keys.update(dict.fromkeys(values))
    return made


def set_update(self: SSet, /, *others: Any, **named: Any) -> None:
    """Adds the elements of the others."""
    if named:
        raise error("OX0352", "update: does not accept keyword arguments")
    found = _operands("update", others)
    _changeable("update", self, "insert into")
    for values in found:
        self.keys.update(dict.fromkeys(values))


SET_METHODS: dict[str, Callable[..., Any]] = {
    "add": add, "clear": set_clear, "difference": difference, "difference_update": difference_update, "discard": discard,
    "intersection": intersection, "intersection_update": intersection_update, "isdisjoint": isdisjoint,
    "issubset": issubset, "issuperset": issuperset, "pop": set_pop, "remove": set_remove,
    "symmetric_difference": symmetric_difference, "symmetric_difference_update": symmetric_difference_update,
    "union": union, "update": set_update,
}  # fmt: skip
