"""Code lenses: build or run the target of a `register_target`.

The server executes nothing. A lens names a command of the client (`oxl.build`, `oxl.run`, with the document and the
target as arguments); clients that have these commands say so at the start by `initializationOptions.commands`.
"""

from __future__ import annotations

from lsprotocol import types

from oxlang.lsp.convert import to_range
from oxlang.lsp.documents import Document
from oxlang.syntax import ast

COMMANDS = {"oxl.build": "build", "oxl.run": "run"}


def code_lenses(document: Document, commands: frozenset[str]) -> list[types.CodeLens]:
    """Gives the lenses for the commands that a client has."""
    found: list[types.CodeLens] = []
    for target in document.checked.targets:
        place = to_range(document.file.span(target.name_node))
        for command, title in COMMANDS.items():
            if command in commands and (command != "oxl.run" or _runs(document, target.function)):
                told = types.Command(title=title, command=command, arguments=[document.uri, target.name])
                found.append(types.CodeLens(range=place, command=told))
    return found


def _runs(document: Document, function: object) -> bool:
    """Whether a target's function may give something that can be run; what is not known may."""
    if not isinstance(function, ast.Def | ast.Lambda):
        return True
    given = document.checked.inference.returns(function)
    kinds = [document.checked.inference.type_def(one) for one in (given.items if given.kind == "union" else (given,))]
    return any(one is None or one.run in ("path", "manifest") for one in kinds)
