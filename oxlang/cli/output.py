"""Writing results."""

from __future__ import annotations

from oxlang.cli.terminal import Terminal


def counted(number: int, noun: str) -> str:
    """Gives a number with its noun: "1 file", "2 files"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def write_json(terminal: Terminal, value: object) -> None:
    """Writes a value as JSON, two spaces a level, keys in the order given."""
    import json

    terminal.out.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def write_markdown(terminal: Terminal, text: str) -> None:
    """Writes Markdown: laid out on a terminal, as it stands elsewhere."""
    if not terminal.interactive(terminal.out):
        terminal.out.write(text)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(file=terminal.out, no_color=not terminal.colour(terminal.out))
    console.print(Markdown(text))
