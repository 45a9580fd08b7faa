"""Starts the program of a built target."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from oxlang.diagnostics.model import OxError, error

if TYPE_CHECKING:
    from oxlang.graph.platform import BuildSettings
    from oxlang.workspace.build import Built

_SIGNAL_BASE = 128


def start(built: Built, arguments: Sequence[str], env: Mapping[str, str], settings: BuildSettings) -> int:
    """Starts the program of a built target, if it has one, and waits; gives its status, 128 + n for signal n.

    A program for another platform is started by the runner that cargo is told of for that platform, if there is one.
    """
    if built.program is None:
        return 0
    runner: tuple[str, ...] = ()
    foreign = settings.target.triple if settings.target.triple != settings.host.triple else ""
    if foreign:
        from oxlang.cargo.settings import target_setting

        setting = target_setting("runner", foreign, env, Path.cwd())
        runner = () if setting is None else setting.words
    sys.stdout.flush()
    sys.stderr.flush()
    return run_program(built.program, arguments, env, runner=runner, foreign=foreign)


def run_program(
    program: Path,
    arguments: Sequence[str],
    env: Mapping[str, str],
    *,
    runner: Sequence[str] = (),
    foreign: str = "",
) -> int:
    """Runs a program in the foreground; signals of the terminal are the program's business.

    Args:
        program: absolute path.
        arguments: for the program.
        env: its environment.
        runner: program and arguments that run it, such as an emulator.
        foreign: the triple that it was built for when that is not this machine's.

    Raises OX0953 when it cannot be started.
    """
    argv = [*runner, str(program), *arguments]
    try:
        if runner:
            argv[0] = str(_runner_program(runner[0], env))
        if sys.platform == "win32":
            import subprocess

            return subprocess.call(argv, env=dict(env))
        return _wait(argv, env)
    except OSError as problem:
        if foreign and not runner:
            raise _foreign_program(program, foreign) from problem
        reason = (problem.strerror or str(problem)).lower()
        raise error("OX0953", f"`{program}` cannot be started: {reason}") from problem


def _runner_program(name: str, env: Mapping[str, str]) -> Path:
    from oxlang.cargo.toolchain import which

    found = Path(name) if os.sep in name else which(name, env)
    if found is None:
        raise error("OX0953", f"the runner `{name}` is not on PATH", help="install it, or name another one")
    return found


def _foreign_program(program: Path, triple: str) -> OxError:
    from oxlang.cargo.settings import variable

    return error(
        "OX0953",
        f"`{program}` is a program for `{triple}`, which this machine does not run",
        help=f"copy its folder to such a machine, or name an emulator by {variable(triple, 'runner')}",
    )


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
