"""The formatter: `format_text(source, options)`. It has no options of its own.

Lines of up to 88 columns, four spaces, double quotes, one item a line with a comma behind the last where brackets do
not fit on one line (or were written so), at most two blank lines between statements of the file and one inside
blocks. The tree stays the same but for parentheses around long operators; comments stay; the result formats to
itself.
"""

from __future__ import annotations

import sys

from oxlang.diagnostics.model import OxError
from oxlang.source import SourceFile
from oxlang.syntax.options import LanguageOptions

_RECURSION = 10_000
"""Frames for the deepest tree that the parser lets through (200 brackets, 1,000 operators), with room to spare."""


def format_text(source: SourceFile, options: LanguageOptions) -> str:
    """Formats a text.

    Raises:
        OxError: the syntax errors of the text.
    """
    from oxlang.format.comments import attach
    from oxlang.format.printer import Printer
    from oxlang.syntax.parse import parse

    parsed = parse(source, options)
    if parsed.diagnostics:
        first, *others = parsed.diagnostics
        raise OxError(first, others=others)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _RECURSION))
    try:
        printer = Printer(parsed.file, attach(parsed.file))
        text = printer.run()
    finally:
        sys.setrecursionlimit(limit)
    if printer.expressions.printed != len(parsed.file.comments):
        raise AssertionError("the formatter lost a comment")
    return text
