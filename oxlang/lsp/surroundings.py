"""What is open at an offset of a text: brackets, strings, comments. Works on broken text, needs no tree."""

from __future__ import annotations

import re

from oxlang.records import dataclass

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n\r]*)
    |(?P<string>[rRbB]{0,2}(?P<quote>\"\"\"|'''|\"|'))
    |(?P<bracket>[()\[\]{}])""",
    re.VERBOSE,
)
_PAIRS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is open at an offset.

    Attributes:
        brackets: offsets of the open brackets, outermost first.
        string: where the text of the string begins that the offset is in; None outside of strings.
        literal: where that string literal begins, its prefix included.
        comment: whether the offset is in a comment.
    """

    brackets: tuple[int, ...]
    string: int | None = None
    literal: int | None = None
    comment: bool = False


def surroundings(text: str, offset: int) -> Surroundings:
    """Gives what is open at an offset, from the text alone."""
    stack: list[int] = []
    at = 0
    while True:
        found = _TOKEN.search(text, at, offset)
        if found is None:
            return Surroundings(tuple(stack))
        if found["comment"] is not None:
            if found.end() >= offset:
                return Surroundings(tuple(stack), comment=True)
            at = found.end()
        elif found["string"] is not None:
            end = _string_end(text, found.end(), found["quote"])
            if end is None or end > offset or (end == offset and text[end - 1 : end] != found["quote"][0]):
                if end is None and "\n" in text[found.end() : offset] and len(found["quote"]) == 1:
                    at = text.index("\n", found.end())
                    continue
                return Surroundings(tuple(stack), string=found.end(), literal=found.start())
            at = end
        else:
            bracket = found["bracket"]
            if bracket in _PAIRS:
                if stack and text[stack[-1]] == _PAIRS[bracket]:
                    stack.pop()
            else:
                stack.append(found.start())
            at = found.end()


def _string_end(text: str, start: int, quote: str) -> int | None:
    """Offset behind a string; None when it is not closed (for one line: on its line)."""
    at = start
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif text.startswith(quote, at):
            return at + len(quote)
        elif text[at] in "\n\r" and len(quote) == 1:
            return None
        else:
            at += 1
    return None
