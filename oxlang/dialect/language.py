"""Names of modern Starlark that configs get besides the dialect's: `struct` and `json`; loaded when they are used."""

from __future__ import annotations

from typing import Any

from oxlang.declare.decorators import function


@function("struct", extension=True, types={"return": "any"})
def struct(**fields: Any) -> Any:
    """Gives a value with named fields, which cannot change.

    Args:
        fields: names and values.

    Example:
        settings = struct(name="app", version="1.0")
        print(settings.name)
    """
    from oxlang.interp.builtins.struct import struct as make

    return make(**fields)


FUNCTIONS = (struct,)
