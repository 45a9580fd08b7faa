"""From words to an exit status: finds the command, parses its words, calls it, and words every failure.

Status: 0 success, 1 failure, 2 wrong usage, 70 our bug, 130 interrupted. A traceback is shown only when `--verbose` is
given three times.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

USAGE = "usage: oxl [OPTIONS] COMMAND [ARGS]..."


def run(words: Sequence[str]) -> int:
    """Runs a command line, without the program's name; gives the exit status."""
    if sys.stdin is None or sys.stdout is None or sys.stderr is None:
        _open_missing_streams()
    if words and words[0] in ("-V", "--version"):
        from oxlang.cli.version import version_text

        try:
            sys.stdout.write(version_text(long=words[0] == "--version"))
            sys.stdout.flush()
        except OSError as failure:
            from oxlang.cli.dispatch import unwritable

            return unwritable(failure)
        return 0
    instruction = os.environ.get("_OXL_COMPLETE")
    if instruction:
        from oxlang.cli.completion import complete

        return complete(instruction)
    import gc

    # Commands are short and make many objects that stay; collecting as often as Python does finds nothing.
    gc.set_threshold(50_000, 20, 20)
    from oxlang.cli.dispatch import dispatch

    return dispatch(list(words))


def _open_missing_streams() -> None:
    """Replaces standard streams that were closed when the process started, for us and for the programs that we run."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = open(os.devnull, mode, encoding="utf-8")  # noqa: SIM115  # lives as long as the process
            os.set_inheritable(stream.fileno(), True)
            setattr(sys, name, stream)
