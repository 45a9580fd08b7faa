"""The Python side of the program."""

import sys


def greet() -> None:
    """Says hello for every argument."""
    for name in sys.argv[1:] or ["world"]:
        print(f"Python {sys.version_info.major}.{sys.version_info.minor} says hello, {name}")
