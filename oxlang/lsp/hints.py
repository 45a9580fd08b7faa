"""What an editor writes between the lines: types of parameters that follow from targets and callbacks; links of `load`."""

from __future__ import annotations

from lsprotocol import types

from oxlang.lint.kinds import module_path
from oxlang.lsp.convert import to_offset, to_position, to_range, to_uri
from oxlang.lsp.documents import Document
from oxlang.lsp.symbols import document_symbols
from oxlang.source import Span
from oxlang.syntax import ast


def inlay_hints(document: Document, wanted: types.Range) -> list[types.InlayHint]:
    """Gives the inferred types of parameters without annotation, as far as anything is known."""
    start, end = to_offset(document.source, wanted.start), to_offset(document.source, wanted.end)
    found: list[types.InlayHint] = []
    for function in document.checked.inference.facts.functions:
        if not isinstance(function, ast.Def) or function.header_end < start or function.start > end:
            continue
        for one in function.parameters:
            if one.kind != "normal" or one.name is None or one.annotation is not None:
                continue
            binding = document.program.meaning.get(one.name)
            if binding is None:
                continue
            shown = document.checked.inference.binding_type(binding)
            if shown.kind not in ("any", "none"):
                found.append(
                    types.InlayHint(
                        position=to_position(document.source, one.name.end), label=f": {shown}",
                        kind=types.InlayHintKind.Type,
                    )
                )
    return found


def document_links(document: Document) -> list[types.DocumentLink]:
    """Gives a link for each file that a `load` names, if it exists."""
    found: list[types.DocumentLink] = []
    for load in document.program.loads:
        path = module_path(str(load.module.value), document.path)
        span = document.file.span(load.module)
        if path is not None and path.is_file() and span.end - span.start > 2:
            inner = Span(span.file, span.start + 1, span.end - 1)
            found.append(types.DocumentLink(range=to_range(inner), target=to_uri(str(path))))
    return found


def workspace_symbols(documents: list[Document], query: str) -> list[types.WorkspaceSymbol]:
    """Gives the functions, variables and targets of the documents whose name has the letters of the query in order."""
    found: list[types.WorkspaceSymbol] = []
    for document in documents:
        for one in document_symbols(document):
            if one.kind != types.SymbolKind.Module and _has_letters(one.name.lower(), query.lower()):
                place = types.Location(uri=document.uri, range=one.selection_range)
                found.append(types.WorkspaceSymbol(location=place, name=one.name, kind=one.kind))
    return found


def _has_letters(name: str, query: str) -> bool:
    rest = iter(name)
    return all(letter in rest for letter in query)
