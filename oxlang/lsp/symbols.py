"""Outline, folding and selection ranges."""

from __future__ import annotations

from lsprotocol import types

from oxlang.lsp.convert import to_offset, to_position, to_range
from oxlang.lsp.documents import Document
from oxlang.lsp.hover import user_signature
from oxlang.source import Span
from oxlang.syntax import ast
from oxlang.syntax.visit import path_to, walk


def document_symbols(document: Document) -> list[types.DocumentSymbol]:
    """Gives functions with those inside them, global variables, loaded names and targets."""
    return _symbols(document, document.file.statements, top=True)


def _symbols(document: Document, statements: list[ast.Statement], *, top: bool) -> list[types.DocumentSymbol]:
    found: list[types.DocumentSymbol] = []
    for one in statements:
        match one:
            case ast.Def():
                children = _symbols(document, one.body, top=False)
                found.append(
                    _symbol(document, one.name.id, types.SymbolKind.Function, one, one.name, user_signature(one), children)
                )
            case ast.Assignment(target=ast.Name() as name) if top and name.id:
                kind = types.SymbolKind.Constant if name.id.isupper() else types.SymbolKind.Variable
                shown = str(document.checked.type_of(one.value))
                found.append(_symbol(document, name.id, kind, one, name, "" if shown == "any" else shown))
            case ast.Load():
                found += [
                    _symbol(document, item.local.id, types.SymbolKind.Module, item, item.local, str(one.module.value))
                    for item in one.items
                    if item.local.id
                ]
            case ast.If():
                found += _symbols(document, [*one.then, *one.otherwise], top=top)
            case ast.For() | ast.While():
                found += _symbols(document, one.body, top=top)
            case ast.ExpressionStatement():
                for target in document.checked.targets:
                    if target.call is one.value:
                        depends = ", ".join(name for name, _ in target.depends)
                        detail = f"target, depends on {depends}" if depends else "target"
                        found.append(
                            _symbol(document, target.name, types.SymbolKind.Event, one, target.name_node, detail)
                        )
    return found


def _symbol(
    document: Document,
    name: str,
    kind: types.SymbolKind,
    whole: ast.Node,
    chosen: ast.Node,
    detail: str,
    children: list[types.DocumentSymbol] | None = None,
) -> types.DocumentSymbol:
    span = document.file.span(whole)
    inner = document.file.span(chosen)
    if not span.start <= inner.start <= inner.end <= span.end:
        span = Span(span.file, min(span.start, inner.start), max(span.end, inner.end))
    return types.DocumentSymbol(
        name=name or "?", kind=kind, range=to_range(span), selection_range=to_range(inner), detail=detail or None,
        children=children or None,
    )


def folding_ranges(document: Document) -> list[types.FoldingRange]:
    """Gives the blocks, collections and runs of comments of several lines."""
    source = document.source
    found: list[types.FoldingRange] = []
    for node in walk(document.file):
        if isinstance(
            node, ast.Def | ast.For | ast.While | ast.If | ast.Call | ast.ListExpression | ast.DictExpression | ast.Load
        ):
            start, end = source.position(node.start).line, source.position(node.end).line
            if isinstance(node, ast.Def | ast.For | ast.While | ast.If):
                end = source.position(max(node.start, len(source.text[: node.end].rstrip()) - 1)).line
            else:
                end -= 1
            if end > start:
                found.append(types.FoldingRange(start_line=start, end_line=end))
    run: list[int] = []
    for comment in document.file.comments:
        line = source.position(comment.start).line
        if comment.own_line and run and line == run[-1] + 1:
            run.append(line)
            continue
        _fold_comment(run, found)
        run = [line] if comment.own_line else []
    _fold_comment(run, found)
    return found


def _fold_comment(run: list[int], found: list[types.FoldingRange]) -> None:
    if len(run) > 1:
        found.append(types.FoldingRange(start_line=run[0], end_line=run[-1], kind=types.FoldingRangeKind.Comment))


def selection_range(document: Document, position: types.Position) -> types.SelectionRange:
    """Gives the nodes around a position, innermost first."""
    offset = to_offset(document.source, position)
    made: types.SelectionRange | None = None
    before: tuple[int, int] | None = None
    for node in path_to(document.file, offset):
        if (node.start, node.end) != before:
            before = (node.start, node.end)
            made = types.SelectionRange(range=to_range(document.file.span(node)), parent=made)
    if made is None:
        at = to_position(document.source, offset)
        made = types.SelectionRange(range=types.Range(at, at))
    return made
