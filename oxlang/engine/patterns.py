"""Patterns that choose files of a tree. Apart, because `re` takes as long to import as evaluating a config."""

from __future__ import annotations

import re
from fnmatch import translate
from functools import lru_cache


class Matcher:
    """Tries patterns on a path, on each folder above it, and those without `/` on each name."""

    def __init__(self, patterns: tuple[str, ...]) -> None:
        self._match = re.compile("|".join(translate(pattern) for pattern in patterns)).match

    def __call__(self, path: str) -> bool:
        match = self._match
        if match(path):
            return True
        parts = path.split("/")
        return any(match(part) for part in parts) or any(
            match("/".join(parts[:n])) for n in range(1, len(parts))
        )


@lru_cache(maxsize=64)
def matcher(patterns: tuple[str, ...]) -> Matcher:
    """Gives what tries patterns of `fnmatch` on paths of a tree."""
    return Matcher(patterns)
