"""Where things are named: references, highlights, rename; across the files that load each other."""

from __future__ import annotations

import os
from collections.abc import Iterator

from lsprotocol import types

from oxlang.check.constants import text as constant_text
from oxlang.lint.kinds import module_path
from oxlang.lsp.convert import to_offset, to_range, to_uri
from oxlang.lsp.definition import OWN_SCOPES
from oxlang.lsp.documents import Document
from oxlang.lsp.place import load_item_at, name_at, string_at, target_named_by
from oxlang.resolve.scopes import Binding
from oxlang.source import Span
from oxlang.syntax import ast


def occurrences(document: Document, position: types.Position, *, declaration: bool = True) -> list[Span]:
    """Gives every place in a document where the variable or target at a position is named, in order of text."""
    offset = to_offset(document.source, position)
    literal = string_at(document, offset)
    if literal is not None:
        name = target_named_by(document, literal)
        return [] if name is None else _target_spans(document, name, declaration=declaration)
    item = load_item_at(document, offset)
    if item is not None and item.local.start != item.imported_start:
        return [Span(document.source, item.imported_start, item.imported_end)]
    binding = _binding_at(document, offset)
    return [] if binding is None else _spans(document, binding, declaration=declaration)


def _binding_at(document: Document, offset: int) -> Binding | None:
    item = load_item_at(document, offset)
    if item is not None:
        return document.program.globals.get(item.local.id)
    found = name_at(document, offset)
    if found is None:
        return None
    if found.call is not None:
        return _parameter(document, found.call, found.node.id)
    return found.binding if found.binding is not None and found.binding.scope != "undefined" else None


def _parameter(document: Document, call: ast.Call, name: str) -> Binding | None:
    """The parameter of a function of the file, for the name of an argument."""
    found = document.checked.inference.user_function(call.function)
    if found is None or found[0] is not document.checked.inference:
        return None
    for one in found[1].parameters:
        if one.name is not None and one.name.id == name:
            return document.program.meaning.get(one.name)
    return None


def _spans(document: Document, binding: Binding, *, declaration: bool) -> list[Span]:
    nodes = [*(binding.assignments if declaration else ()), *binding.uses, *_argument_names(document, binding)]
    spans = {(one.start, one.end): document.file.span(one) for one in nodes if one.id}
    for load in document.program.loads:
        for item in load.items:
            if declaration and document.program.globals.get(item.local.id) is binding:
                spans.setdefault((item.local.start, item.local.end), document.file.span(item.local))
    return [spans[key] for key in sorted(spans)]


def _argument_names(document: Document, binding: Binding) -> Iterator[ast.Name]:
    """The names of arguments that mean a parameter: `f(name = 1)`."""
    inference = document.checked.inference
    function = binding.function.node if binding.function is not None else None
    if not isinstance(function, ast.Def | ast.Lambda) or binding.first is None:
        return
    if not any(one.name is binding.first for one in function.parameters):
        return
    for call in inference.facts.calls:
        for argument in call.arguments:
            if argument.name is not None and argument.name.id == binding.name:
                found = inference.user_function(call.function)
                if found is not None and found[1] is function:
                    yield argument.name


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


# ---- in other files


def _everywhere(document: Document, position: types.Position, *, declaration: bool) -> list[Span]:
    """The places in all files: those of the file that defines a name, and of those that load it."""
    offset = to_offset(document.source, position)
    here = occurrences(document, position, declaration=declaration)
    if string_at(document, offset) is not None:
        return here
    item = load_item_at(document, offset)
    binding = _binding_at(document, offset)
    if item is None and binding is not None:
        item = _load_of(document, binding)
        if item is not None and item.local.start != item.imported_start:
            return here
    if item is not None:
        home = _home(document, item)
        return here if home is None else _exported(home, item.imported, declaration=declaration)
    if binding is not None and binding.scope == "global" and binding.name in document.program.exported:
        return _exported(document, binding.name, declaration=declaration)
    return here


def _load_of(document: Document, binding: Binding) -> ast.LoadItem | None:
    sources = document.checked.inference.facts.sources.get(binding, [])
    node = sources[0].node if len(sources) == 1 else None
    return node if isinstance(node, ast.LoadItem) else None


def _home(document: Document, item: ast.LoadItem) -> Document | None:
    load = next(one for one in document.program.loads if item in one.items)
    path = module_path(str(load.module.value), document.path)
    if path is None or not path.is_file():
        return None
    for one in document.documents.all():
        if os.path.normpath(one.path) == os.path.normpath(path):
            return one
    return document.documents.get(to_uri(str(path)))


def _exported(home: Document, name: str, *, declaration: bool) -> list[Span]:
    binding = home.program.globals.get(name)
    found = [] if binding is None else _spans(home, binding, declaration=declaration)
    for other in home.documents.neighbours(home):
        if other is home:
            continue
        for load in other.program.loads:
            path = module_path(str(load.module.value), other.path)
            if path is None or os.path.normpath(path) != os.path.normpath(home.path):
                continue
            for item in load.items:
                if item.imported != name:
                    continue
                found.append(Span(other.source, item.imported_start, item.imported_end))
                local = other.program.globals.get(item.local.id)
                if item.local.start == item.imported_start and local is not None:
                    found += _spans(other, local, declaration=False)
    return found


def references(document: Document, position: types.Position, *, declaration: bool) -> list[types.Location]:
    """Gives the places where the thing at a position is named, in all files."""
    return [
        types.Location(uri=_uri(document, span), range=to_range(span))
        for span in _everywhere(document, position, declaration=declaration)
    ]


def highlights(document: Document, position: types.Position) -> list[types.DocumentHighlight]:
    """Gives the places to highlight, assignments as writes."""
    binding = _binding_at(document, to_offset(document.source, position))
    written = {(one.start, one.end) for one in binding.assignments} if binding is not None else set()
    kinds = types.DocumentHighlightKind
    return [
        types.DocumentHighlight(
            range=to_range(span), kind=kinds.Write if (span.start, span.end) in written else kinds.Read
        )
        for span in occurrences(document, position)
    ]


# ---- rename


def prepare_rename(document: Document, position: types.Position) -> types.Range | None:
    """Gives the range of the name at a position if it can be renamed: a variable of the project's files, or a target."""
    offset = to_offset(document.source, position)
    for span in occurrences(document, position):
        if span.start <= offset <= span.end and _renamable(document, offset):
            return to_range(_inner(span))
    return None


def _renamable(document: Document, offset: int) -> bool:
    if string_at(document, offset) is not None:
        return True
    item = load_item_at(document, offset)
    binding = _binding_at(document, offset)
    if item is None and binding is not None:
        if binding.scope not in OWN_SCOPES:
            return False
        item = _load_of(document, binding)
        if item is not None and item.local.start != item.imported_start:
            return True
    if item is None:
        return binding is not None
    load = next(one for one in document.program.loads if item in one.items)
    return not str(load.module.value).startswith("@") and _home(document, item) is not None


def _inner(span: Span) -> Span:
    """A string without its quotes."""
    text = span.text
    if text[:1] in "\"'" and len(text) >= 2 and text[:1] == text[-1:]:
        return Span(span.file, span.start + 1, span.end - 1)
    return span


def rename(document: Document, position: types.Position, name: str) -> types.WorkspaceEdit | None:
    """Gives the edits that give the thing at a position another name.

    Raises:
        ValueError: the name is none, or has a meaning already, or the thing cannot be renamed.
    """
    offset = to_offset(document.source, position)
    spans = _everywhere(document, position, declaration=True)
    if not spans or not _renamable(document, offset):
        raise ValueError("this cannot be renamed: it is not defined in a file of this project")
    if string_at(document, offset) is not None:
        if not name or any(one in name for one in "\"'\\\n"):
            raise ValueError("a target's name must not be empty, and has no quotes or backslashes")
    elif not _is_identifier(name):
        raise ValueError(f"`{name}` cannot be the name of a variable")
    elif name in document.program.visible_at(offset):
        raise ValueError(f"`{name}` is already the name of something here")
    changes: dict[str, list[types.TextEdit]] = {}
    for span in spans:
        changes.setdefault(_uri(document, span), []).append(types.TextEdit(to_range(_inner(span)), name))
    return types.WorkspaceEdit(changes=dict(changes))


def _uri(document: Document, span: Span) -> str:
    """The URI of a file as the client writes it, if it has it open."""
    return next((one.uri for one in document.documents.all() if one.source is span.file), to_uri(span.file.path))


_RESERVED = frozenset(  # the words of the language, and those that it keeps for later
    ["and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "load", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield", "True", "False", "None"]
)


def _is_identifier(name: str) -> bool:
    return name.isascii() and name.isidentifier() and name not in _RESERVED
