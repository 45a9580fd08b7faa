"""`grammar/mistakes/*.star`: a broken snippet, a line `---`, and what is said about it.

`OXL_GOLDEN=write` rewrites what stands behind the `---`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from oxlang.bundled import bundled_path
from oxlang.diagnostics.model import Diagnostic
from oxlang.source import SourceFile, Span
from oxlang.syntax.options import STANDARD
from oxlang.syntax.parse import parse

FILES = sorted(bundled_path("grammar", "mistakes").glob("*.star"))


def _place(span: Span) -> str:
    begin, finish = span.begin, span.finish
    end = f"{finish.column + 1}" if finish.line == begin.line else f"{finish.line + 1}:{finish.column + 1}"
    return f"{begin.line + 1}:{begin.column + 1}-{end}"


def describe(one: Diagnostic) -> str:
    """A diagnostic as lines of text."""
    lines = [f"{one.code.id} {one.message}"]
    lines += [
        f"  {_place(label.span)}{' ' if label.primary else ' also '}{label.text}".rstrip()
        for label in one.labels
    ]
    lines += [f"  note: {note}" for note in one.notes]
    if one.help:
        lines.append(f"  help: {one.help}")
    for fix in one.fixes:
        edits = ", ".join(f"{_place(edit.span)} {edit.text!r}" for edit in fix.edits)
        lines.append(f"  fix: {fix.title} ({edits})")
    return "\n".join(lines)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_mistake(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        snippet, _, expected = file.read().partition("---\n")
    parsed = parse(SourceFile(path.name, snippet), STANDARD)
    assert parsed.diagnostics
    found = "\n".join(describe(one) for one in parsed.diagnostics) + "\n"
    if os.environ.get("OXL_GOLDEN") == "write":
        path.write_text(f"{snippet}---\n{found}", encoding="utf-8", newline="")
    else:
        assert found == expected


def test_there_are_enough() -> None:
    assert len(FILES) >= 60


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_fixes_mend(path: Path) -> None:
    """A text to which a fix is applied has one error less, or another one that stood behind it."""
    with path.open(encoding="utf-8", newline="") as file:
        snippet = file.read().partition("---\n")[0]
    diagnostics = parse(SourceFile(path.name, snippet), STANDARD).diagnostics
    for one in diagnostics:
        for fix in one.fixes:
            text = snippet
            for edit in sorted(fix.edits, key=lambda edit: edit.span.start, reverse=True):
                text = text[: edit.span.start] + edit.text + text[edit.span.end :]
            left = parse(SourceFile(path.name, text), STANDARD).diagnostics
            assert len(left) <= len(diagnostics), (text, [other.message for other in left])
            assert one.span is not None
            again = [other for other in left if other.message == one.message and other.span is not None]
            assert one.span.start not in [other.span.start for other in again if other.span]
