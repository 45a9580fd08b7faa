"""`oxl cache-clear`."""

from __future__ import annotations

from oxlang.cli.invocation import Invocation
from oxlang.cli.spec import Command


def clear(call: Invocation) -> int:
    """Removes the cache folder; a missing one is fine."""
    from oxlang.engine import collect

    call.terminal.write(f"removing {call.cache_dir}")
    collect.clear(call.cache_dir)
    return 0


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
