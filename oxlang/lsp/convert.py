"""Offsets in code points to positions of the protocol and back; the only place that knows their unit.

Client and server agree at the start what columns count: UTF-16 units, unless the client prefers bytes or code points.
There is one client in a process, so the agreement is kept here.
"""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types

from oxlang.source import Position, SourceFile, Span

_encoding: str = "utf-16"


def use_encoding(encoding: str) -> None:
    """Takes what columns count: `utf-8`, `utf-16` or `utf-32`."""
    global _encoding
    _encoding = encoding


def units(text: str) -> int:
    """Gives how many columns a text has."""
    if text.isascii() or _encoding == "utf-32":
        return len(text)
    if _encoding == "utf-8":
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text) + sum(ord(one) > 0xFFFF for one in text)


def to_position(source: SourceFile, offset: int) -> types.Position:
    """Gives the position of an offset."""
    at = source.position(offset)
    start = source.line_starts[at.line]
    return types.Position(line=at.line, character=units(source.text[start : start + at.column].rstrip("\r\n")))


def to_offset(source: SourceFile, position: types.Position) -> int:
    """Gives the offset of a position; one inside of a character counts as before it, one behind its line as its end."""
    line = source.line_text(position.line)
    if line.isascii() or _encoding == "utf-32":
        return source.offset(Position(position.line, min(position.character, len(line))))
    counted = 0
    for column, character in enumerate(line):
        counted += units(character)
        if counted > position.character:
            return source.offset(Position(position.line, column))
    return source.offset(Position(position.line, len(line)))


def to_range(span: Span) -> types.Range:
    """Gives the range of a span."""
    return types.Range(start=to_position(span.file, span.start), end=to_position(span.file, span.end))


def to_location(span: Span) -> types.Location:
    """Gives the location of a span in a file on disk."""
    return types.Location(uri=to_uri(span.file.path), range=to_range(span))


def to_uri(path: str) -> str:
    """Gives the URI of a path; what is a URI already stays."""
    return path if "://" in path or path.startswith("untitled:") else Path(path).absolute().as_uri()


def to_path(uri: str) -> str:
    """Gives the path of a `file:` URI; other URIs stay as they are."""
    from pygls.uris import to_fs_path

    return to_fs_path(uri) or uri if uri.startswith("file:") else uri


def changed(text: str, changes: list[types.TextDocumentContentChangeEvent]) -> str:
    """Gives a text with the changes of one notification made, in their order."""
    for one in changes:
        if isinstance(one, types.TextDocumentContentChangePartial):
            source = SourceFile("", text)
            start, end = to_offset(source, one.range.start), to_offset(source, one.range.end)
            text = text[:start] + one.text + text[max(start, end) :]
        else:
            text = one.text
    return text
