"""Where things are defined: variables, functions, loaded names, parameters, targets, files."""

from __future__ import annotations

from lsprotocol import types

from oxlang.lint.kinds import module_path
from oxlang.lsp.convert import to_location, to_offset, to_uri
from oxlang.lsp.documents import Document
from oxlang.lsp.place import load_item_at, name_at, string_at, target, target_named_by
from oxlang.resolve.scopes import Binding
from oxlang.syntax import ast

OWN_SCOPES = ("local", "cell", "free", "global", "file")


def definition(document: Document, position: types.Position) -> types.Location | None:
    """Gives where the variable, loaded name, parameter, target or file at a position is defined."""
    offset = to_offset(document.source, position)
    literal = string_at(document, offset)
    if literal is not None:
        return _of_string(document, literal)
    item = load_item_at(document, offset)
    if item is not None:
        return _of_loaded(document, item)
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
    return None


def _of_loaded(document: Document, item: ast.LoadItem) -> types.Location | None:
    found = document.checked.inference.loaded(item)
    if found is None or found[1].first is None:
        return None
    return to_location(found[0].program.file.span(found[1].first))


def _of_binding(document: Document, binding: Binding) -> types.Location | None:
    if binding.scope not in OWN_SCOPES or binding.first is None:
        return None
    sources = document.checked.inference.facts.sources.get(binding, [])
    if len(sources) == 1 and isinstance(sources[0].node, ast.LoadItem):
        loaded = _of_loaded(document, sources[0].node)
        if loaded is not None:
            return loaded
    return to_location(document.file.span(binding.first))


def _parameter(document: Document, call: ast.Call, name: str) -> types.Location | None:
    found = document.checked.inference.user_function(call.function)
    if found is None:
        return None
    for one in found[1].parameters:
        if one.name is not None and one.name.id == name:
            return to_location(found[0].program.file.span(one.name))
    return None
