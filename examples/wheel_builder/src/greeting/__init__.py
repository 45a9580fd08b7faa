"""Greets."""

from greeting.words import HELLO


def greet(name: str) -> str:
    """Gives a greeting for a name."""
    return f"{HELLO}, {name}"
