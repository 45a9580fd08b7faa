"""Strings whose elements are the bytes of their UTF-8 encoding, held in Python's strings.

Under `LanguageOptions.like_go` a string is a sequence of bytes. It is held as Python holds names of files that may be no
text (PEP 383): an ASCII character stands for itself, every other byte `b` for the code point U+DC00 + `b`. Length, elements,
parts, positions, order and equality are then those of the bytes without any code of ours. No text holds these code points
otherwise, so what is made of such a string can always be shown.
"""

from __future__ import annotations

import re

from oxlang.diagnostics.model import Diagnostic, Edit, Fix, Label
from oxlang.records import replace

_BYTE = re.compile("[\udc80-\udcff]")


def encoded(text: str) -> str:
    """Gives the string of the bytes of a text; a string of bytes stays as it is."""
    if text.isascii():
        return text
    return text.encode("utf-8", "surrogateescape").decode("ascii", "surrogateescape")


def decoded(text: str) -> str:
    """Gives the text of a string of bytes; bytes that are not part of a valid encoding stay as they are."""
    if text.isascii() or _BYTE.search(text) is None:
        return text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


def readable(text: str) -> str:
    """Gives the text of a string of bytes, with U+FFFD for each byte that is not part of a valid encoding."""
    return text if text.isascii() else _BYTE.sub("\ufffd", decoded(text))


def readable_diagnostic(found: Diagnostic) -> Diagnostic:
    """Gives a finding whose words, which hold names and values of a program, can be read."""
    return replace(
        found,
        message=readable(found.message),
        labels=tuple(Label(one.span, readable(one.text), one.primary) for one in found.labels),
        notes=tuple(map(readable, found.notes)),
        help=None if found.help is None else readable(found.help),
        fixes=tuple(
            Fix(readable(fix.title), tuple(Edit(one.span, readable(one.text)) for one in fix.edits), fix.safe) for fix in found.fixes
        ),
    )
