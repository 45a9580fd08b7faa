"""Which of the packages that are asked of a folder are not there, told without scanning it.

The rules are those of `scan`: a name stands for a module, a package (a folder with a module somewhere below it) or a
project (by the name in its metadata), and for what is below them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from oxlang.packaging.scan import EXCLUDED, read_headers
from oxlang.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oxlang.packaging.distribution import Distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """A name that nothing in a folder answers to.

    Attributes:
        name: as it was asked for.
        found_in: a folder below, relative to the one that was read, in which it is; empty when there is none.
        present: names of packages and modules that are there.
        is_folder: the folder that was read is the package itself.
    """

    name: str
    found_in: str = ""
    present: tuple[str, ...] = ()
    is_folder: bool = False


def unmatched(distribution: Distribution, folder: str, packages: Sequence[str]) -> list[Unmatched]:
    """Gives the names among `packages` that `scan.read_root` finds nothing for, in order."""
    suffixes = (*distribution.source_suffixes, *distribution.extension_suffixes)
    missing = [name for name in dict.fromkeys(packages) if not _is_in(folder, name, suffixes)]
    if not missing:
        return []
    projects = tuple(_projects(folder))
    missing = [name for name in missing if not any(one == name or one.startswith(name + ".") for one in projects)]
    if not missing:
        return []
    present = tuple(sorted(_names(folder, suffixes)))
    below = [one for one in _folders(folder) if one not in present]
    return [
        Unmatched(
            name=name,
            found_in=next((one for one in below if _is_in(os.path.join(folder, one), name, suffixes)), ""),
            present=present,
            is_folder=os.path.basename(folder) == name and _has_module(folder, suffixes),
        )
        for name in missing
    ]


def _is_in(folder: str, name: str, suffixes: tuple[str, ...]) -> bool:
    if not all(name.split(".")):
        return False
    roots = [folder, os.path.join(folder, "site-packages")]
    roots += [os.path.join(folder, one) for one in _folders(folder) if one.endswith(".egg")]
    for root in roots:
        base = os.path.join(root, *name.split("."))
        if any(os.path.isfile(base + suffix) for suffix in suffixes) or _has_module(base, suffixes):
            return True
    return False


def _has_module(folder: str, suffixes: tuple[str, ...]) -> bool:
    for _, folders, files in os.walk(folder):
        if any(one.endswith(suffixes) for one in files):
            return True
        folders[:] = [one for one in folders if one not in EXCLUDED]
    return False


def _folders(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(one.name for one in entries if one.is_dir() and one.name not in EXCLUDED)
    except OSError:
        return []


def _projects(folder: str) -> Iterator[str]:
    for one in _folders(folder):
        if one.endswith((".dist-info", ".egg-info")):
            try:
                with open(os.path.join(folder, one, "METADATA" if one.endswith(".dist-info") else "PKG-INFO"), "rb") as stream:
                    yield from read_headers(stream.read()).get("name", ())
            except OSError:
                continue


def _names(folder: str, suffixes: tuple[str, ...]) -> Iterator[str]:
    """Gives the names of packages and modules directly in a folder."""
    for one in _folders(folder):
        if not one.startswith(".") and any(
            entry.endswith(suffixes) for entry in os.listdir(os.path.join(folder, one))
        ):
            yield one
    for one in os.listdir(folder):
        if one.endswith(suffixes) and one not in ("setup.py", "conftest.py", "__init__.py"):
            yield one.split(".", 1)[0]
