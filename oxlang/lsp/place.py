"""What stands at an offset."""

from __future__ import annotations

from oxlang.check import RegisteredTarget
from oxlang.check.constants import text as constant_text
from oxlang.declare.members import FunctionDef, ParamDef
from oxlang.lsp.documents import Document
from oxlang.lsp.surroundings import surroundings
from oxlang.records import dataclass
from oxlang.resolve.scopes import Binding
from oxlang.syntax import ast
from oxlang.syntax.visit import path_to


def call_around(document: Document, offset: int) -> ast.Call | None:
    """Gives the innermost call whose parentheses hold an offset, closed or not."""
    text = document.source.text
    opened = [one for one in surroundings(text, offset).brackets if text[one] == "("]
    if not opened:
        return None
    calls = {one.open: one for one in document.checked.inference.facts.calls}
    inner = surroundings(text, offset).brackets[-1]
    return calls.get(inner)


@dataclass(frozen=True, slots=True)
class NamedThing:
    """What a name at an offset stands for.

    Attributes:
        node: the name.
        binding: the variable, if it is one of the file.
        attribute: the attribute expression, if it is the name behind a dot.
        call, argument: the call and the argument, if it is the name of an argument.
    """

    node: ast.Name
    binding: Binding | None = None
    attribute: ast.Attribute | None = None
    call: ast.Call | None = None
    argument: ast.Argument | None = None


def name_at(document: Document, offset: int) -> NamedThing | None:
    """Gives what the name at an offset stands for."""
    path = path_to(document.file, offset)
    node = path[-1]
    if not isinstance(node, ast.Name) or not node.id:
        return None
    parent = path[-2] if len(path) > 1 else None
    if isinstance(parent, ast.Attribute) and parent.name is node:
        return NamedThing(node, attribute=parent)
    if isinstance(parent, ast.Argument) and parent.name is node and isinstance(path[-3], ast.Call):
        return NamedThing(node, call=path[-3], argument=parent)
    return NamedThing(node, binding=document.program.meaning.get(node))


def load_item_at(document: Document, offset: int) -> ast.LoadItem | None:
    """Gives the item of a `load` whose name in the other file stands at an offset."""
    for load in document.program.loads:
        if load.start <= offset <= load.end:
            return next((one for one in load.items if one.imported_start <= offset <= one.imported_end), None)
    return None


def string_at(document: Document, offset: int) -> ast.Literal_ | None:
    """Gives the string literal at an offset."""
    node = path_to(document.file, offset)[-1]
    return node if isinstance(node, ast.Literal_) and isinstance(node.value, str) else None


def target_named_by(document: Document, literal: ast.Literal_) -> str | None:
    """Gives the target that a string names: in `register_target`, `depends` or `resolve_target`."""
    for one in document.checked.targets:
        if one.name_node is literal or any(node is literal for _, node in one.depends):
            return constant_text(literal, document.program)
    for call in document.checked.inference.facts.calls:
        resolves = isinstance(call.function, ast.Name) and call.function.id == "resolve_target"
        if resolves and any(argument.value is literal for argument in call.arguments):
            return constant_text(literal, document.program)
    return None


def target(document: Document, name: str) -> RegisteredTarget | None:
    """Gives the registration of a target."""
    return next((one for one in document.checked.targets if one.name == name), None)


def parameter_of(call: ast.Call, declared: FunctionDef, argument: ast.Argument) -> ParamDef | None:
    """Gives the parameter that an argument is for."""
    if argument.name is not None:
        return declared.param(argument.name.id)
    at = [one for one in call.arguments if one.kind == "positional"].index(argument) if argument.kind == "positional" else -1
    normal = [one for one in declared.params if one.kind in ("normal", "positional")]
    if 0 <= at < len(normal):
        return normal[at]
    return next((one for one in declared.params if one.kind == "args"), None) if at >= 0 else None
