"""`oxl completion install|show`: completion of commands and options in a shell."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from oxlang.cli.invocation import Invocation
from oxlang.cli.spec import Argument, Command, WrongUsage

if TYPE_CHECKING:
    import click

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_OXL_COMPLETE"


def _shell(call: Invocation) -> str:
    named = call.values.maybe("shell")
    if named is None:
        named = Path(call.environment.get("SHELL", "")).name
        if named not in SHELLS:
            raise WrongUsage(f"say which shell: {', '.join(SHELLS)}")
    if named not in SHELLS:
        raise WrongUsage(f"there is completion for {', '.join(SHELLS)}, not for `{named}`")
    return named


def _show(call: Invocation) -> int:
    call.terminal.out.write(script(_shell(call)))
    return 0


def _install(call: Invocation) -> int:
    shell = _shell(call)
    path, hint = place(shell, call)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script(shell), encoding="utf-8")
    call.terminal.write(f"written {path}")
    call.terminal.write(hint)
    return 0


def script(shell: str) -> str:
    """Gives the script that a shell reads; it asks `oxl` itself for what can stand at the cursor."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    return kind(root(), {}, "oxl", VARIABLE).source() + "\n"


def place(shell: str, call: Invocation) -> tuple[Path, str]:
    """Gives the file that a shell reads by itself, and what is left to do."""
    home = Path(call.environment.get("HOME") or os.path.expanduser("~"))
    data = Path(call.environment.get("XDG_DATA_HOME") or home / ".local" / "share")
    config = Path(call.environment.get("XDG_CONFIG_HOME") or home / ".config")
    if shell == "fish":
        return config / "fish" / "completions" / "oxl.fish", "new shells complete `oxl`"
    if shell == "bash":
        return (
            data / "bash-completion" / "completions" / "oxl",
            "new shells complete `oxl` (with the package bash-completion; without it, source the file in ~/.bashrc)",
        )
    return (
        data / "zsh" / "site-functions" / "_oxl",
        "add this to ~/.zshrc, if it is not there: fpath=(~/.local/share/zsh/site-functions $fpath); autoload -Uz compinit; compinit",
    )


def root() -> click.Group:
    """Gives all commands as click sees them."""
    import click

    from oxlang.cli.clicked import make
    from oxlang.cli.commands import COMMANDS, GROUPS, find

    def group(prefix: str, names: list[str]) -> click.Group:
        made = click.Group(prefix or "oxl")
        for name in names:
            full = f"{prefix} {name}".strip()
            if full in GROUPS:
                made.add_command(group(full, list(GROUPS[full])), name)
                continue
            command = find(full)
            if command is not None:
                made.add_command(make(command), name)
        return made

    return group("", list(COMMANDS))


def complete(instruction: str) -> int:
    """Answers a shell's question; the shell's script sets the variable and asks."""
    from click.shell_completion import shell_complete

    return shell_complete(root(), {}, "oxl", VARIABLE, instruction)


_ARGUMENT = Argument("SHELL", f"One of {', '.join(SHELLS)}. Default: that of the variable SHELL.", "optional")
COMMANDS = {
    "completion install": Command(
        name="completion install",
        summary="Write the file that makes a shell complete `oxl`.",
        run=_install,
        params=(_ARGUMENT,),
        examples=(("oxl completion install", "for the shell you use"),),
    ),
    "completion show": Command(
        name="completion show",
        summary="Print that file.",
        run=_show,
        params=(_ARGUMENT,),
        examples=(('eval "$(oxl completion show bash)"', "for this shell only"),),
    ),
}
