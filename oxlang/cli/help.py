"""Help pages, made from the declarations of the commands."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterable, Sequence

from oxlang.cli.spec import GLOBAL, Argument, Command, Option

_WIDTH = 100
_NARROWEST = 50
_COLUMN = 30
_NOTE = " " * 6


def overview(commands: Iterable[tuple[str, str]], *, short: bool, version: str) -> str:
    """Gives the page of `oxl --help` (long) or `oxl -h`."""
    lines = [
        *_paragraph(f"oxl {version}: turns a Python application, described in a pyoxidizer.bzl, into one native program."),
        "",
        "usage: oxl [--verbose]... [--system-rust] COMMAND [ARGS]...",
        "",
        "Commands:",
        *(_entry(name, summary) for name, summary in commands),
        "",
        "Options, before or after the command:",
        *(_entry(_spelling(one), one.help) for one in GLOBAL),
        _entry("-h, --help", "Show help; `--help` shows more than `-h`."),
        _entry("-V", "Show the version."),
        _entry("--version", "Show version, commit, source and the place of the pyembed crate."),
    ]
    if not short:
        lines += [
            "",
            "First steps:",
            *_examples(
                [
                    ("oxl init-config-file --python-code 'print(\"hello\")' hello", "write a config"),
                    ("oxl run --path hello", "build it and run the program"),
                    ("oxl eval hello --dry-run", "see what would be done, as a tree"),
                    ("oxl docs PythonExecutable", "read about a type or function of the config"),
                    ("oxl explain OX0301", "read what an error means and what to do"),
                    ("oxl help build", "the page of a command"),
                ]
            ),
            "",
            *_paragraph("Exit status: 0 success, 1 failure, 2 wrong usage, 70 a bug in oxl, 130 interrupted."),
        ]
    return "\n".join(lines) + "\n"


def page(command: Command, *, short: bool) -> str:
    """Gives the page of a command; the short one has no explanations and no examples."""
    lines = [*_paragraph(command.summary), "", f"usage: {command.usage}"]
    if command.arguments:
        lines += ["", "Arguments:", *(_entry(one.metavar, _argument_help(one)) for one in command.arguments)]
    own = [one for one in command.params if isinstance(one, Option) and not one.hidden]
    if own:
        lines += ["", "Options:", *(_entry(_spelling(one), _option_help(one)) for one in own)]
    lines += ["", "Global options:", *(_entry(_spelling(one), one.help) for one in GLOBAL)]
    lines.append(_entry("-h, --help", "Show this help."))
    if not short:
        for paragraph in textwrap.dedent(command.details).strip().split("\n\n"):
            if paragraph:
                lines += ["", *_paragraph(paragraph)]
        if command.examples:
            lines += ["", "Examples:", *_examples(command.examples)]
    return "\n".join(lines) + "\n"


def group_page(name: str, summary: str, commands: Iterable[tuple[str, str]]) -> str:
    """Gives the page of a group of commands such as `cache`."""
    lines = [*_paragraph(summary), "", f"usage: oxl {name} COMMAND [ARGS]...", "", "Commands:"]
    lines += [_entry(f"{name} {one}", text) for one, text in commands]
    lines += ["", "Global options:", *(_entry(_spelling(one), one.help) for one in GLOBAL)]
    lines += [_entry("-h, --help", "Show this help."), "", *_paragraph(f"`oxl {name} COMMAND --help` shows the page of a command.")]
    return "\n".join(lines) + "\n"


def _width() -> int:
    """The width of the terminal as far as it is good to read; elsewhere always the same."""
    try:
        return max(_NARROWEST, min(_WIDTH, os.get_terminal_size(sys.stdout.fileno()).columns))
    except (OSError, ValueError, AttributeError):
        return _WIDTH


def _paragraph(text: str) -> list[str]:
    if text.startswith("    "):
        return text.splitlines()
    return textwrap.wrap(" ".join(text.split()), _width())


def _spelling(option: Option) -> str:
    names = ", ".join(sorted(option.names, key=len))
    return f"{names} {option.metavar}" if option.metavar else names


def _option_help(option: Option) -> str:
    told = [_with_triple(option.help) if option.key == "target_triple" else option.help]
    if option.choices:
        told.append(f"One of {', '.join(option.choices)}.")
    if option.multiple and option.words:
        told.append("Repeatable.")
    if option.default is not None:
        told.append(_default(option.default))
    return " ".join(told)


def _with_triple(text: str) -> str:
    """Names the triple of this machine; the reference page, which is for every machine, does not."""
    from oxlang.graph.platform import host_triple

    return text.replace("this machine's.", f"this machine's, {host_triple()}.")


def _argument_help(argument: Argument) -> str:
    return f"{argument.help} {_default(argument.default)}" if argument.default else argument.help


def _default(value: str) -> str:
    return "Default: here." if value == "." else f"Default: {value}."


def _entry(left: str, right: str) -> str:
    lines = textwrap.wrap(right, _width() - _COLUMN) or [""]
    head = f"  {left:<{_COLUMN - 4}}  "
    if len(left) > _COLUMN - 4:
        return "\n".join([f"  {left}", *(" " * _COLUMN + line for line in lines)])
    return "\n".join([(head + lines[0]).rstrip(), *(" " * _COLUMN + line for line in lines[1:])])


def _examples(examples: Sequence[tuple[str, str]]) -> list[str]:
    lines = []
    for command, text in examples:
        lines.append(f"  {command}")
        if text:
            lines += textwrap.wrap(text, _width(), initial_indent=_NOTE, subsequent_indent=_NOTE)
    return lines
