"""Helpers for tests of trees."""

from __future__ import annotations

from typing import Any

from oxlang.source import SourceFile
from oxlang.syntax.ast import File, Node
from oxlang.syntax.options import CONFIG, STANDARD, LanguageOptions
from oxlang.syntax.parse import Parsed, parse


def dump(value: Any) -> Any:
    """A tree as nested tuples, with places."""
    if isinstance(value, Node):
        fields: tuple[str, ...] = value.__match_args__
        names = [name for name in fields if name != "source"]
        return (type(value).__name__, *((name, dump(getattr(value, name))) for name in names))
    if isinstance(value, list):
        return [dump(item) for item in value]
    return value


def shape(value: Any) -> list[Any]:
    """A tree without places, as what stands in it from the outside in; flat, so that the deepest can be compared."""
    found: list[Any] = []
    todo = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, Node):
            names = [
                name
                for name in one.__match_args__
                if name not in ("start", "end", "source", "comments", "docstring", "open")
                and not name.endswith(("_start", "_end"))
            ]
            found.append(type(one).__name__)
            todo.extend(getattr(one, name) for name in reversed(names))
        elif isinstance(one, list):
            found.append(len(one))
            todo.extend(reversed(one))
        else:
            found.append((type(one).__name__, one))
    return found


def parsed(text: str, options: LanguageOptions = STANDARD) -> Parsed:
    """Parses a text."""
    return parse(SourceFile("test.star", text), options)


def good(text: str, options: LanguageOptions = CONFIG) -> File:
    """Parses a text that has no mistakes."""
    result = parsed(text, options)
    assert not result.diagnostics, [one.message for one in result.diagnostics]
    return result.file
