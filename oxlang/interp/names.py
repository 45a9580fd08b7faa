"""How names of a program are called in generated code."""

from __future__ import annotations


def mangle(name: str) -> str:
    """Gives the Python name for a name that Python must not see as its own."""
    if name[0] != "_" and name not in ("None", "True", "False"):
        return name
    if name in ("None", "True", "False") or (name.startswith("__") and name.endswith("__")):
        return name + "."
    return name
