"""Source text and places in it.

Offsets count code points from the start of the text; ranges are half-open. Lines and columns are zero-based.
UTF-16 columns exist only in `oxlang.lsp.convert`.
"""

from __future__ import annotations

from oxlang.records import dataclass


@dataclass(frozen=True, slots=True)
class Position:
    """A zero-based line and column (in code points)."""

    line: int
    column: int


class SourceFile:
    """A text with its name and an index of its lines, made on first use.

    Lines end at `\\n`, `\\r\\n` or a lone `\\r`. Two files are the same when they are the same object.
    """

    __slots__ = ("_starts", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._starts: list[int] | None = None

    def __repr__(self) -> str:
        return f"SourceFile({self.path!r})"

    @property
    def line_starts(self) -> list[int]:
        """Offset of the first character of each line."""
        if self._starts is None:
            self._starts = _line_starts(self.text)
        return self._starts

    def position(self, offset: int) -> Position:
        """Gives the line and column of an offset; offsets past the end give the end."""
        offset = max(0, min(offset, len(self.text)))
        starts = self.line_starts
        line, after = 0, len(starts)
        # As `bisect` does, whose import takes longer than the handful of positions that most commands ask for.
        while after - line > 1:
            middle = (line + after) // 2
            if starts[middle] <= offset:
                line = middle
            else:
                after = middle
        return Position(line, offset - starts[line])

    def offset(self, position: Position) -> int:
        """Gives the offset of a position, clamped to its line and to the text."""
        starts = self.line_starts
        if position.line >= len(starts):
            return len(self.text)
        if position.line < 0:
            return 0
        end = starts[position.line + 1] if position.line + 1 < len(starts) else len(self.text)
        return min(starts[position.line] + max(0, position.column), end)

    def line_text(self, line: int) -> str:
        """Gives a line without its line end; lines that do not exist are empty."""
        starts = self.line_starts
        if not 0 <= line < len(starts):
            return ""
        end = starts[line + 1] if line + 1 < len(starts) else len(self.text)
        return self.text[starts[line] : end].rstrip("\r\n")

    def span(self, start: int, end: int) -> Span:
        """Makes a span of this file."""
        return Span(self, start, end)


def _line_starts(text: str) -> list[int]:
    if "\r" in text:
        import re

        return [0, *(found.end() for found in re.finditer(r"\r\n|\n|\r", text))]
    starts = [0]
    find = text.find
    end = find("\n") + 1
    while end:
        starts.append(end)
        end = find("\n", end) + 1
    return starts


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of code points of one file."""

    file: SourceFile
    start: int
    end: int

    @property
    def text(self) -> str:
        """The text of the range."""
        return self.file.text[self.start : self.end]

    @property
    def begin(self) -> Position:
        """Where the range begins."""
        return self.file.position(self.start)

    @property
    def finish(self) -> Position:
        """Where the range ends (exclusive)."""
        return self.file.position(self.end)

    def __str__(self) -> str:
        at = self.begin
        return f"{self.file.path}:{at.line + 1}:{at.column + 1}"
