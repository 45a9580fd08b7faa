"""Finds files that ship with the package: `grammar`, `stdlib`, `crates`, `docs/codes`.

A wheel carries them under `oxlang/_bundled/`; an editable install has no such copy, so the checkout is the
second place. Nothing else in the package knows where they lie.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path


def bundled_path(*parts: str) -> Path:
    """Gives the path of a bundled file or folder, for example `bundled_path("stdlib", "paths.star")`.

    The path may not exist when the name is wrong; the caller says what that means.
    """
    from pathlib import Path

    package = os.path.dirname(os.path.realpath(__file__))
    inside = Path(package, "_bundled", *parts)
    return inside if inside.exists() else Path(os.path.dirname(package), *parts)
