"""Methods of strings and bytes. A string is a sequence of code points."""

from __future__ import annotations

from oxlang.declare.booleans import FALSE, TRUE, Bool
from oxlang.diagnostics.model import error
from oxlang.interp.builtins.arguments import flag, index, integer, iterable, text
from oxlang.interp.formatting import format_text
from oxlang.interp.thread import charge
from oxlang.interp.values import Elements, IndexedElements, SList, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_LARGE = 4096


def slices(function: str, start: Any, end: Any) -> tuple[int | None, int | None]:
    """Gives the bounds of a part of a string. Raises OX0351."""
    return index(function, "start", start), index(function, "end", end)


def _bounds(self: str, low: int | None, high: int | None) -> tuple[int, int]:
    """Gives where `self[low:high]` begins and ends. An empty string is in every part, also in one that begins behind the end."""
    first, last, _ = slice(low, high).indices(len(self))
    return first, max(first, last)


def _found(self: str, sub: str, low: int | None, high: int | None) -> int:
    return self.find(sub, low, high) if sub else _bounds(self, low, high)[0]


def _found_last(self: str, sub: str, low: int | None, high: int | None) -> int:
    return self.rfind(sub, low, high) if sub else _bounds(self, low, high)[1]


def count(self: str, sub: Any, start: Any = None, end: Any = None, /) -> int:
    """Counts the places where `sub` occurs, overlaps not counted."""
    low, high = slices("count", start, end)
    if sub == "":
        first, last = _bounds(self, low, high)
        return last - first + 1
    return self.count(text("count", "sub", sub), low, high)


def find(self: str, sub: Any, start: Any = None, end: Any = None, /) -> int:
    """Gives the first index of `sub`, -1 when it does not occur."""
    low, high = slices("find", start, end)
    return _found(self, text("find", "sub", sub), low, high)


def rfind(self: str, sub: Any, start: Any = None, end: Any = None, /) -> int:
    """Gives the last index of `sub`, -1 when it does not occur."""
    low, high = slices("rfind", start, end)
    return _found_last(self, text("rfind", "sub", sub), low, high)


def index_(self: str, sub: Any, start: Any = None, end: Any = None, /) -> int:
    """Gives the first index of `sub`; an error when it does not occur."""
    low, high = slices("index", start, end)
    found = _found(self, text("index", "sub", sub), low, high)
    if found < 0:
        raise error("OX0357", f'index: substring not found: substring "{sub}" not found in "{self}"' if len(self) < 60 else "index: substring not found")
    return found


def rindex(self: str, sub: Any, start: Any = None, end: Any = None, /) -> int:
    """Gives the last index of `sub`; an error when it does not occur."""
    low, high = slices("rindex", start, end)
    found = _found_last(self, text("rindex", "sub", sub), low, high)
    if found < 0:
        raise error("OX0357", f'rindex: substring not found: substring "{sub}" not found in "{self}"' if len(self) < 60 else "rindex: substring not found")
    return found


def _affix(function: str, self: str, sub: Any, start: Any, end: Any) -> Bool:
    low, high = slices(function, start, end)
    if type(sub) is tuple:
        for at, one in enumerate(sub):
            if type(one) is not str:
                raise error("OX0351", f"{function}: got {type_name(one)}, for element {at}, want string")
    elif type(sub) is not str:
        name = "prefix" if function == "startswith" else "suffix"
        raise error(
            "OX0351", f"{function}: for parameter {name}: got {type_name(sub)}, want string or tuple of string",
            notes=[f"got {type_name(sub)}, want string"],
        )  # fmt: skip
    method = self.startswith if function == "startswith" else self.endswith
    return TRUE if method(sub, low, high) or sub == "" or (type(sub) is tuple and "" in sub) else FALSE


def startswith(self: str, prefix: Any, start: Any = None, end: Any = None, /) -> Bool:
    """Whether the string begins with `prefix`, or with one of a tuple of prefixes."""
    return _affix("startswith", self, prefix, start, end)


def endswith(self: str, suffix: Any, start: Any = None, end: Any = None, /) -> Bool:
    """Whether the string ends with `suffix`, or with one of a tuple of suffixes."""
    return _affix("endswith", self, suffix, start, end)


def removeprefix(self: str, prefix: Any, /) -> str:
    """Gives the string without `prefix` at its start."""
    return self.removeprefix(text("removeprefix", "prefix", prefix))


def removesuffix(self: str, suffix: Any, /) -> str:
    """Gives the string without `suffix` at its end."""
    return self.removesuffix(text("removesuffix", "suffix", suffix))


def replace(self: str, old: Any, new: Any, count: Any = None, /) -> str:
    """Gives the string with `old` replaced by `new`, at most `count` times."""
    before, after = text("replace", "old", old), text("replace", "new", new)
    times = -1 if count is None else integer("replace", "count", count)
    if len(after) > len(before) and len(self) * (len(after) + 1) > _LARGE:
        hits = self.count(before) if times < 0 else min(times, self.count(before))
        charge(len(self) + hits * (len(after) - len(before)))
    return self.replace(before, after, max(times, -1) if times < 1 << 62 else -1)


def join(self: str, elements: Any, /) -> str:
    """Gives the strings of `elements` one after the other with this string between them."""
    kind = type(elements)
    if kind is not SList and kind is not tuple and kind is not list:
        elements = list(iterable("join", elements, "elements"))
    try:
        if len(elements) > 8:
            size = sum(map(len, elements)) + len(self) * len(elements)
            if size > _LARGE:
                charge(size)
        made = self.join(elements)
    except TypeError:
        at, culprit = next((at, one) for at, one in enumerate(elements) if not isinstance(one, str))
        raise error(
            "OX0351", f"join: in list, want string, got {type_name(culprit)} at index {at}", help="convert it with `str(x)`"
        ) from None
    return made


def split(self: str, sep: Any = None, maxsplit: Any = None) -> SList:
    """Gives the parts between occurrences of `sep`; without it, the words between white space."""
    return SList(self.split(_separator("split", sep), _splits("split", maxsplit)))


def rsplit(self: str, sep: Any = None, maxsplit: Any = None) -> SList:
    """Like `split`, but `maxsplit` counts from the end."""
    return SList(self.rsplit(_separator("rsplit", sep), _splits("rsplit", maxsplit)))


def _separator(function: str, sep: Any) -> str | None:
    if sep is None:
        return None
    if text(function, "sep", sep) == "":
        raise error("OX0357", f"{function}: empty separator")
    return sep  # type: ignore[no-any-return]


def _splits(function: str, maxsplit: Any) -> int:
    if maxsplit is None:
        return -1
    return max(-1, min(integer(function, "maxsplit", maxsplit), 1 << 62))


def splitlines(self: str, keepends: Any = FALSE, /) -> SList:
    """Gives the lines, without their ends unless `keepends`. Lines end at `\\n`, `\\r` and `\\r\\n` only."""
    keep = flag("splitlines", "keepends", keepends)
    parts: list[str] = []
    at = 0
    length = len(self)
    while at < length:
        newline, carriage = self.find("\n", at), self.find("\r", at)
        ends = [one for one in (newline, carriage) if one >= 0]
        if not ends:
            parts.append(self[at:])
            break
        end = min(ends)
        after = end + 2 if self.startswith("\r\n", end) else end + 1
        parts.append(self[at : after if keep else end])
        at = after
    return SList(parts)


def _stripped(function: str, self: str, chars: Any) -> str | None:
    return None if chars is None else text(function, "cutset", chars)


def strip(self: str, chars: Any = None, /) -> str:
    """Gives the string without white space, or without the characters of `chars`, at both ends."""
    return self.strip(_stripped("strip", self, chars))


def lstrip(self: str, chars: Any = None, /) -> str:
    """Like `strip`, at the start only."""
    return self.lstrip(_stripped("lstrip", self, chars))


def rstrip(self: str, chars: Any = None, /) -> str:
    """Like `strip`, at the end only."""
    return self.rstrip(_stripped("rstrip", self, chars))


def partition(self: str, sep: Any, /) -> tuple[str, str, str]:
    """Gives what stands before the first `sep`, `sep` itself, and what stands after it."""
    if text("partition", "sep", sep) == "":
        raise error("OX0357", "partition: empty separator")
    return self.partition(sep)


def rpartition(self: str, sep: Any, /) -> tuple[str, str, str]:
    """Like `partition`, at the last `sep`."""
    if text("rpartition", "sep", sep) == "":
        raise error("OX0357", "rpartition: empty separator")
    return self.rpartition(sep)


def format_(self: str, /, *args: Any, **kwargs: Any) -> str:
    """Gives the string with `{}`, `{0}` and `{name}` replaced by the arguments."""
    made = format_text(self, args, kwargs)
    if len(made) > _LARGE:
        charge(len(made))
    return made


def upper(self: str, /) -> str:
    """Gives the string in upper case."""
    return self.upper()


def lower(self: str, /) -> str:
    """Gives the string in lower case."""
    return self.lower()


def title(self: str, /) -> str:
    """Gives the string with each word in title case."""
    return self.title()


def capitalize(self: str, /) -> str:
    """Gives the string with its first letter in upper case and the rest in lower case."""
    return self[:1].title() + self[1:].lower()


def _predicate(name: str, test: Callable[[str], bool], doc: str) -> Callable[..., Bool]:
    def method(self: str, /) -> Bool:
        return TRUE if test(self) else FALSE

    method.__name__ = method.__qualname__ = name
    method.__doc__ = doc
    return method


def _is_title(self: str) -> bool:
    # Python also takes a capital letter that has a title case of its own (Ǆ, ǅ).
    return self.istitle() and (self.isascii() or all(one == one.title() for one in self if one.isupper()))


isalnum = _predicate("isalnum", str.isalnum, "Whether there are letters and digits only, at least one.")
isalpha = _predicate("isalpha", str.isalpha, "Whether there are letters only, at least one.")
isdigit = _predicate("isdigit", str.isdigit, "Whether there are digits only, at least one.")
islower = _predicate("islower", str.islower, "Whether there is a letter, and all letters are lower case.")
isspace = _predicate("isspace", str.isspace, "Whether there is white space only, at least one.")
istitle = _predicate("istitle", _is_title, "Whether every word begins in upper case and goes on in lower case.")
isupper = _predicate("isupper", str.isupper, "Whether there is a letter, and all letters are upper case.")


def elems(self: str, /) -> Elements:
    """Gives an iterable of the characters as strings of length 1."""
    return IndexedElements(self, "string.elems", "elems", self)


def codepoints(self: str, /) -> Elements:
    """Gives an iterable of the code points as strings."""
    return Elements(self, "string.codepoints", "codepoints", self)


def elem_ords(self: str, /) -> Elements:
    """Gives an iterable of the characters' numbers."""
    return IndexedElements(self, "string.elems", "elem_ords", list(map(ord, self)))


def codepoint_ords(self: str, /) -> Elements:
    """Gives an iterable of the code points' numbers."""
    return Elements(self, "string.codepoints", "codepoint_ords", list(map(ord, self)))


def bytes_elems(self: bytes, /) -> Elements:
    """Gives an iterable of the values of the bytes."""
    return IndexedElements(self, "bytes.elems", "elems", self)


STRING_METHODS: dict[str, Callable[..., Any]] = {
    "capitalize": capitalize, "codepoint_ords": codepoint_ords, "codepoints": codepoints, "count": count,
    "elem_ords": elem_ords, "elems": elems, "endswith": endswith, "find": find, "format": format_, "index": index_,
    "isalnum": isalnum, "isalpha": isalpha, "isdigit": isdigit, "islower": islower, "isspace": isspace,
    "istitle": istitle, "isupper": isupper, "join": join, "lower": lower, "lstrip": lstrip, "partition": partition,
    "removeprefix": removeprefix, "removesuffix": removesuffix, "replace": replace, "rfind": rfind, "rindex": rindex,
    "rpartition": rpartition, "rsplit": rsplit, "rstrip": rstrip, "split": split, "splitlines": splitlines,
    "startswith": startswith, "strip": strip, "title": title, "upper": upper,
}  # fmt: skip
BYTES_METHODS: dict[str, Callable[..., Any]] = {"elems": bytes_elems}
