"""Applies fixes to a text."""

from __future__ import annotations

from collections.abc import Iterable

from oxlang.diagnostics.model import Diagnostic, Edit, Fix
from oxlang.source import SourceFile


def chosen_fixes(source: SourceFile, found: Iterable[Diagnostic], *, unsafe: bool = False) -> list[Fix]:
    """Gives the first wanted fix of each finding, leaving out those whose edits touch an earlier one's."""
    taken: list[Fix] = []
    edits: list[Edit] = []
    for one in found:
        fix = next((fix for fix in one.fixes if unsafe or fix.safe), None)
        if fix is None or any(edit.span.file is not source for edit in fix.edits):
            continue
        if any(_touch(edit, other) for edit in fix.edits for other in edits):
            continue
        taken.append(fix)
        edits += fix.edits
    return taken


def apply(source: SourceFile, fixes: Iterable[Fix]) -> str:
    """Gives the text with the edits of fixes that do not touch each other."""
    text = source.text
    edits = [edit for fix in fixes for edit in fix.edits]
    for edit in sorted(edits, key=lambda one: (one.span.start, one.span.end), reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def _touch(one: Edit, other: Edit) -> bool:
    if one.span.start == one.span.end == other.span.start == other.span.end:
        return True
    return one.span.start < other.span.end and other.span.start < one.span.end
