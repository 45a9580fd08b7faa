"""Builds a target and starts its program."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from oxlang.diagnostics.model import error

if TYPE_CHECKING:
    from oxlang.workspace.build import Built
    from oxlang.workspace.evaluate import Session

_SIGNAL_BASE = 128


def build_and_run(
    session: Session, name: str | None, arguments: Sequence[str], env: Mapping[str, str]
) -> int:
    """Builds a target and runs what it can run; gives the status to end with.

    The program keeps the caller's working directory and streams. A value that cannot be run only gets built.

    Args:
        session: the evaluated config.
        name: the target; None is the default one.
        arguments: for the program.
        env: the program's environment.

    Raises OX0505 when the config registers no target.
    """
    from oxlang.workspace.build import build

    built = build(session, (name,) if name else ())
    if not built:
        if not len(session.context.targets):
            raise error("OX0505", "unable to determine target to run: the config registers no target")
        return 0
    return start(built[-1], arguments, env)


def start(built: Built, arguments: Sequence[str], env: Mapping[str, str]) -> int:
    """Starts the program of a built target, if it has one, and waits; gives its status, 128 + n for signal n."""
    if built.program is None:
        return 0
    sys.stdout.flush()
    sys.stderr.flush()
    return run_program(built.program, arguments, env)


def run_program(program: Path, arguments: Sequence[str], env: Mapping[str, str]) -> int:
    """Runs a program in the foreground; signals of the terminal are the program's business.

    Raises OX0953 when it cannot be started.
    """
    argv = [str(program), *arguments]
    try:
        if sys.platform == "win32":
            import subprocess

            return subprocess.call(argv, env=dict(env))
        return _wait(argv, env)
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise error("OX0953", f"`{program}` cannot be started: {reason}") from problem


def _wait(argv: list[str], env: Mapping[str, str]) -> int:
    handled = (signal.SIGINT, signal.SIGQUIT)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in handled}
    try:
        child = os.posix_spawn(argv[0], argv, dict(env), setsigdef=[*handled, signal.SIGPIPE])
        before[signal.SIGTERM] = signal.signal(signal.SIGTERM, lambda number, frame: os.kill(child, number))
        _, status = os.waitpid(child, 0)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    code = os.waitstatus_to_exitcode(status)
    return _SIGNAL_BASE - code if code < 0 else code
