"""Diagnostics for the client, and code actions: the fixes of lint, or a comment that suppresses."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types

from oxlang.diagnostics.model import Diagnostic, Fix
from oxlang.lint.fixes import apply, chosen_fixes
from oxlang.lsp.convert import to_location, to_offset, to_position, to_range
from oxlang.lsp.documents import Document

_SEVERITY = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "info": types.DiagnosticSeverity.Information,
    "hint": types.DiagnosticSeverity.Hint,
}
_UNNECESSARY = frozenset({"OX1001", "OX1002", "OX1003", "OX1005", "OX1030", "OX1036"})
_KINDS = types.CodeActionKind


def diagnostics(document: Document) -> list[types.Diagnostic]:
    """Gives the findings of a document."""
    return [_converted(document, one) for one in document.diagnostics]


def _converted(document: Document, one: Diagnostic) -> types.Diagnostic:
    start = types.Position(0, 0)
    span = one.span if one.span is not None and one.span.file is document.source else None
    told = [one.message, *(f"note: {note}" for note in one.notes), *([f"help: {one.help}"] if one.help else [])]
    tags = []
    if one.code.id in _UNNECESSARY:
        tags.append(types.DiagnosticTag.Unnecessary)
    if one.code.id == "OX1020":
        tags.append(types.DiagnosticTag.Deprecated)
    related = [
        types.DiagnosticRelatedInformation(location=to_location(label.span), message=label.text or "see here")
        for label in one.labels
        if not label.primary
    ]
    return types.Diagnostic(
        range=to_range(span) if span is not None else types.Range(start, start),
        message="\n".join(told),
        severity=_SEVERITY[one.code.severity],
        code=one.code.id,
        source="oxl",
        tags=tags or None,
        related_information=related or None,
    )


def code_actions(
    document: Document, wanted: types.Range, only: Sequence[types.CodeActionKind | str] | None = None
) -> list[types.CodeAction]:
    """Gives the changes that are offered for a range."""
    start, end = to_offset(document.source, wanted.start), to_offset(document.source, wanted.end)
    made: list[types.CodeAction] = []
    if _asked(_KINDS.QuickFix, only):
        for one in document.diagnostics:
            if one.span is not None and one.span.start <= end and start <= one.span.end:
                made += [_fix(document, one, fix) for fix in one.fixes]
                if not one.code.id.startswith("OX01"):
                    made.append(_suppress(document, one))
    if _asked(_KINDS.SourceFixAll, only):
        fixes = chosen_fixes(document.source, document.diagnostics)
        if fixes:
            made.append(
                types.CodeAction(
                    title="Mend everything that can be mended safely", kind=_KINDS.SourceFixAll,
                    edit=_edit(document, [_whole(document, apply(document.source, fixes))]),
                )
            )
    return made


def _asked(kind: types.CodeActionKind, only: Sequence[types.CodeActionKind | str] | None) -> bool:
    return not only or any(kind == one or str(kind.value).startswith(f"{_name(one)}.") for one in only)


def _name(kind: types.CodeActionKind | str) -> str:
    return str(kind.value) if isinstance(kind, types.CodeActionKind) else kind


def _fix(document: Document, found: Diagnostic, fix: Fix) -> types.CodeAction:
    edits = [types.TextEdit(to_range(one.span), one.text) for one in fix.edits]
    return types.CodeAction(
        title=fix.title[:1].upper() + fix.title[1:], kind=_KINDS.QuickFix, diagnostics=[_converted(document, found)],
        edit=_edit(document, edits), is_preferred=fix.safe,
    )


def _suppress(document: Document, found: Diagnostic) -> types.CodeAction:
    assert found.span is not None
    line = found.span.begin.line
    text = document.source.line_text(line)
    comment = f"# oxl: ignore[{found.code.id}]"
    end = document.source.line_starts[line] + len(text)
    at = to_position(document.source, end)
    return types.CodeAction(
        title=f"Ignore {found.code.id} on this line", kind=_KINDS.QuickFix, diagnostics=[_converted(document, found)],
        edit=_edit(document, [types.TextEdit(types.Range(at, at), f"  {comment}")]),
    )


def _edit(document: Document, edits: list[types.TextEdit]) -> types.WorkspaceEdit:
    return types.WorkspaceEdit(changes={document.uri: list(edits)})


def _whole(document: Document, text: str) -> types.TextEdit:
    end = to_position(document.source, len(document.source.text))
    return types.TextEdit(types.Range(types.Position(0, 0), end), text)
