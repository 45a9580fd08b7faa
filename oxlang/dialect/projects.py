"""Entry points: what `pyproject.toml` says of them, and the code that calls one."""

from __future__ import annotations

import os
import re
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from oxlang.diagnostics.model import error

if TYPE_CHECKING:
    from oxlang.dialect.context import DialectContext

_ENTRY_POINT = re.compile(r"\s*([A-Za-z_][\w.]*)\s*:\s*([A-Za-z_][\w.]*)\s*(\[.*\])?\s*$")


def command_of(entry_point: str) -> str:
    """Gives the code that calls an entry point (`package.module:object.attribute`). Raises OX0512 for another form."""
    found = _ENTRY_POINT.match(entry_point)
    if found is None:
        raise error(
            "OX0512", f"`{entry_point}` is not an entry point", help="write `package.module:function`",
            argument="entry_point",
        )  # fmt: skip
    module, target = found[1], found[2]
    first, _, rest = target.partition(".")
    call = f"{first}.{rest}" if rest else first
    return f"import sys; sys.argv[0] = sys.executable or sys.argv[0]; from {module} import {first}; sys.exit({call}())"


def entry_points(ctx: DialectContext, folder: str) -> dict[str, str]:
    """Gives the console scripts that the `pyproject.toml` of a folder declares, by name; none without the file.

    Raises OX0519 for a file that cannot be read or is not TOML.
    """
    path = os.path.join(folder, "pyproject.toml")
    if not os.path.isfile(ctx.note(path)):
        return {}
    content = _read(path)
    project = content.get("project", {})
    scripts = {**project.get("scripts", {}), **project.get("gui-scripts", {})}
    poetry = content.get("tool", {}).get("poetry", {}).get("scripts", {})
    for name, value in poetry.items():
        target = value.get("reference", "") if isinstance(value, dict) else value
        scripts.setdefault(name, target)
    return {name: value for name, value in scripts.items() if isinstance(value, str) and _ENTRY_POINT.match(value)}


def _read(path: str) -> dict[str, Any]:
    toml: Any = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        with open(path, "rb") as stream:
            found: dict[str, Any] = toml.load(stream)
    except OSError as failure:
        raise error("OX0519", f"`{path}` cannot be read: {failure.strerror or failure}") from None
    except ValueError as failure:
        raise error("OX0519", f"`{path}` is not TOML: {failure}") from None
    return found
