"""Chunked Starlark files with expected findings.

Programs are separated by lines of `---`. A comment `### OX0301 "regex"` at the end of a line expects a finding with that
code beginning on the line, whose message matches; several may follow each other. Every finding must be expected.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from oxlang.diagnostics import Diagnostic

_EXPECTED = re.compile(r'(OX\d{4})(?:\s+"([^"]*)")?')


@dataclass(frozen=True, slots=True)
class Chunk:
    """One program of a file; `line` is the number of its first line in the file."""

    text: str
    line: int
    name: str


def chunks(path: Path) -> list[Chunk]:
    """Gives the programs of a file, named by their first comment line."""
    found: list[Chunk] = []
    lines: list[str] = []
    start = 1
    for number, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), "---"], 1):
        if line.strip() != "---":
            lines.append(line)
            continue
        if any(one.strip() for one in lines):
            name = next((one.lstrip("# ") for one in lines if one.startswith("# ")), f"line {start}")
            found.append(Chunk("\n".join(lines) + "\n", start, name))
        lines, start = [], number + 1
    return found


def assert_findings(chunk: Chunk, found: Iterable[Diagnostic]) -> None:
    """Compares findings with what the chunk expects."""
    expected = [
        (number, code, pattern)
        for number, line in enumerate(chunk.text.splitlines())
        if "###" in line
        for code, pattern in _EXPECTED.findall(line.split("###", 1)[1])
    ]
    actual = [(one.span.begin.line if one.span else -1, one.code.id, one.message) for one in found]
    for number, code, pattern in list(expected):
        hit = next((a for a in actual if a[:2] == (number, code) and re.search(pattern, a[2])), None)
        if hit is not None:
            actual.remove(hit)
            expected.remove((number, code, pattern))
    told = [f"missing on line {chunk.line + n}: {code} {pattern}" for n, code, pattern in expected]
    told += [f"surplus on line {chunk.line + n}: {code} {message}" for n, code, message in actual]
    assert not told, "\n".join([chunk.name, *told])
