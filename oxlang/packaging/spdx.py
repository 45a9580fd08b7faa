"""Licence expressions: which licences are copyleft, and whether an expression can be met without one.

What SPDX says of each licence stands in `spdx-licenses.json`, the texts in `spdx-texts.json.xz`; `spdx_list` makes both.
They are read when a report is written, and not before.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import lru_cache

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


def full_name(identifier: str) -> str:
    """Gives the name of a licence, such as `MIT License`; that of an unknown one is its identifier."""
    return str(_facts(identifier).get("name", identifier))


def is_osi_approved(identifier: str) -> bool:
    """Whether the Open Source Initiative has approved a licence."""
    return bool(_facts(identifier).get("osi", False))


def is_fsf_free(identifier: str) -> bool:
    """Whether the Free Software Foundation counts a licence as free."""
    return bool(_facts(identifier).get("fsf", False))


def license_text(identifier: str) -> str | None:
    """Gives the full text of a licence or exception; None when SPDX has none of that name."""
    texts = _texts()
    return texts.get(identifier) or texts.get(identifier.removesuffix("+"))


def exception_ids(expression: str) -> list[str]:
    """Gives the identifiers of the exceptions in an expression (`GPL-2.0-only WITH Classpath-exception-2.0`)."""
    return re.findall(r"(?i:\bWITH)\s+([A-Za-z0-9.+-]+)", expression)


def _facts(identifier: str) -> Mapping[str, object]:
    known = _list()
    return known.get(identifier) or known.get(identifier.removesuffix("+")) or {}


@lru_cache(maxsize=1)
def _list() -> dict[str, dict[str, object]]:
    import json

    found: dict[str, dict[str, object]] = json.loads(_data("spdx-licenses.json"))
    return found


@lru_cache(maxsize=1)
def _texts() -> dict[str, str]:
    import json

    try:
        import lzma
    except ImportError:  # A Python that was built without it.
        return {}
    found: dict[str, str] = json.loads(lzma.decompress(_data("spdx-texts.json.xz")))
    return found


def _data(name: str) -> bytes:
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name), "rb") as file:
        return file.read()


def is_expression(text: str) -> bool:
    """Whether a text is an expression of identifiers that SPDX lists."""
    identifiers = licence_ids(text)
    if not identifiers or not re.fullmatch(r"[A-Za-z0-9.+() /-]+", text):
        return False
    return all(_is_known(one) for one in identifiers)


def _is_known(identifier: str) -> bool:
    return bool(_facts(identifier)) or identifier.startswith("LicenseRef-")
