"""`oxl run [EXTRA…]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oxlang.cli.build import report
from oxlang.cli.invocation import Invocation
from oxlang.cli.limits import LIMITS
from oxlang.cli.options import JOBS, PATH, PROFILE, RELEASE, TRIPLE, VAR, VAR_ENV
from oxlang.cli.session import (
    EXPLAIN,
    KEEP,
    TRACE,
    UPGRADE,
    UPGRADE_PACKAGE,
    find_described,
    load,
    progress,
    say_upgrades,
)
from oxlang.cli.spec import Argument, Command, Option

if TYPE_CHECKING:
    from oxlang.workspace.evaluate import Session


def _run(call: Invocation) -> int:
    from oxlang.workspace.build import build
    from oxlang.workspace.run import start

    target = call.values.maybe("target")
    names = () if target is None else (target,)
    config, text = find_described(call, call.values.text("path"))
    with progress(call) as display:
        session = load(call, config, targets=names, progress=display, text=text)
        built = build(session, names)
    say_upgrades(call)
    if not built:
        _check_targets(session)
        return 0
    if built[-1].program is None:
        report(call, built)
    return start(built[-1], call.values.many("extra"), call.environment, session.settings)


def _check_targets(session: Session) -> None:
    """Raises OX0505 when the config registers no target at all."""
    if not len(session.targets):
        from oxlang.diagnostics.model import error

        raise error("OX0505", "unable to determine target to run: the config registers no target")


COMMAND = Command(
    name="run",
    summary="Build a target and run its program.",
    run=_run,
    params=(
        Argument("EXTRA", "Arguments for the program; write `--` before one that begins with `-`.", "rest"),
        Option(("--target",), "The target. Default: the config's default target.", "NAME"),
        PATH,
        TRIPLE,
        RELEASE,
        PROFILE,
        VAR,
        VAR_ENV,
        *LIMITS,
        JOBS,
        KEEP,
        UPGRADE,
        UPGRADE_PACKAGE,
        EXPLAIN,
        TRACE,
    ),
    details="""
    The program runs in the current directory, and `oxl` ends with its exit status (128 + n when signal n ended it).
    For a folder of files the last executable added to it is run; a target that is no program is only built.

    `--path` may also name a script, or a project folder without a config, as for `oxl build`.
    """,
    examples=(
        ("oxl run", "the default target"),
        ("oxl run --path report.py -- --month 5", "a script, without a config"),
        ("oxl run -- --help", "hand `--help` to the program"),
        ("oxl run --path app --target exe one two", "with two arguments"),
    ),
)
