"""Licences."""
from __future__ import annotations

LIBRARY_LICENSES: dict[str, str] = {
    "ssl": "Apache-2.0",
    "crypto": "Apache-2.0",
    "z": "Zlib",
    "bz2": "bzip2-1.0.6",
    "ffi": "MIT",
    "lzma": "0BSD",
    "uuid": "BSD-3-Clause",
    "expat": "MIT",
    "ncursesw": "X11-distribute-modifications-variant",
    "ncurses": "X11-distribute-modifications-variant",
    "tinfo": "X11-distribute-modifications-variant",
    "panelw": "X11-distribute-modifications-variant",
    "panel": "X11-distribute-modifications-variant",
    "readline": "GPL-3.0-or-later",
    "gdbm": "GPL-3.0-or-later",
    "crypt": "LGPL-2.1-or-later",
    "nsl": "LGPL-2.1-or-later",
    "tirpc": "BSD-3-Clause",
    "sqlite3": "blessing",
    "tcl8.6": "TCL",
    "tk8.6": "TCL",
}


def known_library_licenses(names: tuple[str, ...]) -> tuple[str, ...] | None:
    """Gives the SPDX names of libraries, None when one is not in our table."""
    found = ["Python-2.0"]
    for name in names:
        if name not in LIBRARY_LICENSES:
            return None
        found.append(LIBRARY_LICENSES[name])
    return tuple(dict.fromkeys(found))
