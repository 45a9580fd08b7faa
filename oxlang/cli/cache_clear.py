"""`oxl cache-clear`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oxlang.cli.invocation import Invocation
from oxlang.cli.spec import Command

if TYPE_CHECKING:
    from pathlib import Path

_OF_PROJECTS = ("pyoxidizer.bzl", "pyproject.toml", "Cargo.toml", ".git")


def clear(call: Invocation) -> int:
    """Removes the cache folder; a missing one is fine."""
    from oxlang.engine import collect

    _refuse_other_folders(call.cache_dir, call.environment.get("HOME"))
    call.terminal.write(f"removing {call.cache_dir}")
    call.terminal.out.flush()
    collect.clear(call.cache_dir)
    return 0


def _refuse_other_folders(folder: Path, home: str | None) -> None:
    """Raises OX0908 for a folder that a wrong variable may name, and that nobody wants to lose."""
    import os

    from oxlang.diagnostics.model import error

    real = folder.resolve()
    try:
        here = os.path.realpath(os.getcwd())
    except OSError:  # The current folder is gone.
        here = ""
    held = next((name for name in _OF_PROJECTS if os.path.lexists(real / name)), None)
    if real == real.parent:
        reason = "it is the root of the file system"
    elif home and str(real) == os.path.realpath(home):
        reason = "it is your home folder"
    elif here == str(real) or here.startswith(str(real) + os.sep):
        reason = "the current folder lies in it"
    elif held is not None:
        reason = f"it holds `{held}`, which belongs to no cache"
    else:
        return
    raise error(
        "OX0908", f"`{folder}` is not removed: {reason}",
        help="let PYOXIDIZER_CACHE_DIR name a folder of its own, or unset it",
    )


COMMAND = Command(
    name="cache-clear",
    summary="Remove the cache folder.",
    run=clear,
    details="""
    The cache holds downloads, outputs of actions and compiled configs; everything in it can be made again. It is
    PYOXIDIZER_CACHE_DIR if that is set, else `oxlang` in the user's cache folder.
    """,
    examples=(("oxl cache-clear", "free the space; the next build starts from nothing"),),
)
