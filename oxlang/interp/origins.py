"""Where a value came from that an operation could not use, and which part of an expression it was.

Looks at the syntax tree of a program that has failed, and at the frame: which operand is None and what gave it, which
variable hides a built-in function, which key of a dict expression cannot be one. What is found goes into labels, notes
and help of the error.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import FrameType
from typing import TYPE_CHECKING

from oxlang.diagnostics.model import Label
from oxlang.interp.nodes import expressions_of, statements_of, strip
from oxlang.interp.replay import find_operand, nodes_at
from oxlang.records import replace
from oxlang.source import Span
from oxlang.syntax import ast

if TYPE_CHECKING:
    from oxlang.diagnostics.model import OxError
    from oxlang.interp.module import Module

_OF_VALUES = frozenset({"OX0350", "OX0353", "OX0354"})


def key_span(made: OxError, frame: FrameType, module: Module, span: Span) -> Span | None:
    """Gives the place of the key that a dict expression at a place cannot have."""
    code = made.diagnostic.code.id
    for node in nodes_at(module, span.start, span.end):
        if isinstance(node, ast.DictExpression):
            keys = [strip(entry.key) for entry in node.entries]
            wrong = _twice(keys, frame) if code == "OX0414" else next((one for one in keys if _unhashable(one, frame)), None)
            return None if wrong is None else Span(span.file, wrong.start, wrong.end)
        if isinstance(node, ast.Index) and _unhashable(strip(node.index), frame):
            return Span(span.file, node.index.start, node.index.end)
    return None


def loaded_span(made: OxError, module: Module, span: Span) -> Span | None:
    """Gives the place of a name in the `load` of the module at a place."""
    for one in statements_of(module.tree().statements):
        if isinstance(one, ast.Load) and one.module.start == span.start:
            for item in one.items:
                if item.imported == made.argument:
                    return Span(span.file, item.imported_start, item.imported_end)
    return None


def part_span(made: OxError, module: Module, span: Span) -> Span | None:
    """Gives the place of what is wrong in a call, `x[i]` or `x[a:b]` at a place: the callee, the index, the bound."""
    code, message = made.diagnostic.code.id, made.diagnostic.message
    for node in nodes_at(module, span.start, span.end):
        part: ast.Expression | None = None
        if isinstance(node, ast.Call) and code == "OX0353":
            part = node.function
        elif isinstance(node, ast.Index) and (code in ("OX0403", "OX0404") or " index: got " in message):
            part = node.index
        elif isinstance(node, ast.Slice) and message.startswith("invalid s"):
            part = node.lower if "start" in message else node.step if "step" in message else None
        elif isinstance(node, ast.Slice) and message.startswith("invalid end"):
            part = node.upper
        if part is not None:
            return Span(span.file, part.start, part.end)
    return None


def _unhashable(node: ast.Expression, frame: FrameType) -> bool:
    if isinstance(node, (ast.ListExpression, ast.DictExpression, ast.Comprehension)):
        return True
    if isinstance(node, ast.TupleExpression):
        return any(_unhashable(strip(one), frame) for one in node.items)
    try:
        hash(find_operand(node, frame))
    except TypeError:
        return True
    except LookupError:
        return False
    return False


def _twice(keys: list[ast.Expression], frame: FrameType) -> ast.Expression | None:
    seen = set()
    for one in keys:
        try:
            value = find_operand(one, frame)
            if value in seen:
                return one
            seen.add(value)
        except (TypeError, LookupError):
            continue
    return None


def explain_value(made: OxError, frame: FrameType, module: Module, line: int) -> None:
    """Adds to an error about a value what gave it, if that is None or a variable with the name of a function."""
    if made.diagnostic.code.id not in _OF_VALUES:
        return
    start, end = module.range(line)
    for node in nodes_at(module, start, end):
        if made.diagnostic.code.id == "OX0353" and isinstance(node, ast.Call):
            callee = strip(node.function)
            if isinstance(callee, ast.Name) and _hidden(made, callee, module):
                return
        for operand in _operands(node):
            if _is_none(operand, frame) and _origin(made, operand, module):
                return


def _operands(node: ast.Node) -> Iterator[ast.Expression]:
    match node:
        case ast.Binary():
            yield from (node.left, node.right)
        case ast.Index() | ast.Slice() | ast.Attribute():
            yield node.value
        case ast.Call():
            callee = strip(node.function)
            yield callee.value if isinstance(callee, ast.Attribute) else callee
        case ast.Name():
            yield node
        case ast.Assignment():
            target = strip(node.target)
            if isinstance(target, (ast.Index, ast.Attribute)):
                yield target.value
            yield node.value


def _is_none(node: ast.Expression, frame: FrameType) -> bool:
    node = strip(node)
    if isinstance(node, ast.Call):
        return True
    try:
        return find_operand(node, frame) is None
    except LookupError:
        return False


def _origin(made: OxError, operand: ast.Expression, module: Module) -> bool:
    """Says which call gave None: the operand itself, or what the variable was last assigned before."""
    value = strip(operand)
    tree = module.tree()
    if isinstance(value, ast.Name):
        bound = _assigned(tree, value)
        if bound is None or not isinstance(strip(bound.value), ast.Call):
            return False
        call = strip(bound.value)
    else:
        bound, call = None, value
    if not isinstance(call, ast.Call) or not isinstance(strip(call.function), ast.Name):
        return False
    name = strip(call.function).id  # type: ignore[attr-defined]  # a name, as tested
    function = next((one for one in statements_of(tree.statements) if isinstance(one, ast.Def) and one.name.id == name), None)
    if function is None or _gives_something(function):
        return False
    labels = () if bound is None else (Label(tree.span(bound.target), "gets its value here", primary=False),)
    made.diagnostic = replace(
        made.diagnostic,
        labels=(*made.diagnostic.labels, *labels),
        notes=(*made.diagnostic.notes, f"`{name}` has no `return` with a value, so a call of it gives None"),
        help=f"end `{name}` with `return …`",
    )
    return True


def _gives_something(function: ast.Def) -> bool:
    return any(isinstance(one, ast.Return) and one.value is not None for one in statements_of(function.body))


def _assigned(tree: ast.File, name: ast.Name) -> ast.Assignment | None:
    """Gives the last plain assignment to a variable before a use of it, in the same function or at the top level."""
    body: list[ast.Node] = list(tree.statements)
    todo = list(statements_of(body))
    while todo:
        one = todo.pop()
        if isinstance(one, ast.Def) and one.start <= name.start < one.end:
            body = list(one.body)
            todo = list(statements_of(body))
    found = None
    for one in statements_of(body):
        if isinstance(one, ast.Assignment) and one.operator == "=" and one.end <= name.start:
            target = strip(one.target)
            if isinstance(target, ast.Name) and target.id == name.id and (found is None or found.start < one.start):
                found = one
    return found


def _hidden(made: OxError, callee: ast.Name, module: Module) -> bool:
    from oxlang.interp.builtins.core import UNIVERSAL

    predeclared = module.globals["__builtins__"]
    if callee.id not in UNIVERSAL and callee.id not in predeclared:
        return False
    bound = next(_bindings(module.tree(), callee), None)
    if bound is None:
        return False
    made.diagnostic = replace(
        made.diagnostic,
        labels=(*made.diagnostic.labels, Label(module.tree().span(bound), "hides the built-in function", primary=False)),
        help=f"give the variable another name, such as `{callee.id}_`",
    )
    return True


def _bindings(tree: ast.File, use: ast.Name) -> Iterator[ast.Name]:
    """Gives names that bind a variable of the same name: parameters and assignments around the use, innermost first."""
    functions = [one for one in _definitions(tree.statements) if one.start <= use.start < one.end]
    for function in reversed(functions):
        yield from (one.name for one in function.parameters if one.name is not None and one.name.id == use.id)
        yield from _targets(function.body, use)
    yield from _targets(tree.statements, use)


def _definitions(statements: list[ast.Statement]) -> list[ast.Def]:
    found = [one for one in statements_of(statements) if isinstance(one, ast.Def)]
    return [*found, *(inner for one in found for inner in _definitions(one.body))]


def _targets(statements: list[ast.Statement], use: ast.Name) -> Iterator[ast.Name]:
    for one in sorted(statements_of(statements), key=lambda one: one.start):
        if isinstance(one, (ast.Assignment, ast.For)):
            for part in expressions_of(one.target):
                if isinstance(part, ast.Name) and part.id == use.id:
                    yield part
