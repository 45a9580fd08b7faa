"""Tcl's and Tk's script files, which `tkinter` needs beside the program."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING

from oxlang.diagnostics import error
from oxlang.graph.nodes import Artifact, Part, Source
from oxlang.records import dataclass

if TYPE_CHECKING:
    from oxlang.packaging.distribution import Distribution
    from oxlang.source import Span

_QUESTION = "import tkinter; print(tkinter.Tcl().eval('info library'))"


@dataclass(frozen=True, slots=True, kw_only=True)
class TclFiles:
    """Where Tcl's files are.

    Attributes:
        root: absolute path of the folder that holds the others.
        folders: names in it, such as `tcl8.6` and `tk8.6`.
        library_folder: the one with `init.tcl`, which `TCL_LIBRARY` names.
    """

    root: str
    folders: tuple[str, ...]
    library_folder: str


def find_tcl(distribution: Distribution) -> TclFiles | None:
    """Gives the Tcl files of a distribution; None when it has none (no working `_tkinter`)."""
    if distribution.tcl_library_path:
        root = str(distribution.path(distribution.tcl_library_path))
        folders = distribution.tcl_library_paths or tuple(_tcl_folders(root))
        main = next(
            (name for name in folders if os.path.isfile(os.path.join(root, name, "init.tcl"))), "tcl8.6"
        )
        return TclFiles(root=root, folders=folders, library_folder=main)
    if distribution.kind != "local" or "_tkinter" not in distribution.extensions:
        return None
    library = _ask(str(distribution.interpreter))
    if not library:
        return None
    root, main = os.path.split(library.rstrip("/"))
    return TclFiles(root=root, folders=tuple(_tcl_folders(root)), library_folder=main)


@lru_cache(maxsize=8)
def _ask(interpreter: str) -> str:
    import subprocess

    try:
        done = subprocess.run(
            [interpreter, "-I", "-c", _QUESTION],
            capture_output=True,
            text=True,
            timeout=30,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    library = done.stdout.strip()
    return (
        os.path.realpath(library)
        if done.returncode == 0 and os.path.isfile(os.path.join(library, "init.tcl"))
        else ""
    )


def _tcl_folders(root: str) -> list[str]:
    try:
        names = sorted(os.listdir(root))
    except OSError:
        return []
    return [
        name
        for name in names
        if (name.startswith(("tcl8", "tcl9", "tk8", "tk9", "itcl", "tix", "thread2")))
        and os.path.isdir(os.path.join(root, name))
        and not os.path.islink(os.path.join(root, name))
    ]


def tcl_parts(distribution: Distribution, folder: str, origin: Span | None) -> list[Part]:
    """Gives the files below `folder` beside the program. Raises OX0624 when the distribution has none."""
    found = find_tcl(distribution)
    if found is None:
        raise error(
            "OX0624",
            f"Python {distribution.version} has no Tcl files",
            span=origin,
            help="leave `tcl_files_path` at None, or use a Python with a working tkinter",
        )
    prefix = folder.strip("/")
    parts: list[Part] = []
    for name in found.folders:
        source = Source(
            path=os.path.realpath(os.path.join(found.root, name)), exclude=("demos",), description=f"files of {name}",
            origin=origin,
        )  # fmt: skip
        place = name if prefix in ("", ".") else f"{prefix}/{name}"
        parts.append(Part(artifact=Artifact(source), prefix=place))
    return parts
