"""Where things are defined and used: definition, references, highlights, rename."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types

from oxlang.check.constants import text as constant_text
from oxlang.lint.kinds import module_path
from oxlang.lsp.convert import to_location, to_offset, to_range, to_uri
from oxlang.lsp.documents import Document
from oxlang.lsp.place import name_at, string_at, target, target_named_by
from oxlang.resolve.scopes import Binding
from oxlang.source import Span
from oxlang.syntax import ast

_OWN_SCOPES = ("local", "cell", "free", "global", "file")


def definition(document: Document, position: types.Position) -> types.Location | None:
    """Gives where the variable, loaded name, parameter, target or file at a position is defined."""
    offset = to_offset(document.source, position)
    literal = string_at(document, offset)
    if literal is not None:
        return _of_string(document, literal)
    found = name_at(document, offset)
    if found is None or found.attribute is not None:
        return None
    if found.call is not None:
        return _parameter(document, found.call, found.node.id)
    return None if found.binding is None else _of_binding(document, found.binding)


def _of_string(document: Document, literal: ast.Literal_) -> types.Location | None:
    name = target_named_by(document, literal)
    if name is not None:
        found = target(document, name)
        return None if found is None else to_location(document.file.span(found.name_node))
    for load in document.program.loads:
        if load.module is literal:
            path = module_path(str(literal.value), document.path)
            if path is None or not path.exists():
                return None
            start = types.Position(0, 0)
            return types.Location(uri=to_uri(str(path)), range=types.Range(start, start))
        for item in load.items:
            if item.imported_start <= literal.start < item.imported_end:
                return _of_binding(document, document.program.globals[item.local.id])
    return None


def _of_binding(document: Document, binding: Binding) -> types.Location | None:
    if binding.scope not in _OWN_SCOPES or binding.first is None:
        return None
    sources = document.checked.inference.facts.sources.get(binding, [])
    if len(sources) == 1 and isinstance(sources[0].node, ast.LoadItem):
        found = document.checked.inference._loaded(sources[0].node)
        if found is not None and found[1].first is not None:
            return to_location(found[0].program.file.span(found[1].first))
    return to_location(document.file.span(binding.first))


def _parameter(document: Document, call: ast.Call, name: str) -> types.Location | None:
    found = document.checked.inference.user_function(call.function)
    if found is None:
        return None
    for one in found[1].parameters:
        if one.name is not None and one.name.id == name:
            return to_location(found[0].program.file.span(one.name))
    return None


def spans_of(document: Document, position: types.Position, *, declaration: bool = True) -> list[Span]:
    """Gives every place in a document where the variable or target at a position is named, in order of text."""
    offset = to_offset(document.source, position)
    literal = string_at(document, offset)
    if literal is not None:
        name = target_named_by(document, literal)
        return [] if name is None else _target_spans(document, name, declaration=declaration)
    found = name_at(document, offset)
    if found is None:
        return []
    if found.binding is None or found.binding.scope == "undefined":
        return []
    binding = found.binding
    nodes = [*(binding.assignments if declaration else ()), *binding.uses]
    spans = {(one.start, one.end): document.file.span(one) for one in nodes if one.id}
    for load in document.program.loads:
        for item in load.items:
            if item.local.id == binding.name and document.program.globals.get(binding.name) is binding and declaration:
                spans.setdefault((item.local.start, item.local.end), document.file.span(item.local))
    return [spans[key] for key in sorted(spans)]


def _target_spans(document: Document, name: str, *, declaration: bool) -> list[Span]:
    nodes: list[ast.Expression] = []
    for one in document.checked.targets:
        if one.name == name and declaration:
            nodes.append(one.name_node)
        nodes += [node for depends, node in one.depends if depends == name]
    for call in document.checked.inference.facts.calls:
        if isinstance(call.function, ast.Name) and call.function.id == "resolve_target" and call.arguments:
            node = call.arguments[0].value
            if constant_text(node, document.program) == name:
                nodes.append(node)
    return sorted((document.file.span(one) for one in nodes), key=lambda span: span.start)


def references(document: Document, position: types.Position, *, declaration: bool) -> list[types.Location]:
    """Gives the places where the thing at a position is named."""
    return [to_location(span) for span in spans_of(document, position, declaration=declaration)]


def highlights(document: Document, position: types.Position) -> list[types.DocumentHighlight]:
    """Gives the places to highlight, assignments as writes."""
    written: set[tuple[int, int]] = set()
    found = name_at(document, to_offset(document.source, position))
    if found is not None and found.binding is not None:
        written = {(one.start, one.end) for one in found.binding.assignments}
    kinds = types.DocumentHighlightKind
    return [
        types.DocumentHighlight(
            range=to_range(span), kind=kinds.Write if (span.start, span.end) in written else kinds.Read
        )
        for span in spans_of(document, position)
    ]


def prepare_rename(document: Document, position: types.Position) -> types.Range | None:
    """Gives the range of the name at a position if it can be renamed: a variable of the file, or a target."""
    offset = to_offset(document.source, position)
    for span in spans_of(document, position):
        if span.start <= offset <= span.end and _renamable(document, position):
            return to_range(_inner(span))
    return None


def _renamable(document: Document, position: types.Position) -> bool:
    found = name_at(document, to_offset(document.source, position))
    if found is None:
        return True
    binding = found.binding
    return binding is not None and binding.scope in _OWN_SCOPES and not _is_loaded(document, binding)


def _is_loaded(document: Document, binding: Binding) -> bool:
    sources = document.checked.inference.facts.sources.get(binding, [])
    return any(one.kind == "load" for one in sources)


def _inner(span: Span) -> Span:
    """A string without its quotes."""
    text = span.text
    if text[:1] in "\"'" and len(text) >= 2 and text[:1] == text[-1:]:
        return Span(span.file, span.start + 1, span.end - 1)
    return span


def rename(document: Document, position: types.Position, name: str) -> types.WorkspaceEdit | None:
    """Gives the edits that give the thing at a position another name; None when that is not possible."""
    spans = spans_of(document, position)
    if not spans or not _renamable(document, position):
        return None
    is_string = spans[0].text[:1] in "\"'"
    if not is_string and not _is_identifier(name):
        return None
    edits: Sequence[types.TextEdit] = [types.TextEdit(to_range(_inner(span)), name) for span in spans]
    return types.WorkspaceEdit(changes={document.uri: list(edits)})


def _is_identifier(name: str) -> bool:
    import keyword

    return name.isascii() and name.isidentifier() and not keyword.iskeyword(name)
