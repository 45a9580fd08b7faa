"""`oxl cache-clear`."""

from __future__ import annotations

import os

from oxlang.cli.invocation import Invocation
from oxlang.cli.spec import Command


def clear(call: Invocation) -> int:
    """Removes the cache folder; a missing one is fine."""
    import shutil

    folder = call.cache_dir
    call.terminal.write(f"removing {folder}")
    if os.path.lexists(folder):
        shutil.rmtree(folder, onerror=_writable)
    return 0


def _writable(function: object, path: str, info: object) -> None:
    """Removes what a read-only folder holds: makes the folder writable and tries again."""
    import stat

    parent = os.path.dirname(path)
    os.chmod(parent, os.stat(parent).st_mode | stat.S_IWUSR | stat.S_IXUSR)
    if os.path.isdir(path) and not os.path.islink(path):
        os.chmod(path, stat.S_IRWXU)
        import shutil

        shutil.rmtree(path)
    else:
        os.unlink(path)


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
