"""Reading the JSON of the cache's own files, without the modules that `json` imports.

They take longer than a build that finds everything known; the scanner in C, which does all the work, needs none.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class _Plain:
    """What the scanner asks its decoder for."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float


def loads(data: bytes) -> Any:
    """Gives the value of a JSON text as oxl writes it, without space around it. Raises ValueError when it is damaged."""
    try:
        from _json import make_scanner
    except ImportError:
        import json

        return json.loads(data.decode("utf-8", "surrogateescape"))
    decoder: Any = _Plain
    text = data.decode("utf-8", "surrogateescape")
    try:
        value, end = make_scanner(decoder)(text, 0)
    except StopIteration:
        raise ValueError("no JSON") from None
    if end != len(text):
        raise ValueError("more than one value")
    return value
