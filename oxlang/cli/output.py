"""Writing results."""

from __future__ import annotations

from oxlang.cli.terminal import Terminal


def write_json(terminal: Terminal, value: object) -> None:
    """Writes a value as JSON, two spaces a level, keys in the order given."""
    import json

    terminal.out.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
