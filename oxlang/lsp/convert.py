"""Offsets in code points to positions in UTF-16 and back; the only place that knows UTF-16."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types

from oxlang.source import Position, SourceFile, Span


def to_position(source: SourceFile, offset: int) -> types.Position:
    """Gives the position of an offset."""
    at = source.position(offset)
    line = source.line_text(at.line)
    return types.Position(line=at.line, character=_units(line[: at.column]))


def to_offset(source: SourceFile, position: types.Position) -> int:
    """Gives the offset of a position; one inside a pair of surrogates counts as before it."""
    line = source.line_text(position.line)
    units = 0
    column = 0
    for character in line:
        width = 2 if ord(character) > 0xFFFF else 1
        if units + width > position.character:
            break
        units += width
        column += 1
    return source.offset(Position(position.line, column))


def to_range(span: Span) -> types.Range:
    """Gives the range of a span."""
    return types.Range(start=to_position(span.file, span.start), end=to_position(span.file, span.end))


def to_location(span: Span) -> types.Location:
    """Gives the location of a span in a file on disk."""
    return types.Location(uri=to_uri(span.file.path), range=to_range(span))


def to_uri(path: str) -> str:
    """Gives the URI of a path; what is a URI already stays."""
    return path if "://" in path else Path(path).absolute().as_uri()


def to_path(uri: str) -> str:
    """Gives the path of a `file:` URI; other URIs stay as they are."""
    from pygls.uris import to_fs_path

    return to_fs_path(uri) or uri if uri.startswith("file:") else uri


def _units(text: str) -> int:
    return len(text) + sum(ord(one) > 0xFFFF for one in text)
