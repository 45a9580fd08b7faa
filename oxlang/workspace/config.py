"""Finds the configuration file, the cache folder and the variables of the command line (spec: cli.md, 1.3–1.8)."""

from __future__ import annotations

import os

from oxlang.code_cache import cache_folder as cache_folder
from oxlang.diagnostics.model import error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from oxlang.diagnostics.model import OxError

    Notice = Callable[[str], None]

CONFIG_NAME = "pyoxidizer.bzl"


def find_config(start: Path | str | None, env: Mapping[str, str], notice: Notice = lambda text: None) -> Path:
    """Gives the absolute path of the configuration file; as `config_file` does, which starts faster."""
    from pathlib import Path

    return Path(config_file(start, env, notice))


def config_file(
    start: Path | str | None, env: Mapping[str, str], notice: Notice = lambda text: None, warn: Notice | None = None
) -> str:
    """Gives the absolute path of the configuration file.

    `PYOXIDIZER_CONFIG` names it; else it is looked for in `OUT_DIR` and its parents, then in the start folder and its
    parents. A start that is a file is the config itself, whatever its name.

    Args:
        start: folder or file; None is the current directory.
        env: environment variables.
        notice: gets what is worth knowing.
        warn: gets a line when a variable decides, or a config above a start that does not exist; `notice` unless given.

    Raises OX0950 when there is none.
    """
    named = env.get("PYOXIDIZER_CONFIG")
    if named:
        (warn or notice)(f"using the config that PYOXIDIZER_CONFIG names: {named}")
        return os.path.abspath(named)
    out_dir = env.get("OUT_DIR")
    if out_dir:
        found = _climb(os.path.abspath(out_dir))
        if found is not None:
            (warn or notice)(f"using the config found from OUT_DIR: {found}")
            return found
    begin = os.path.abspath(start if start is not None else os.curdir)
    if os.path.isfile(begin):
        if begin.endswith(".toml"):
            raise _of_sections(begin)
        return begin
    found = _climb(begin)
    if found is None:
        exists = os.path.exists(begin)
        oldest = os.path.join(begin, "pyoxidizer.toml")
        if os.path.isfile(oldest):
            raise _of_sections(oldest)
        raise error(
            "OX0950",
            f"unable to find a config file at `{begin}`" + _why_not(begin, exists),
            help=f"make one with `{_maker(begin, str(start or '.'))}`, or name its folder" if exists else None,
            notes=(f"`{CONFIG_NAME}` was looked for there and in every folder above",),
        )
    if start is not None and not os.path.exists(begin):
        (warn or notice)(f"`{start}` does not exist; using the config found above: {found}")
    return found


def _maker(folder: str, shown: str) -> str:
    """Gives the command line that makes a config for a folder."""
    from shlex import quote

    from oxlang.workspace.application import holds_program

    return f"oxl {'new' if holds_program(folder) else 'init-config-file'} {quote(shown)}"


def _why_not(folder: str, exists: bool) -> str:
    """Says why nothing can be found in a folder, when that is so."""
    if not exists:
        return ", which does not exist"
    return "" if os.access(folder, os.R_OK | os.X_OK) else ", which may not be read"


def _of_sections(path: str) -> OxError:
    """Gives the error about a config of the kind that came before `pyoxidizer.bzl`."""
    return error(
        "OX0950",
        f"`{path}` is no config that can be evaluated",
        help=f"`oxl migrate {path} --write` makes a `{CONFIG_NAME}` of one of PyOxidizer 0.4 or older",
        notes=(f"since PyOxidizer 0.5 a config is a `{CONFIG_NAME}`",),
    )


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
    """Gives the cache folder; as `cache_folder` does, which starts faster."""
    from pathlib import Path

    return Path(cache_folder(env))


def _climb(folder: str) -> str | None:
    while True:
        candidate = os.path.join(folder, CONFIG_NAME)
        if os.path.isfile(candidate):
            return candidate
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
