"""Formatting: of a document, of the statements in a range, and the indentation of a line that was just begun."""

from __future__ import annotations

from lsprotocol import types

from oxlang.diagnostics.model import OxError
from oxlang.lsp.convert import to_position
from oxlang.lsp.documents import Document
from oxlang.lsp.surroundings import surroundings
from oxlang.source import SourceFile

_INDENT = 4
_LEAVES = ("return", "break", "continue", "pass")


def formatting(document: Document) -> list[types.TextEdit] | None:
    """Gives the edit that formats a document; None for one with syntax errors."""
    text = _formatted(document, document.source)
    return None if text is None else _edits(document, 0, len(document.source.text), text)


def _formatted(document: Document, source: SourceFile) -> str | None:
    from oxlang.format import format_text

    try:
        return format_text(source, document.options)
    except OxError:
        return None


def range_formatting(document: Document, wanted: types.Range) -> list[types.TextEdit] | None:
    """Gives the edit that formats the top-level statements that a range touches; the rest may be broken."""
    source = document.source
    first, last = wanted.start.line, wanted.end.line
    if wanted.end.character == 0 and last > first:
        last -= 1
    for one in document.file.statements:
        begin, end = source.position(one.start).line, source.position(max(one.start, one.end - 1)).line
        if begin <= last and end >= first:
            first, last = min(first, begin), max(last, end)
    starts = source.line_starts
    start = starts[min(first, len(starts) - 1)]
    end = starts[last + 1] if last + 1 < len(starts) else len(source.text)
    part = source.text[start:end]
    text = _formatted(document, SourceFile(document.path, part))
    if text is None:
        return None
    before, after = _blank_lines(part)
    text = before + text.strip("\n") + after if text.strip() else part
    return _edits(document, start, end, text)


def _blank_lines(text: str) -> tuple[str, str]:
    """The line ends around a text."""
    body = text.strip("\r\n")
    if not body:
        return text, ""
    at = text.index(body)
    return text[:at], text[at + len(body) :]


def _edits(document: Document, start: int, end: int, text: str) -> list[types.TextEdit]:
    """The edit of a part, without the beginning and the end that stay the same, so that the cursor stays in its place."""
    old = document.source.text[start:end]
    if "\r\n" in document.source.text:
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    if old == text:
        return []
    same = 0
    shorter = min(len(old), len(text))
    while same < shorter and old[same] == text[same]:
        same += 1
    tail = 0
    while tail < shorter - same and old[-1 - tail] == text[-1 - tail]:
        tail += 1
    span = types.Range(to_position(document.source, start + same), to_position(document.source, end - tail))
    return [types.TextEdit(span, text[same : len(text) - tail])]


def on_newline(document: Document, position: types.Position) -> list[types.TextEdit]:
    """Gives the indentation of a line that was just begun: by the open bracket, or by the line above."""
    source = document.source
    line = position.line
    start = source.line_starts[line] if 0 < line < len(source.line_starts) else -1
    if start < 0:
        return []
    around = surroundings(source.text, start)
    if around.string is not None:
        return []
    text = source.line_text(line)
    has = len(text) - len(text.lstrip(" \t"))
    wanted = " " * _depth(source, line, around.brackets, text.lstrip())
    if wanted == text[:has]:
        return []
    edge = to_position(source, start)
    return [types.TextEdit(types.Range(edge, to_position(source, start + has)), wanted)]


def _depth(source: SourceFile, line: int, brackets: tuple[int, ...], text: str) -> int:
    if brackets:
        above = source.line_text(source.position(brackets[-1]).line)
        inside = 0 if text[:1] in (")", "]", "}") and text else _INDENT
        return _indent(above) + inside
    number = line - 1
    while number > 0 and not source.line_text(number).strip():
        number -= 1
    code = source.line_text(number).split("#")[0].rstrip()
    while number > 0 and surroundings(source.text, source.line_starts[number]).brackets:
        number -= 1
    above = source.line_text(number)
    if code.endswith(":"):
        return _indent(above) + _INDENT
    word = above.split()[0] if above.split() else ""
    return max(0, _indent(above) - _INDENT) if word in _LEAVES else _indent(above)


def _indent(line: str) -> int:
    expanded = line.expandtabs(8)
    return len(expanded) - len(expanded.lstrip(" "))
