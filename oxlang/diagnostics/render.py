"""Diagnostics as text: the message, an excerpt of the source with underlines, notes, help and the call stack.

    error: missing argument `name` [OX0301]
      --> app/pyoxidizer.bzl:3:5
       |
     2 | def make_exe():
       |     -------- called from here
     3 |     dist.to_python_executable()
       |          ^^^^^^^^^^^^^^^^^^^^ this call
       |
       = help: add `name = "…"`

The text depends on nothing but the arguments: no width of a terminal, no locale, no clock. Colours are plain escape
sequences, so rendering an error imports nothing heavy. Long lines are cut around the labels, so that a line of a
megabyte gives an excerpt of a line.
"""

from __future__ import annotations

from oxlang.diagnostics.model import Diagnostic, Frame, Label, OxError
from oxlang.diagnostics.paths import display_path
from oxlang.source import SourceFile, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_TAB = "    "
_WIDTH = 140
_LINES_OF_A_LABEL = 6
_FRAMES_SHOWN = 24

_BOLD = "\x1b[1m"
_RESET = "\x1b[0m"
_SEVERITY = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "info": "\x1b[1;36m", "hint": "\x1b[1;36m"}
_BLUE = "\x1b[1;34m"
_DIM = "\x1b[2m"


def render(
    found: Diagnostic,
    frames: Sequence[Frame] = (),
    *,
    colour: bool = False,
    relative_to: str | None = None,
    causes: Sequence[str] = (),
) -> str:
    """Gives the text of a diagnostic, without a final line end.

    Args:
        found: what to show.
        frames: call stack, outermost first; shown when it says more than the excerpt.
        colour: whether to put in escape sequences.
        relative_to: folder; files below it are shown relative to it.
        causes: messages of the errors behind this one, outermost first.
    """
    paint = _Paint(colour, found.code.severity)
    lines = [f"{paint.severity(found.code.severity)}{paint.bold(': ' + _harmless(found.message))} [{found.code.id}]"]
    remarks = bool(causes or found.notes or found.help or found.fixes)
    lines += _excerpts(found.labels, paint, relative_to, remarks)
    margin = " " * (_gutter(found.labels) + 1)
    for cause in causes:
        lines += _remark(margin, "caused by", cause, paint)
    for note in found.notes:
        lines += _remark(margin, "note", note, paint)
    if found.help:
        lines += _remark(margin, "help", found.help, paint)
    for fix in found.fixes:
        lines += _remark(margin, "fix", fix.title, paint)
    lines += _stack(frames, found.span, paint, relative_to)
    return "\n".join(lines)


def render_error(failure: OxError, *, colour: bool = False, relative_to: str | None = None) -> str:
    """Gives the text of an error: its diagnostic with causes and call stack, then the others of the same stage."""
    parts = [
        render(
            failure.diagnostic, failure.frames, colour=colour, relative_to=relative_to, causes=_causes(failure),
        )
    ]
    parts += [render(other, colour=colour, relative_to=relative_to) for other in failure.others]
    return "\n\n".join(parts)


class _Paint:
    """Puts escape sequences round texts, or nothing."""

    __slots__ = ("_main", "_on")

    def __init__(self, on: bool, severity: str) -> None:
        self._on = on
        self._main = _SEVERITY[severity]

    def __call__(self, style: str, text: str) -> str:
        return f"{style}{text}{_RESET}" if self._on and text else text

    def severity(self, text: str) -> str:
        return self(self._main, text)

    def bold(self, text: str) -> str:
        return self(_BOLD, text)

    def blue(self, text: str) -> str:
        return self(_BLUE, text)

    def dim(self, text: str) -> str:
        return self(_DIM, text)


def _causes(failure: OxError) -> list[str]:
    """The messages behind an error, each once."""
    found: list[str] = []
    seen = {failure.diagnostic.message}
    cause: BaseException | None = failure.__cause__
    while cause is not None and len(found) < 10:
        if isinstance(cause, OxError):
            text = cause.diagnostic.message
        elif isinstance(cause, OSError) and cause.strerror:
            text = f"{cause.strerror}: {cause.filename}" if cause.filename else cause.strerror
        else:
            text = str(cause).strip() or type(cause).__name__
        if text not in seen:
            seen.add(text)
            found.append(text)
        cause = cause.__cause__
    return found


def _remark(margin: str, kind: str, text: str, paint: _Paint) -> list[str]:
    first, *rest = _harmless(text).split("\n")
    head = f"{margin}{paint.blue('=')} {paint.bold(kind + ':')} "
    indent = margin + " " * (len(kind) + 4)
    return [head + first, *((indent + line).rstrip() for line in rest)]


def _gutter(labels: Iterable[Label]) -> int:
    """Width of the column of line numbers."""
    last = 0
    for label in labels:
        last = max(last, label.span.finish.line + 1)
    return max(2, len(str(last)))


def _excerpts(labels: Sequence[Label], paint: _Paint, relative_to: str | None, remarks: bool) -> list[str]:
    """The excerpt of each file: the primary label's file first, then the others in order of appearance."""
    if not labels:
        return []
    primary = next((label for label in labels if label.primary), labels[0])
    files: list[SourceFile] = [primary.span.file]
    for label in labels:
        if all(label.span.file is not one for one in files):
            files.append(label.span.file)
    width = _gutter(labels)
    lines: list[str] = []
    for number, file in enumerate(files):
        own = [label for label in labels if label.span.file is file]
        head = primary if number == 0 else own[0]
        at = head.span.begin
        arrow = "-->" if number == 0 else ":::"
        where = f"{display_path(file.path, relative_to)}:{at.line + 1}:{at.column + 1}"
        lines.append(f"{' ' * width}{paint.blue(arrow)} {where}")
        lines += _excerpt(file, own, width, paint)
    if remarks:
        lines.append(f"{' ' * width} {paint.blue('|')}")
    return lines


def _excerpt(file: SourceFile, labels: Sequence[Label], width: int, paint: _Paint) -> list[str]:
    bar = paint.blue("|")
    marks: dict[int, list[_Mark]] = {}
    for label in labels:
        for mark in _marks(label):
            marks.setdefault(mark.line, []).append(mark)
    shown = sorted(marks)
    out = [f"{' ' * width} {bar}"]
    before: int | None = None
    for line in shown:
        if before is not None and line == before + 2:
            out.append(_source_line(file, before + 1, width, paint, _Cut.whole(file.line_text(before + 1))))
        elif before is not None and line > before + 2:
            out.append(paint.blue("..."))
        text = file.line_text(line)
        cut = _Cut.around(text, min(mark.start for mark in marks[line]), max(mark.end for mark in marks[line]))
        out.append(_source_line(file, line, width, paint, cut))
        out += [f"{' ' * width} {bar} {row}".rstrip() for row in _mark_rows(marks[line], cut, paint)]
        before = line
    return out


def _source_line(file: SourceFile, line: int, width: int, paint: _Paint, cut: _Cut) -> str:
    number = paint.blue(f"{line + 1:>{width}} |")
    return f"{number} {cut.text}".rstrip()


class _Mark:
    """The part of a label that lies on one line; columns in code points, half-open."""

    __slots__ = ("end", "line", "primary", "start", "text")

    def __init__(self, line: int, start: int, end: int, primary: bool, text: str) -> None:
        self.line = line
        self.start = start
        self.end = max(end, start + 1)
        self.primary = primary
        self.text = text


def _marks(label: Label) -> list[_Mark]:
    """A label of one line is one mark; of a longer one the first and the last lines are marked."""
    begin, finish = label.span.begin, label.span.finish
    file = label.span.file
    if finish.line > begin.line and finish.column == 0:
        line = finish.line - 1
        end_line, end_column = line, len(file.line_text(line))
    else:
        end_line, end_column = finish.line, finish.column
    if begin.line >= end_line:
        return [_Mark(begin.line, begin.column, end_column, label.primary, label.text)]
    lines = range(begin.line, end_line + 1)
    if len(lines) > _LINES_OF_A_LABEL:
        lines = range(begin.line, begin.line + 1)
    marks = []
    for line in lines:
        text = file.line_text(line)
        start = begin.column if line == begin.line else len(text) - len(text.lstrip())
        end = end_column if line == end_line else len(text.rstrip())
        if end > start or line == begin.line:
            marks.append(_Mark(line, start, end, label.primary, ""))
    marks[-1].text = label.text
    return marks


class _Cut:
    """A line as it is shown: tabs widened, control characters replaced, cut to a width around the labels."""

    __slots__ = ("_columns", "_first", "text")

    def __init__(self, line: str, first: int, last: int) -> None:
        self._first = first
        columns = [0]
        pieces: list[str] = []
        at = 0
        if first > 0:
            pieces.append("…")
            at = columns[0] = 1
        for character in line[first:last]:
            piece = _visible(character)
            pieces.append(piece)
            at += _cells(piece)
            columns.append(at)
        if last < len(line):
            pieces.append("…")
        self._columns = columns
        self.text = "".join(pieces)

    @classmethod
    def whole(cls, line: str) -> _Cut:
        return cls(line, 0, min(len(line), _WIDTH))

    @classmethod
    def around(cls, line: str, start: int, end: int) -> _Cut:
        if len(line) <= _WIDTH:
            return cls(line, 0, len(line))
        first = max(0, min(start - 30, end - _WIDTH))
        if start < 60:
            first = 0
        return cls(line, first, min(len(line), first + _WIDTH))

    def column(self, offset: int) -> int:
        """Cell at which a code point of the line is shown; past the end, cells go on one by one."""
        index = max(0, offset - self._first)
        if index < len(self._columns):
            return self._columns[index]
        return self._columns[-1] + min(index - len(self._columns) + 1, 1)


def _visible(character: str) -> str:
    if character == "\t":
        return _TAB
    import unicodedata

    if character == "\ufeff" or unicodedata.category(character) in ("Cc", "Cf", "Cs"):
        return "\ufffd" if ord(character) > 0x7F else chr(0x2400 + ord(character)) if ord(character) < 32 else "\u2421"
    return character


_HARMLESS = "\n\t\u200c\u200d\xad"
"""Line ends, and characters of writing that are not shown by themselves."""
_BYTES = "\ud800"
"""From here on stand bytes of names of files that are no text, which are written as escape sequences, and private characters."""


def _harmless(text: str) -> str:
    """A text of a program, such as what it gives to `fail`, without characters that command a terminal."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one in _HARMLESS or one >= _BYTES else _visible(one) for one in text)


def _cells(text: str) -> int:
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in ("W", "F") else 1 for c in text
    )


def _mark_rows(marks: list[_Mark], cut: _Cut, paint: _Paint) -> list[str]:
    """Rows below a source line: the underlines with the rightmost text, then one row per further text."""
    placed = sorted(((cut.column(m.start), cut.column(m.end), m) for m in marks), key=lambda p: (p[0], p[1]))
    length = max(end for _, end, _ in placed)
    cells = [" "] * length
    for primary in (False, True):
        for start, end, mark in placed:
            if mark.primary == primary:
                cells[start:end] = ["^" if primary else "-"] * (end - start)
    row = _paint_cells(cells, paint)
    texts = [(start, mark) for start, _, mark in placed if mark.text]
    if not texts:
        return [row]
    last_start, last = texts[-1]
    rows: list[str] = []
    if all(end <= last_start or mark is last or start == last_start for start, end, mark in placed):
        row += " " + _paint_label(last, paint)
        texts.pop()
    rows.append(row)
    while texts:
        start, mark = texts.pop()
        pipes = [" "] * start
        for other, _ in texts:
            if other < start:
                pipes[other] = "|"
        rows.append(paint.blue("".join(pipes)) + _paint_label(mark, paint))
    return rows


def _paint_label(mark: _Mark, paint: _Paint) -> str:
    text = _harmless(mark.text)
    return paint.severity(text) if mark.primary else paint.blue(text)


def _paint_cells(cells: list[str], paint: _Paint) -> str:
    out: list[str] = []
    at = 0
    while at < len(cells):
        stop = at
        while stop < len(cells) and cells[stop] == cells[at]:
            stop += 1
        run = "".join(cells[at:stop])
        out.append(paint.severity(run) if cells[at] == "^" else paint.blue(run) if cells[at] == "-" else run)
        at = stop
    return "".join(out)


def _stack(frames: Sequence[Frame], primary: Span | None, paint: _Paint, relative_to: str | None) -> list[str]:
    """The call stack, outermost first; a lone top-level frame says nothing that the excerpt does not."""
    if len(frames) < 2 and not (frames and primary is None):
        return []
    lines = [paint.bold("call stack") + " (innermost last):"]
    shown: list[Frame | int] = list(frames)
    if len(frames) > _FRAMES_SHOWN:
        half = _FRAMES_SHOWN // 2
        shown = [*frames[:half], len(frames) - 2 * half, *frames[-half:]]
    for frame in shown:
        if isinstance(frame, int):
            lines.append(f"  … {frame} more calls")
            continue
        call = f"{frame.function}({', '.join(frame.arguments)})" if frame.arguments else frame.function
        if frame.span is None:
            lines.append(f"  in {paint.bold(call)}")
            continue
        at = frame.span.begin
        where = f"{display_path(frame.span.file.path, relative_to)}:{at.line + 1}:{at.column + 1}"
        lines.append(f"  {where} in {paint.bold(call)}")
        source = _Cut.whole(frame.span.file.line_text(at.line).strip()).text
        if source:
            lines.append(paint.dim(f"      {source}"))
    return lines
