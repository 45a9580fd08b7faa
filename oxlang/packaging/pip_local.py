"""Local files of installers: where relative paths count from, and what is said of files and projects that are not there."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from oxlang.diagnostics import OxError, error
from oxlang.packaging.pip_arguments import REFUSED, Localised, localise, split_options

if TYPE_CHECKING:
    from oxlang.source import Span

_PROJECT_FILES = ("pyproject.toml", "setup.py")


def localised(arguments: tuple[str, ...], first: str, second: str, origin: Span | None) -> Localised:
    """Rewrites local paths; a path that is missing in the working directory may lie beside the config."""
    for one in split_options(arguments):
        if one.name in REFUSED:
            raise error(
                "OX0630", f"`{one.name}` cannot be given to pip here: {REFUSED[one.name]}", span=origin,
                help="leave it out; where resources go is said by `policy.resources_location` and `add_location`",
            )  # fmt: skip
    refused: OxError | None = None
    for folder in dict.fromkeys(one for one in (first, second) if one):
        try:
            local = localise(arguments, folder, lambda path: Path(path).read_bytes())
            check_projects(local, arguments)
            return local
        except OSError as failure:
            problem = failure
        except OxError as failure:
            if failure.diagnostic.code.id != "OX0626":
                raise failure.at(origin) from None
            refused = refused or failure
    if refused is not None:
        raise refused.at(origin)
    raise error(
        "OX0616",
        f"`{problem.filename}` cannot be read: {(problem.strerror or str(problem)).lower()}",
        span=origin,
        help=where_it_may_be(str(problem.filename or ""), arguments),
    )


def where_it_may_be(path: str, arguments: tuple[str, ...]) -> str:
    """Says what to do about a file that is missing: the nearest name in its folder, else what its path counts from."""
    from oxlang.diagnostics.spelling import did_you_mean

    folder, name = os.path.split(path)
    if name.startswith(" "):
        return f'give an option and its value as two texts: `"-r", "{name.strip()}"`'
    try:
        near = did_you_mean(name, os.listdir(folder))
    except OSError:
        near = None
    if near is not None:
        return near
    if any(path in word for word in arguments):  # As it was given.
        while folder and not os.path.isdir(folder) and folder != os.path.dirname(folder):
            folder = os.path.dirname(folder)
        return f"of its path there is `{folder}`"
    return 'relative paths count from the working directory, then from the config\'s folder; `CWD + "/…"` is exact'


def check_projects(local: Localised, arguments: Sequence[str]) -> None:
    """Raises OX0626 for a folder that an installer would refuse, unless a marker may leave it out."""
    if any(";" in word for word in (*arguments, *local.files.values())):
        return
    for one in local.paths.values():
        if one.kind == "project" and not any(os.path.isfile(os.path.join(one.path, name)) for name in _PROJECT_FILES):
            listed = os.path.isfile(os.path.join(one.path, "requirements.txt"))
            raise error(
                "OX0626", f"`{one.path}` is no Python project: it has neither `pyproject.toml` nor `setup.py`",
                help="`-r` with its `requirements.txt` installs what that names; `read_package_root` reads modules as they are"
                if listed
                else "relative paths count from the working directory, then from the config's folder",
            )  # fmt: skip
