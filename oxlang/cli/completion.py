"""`oxl completion install|show`: completion of commands and options in a shell."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from oxlang.cli.invocation import Invocation
from oxlang.cli.spec import Argument, Command, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Mapping

    import click

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_OXL_COMPLETE"
_BASH_COMPLETION = (
    "/usr/share/bash-completion/bash_completion",
    "/usr/local/share/bash-completion/bash_completion",
    "/opt/homebrew/etc/profile.d/bash_completion.sh",
    "/usr/local/etc/profile.d/bash_completion.sh",
)


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
    from oxlang.diagnostics.model import error

    shell = _shell(call)
    path, settings, line = place(shell, call.environment)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script(shell), encoding="utf-8")
        call.terminal.write(f"written {path}")
        if settings is not None and _add(settings, line):
            call.terminal.write(f"added to {settings}: {line}")
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise error("OX0909", f"`{problem.filename or path}` cannot be written: {reason}") from None
    call.terminal.write("new shells complete `oxl`")
    return 0


def _add(settings: Path, line: str) -> bool:
    """Adds a line to a shell's start-up file, unless it is there."""
    text = settings.read_text(encoding="utf-8", errors="surrogateescape") if settings.exists() else ""
    if line in text.splitlines():
        return False
    start = "" if not text or text.endswith("\n") else "\n"
    with open(settings, "a", encoding="utf-8", errors="surrogateescape") as file:
        file.write(f"{start}# Completion of oxl, written by `oxl completion install`.\n{line}\n")
    return True


def script(shell: str) -> str:
    """Gives the script that a shell reads; it asks `oxl` itself for what can stand at the cursor."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    return kind(root(), {}, "oxl", VARIABLE).source() + "\n"


def place(shell: str, env: Mapping[str, str]) -> tuple[Path, Path | None, str]:
    """Gives the file for the script; and the start-up file and its line that are needed for the shell to find it.

    Fish looks into its folder by itself, bash with the package bash-completion; zsh has no folder of the user's own.
    """
    from shlex import quote

    home = Path(env.get("HOME") or os.path.expanduser("~"))
    data = Path(env.get("XDG_DATA_HOME") or home / ".local" / "share")
    config = Path(env.get("XDG_CONFIG_HOME") or home / ".config")
    if shell == "fish":
        return config / "fish" / "completions" / "oxl.fish", None, ""
    if shell == "bash":
        path = data / "bash-completion" / "completions" / "oxl"
        settings = None if any(os.path.exists(one) for one in _BASH_COMPLETION) else home / ".bashrc"
        return path, settings, f". {quote(str(path))}"
    path = data / "zsh" / "site-functions" / "_oxl"
    line = f"fpath=({quote(str(path.parent))} $fpath); autoload -Uz compinit && compinit"
    return path, Path(env.get("ZDOTDIR") or home) / ".zshrc", line


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


def target_names(start: str | None) -> list[str]:
    """Gives the names of the targets that a config registers, as far as they are written out; nothing is evaluated."""
    from oxlang.diagnostics.model import OxError
    from oxlang.lint.kinds import environment_of, options_of
    from oxlang.lint.runner import lint
    from oxlang.workspace.config import config_file
    from oxlang.workspace.evaluate import read_config

    try:
        source = read_config(config_file(start, os.environ))
        checked = lint(source, options_of("pyoxidizer.bzl"), environment_of("pyoxidizer.bzl")).checked
    except (OxError, OSError):
        return []
    return sorted({one.name for one in checked.targets})


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
        details="""
        Commands, options, their values, files and the names of targets are completed; nothing is evaluated for that.

    zsh, and bash without the package bash-completion, read the file only when told to: a line is added to ~/.zshrc or
        ~/.bashrc, unless it is there already.
        """,
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
