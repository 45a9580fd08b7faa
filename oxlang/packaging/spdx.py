"""Licence expressions: which licences are copyleft, and whether an expression can be met without one.

Identifiers are SPDX's; the sets are facts about those licences as SPDX, OSI and FSF list them.
"""

from __future__ import annotations

import re

_COPYLEFT_PREFIXES = (
    "AGPL-", "GPL-", "LGPL-", "MPL-", "EPL-", "EUPL-", "CDDL-", "CPL-", "OSL-", "CC-BY-SA-", "CECILL-", "QPL-",
    "SSPL-", "MS-RL", "IPL-", "NPL-", "APSL-", "RPL-", "SPL-", "Sleepycat", "GFDL-", "ODbL-", "OFL-",
)  # fmt: skip
_EXCEPTIONS_WITHOUT_COPYLEFT = frozenset(
    {"GCC-exception-3.1", "GCC-exception-2.0", "Classpath-exception-2.0"}
)


def licence_ids(expression: str) -> list[str]:
    """Gives the identifiers of an expression in order, without operators and exceptions."""
    words = re.findall(r"[A-Za-z0-9.+-]+", expression)
    found: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.upper() == "WITH":
            skip = True
        elif word.upper() not in ("AND", "OR"):
            found.append(word)
    return found


def is_copyleft(identifier: str) -> bool:
    """Whether one licence asks that derived works carry it."""
    return identifier.startswith(_COPYLEFT_PREFIXES)


def can_avoid_copyleft(expression: str) -> bool:
    """Whether an expression can be met with licences that are not copyleft; malformed ones cannot."""
    tokens = re.findall(r"\(|\)|/|[A-Za-z0-9.+-]+", expression)
    position = 0

    def peek() -> str:
        return tokens[position] if position < len(tokens) else ""

    def either() -> bool:
        nonlocal position
        value = both()
        while peek().upper() in ("OR", "/"):
            position += 1
            value = both() or value
        return value

    def both() -> bool:
        nonlocal position
        value = one()
        while peek().upper() == "AND":
            position += 1
            value = one() and value
        return value

    def one() -> bool:
        nonlocal position
        token = peek()
        if not token:
            return False
        position += 1
        if token == "(":
            value = either()
            closed = peek() == ")"
            position += 1
            return value and closed
        value = not is_copyleft(token)
        if peek().upper() == "WITH":
            position += 1
            value = value or peek() in _EXCEPTIONS_WITHOUT_COPYLEFT
            position += 1
        return value

    return either() and position >= len(tokens)


FULL_NAMES: dict[str, str] = {
    "0BSD": "BSD Zero Clause License",
    "AFL-3.0": "Academic Free License v3.0",
    "AGPL-3.0-only": "GNU Affero General Public License v3.0 only",
    "AGPL-3.0-or-later": "GNU Affero General Public License v3.0 or later",
    "Apache-2.0": "Apache License 2.0",
    "BSD-2-Clause": 'BSD 2-Clause "Simplified" License',
    "BSD-3-Clause": 'BSD 3-Clause "New" or "Revised" License',
    "BSL-1.0": "Boost Software License 1.0",
    "blessing": "SQLite Blessing",
    "bzip2-1.0.6": "bzip2 and libbzip2 License v1.0.6",
    "CC0-1.0": "Creative Commons Zero v1.0 Universal",
    "EPL-2.0": "Eclipse Public License 2.0",
    "EUPL-1.2": "European Union Public License 1.2",
    "GPL-2.0-only": "GNU General Public License v2.0 only",
    "GPL-2.0-or-later": "GNU General Public License v2.0 or later",
    "GPL-3.0-only": "GNU General Public License v3.0 only",
    "GPL-3.0-or-later": "GNU General Public License v3.0 or later",
    "HPND": "Historical Permission Notice and Disclaimer",
    "ISC": "ISC License",
    "LGPL-2.1-or-later": "GNU Lesser General Public License v2.1 or later",
    "LGPL-3.0-only": "GNU Lesser General Public License v3.0 only",
    "LGPL-3.0-or-later": "GNU Lesser General Public License v3.0 or later",
    "MIT": "MIT License",
    "MIT-0": "MIT No Attribution",
    "MPL-1.1": "Mozilla Public License 1.1",
    "MPL-2.0": "Mozilla Public License 2.0",
    "PSF-2.0": "Python Software Foundation License 2.0",
    "Python-2.0": "Python License 2.0",
    "TCL": "TCL/TK License",
    "Unicode-3.0": "Unicode License v3",
    "Unlicense": "The Unlicense",
    "UPL-1.0": "Universal Permissive License v1.0",
    "X11-distribute-modifications-variant": "X11 License Distribution Modification Variant",
    "Zlib": "zlib License",
    "ZPL-2.1": "Zope Public License 2.1",
}
"""Full names of the licences that Python programs commonly meet."""

OSI_APPROVED = frozenset(FULL_NAMES) - {
    "bzip2-1.0.6", "CC0-1.0", "HPND", "TCL", "X11-distribute-modifications-variant", "blessing",
}  # fmt: skip
FSF_FREE = frozenset(FULL_NAMES) - {
    "0BSD", "BSD-2-Clause", "blessing", "bzip2-1.0.6", "MIT-0", "PSF-2.0", "TCL", "Unicode-3.0",
    "X11-distribute-modifications-variant",
}  # fmt: skip


def is_expression(text: str) -> bool:
    """Whether a text is an SPDX expression of identifiers known here."""
    identifiers = licence_ids(text)
    if not identifiers or not re.fullmatch(r"[A-Za-z0-9.+() /-]+", text):
        return False
    return all(_is_known(one) for one in identifiers)


def _is_known(identifier: str) -> bool:
    return identifier.rstrip("+") in FULL_NAMES or identifier.startswith(
        ("GPL-", "LGPL-", "AGPL-", "MPL-", "Apache-", "BSD-", "CC-BY-", "EPL-", "CDDL-", "LicenseRef-")
    )
