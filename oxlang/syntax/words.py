"""Kinds of tokens, and which one a text is: words of the grammar from a table, all others by a look at them."""

from __future__ import annotations

import re

from oxlang.syntax.tables import TERMINALS

NAME, INT, FLOAT, STRING, BYTES = (TERMINALS[name] for name in ("NAME", "INT", "FLOAT", "STRING", "BYTES"))
NEWLINE, INDENT, DEDENT, END = (TERMINALS[name] for name in ("NEWLINE", "INDENT", "DEDENT", "END"))
RESERVED, ILLEGAL, BAD_STRING, SKIP, BROKEN, LINE, JOIN = range(80, 87)

RESERVED_WORDS = frozenset(
    {"as", "assert", "async", "await", "class", "del", "except", "finally", "from", "global", "import", "is"}
    | {"nonlocal", "raise", "try", "with", "yield"}
)
_OLD_NAMES = frozenset({"async", "await"})
"""Reserved by the specification, but names for PyOxidizer 0.24's parser."""
_PREFIXED = re.compile(r"(rb?|br?)?(?=[\"'])")


class Kinds(dict[str, int]):
    """Token text to kind. What is not in the table is classified once per file and kept."""

    def __missing__(self, text: str) -> int:
        kind = self[text] = _classify(text)
        return kind


WORDS = Kinds(
    {
        **{text: kind for text, kind in TERMINALS.items() if not (text.isupper() and text.isalpha())},
        **dict.fromkeys(RESERVED_WORDS, RESERVED),
        "\\\n": JOIN,
        "\\\r\n": JOIN,
        "\\\r": JOIN,
    }
)
OLD_WORDS = Kinds({**WORDS, **dict.fromkeys(_OLD_NAMES, NAME)})


def _classify(text: str) -> int:
    """The kind of a token that is no word of the grammar."""
    first = text[0]
    if is_plain(text):
        return STRING
    if first in "\r\n#":
        return LINE
    prefix = _PREFIXED.match(text)
    if prefix is not None:
        if not _is_closed(text[prefix.end() :]):
            return BAD_STRING
        return BYTES if "b" in prefix.group() else STRING
    if first in "0123456789." and text != ".":
        return INT if text.isdecimal() or text[1:2] in ("x", "X", "o", "O", "b", "B") else FLOAT
    return NAME if text.isidentifier() and text.replace("_", "a").isalnum() else ILLEGAL


def is_plain(text: str) -> bool:
    """Whether a token is a string of one line, neither empty nor with a prefix or backslash, as most are."""
    first = text[0]
    return first in "\"'" and text[-1] == first and text[1:2] not in (first, "") and "\\" not in text


def _is_closed(text: str) -> bool:
    """Whether a string token, without its prefix, ends with the quote that opens it."""
    quote = text[:3] if text[:3] in ('"""', "'''") else text[0]
    size = len(text) - 2 * len(quote)
    if size < 0 or not text.endswith(quote):
        return False
    backslashes = len(text) - len(quote) - len(text[: -len(quote)].rstrip("\\"))
    return backslashes % 2 == 0
