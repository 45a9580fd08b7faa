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
    from oxlang.packaging.scan import Scan

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


def entry_points(ctx: DialectContext, folder: str, scan: Scan) -> dict[str, str]:
    """Gives the console scripts of a project, by name.

    They stand in its `pyproject.toml`. When that leaves them to the build backend (`setup.py`, `setup.cfg`, dynamic
    metadata), the project is installed now and its metadata read.

    Args:
        folder: folder of the project.
        scan: what installing it gives.

    Raises OX0519 for a file that cannot be read or is not TOML.
    """
    path = os.path.join(folder, "pyproject.toml")
    content = _read(path) if os.path.isfile(ctx.note(path)) else {}
    project = content.get("project", {})
    dynamic = project.get("dynamic", ())
    if ("project" not in content or "scripts" in dynamic or "entry-points" in dynamic) and "poetry" not in content.get("tool", {}):
        return _installed_scripts(ctx, folder, scan)
    scripts = {**project.get("scripts", {}), **project.get("gui-scripts", {})}
    poetry = content.get("tool", {}).get("poetry", {}).get("scripts", {})
    for name, value in poetry.items():
        target = value.get("reference", "") if isinstance(value, dict) else value
        scripts.setdefault(name, target)
    return {name: value for name, value in scripts.items() if isinstance(value, str) and _ENTRY_POINT.match(value)}


def _installed_scripts(ctx: DialectContext, folder: str, scan: Scan) -> dict[str, str]:
    """Gives the console scripts that the metadata of an installed project names."""
    import json

    files = {
        (one.name, one.path): one.digest
        for one in scan.read(ctx.demand_from, ctx.span())
        if one.kind == "distribution" and one.digest is not None
    }
    for (name, path), digest in files.items():
        if path != "direct_url.json" or (name, "entry_points.txt") not in files:
            continue
        try:
            url = str(json.loads(ctx.read(digest)).get("url", ""))
        except (ValueError, AttributeError):
            continue
        if url.startswith("file:") and url.rstrip("/").endswith("/" + os.path.basename(folder)):
            return _scripts_of(ctx.read(files[name, "entry_points.txt"]).decode("utf-8", "replace"))
    return {}


def _scripts_of(text: str) -> dict[str, str]:
    """Gives the scripts of an `entry_points.txt`."""
    found: dict[str, str] = {}
    section = ""
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("["):
            section = line.strip("[]")
        elif section in ("console_scripts", "gui_scripts") and "=" in line and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            found[name.strip()] = value.strip()
    return {name: value for name, value in found.items() if _ENTRY_POINT.match(value)}


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
