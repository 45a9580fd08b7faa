"""The reference page of the commands, `docs/reference/commands.md`, made from their declarations.

`python -m oxlang.cli.pages --write` makes it, `--check` says whether it is current.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from oxlang.cli.commands import COMMANDS, GROUPS, all_names, find
from oxlang.cli.spec import GLOBAL, Argument, Command, Option

HEADER = "<!-- Made by `python -m oxlang.cli.pages --write` from the declarations; do not edit. -->"


def page() -> str:
    """Gives the page."""
    lines = [HEADER, "", "# Commands", "", "`oxl COMMAND --help` shows the same.", "", "| command | what it does |", "|---|---|"]
    for name, (_, summary) in COMMANDS.items():
        shown = name if name not in GROUPS else f"{name} {'/'.join(GROUPS[name])}"
        lines.append(f"| [`{shown}`](#{shown.split(' ')[0] if name in GROUPS else name}) | {summary} |")
    lines += ["", "Options of every command, before or after its name:", ""]
    lines += [f"- `{_spelling(one)}`: {one.help}" for one in GLOBAL]
    lines += [
        "", "Exit status: 0 success, 1 failure, 2 wrong usage, 70 a bug in oxl, 130 interrupted.", "",
        "What `--format json` prints is described in [formats/json-output.md](../formats/json-output.md).",
    ]
    for name in all_names():
        group, _, sub = name.partition(" ")
        if sub and sub == next(iter(GROUPS[group])):
            lines += ["", f"## {group}", "", COMMANDS[group][1]]
        command = find(name)
        assert command is not None
        lines += ["", *_command(command, 3 if sub else 2)]
    return "\n".join(lines) + "\n"


def _command(command: Command, level: int) -> list[str]:
    lines = [f"{'#' * level} {command.name}", "", command.summary, "", "```console", f"$ {command.usage}", "```"]
    own = [one for one in command.params if not (isinstance(one, Option) and one.hidden)]
    if own:
        lines += ["", *(_param(one) for one in own)]
    for paragraph in command.details.strip().split("\n\n"):
        if paragraph.strip():
            lines += ["", " ".join(paragraph.split())]
    if command.examples:
        lines += ["", "```console"]
        for words, text in command.examples:
            lines += [f"# {text}", f"$ {words}"]
        lines.append("```")
    return lines


def _param(one: Option | Argument) -> str:
    if isinstance(one, Argument):
        return f"- `{one.metavar}`: {one.help}" + (f" Default: `{one.default}`." if one.default else "")
    told = one.help
    if one.choices:
        told += f" One of {', '.join(f'`{choice}`' for choice in one.choices)}."
    if one.multiple and one.words:
        told += " Repeatable."
    if one.default is not None:
        told += f" Default: `{one.default}`."
    return f"- `{_spelling(one)}`: {told}"


def _spelling(one: Option) -> str:
    names = ", ".join(sorted(one.names, key=len))
    return f"{names} {one.metavar}" if one.metavar else names


def main(arguments: Sequence[str]) -> int:
    """Writes or checks the page of the checkout; gives the exit status."""
    from oxlang.bundled import bundled_path

    path = bundled_path("docs", "reference", "commands.md")
    text = page()
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return 0
    if "--check" in arguments:
        print("not current: docs/reference/commands.md")
        return 1
    path.write_text(text, encoding="utf-8", newline="\n")
    print("written: docs/reference/commands.md")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
