"""Texts of values for messages: the beginning, with `…` in place of what is too long."""

from __future__ import annotations

from oxlang.interp.formatting import Pieces, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def shortened(value: Any, limit: int = 60) -> str:
    """Gives the text of a value for a message, with `…` in place of what is too long.

    A value of the host may have a short text of its own, `starlark_short`, when writing it out would do some work.
    """
    if (short := getattr(value, "starlark_short", None)) is not None:
        return str(short)
    if isinstance(value, (str, bytes)):
        value = value[:limit]
    elif type(value) is int and value.bit_length() > 400:
        return f"{value >> (value.bit_length() - 64):x}…"
    out = _Few(limit)
    try:
        write(value, out, [])
    except _Enough:
        pass
    text = "".join(out)
    return text if len(text) <= limit else text[: limit - 1] + "…"


class _Few(Pieces):
    """The first pieces of a text: whoever wants more of it than that gets `_Enough`."""

    __slots__ = ("left",)

    def __init__(self, characters: int) -> None:
        super().__init__()
        self.left = characters

    def append(self, text: str) -> None:
        """Adds a piece."""
        list.append(self, text)
        self.left -= len(text)
        if self.left < 0:
            raise _Enough


class _Enough(Exception):
    """Ends the writing of a text that is cut."""
