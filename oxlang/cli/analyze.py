"""`oxl analyze PATH`."""

from __future__ import annotations

from pathlib import Path

from oxlang.cli.invocation import Invocation
from oxlang.cli.spec import Argument, Command


def _run(call: Invocation) -> int:
    from oxlang.packaging.reports import analyze

    for line in analyze(Path(call.values.text("path"))):
        call.terminal.write(line)
    return 0


COMMAND = Command(
    name="analyze",
    summary="Show which libraries a program needs, and the oldest systems that have them.",
    run=_run,
    params=(Argument("PATH", "A program or shared library."),),
    details="""
    Libraries of the Linux Standard Base are on every ordinary Linux (OK); a machine may lack others (PROBLEMATIC). The
    symbol versions tell how old a Debian, Fedora, openSUSE, RHEL or Ubuntu may be.
    """,
    examples=(("oxl analyze build/x86_64-unknown-linux-gnu/release/install/app", "where will it run?"),),
)
