"""Chunked Starlark files: programs parted by a line `---`.

A comment `### OX0301 "regex"` says that the program must end with a diagnostic of that code whose text matches, and whose
primary place begins on that line. Several programs of one file are independent of each other. `regex` is searched in the
message, notes and help; it may be left out. A comment line `# option: NAME` switches a language option on, `# option:
-NAME` off.

    pytestmark = pytest.mark.parametrize("chunk", chunks_of(FOLDER), ids=str)

    def test_chunk(chunk): check(chunk, lambda source, options: load_source(source, options))
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from oxlang.diagnostics.model import Diagnostic, OxError
from oxlang.records import replace
from oxlang.source import SourceFile
from oxlang.syntax.options import STANDARD, LanguageOptions

_EXPECTED = re.compile(r'\s*###\s*(OX\d{4})?\s*(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`)?\s*$')
_OPTION = re.compile(r"^\s*#\s*option:\s*(-?)(\w+)", re.M)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """An expected diagnostic."""

    line: int
    code: str | None
    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """One program.

    Attributes:
        path: the file it stands in.
        line: zero-based line of the file at which it begins.
        text: the program without the marks of expectation.
        expected: what it must report.
        options: the language.
    """

    path: Path
    line: int
    text: str
    expected: tuple[Expected, ...]
    options: LanguageOptions

    def __str__(self) -> str:
        return f"{self.path.name}:{self.line + 1}"


def chunks(path: Path, options: LanguageOptions = STANDARD) -> list[Chunk]:
    """Gives the programs of one file."""
    found: list[Chunk] = []
    lines: list[str] = []
    start = 0
    for number, line in enumerate([*path.read_text(encoding="utf-8").split("\n"), "---"]):
        if line.rstrip() == "---":
            if any(one.strip() for one in lines):
                found.append(_chunk(path, start, lines, options))
            lines, start = [], number + 1
        else:
            lines.append(line)
    return found


def _chunk(path: Path, start: int, lines: list[str], options: LanguageOptions) -> Chunk:
    expected: list[Expected] = []
    text: list[str] = []
    for number, line in enumerate(lines):
        match = _EXPECTED.search(line)
        if match and "###" in line:
            expected.append(Expected(line=number, code=match[1], pattern=match[2] or match[3] or ""))
            line = line[: match.start()]
        text.append(line)
    joined = "\n".join(text) + "\n"
    for off, name in _OPTION.findall(joined):
        options = replace(options, **{name: not off})
    return Chunk(path=path, line=start, text=joined, expected=tuple(expected), options=options)


def chunks_of(folder: Path, pattern: str = "*.star", options: LanguageOptions = STANDARD) -> list[Chunk]:
    """Gives the programs of all files of a folder."""
    return [chunk for path in sorted(folder.glob(pattern)) for chunk in chunks(path, options)]


def check(chunk: Chunk, evaluate: Callable[[SourceFile, LanguageOptions], object]) -> None:
    """Runs a program and compares what it reports with what it should."""
    source = SourceFile(chunk.path.name, chunk.text)
    try:
        evaluate(source, chunk.options)
    except OxError as problem:
        compare(chunk, problem.diagnostics)
    else:
        assert not chunk.expected, f"{chunk}: nothing was reported, expected {chunk.expected}"


def compare(chunk: Chunk, found: Iterable[Diagnostic]) -> None:
    """Compares diagnostics with the expected ones, in order of lines."""
    reported = [(_line(one), one.code.id, _text(one)) for one in found]
    assert chunk.expected, f"{chunk}: reported {_shown(chunk, reported)}"
    missing = [one for one in chunk.expected if not any(_fits(one, *other) for other in reported)]
    surplus = [one for one in reported if not any(_fits(other, *one) for other in chunk.expected)]
    assert not missing, f"{chunk}: not reported {missing}; reported {_shown(chunk, reported)}"
    assert not surplus, f"{chunk}: not expected {_shown(chunk, surplus)}"


def _fits(expected: Expected, line: int, code: str, text: str) -> bool:
    return (
        expected.line == line
        and expected.code in (None, code)
        and (expected.pattern in text or re.search(expected.pattern, text, re.S) is not None)
    )


def _line(one: Diagnostic) -> int:
    return -1 if one.span is None else one.span.begin.line


def _text(one: Diagnostic) -> str:
    return "\n".join([one.message, *one.notes, one.help or ""])


def _shown(chunk: Chunk, reported: list[tuple[int, str, str]]) -> str:
    return "; ".join(
        f"{chunk.path.name}:{chunk.line + line + 1} {code} {text!r}" for line, code, text in reported
    )
