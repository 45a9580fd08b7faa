"""`oxl help [COMMAND]`."""

from __future__ import annotations

from oxlang import __version__
from oxlang.cli import help as pages
from oxlang.cli.commands import COMMANDS, GROUPS, find
from oxlang.cli.invocation import Invocation
from oxlang.cli.spec import Argument, Command, WrongUsage
from oxlang.diagnostics.spelling import did_you_mean


def overview(*, short: bool) -> str:
    """Gives the page of `oxl --help`."""
    return pages.overview(((name, one[1]) for name, one in COMMANDS.items()), short=short, version=__version__)


def group_page(name: str) -> str:
    """Gives the page of a group of commands."""
    return pages.group_page(name, COMMANDS[name][1], GROUPS[name].items())


def _run(call: Invocation) -> int:
    words = call.values.many("command")
    if not words:
        call.terminal.out.write(overview(short=False))
        return 0
    name = " ".join(words)
    if name in GROUPS:
        call.terminal.out.write(group_page(name))
        return 0
    command = find(name)
    if command is None:
        raise WrongUsage(f"unknown command `{name}`", did_you_mean(name, COMMANDS))
    call.terminal.out.write(pages.page(command, short=False))
    return 0


COMMAND = Command(
    name="help",
    summary="Show the help page of a command.",
    run=_run,
    params=(Argument("COMMAND", "The command, with its group if it has one.", "many"),),
    examples=(("oxl help build", "the same as `oxl build --help`"), ("oxl help cache gc", "a command of a group")),
)
