"""Prints a table."""

from __future__ import annotations

import click
from rich.console import Console
from rich.table import Table


@click.command()
@click.option("--rows", default=5, help="How many squares.")
def main(rows: int) -> None:
    """Prints squares as a table."""
    table = Table("number", "square", title="edition 0")
    for number in range(rows):
        table.add_row(str(number), str(number * number))
    Console(width=60).print(table)


if __name__ == "__main__":
    main()
