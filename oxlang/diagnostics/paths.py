"""Paths in texts for people."""

from __future__ import annotations

import os


def display_path(path: str, relative_to: str | None) -> str:
    """Gives a path as people want to read it: relative when it lies below the folder."""
    if relative_to is None or not os.path.isabs(path):
        return path
    base = relative_to.rstrip(os.sep) + os.sep
    return path[len(base) :] if path.startswith(base) else path
