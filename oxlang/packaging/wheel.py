"""Reads wheels: the files that installing one would put into `site-packages` (PEP 427)."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from oxlang.diagnostics import error

MOVED = ("purelib", "platlib", "data")


def installed_files(wheel: Path, name: str = "") -> Iterator[tuple[str, bytes, bool]]:
    """Gives path, content and executable bit of a wheel's files in installed layout.

    `purelib`, `platlib` and `data` of the `.data` folder are moved to the root; scripts and headers are left out.

    Raises OX0617 when the file is no wheel or a member leaves the folder.
    """
    label = name or wheel.name
    try:
        with ZipFile(wheel) as archive:
            for member in archive.infolist():
                if member.is_dir():
                    continue
                path = _checked(member.filename, label)
                first, _, rest = path.partition("/")
                if first.endswith(".data") and rest:
                    kind, _, below = rest.partition("/")
                    if kind not in MOVED or not below:
                        continue
                    path = below
                yield path, archive.read(member), bool((member.external_attr >> 16) & stat.S_IXUSR)
    except (BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as failure:
        raise error("OX0617", f"`{label}` cannot be read as a wheel: {failure}".lower()) from None


def _checked(path: str, wheel: str) -> str:
    parts = path.split("/")
    if path.startswith("/") or ".." in parts or "\\" in path or ":" in parts[0]:
        raise error("OX0617", f"`{wheel}` has the member `{path}`, which leaves its folder")
    return "/".join(part for part in parts if part not in ("", "."))
