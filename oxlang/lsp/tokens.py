"""Semantic tokens: what a name means decides its colour, not how it is written."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from oxlang.declare.members import AttributeDef, FunctionDef
from oxlang.lsp.convert import to_offset, to_position, units
from oxlang.lsp.documents import Document
from oxlang.resolve.scopes import Binding
from oxlang.syntax import ast

_KINDS = ("variable", "parameter", "function", "method", "property", "class", "namespace", "event")
_MODIFIERS = ("declaration", "readonly", "defaultLibrary", "deprecated")
LEGEND = types.SemanticTokensLegend(token_types=list(_KINDS), token_modifiers=list(_MODIFIERS))


def semantic_tokens(document: Document, wanted: types.Range | None = None) -> types.SemanticTokens:
    """Gives the meaning of the names of a document, or of a range of it."""
    source = document.source
    first, last = 0, len(source.text)
    if wanted is not None:
        first, last = to_offset(source, wanted.start), to_offset(source, wanted.end)
    data: list[int] = []
    line = column = 0
    for name, kind, modifiers in sorted(_meanings(document, first, last), key=lambda one: one[0].start):
        at = to_position(source, name.start)
        bits = sum(1 << _MODIFIERS.index(one) for one in modifiers)
        same = at.line == line
        data += [at.line - line, at.character - column if same else at.character]
        data += [units(source.text[name.start : name.end]), _KINDS.index(kind), bits]
        line, column = at.line, at.character
    return types.SemanticTokens(data=data)


def _meanings(document: Document, first: int, last: int) -> Iterator[tuple[ast.Node, str, tuple[str, ...]]]:
    program, inference = document.program, document.checked.inference
    members: set[ast.Name] = set()
    for node in document.checked.nodes:
        if node.end < first or node.start > last:
            continue
        match node:
            case ast.Attribute(name=name) if name.id:
                members.add(name)
                yield _member(document, node)
            case ast.Argument(name=ast.Name() as name):
                members.add(name)
                yield name, "parameter", ()
            case ast.Name() if node.id and node not in members and node.end - node.start == len(node.id):
                binding = program.meaning.get(node)
                if binding is not None and binding.scope not in ("predeclared", "universal", "undefined"):
                    yield node, *_variable(document, binding, node)
                elif (declared := document.environment.get(node.id)) is not None and binding is not None:
                    kind = ("class" if declared.constructs else "function") if isinstance(declared, FunctionDef) else "variable"
                    yield node, kind, ("defaultLibrary", *_deprecated(declared), *(("readonly",) * (kind == "variable")))
    for target in inference.targets():
        if first <= target.name_node.start <= last and _one_line(document, target.name_node):
            yield target.name_node, "event", ("declaration",)


def _one_line(document: Document, node: ast.Node) -> bool:
    return "\n" not in document.source.text[node.start : node.end]


def _member(document: Document, node: ast.Attribute) -> tuple[ast.Node, str, tuple[str, ...]]:
    declared = document.checked.declaration(node)
    if isinstance(declared, FunctionDef):
        return node.name, "method", ("defaultLibrary", *_deprecated(declared))
    if isinstance(declared, AttributeDef):
        readonly = () if declared.writable else ("readonly",)
        return node.name, "property", (*readonly, "defaultLibrary", *_deprecated(declared))
    return node.name, "property", ()


def _deprecated(declared: object) -> tuple[str, ...]:
    return ("deprecated",) if getattr(declared, "deprecated", "") else ()


def _variable(document: Document, binding: Binding, node: ast.Name) -> tuple[str, tuple[str, ...]]:
    declares = ("declaration",) if binding.first is node else ()
    if document.checked.inference.function_of(binding) is not None:
        return "function", declares
    sources = document.checked.inference.facts.sources.get(binding, [])
    if any(one.kind == "parameter" for one in sources):
        return "parameter", declares
    constant = ("readonly",) if binding.name.isupper() and binding.scope in ("global", "file") else ()
    return "variable", (*declares, *constant)
