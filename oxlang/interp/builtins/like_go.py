"""What `LanguageOptions.like_go` changes: the choices of starlark-go where the specification leaves one, or is not followed there.

Strings hold bytes (`syntax.utf8`). What looks at elements alone is right as it is; here stand the functions and methods that
look at code points, and those that differ otherwise. `names` gives them in place of what generated code finds else. The rows
G of docs/language.md say what differs, and what does not although it does in starlark-go.
"""

from __future__ import annotations

import re
import unicodedata

from oxlang.declare.booleans import FALSE, TRUE, Bool
from oxlang.diagnostics.model import Frame, OxError, error
from oxlang.interp import attributes, elements
from oxlang.interp.builtins import core, ordering, string
from oxlang.interp.builtins.arguments import MISSING, flag, integer, text
from oxlang.interp.values import Elements, IndexedElements, SList
from oxlang.syntax.utf8 import decoded, encoded, readable, readable_diagnostic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from oxlang.interp.thread import Thread

_BLANKS = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_NO_TEXT = "\ufffd" + "".join(map(chr, range(0xDC80, 0xDD00)))
_WORD = re.compile(f"[^{_BLANKS}]+")
_FOLDED_ALONE, _ALONE = "ß", "İı"
"""Letters that belong to one of the other case although no mapping leads there, and those that do not although one does."""


# ---- one code point to one, as Go maps them


def _upper(one: str) -> str:
    made = one.upper()
    return made if len(made) == 1 else _title(one)


def _title(one: str) -> str:
    made = one.title()
    return made if len(made) == 1 else one


def _lower(one: str) -> str:
    return one.lower() if one != "\u0130" else "i"


def _cased(one: str) -> bool:
    return one in _FOLDED_ALONE or (one not in _ALONE and (_upper(one) != one or _lower(one) != one))


# ---- methods of strings


def _beyond_ascii(method: Callable[[str], Any]) -> Callable[[str], Any]:
    """Leaves strings of ASCII, for which there is no difference, to the usual method of the name."""
    usual = string.STRING_METHODS[method.__name__]

    def chosen(self: str, /) -> Any:
        return usual(self) if self.isascii() else method(self)

    chosen.__name__ = method.__name__
    chosen.__doc__ = method.__doc__
    return chosen


@_beyond_ascii
def upper(self: str, /) -> str:
    """Gives the string in upper case, code point by code point."""
    return encoded("".join(map(_upper, readable(self))))


@_beyond_ascii
def lower(self: str, /) -> str:
    """Gives the string in lower case, code point by code point."""
    return encoded("".join(map(_lower, readable(self))))


@_beyond_ascii
def title(self: str, /) -> str:
    """Gives the string with each word in title case."""
    made = []
    inside = False
    for one in readable(self):
        made.append(_lower(one) if inside else _title(one))
        inside = _cased(made[-1])
    return encoded("".join(made))


@_beyond_ascii
def capitalize(self: str, /) -> str:
    """Gives the string with its first code point in title case and the rest in lower case."""
    points = readable(self)
    return encoded("".join([*map(_title, points[:1]), *map(_lower, points[1:])]))


def _every(name: str, test: Callable[[str], bool], doc: str) -> Callable[..., Bool]:
    def method(self: str, /) -> Bool:
        return TRUE if self and all(map(test, readable(self))) else FALSE

    method.__name__ = name
    method.__doc__ = doc
    return method


isalnum = _every("isalnum", lambda one: one.isalpha() or one.isdecimal(), string.isalnum.__doc__ or "")
isalpha = _every("isalpha", str.isalpha, string.isalpha.__doc__ or "")
isdigit = _every("isdigit", str.isdecimal, string.isdigit.__doc__ or "")
isspace = _every("isspace", lambda one: _WORD.match(one) is None, string.isspace.__doc__ or "")


@_beyond_ascii
def islower(self: str, /) -> Bool:
    """Whether there is a letter that has cases, and none in upper case."""
    return TRUE if any(map(_cased, readable(self))) and self == lower(self) else FALSE


@_beyond_ascii
def isupper(self: str, /) -> Bool:
    """Whether there is a letter that has cases, and none in lower case."""
    return TRUE if any(map(_cased, readable(self))) and self == upper(self) else FALSE


@_beyond_ascii
def istitle(self: str, /) -> Bool:
    """Whether every word begins with A to Z or a letter in title case, and goes on in lower case."""
    inside = found = False
    for one in readable(self):
        kind = unicodedata.category(one)
        if "A" <= one <= "Z" or kind == "Lt":
            if inside:
                return FALSE
            inside = found = True
        elif kind == "Ll":
            if not inside:
                return FALSE
        elif kind == "Lu":
            return FALSE
        else:
            inside = False
    return TRUE if found else FALSE


def strip(self: str, chars: Any = "", /) -> str:
    """Gives the string without white space, or without the code points of `chars` if there are any, at both ends."""
    return _rstripped(_lstripped(self, text("strip", "cutset", chars)), chars)


def lstrip(self: str, chars: Any = "", /) -> str:
    """Like `strip`, at the start only."""
    return _lstripped(self, text("lstrip", "cutset", chars))


def rstrip(self: str, chars: Any = "", /) -> str:
    """Like `strip`, at the end only."""
    return _rstripped(self, text("rstrip", "cutset", chars))


def _lstripped(self: str, chars: str) -> str:
    return encoded(decoded(self).lstrip(_cutset(chars)))


def _rstripped(self: str, chars: str) -> str:
    return encoded(decoded(self).rstrip(_cutset(chars)))


def _cutset(chars: str) -> str:
    """Gives the code points that are taken away; bytes that are no text, and U+FFFD, are all alike."""
    points = decoded(chars) or _BLANKS
    return points + _NO_TEXT if "\ufffd" in readable(points) else points


def split(self: str, sep: Any = None, maxsplit: Any = -1) -> SList:
    """Gives the parts between occurrences of `sep`; without it, the words between white space."""
    limit = integer("split", "maxsplit", maxsplit)
    if sep is not None:
        return string.split(self, sep, limit)
    points = decoded(self)
    words = list(_WORD.finditer(points))
    parts = [one[0] for one in words]
    if 0 <= limit < len(words):
        parts[limit:] = [points[words[limit].start() :]]
    return SList(map(encoded, parts))


def rsplit(self: str, sep: Any = None, maxsplit: Any = -1) -> SList:
    """Like `split`, but `maxsplit` counts from the end; occurrences of `sep` are still looked for from the start."""
    limit = integer("rsplit", "maxsplit", maxsplit)
    if sep is not None:
        found = string.split(self, sep)
        if 0 <= limit < len(found):
            found[: len(found) - limit] = [sep.join(found[: len(found) - limit])]
        return found
    points = decoded(self)
    words = list(_WORD.finditer(points))
    parts = [one[0] for one in words]
    if 0 <= limit < len(words):
        first = len(words) - limit
        parts[:first] = [points[: words[first - 1].end()]]
    return SList(map(encoded, parts))


def splitlines(self: str, keepends: Any = FALSE, /) -> SList:
    """Gives the lines, without their ends unless `keepends`. Lines end at `\\n` only."""
    keep = flag("splitlines", "keepends", keepends)
    lines = self.split("\n")
    if not lines[-1]:
        lines.pop()
    elif keep:
        return SList([*(one + "\n" for one in lines[:-1]), lines[-1]])
    return SList(one + "\n" for one in lines) if keep else SList(lines)


def count(self: str, sub: Any, start: Any = None, end: Any = None, /) -> int:
    """Counts the places where `sub` occurs, overlaps not counted; an empty one is around each code point."""
    if sub != "":
        return string.count(self, sub, start, end)
    low, high = string.slices("count", start, end)
    return len(decoded(self[low:high])) + 1


def replace(self: str, old: Any, new: Any, count: Any = -1, /) -> str:
    """Gives the string with `old` replaced by `new`, at most `count` times; an empty `old` is around each code point."""
    integer("replace", "count", count)
    return string.replace(self, old, new, count) if old != "" else encoded(string.replace(decoded(self), old, new, count))


@_beyond_ascii
def codepoints(self: str, /) -> Elements:
    """Gives an iterable of the code points as strings; U+FFFD for a byte that belongs to none."""
    return Elements(self, "string.codepoints", "codepoints", list(map(encoded, readable(self))))


@_beyond_ascii
def codepoint_ords(self: str, /) -> Elements:
    """Gives an iterable of the code points' numbers; U+FFFD for a byte that belongs to none."""
    return Elements(self, "string.codepoints", "codepoint_ords", list(map(ord, readable(self))))


def elem_ords(self: str, /) -> Elements:
    """Gives an iterable of the values of the bytes."""
    return IndexedElements(self, "string.elems", "elem_ords", self.encode("ascii", "surrogateescape"))


METHODS: dict[str, Callable[..., Any]] = {
    "capitalize": capitalize, "codepoint_ords": codepoint_ords, "codepoints": codepoints, "count": count, "elem_ords": elem_ords,
    "isalnum": isalnum, "isalpha": isalpha, "isdigit": isdigit, "islower": islower, "isspace": isspace, "istitle": istitle,
    "isupper": isupper, "lower": lower, "lstrip": lstrip, "replace": replace, "rsplit": rsplit, "rstrip": rstrip, "split": split,
    "splitlines": splitlines, "strip": strip, "title": title, "upper": upper,
}  # fmt: skip
"""The methods of strings that differ."""


# ---- functions and operations


def bytes_(x: Any, /) -> bytes:
    """Gives the bytes of a string, or of an iterable of numbers from 0 to 255."""
    return readable(x).encode() if type(x) is str else core.bytes_(x)


def ord_(x: Any, /) -> int:
    """Gives the number of the only code point of a string, or of the only byte of bytes."""
    return core.ord_(readable(x) if type(x) is str else x)


def hash_(x: Any, /) -> int:
    """Gives a number that is the same for equal strings (or bytes) everywhere."""
    if type(x) is not str:
        return core.hash_(x)
    value = 0
    for one in readable(x):
        value = (31 * value + ord(one)) & 0xFFFFFFFF
    return value - (1 << 32) if value >= 1 << 31 else value


def sorted_(iterable_: Any, /, key: Any = MISSING, reverse: Any = FALSE) -> SList:
    """Gives a new list of the elements in order; equal ones keep theirs."""
    if type(reverse) is not Bool:
        raise error("OX0351", f"sorted: for parameter reverse: got {core.type_(reverse)}, want bool")
    return ordering.sorted_(iterable_, key, reverse)


def getattr_(x: Any, name: Any, default: Any = MISSING, /) -> Any:
    """Gives the field or method of a name, or `default`."""
    if type(x) is str and type(name) is str and name in METHODS:
        return get_attribute(x, name)
    return core.getattr_(x, name, default)


def get_attribute(value: Any, name: str) -> Any:
    """`value.name`"""
    if type(value) is str and name in METHODS:
        return attributes.BoundMethod(value, name, METHODS[name])
    return attributes.get_attribute(value, name)


def call_method(value: Any, name: str, /, *args: Any, **kwargs: Any) -> Any:
    """`value.name(*args, **kwargs)`"""
    if type(value) is str and name in METHODS:
        return METHODS[name](value, *args, **kwargs)
    return attributes.call_method(value, name, *args, **kwargs)


def index(value: Any, at: Any) -> Any:
    """`value[at]`; an element of bytes is bytes."""
    found = elements.index(value, at)
    return bytes((found,)) if type(value) is bytes else found


def inside(x: Any) -> str:
    """`%s` and `{}`; bytes are shown as they are written."""
    return core.repr_(x) if type(x) is bytes else core.str_(x)


_FUNCTIONS: dict[str, Callable[..., Any]] = {"bytes": bytes_, "getattr": getattr_, "hash": hash_, "ord": ord_, "sorted": sorted_}
for _name, _function in (*METHODS.items(), *_FUNCTIONS.items()):
    _function.__name__ = _name
    _function.__qualname__ = f"built-in {_name}"


def names(thread: Thread, load: Callable[..., Any]) -> dict[str, Any]:
    """Gives what generated code finds in place of the usual functions and operations.

    Args:
        thread: gets what `print` writes, as readable text.
        load: runs a load statement.
    """
    from oxlang.interp.runtime import printer

    return {
        **{f".str.{name}": method for name, method in METHODS.items()},
        **_FUNCTIONS,
        "print": printer(lambda text: thread.out(readable(text))),
        ".attr": get_attribute,
        ".call": call_method,
        ".index": index,
        ".inside": inside,
        ".load": lambda path, wanted: load(readable(path), wanted),
    }


def make_readable(failure: OxError) -> None:
    """Makes the words of an error, which hold names and values of the program, readable."""
    failure.diagnostic = readable_diagnostic(failure.diagnostic)
    failure.others = tuple(map(readable_diagnostic, failure.others))
    failure.frames = tuple(
        Frame(function=readable(one.function), span=one.span, arguments=tuple(map(readable, one.arguments))) for one in failure.frames
    )
