"""Finds files that ship with the package: `grammar`, `stdlib`, `crates`, `docs/codes`.

A wheel carries them under `oxlang/_bundled/`; an editable install has no such copy, so the checkout is the
second place. Nothing else in the package knows where they lie.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def bundled_path(*parts: str) -> Path:
    """Gives the path of a bundled file or folder, for example `bundled_path("stdlib", "paths.star")`.

    The path may not exist when the name is wrong; the caller says what that means.
    """
    inside = _PACKAGE.joinpath("_bundled", *parts)
    if inside.exists():
        return inside
    return _PACKAGE.parent.joinpath(*parts)
