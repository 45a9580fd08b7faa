"""Finds the configuration file, the cache folder and the variables of the command line (spec: cli.md, 1.3–1.8)."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from oxlang.diagnostics.model import error

CONFIG_NAME = "pyoxidizer.bzl"
_APPLICATION = "oxlang"

Notice = Callable[[str], None]


def find_config(start: Path | str | None, env: Mapping[str, str], notice: Notice = lambda text: None) -> Path:
    """Gives the absolute path of the configuration file.

    `PYOXIDIZER_CONFIG` names it; else it is looked for in `OUT_DIR` and its parents, then in the start folder and its
    parents. A start that is a file is the config itself, whatever its name.

    Args:
        start: folder or file; None is the current directory.
        env: environment variables.
        notice: gets a line when a variable decides.

    Raises OX0950 when there is none.
    """
    named = env.get("PYOXIDIZER_CONFIG")
    if named:
        notice(f"using the config that PYOXIDIZER_CONFIG names: {named}")
        return _absolute(Path(named))
    out_dir = env.get("OUT_DIR")
    if out_dir:
        found = _climb(_absolute(Path(out_dir)))
        if found is not None:
            notice(f"using the config found from OUT_DIR: {found}")
            return found
    begin = _absolute(Path(start) if start is not None else Path())
    if begin.is_file():
        return begin
    found = _climb(begin)
    if found is None:
        exists = begin.exists()
        raise error(
            "OX0950",
            f"unable to find a config file at `{begin}`" + ("" if exists else ", which does not exist"),
            help=f"make one with `oxl init-config-file {start or '.'}`, or name its folder"
            if exists
            else None,
            notes=(f"`{CONFIG_NAME}` was looked for there and in every folder above",),
        )
    return found


def variables(
    pairs: Iterable[tuple[str, str]], from_env: Iterable[tuple[str, str]], env: Mapping[str, str]
) -> dict[str, str | None]:
    """Gives the Starlark variables `VARS` of `--var` and `--var-env`. Raises OX0904 for a name given twice."""
    found: dict[str, str | None] = {}
    looked_up = ((name, env.get(variable)) for name, variable in from_env)
    for name, value in (*pairs, *looked_up):
        if name in found:
            raise error(
                "OX0904", f"Starlark variable `{name}` already defined", help="give each variable once"
            )
        found[name] = value
    return found


def cache_dir(env: Mapping[str, str]) -> Path:
    """Gives the cache folder: `PYOXIDIZER_CACHE_DIR` as it stands, else `oxlang` below the user's cache folder."""
    named = env.get("PYOXIDIZER_CACHE_DIR")
    if named:
        return _absolute(Path(named))
    if sys.platform == "darwin":
        return _home(env) / "Library" / "Caches" / _APPLICATION
    if sys.platform == "win32":
        local = env.get("LOCALAPPDATA")
        return (Path(local) if local else _home(env) / "AppData" / "Local") / _APPLICATION
    base = env.get("XDG_CACHE_HOME", "")
    # The base directory specification wants relative values to be ignored.
    return (Path(base) if os.path.isabs(base) else _home(env) / ".cache") / _APPLICATION


def _home(env: Mapping[str, str]) -> Path:
    named = env.get("HOME")
    return Path(named) if named else Path(os.path.expanduser("~"))


def _climb(folder: Path) -> Path | None:
    for one in (folder, *folder.parents):
        candidate = one / CONFIG_NAME
        if candidate.is_file():
            return candidate
    return None


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))
