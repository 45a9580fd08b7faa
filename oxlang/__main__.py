"""Runs `oxl`."""

from __future__ import annotations

import sys


def main() -> None:
    """The entry point of the command `oxl`; ends the process with the command's exit status."""
    from oxlang.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
