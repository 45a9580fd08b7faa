"""The optional modules `json`, `math`, `struct` and `time`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def optional_modules(names: Iterable[str]) -> dict[str, Any]:
    """Gives optional predeclared values by name: `json`, `math`, `time` are modules, `struct` is a function."""
    made: dict[str, Any] = {}
    for name in names:
        if name == "json":
            from oxlang.interp.builtins.json import module

            made[name] = module()
        elif name == "math":
            from oxlang.interp.builtins.math import module as math_module

            made[name] = math_module()
        elif name == "struct":
            from oxlang.interp.builtins.struct import struct

            made[name] = struct
        elif name == "time":
            from oxlang.interp.builtins.time import module as time_module

            made[name] = time_module()
        else:
            raise KeyError(name)
    return made
