"""Signature help: the parameters of the call that is being written."""

from __future__ import annotations

from lsprotocol import types

from oxlang.declare.members import FunctionDef
from oxlang.lsp.convert import to_offset
from oxlang.lsp.documents import Document
from oxlang.lsp.hover import user_docs
from oxlang.lsp.place import call_around
from oxlang.syntax import ast


def signature_help(document: Document, position: types.Position) -> types.SignatureHelp | None:
    """Gives the signature of the innermost call around a position, with the parameter that is being written."""
    offset = to_offset(document.source, position)
    call = call_around(document, offset)
    if call is None:
        return None
    declared = document.checked.declaration(call.function)
    if isinstance(declared, FunctionDef):
        names = [one.name for one in declared.params]
        params = [(one.display(), one.doc) for one in declared.params]
        positional = [one.name for one in declared.params if one.kind in ("normal", "positional", "args")]
        head, tail, doc = f"{declared.qualified_name}(", f") -> {declared.returns}", declared.doc
    else:
        found = document.checked.inference.user_function(call.function)
        if found is None:
            return None
        function = found[1]
        named = [one for one in function.parameters if one.name is not None]
        names = [one.name.id for one in named if one.name is not None]
        params = [(name, "") for name in names]
        positional = [one.name.id for one in named if one.name is not None and one.kind in ("normal", "star")]
        head = f"{function.name.id if isinstance(function, ast.Def) else 'lambda'}("
        tail, doc = ")", user_docs(function)
    return types.SignatureHelp(
        signatures=[_information(head, params, tail, doc)],
        active_signature=0,
        active_parameter=_active(document, call, offset, names, positional),
    )


def _information(head: str, params: list[tuple[str, str]], tail: str, doc: str) -> types.SignatureInformation:
    made = []
    label = head
    for at, (shown, text) in enumerate(params):
        label += ", " if at else ""
        start = len(label)
        label += shown
        made.append(
            types.ParameterInformation(
                label=(start, len(label)),
                documentation=types.MarkupContent(types.MarkupKind.Markdown, text) if text else None,
            )
        )
    content = types.MarkupContent(types.MarkupKind.Markdown, doc) if doc else None
    return types.SignatureInformation(label=label + tail, documentation=content, parameters=made)


def _active(document: Document, call: ast.Call, offset: int, names: list[str], positional: list[str]) -> int | None:
    """Number of the parameter at the offset; None when there is none."""
    before = 0
    given: set[str] = set()
    for argument in call.arguments:
        written = document.source.text[argument.end : offset]
        if argument.start <= offset and "," not in written and argument.name is not None:
            name = argument.name.id
            return names.index(name) if name in names else None
        if argument.end < offset and argument.kind == "positional" and "," in document.source.text[argument.end : offset]:
            before += 1
        elif argument.name is not None:
            given.add(argument.name.id)
    if given:
        # Behind arguments with a name no other can stand: the next parameter that is not given yet is meant.
        left = [name for name in names if name not in given and name not in positional[:before]]
        return names.index(left[0]) if left else None
    if before < len(positional):
        return names.index(positional[before])
    return names.index(positional[-1]) if positional and positional[-1] not in names[: len(positional) - 1] and _is_rest(
        document, call
    ) else None


def _is_rest(document: Document, call: ast.Call) -> bool:
    declared = document.checked.declaration(call.function)
    return isinstance(declared, FunctionDef) and any(one.kind == "args" for one in declared.params)
