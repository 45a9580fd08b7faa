"""The registry of codes, one module per family, loaded when a code of the family is asked for.

OX01xx syntax · OX02xx names · OX03xx types and arguments · OX04xx evaluation · OX05xx targets · OX06xx packaging ·
OX07xx execution and cache · OX08xx Rust project and toolchain · OX09xx command line and files · OX1xxx lint.
"""

from __future__ import annotations

from importlib import import_module

from oxlang.diagnostics.model import Code

_FAMILIES = {
    "OX01": "syntax",
    "OX02": "names",
    "OX03": "types",
    "OX04": "evaluation",
    "OX05": "targets",
    "OX06": "packaging",
    "OX07": "execution",
    "OX08": "rust",
    "OX09": "command_line",
    "OX10": "lint",
    "OX11": "lint",
}
_known: dict[str, Code] = {}


def code(ident: str) -> Code:
    """Gives the code of an id. Raises KeyError for one that is not registered (our bug)."""
    found = _known.get(ident)
    if found is None:
        for one in _family(_FAMILIES[ident[:4]]):
            _known[one.id] = one
        found = _known[ident]
    return found


def all_codes() -> list[Code]:
    """Gives every registered code, by id."""
    return sorted((one for name in dict.fromkeys(_FAMILIES.values()) for one in _family(name)), key=lambda c: c.id)


def _family(name: str) -> tuple[Code, ...]:
    codes: tuple[Code, ...] = import_module(f"oxlang.diagnostics.codes.{name}").CODES
    return codes
