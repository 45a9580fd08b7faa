"""Finds out what an operation of generated code was about, after it failed.

The source is read again (failing programs need not be fast), the node at the failing place is found by its range, and its
operands are looked up in the frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import FrameType, FunctionType
from typing import TYPE_CHECKING, Any

from oxlang.diagnostics.model import OxError
from oxlang.interp import elements, operators
from oxlang.interp.analysis import PURE_METHODS
from oxlang.interp.generate_operators import HELPERS
from oxlang.interp.iteration import unpack
from oxlang.interp.nodes import children, expressions_of, items_of, strip
from oxlang.interp.values import Struct
from oxlang.source import Span
from oxlang.syntax import ast

if TYPE_CHECKING:
    from oxlang.interp.module import Module
    from oxlang.source import SourceFile

_BINARY = operators.BINARY
_DIRECT = frozenset(("len", "min", "max", "abs"))


class _Unknown(Exception):
    """An operand cannot be found."""


class Parsed:
    """A text with its tree, where no module is at hand."""

    def __init__(self, source: SourceFile) -> None:
        from oxlang.syntax.options import CONFIG
        from oxlang.syntax.parse import parse

        self._tree = parse(source, CONFIG).file

    def tree(self) -> ast.File:
        """Gives the syntax tree."""
        return self._tree


def nodes_at(module: Module | Parsed, start: int, end: int) -> Iterator[ast.Node]:
    """Gives the nodes of exactly this range, outermost first."""
    todo: list[ast.Node] = list(module.tree().statements)
    while todo:
        node = todo.pop(0)
        if node.start > start or node.end < end:
            continue
        if node.start == start and node.end == end:
            yield node
        todo[:0] = _parts(node)


def comprehensions_around(module: Module, start: int, end: int) -> list[ast.Comprehension]:
    """Gives the comprehensions that a range lies in (or is), outermost first."""
    found: list[ast.Comprehension] = []
    todo: list[ast.Node] = list(module.tree().statements)
    while todo:
        node = todo.pop(0)
        if node.start > start or node.end < end:
            continue
        if isinstance(node, ast.Comprehension):
            found.append(node)
        todo[:0] = _parts(node)
    return found


def failing_part(module: Module, span: Span, *, unpacking: bool) -> Span | None:
    """Gives the place of what failed in a comprehension, the same one for each version of Python.

    Versions differ in where they see the test of a key (`unpacking` false), and the unpacking of an element.
    """
    for one in comprehensions_around(module, span.start, span.end):
        whole = (one.start, one.end) == (span.start, span.end)
        if not unpacking:
            if whole and isinstance(one.body, ast.DictEntry):
                key = strip(one.body.key)
                return Span(span.file, key.start, key.end)
            continue
        clauses = [clause for clause in one.clauses if isinstance(clause, ast.ForClause)]
        parts = [strip(clause.iterable) for clause in clauses]
        if whole or any((part.start, part.end) == (span.start, span.end) for part in parts):
            part = parts[0] if len(parts) == 1 else one
            return Span(span.file, part.start, part.end)
    return None


def changed_value(frame: FrameType, module: Module, line: int) -> Any:
    """Gives the list, dict or set that an operation at a place would change; None when it cannot be found."""
    start, end = module.range(line)
    for node in nodes_at(module, start, end):
        owner: ast.Expression | None = None
        if isinstance(node, ast.Call) and isinstance(strip(node.function), ast.Attribute):
            owner = strip(node.function).value  # type: ignore[attr-defined]
        elif isinstance(node, ast.Index):
            owner = node.value
        elif isinstance(node, ast.Assignment):
            target = strip(node.target)
            owner = target.value if isinstance(target, ast.Index) else target
        if owner is not None:
            try:
                return _find(owner, frame)
            except _Unknown:
                continue
    return None


def holds(module: Module, value: Any) -> bool:
    """Whether a value can be reached from the globals of a module, by way of lists, dicts, structs and functions."""
    todo = [one for name, one in module.globals.items() if not name.startswith((".", "__builtins__"))]
    seen: set[int] = set()
    while todo and len(seen) < 100_000:
        one = todo.pop()
        if one is value:
            return True
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, dict):
            todo.extend(one.values())
        elif isinstance(one, (list, tuple)):
            todo.extend(one)
        elif isinstance(one, Struct):
            todo.extend(one.fields.values())
        elif isinstance(one, FunctionType):
            todo.extend(one.__defaults__ or ())
    return False


def _parts(node: ast.Node) -> list[ast.Node]:
    parts = children(node)
    if isinstance(node, ast.Def):
        parts = [*parts, *node.body]
    elif isinstance(node, ast.Lambda):
        parts = [*parts, node.body]
    return parts


def replay(frame: FrameType, module: Module, line: int) -> None:
    """Runs the operation at a place in its general form; it raises the error that explains the failure."""
    start, end = module.range(line)
    # Variables of comprehensions are gone when their loop has failed (since Python 3.12), so none are looked at.
    hidden = {
        name.id
        for one in comprehensions_around(module, start, end)
        for clause in one.clauses
        if isinstance(clause, ast.ForClause)
        for name in expressions_of(clause.target)
        if isinstance(name, ast.Name)
    }
    for node in nodes_at(module, start, end):
        if hidden and any(isinstance(one, ast.Name) and one.id in hidden for one in expressions_of(node)):
            continue
        try:
            _run(node, frame)
        except _Unknown:
            continue


def _run(node: ast.Node, frame: FrameType) -> None:
    match node:
        case ast.Binary() if node.operator in HELPERS:
            _BINARY[node.operator](_find(node.left, frame), _find(node.right, frame))
        case ast.Binary() if node.operator in ("in", "not in"):
            operators.contains(_find(node.left, frame), _find(node.right, frame))
        case ast.Binary() if node.operator in ("<", ">", "<=", ">="):
            _compare(_find(node.left, frame), node.operator, _find(node.right, frame))
        case ast.Unary() if node.operator != "not":
            operators.negative(_find(node.operand, frame), node.operator)
        case ast.Index():
            value, at = _find(node.value, frame), _find(node.index, frame)
            elements.index(value, at)
            if not isinstance(value, (list, dict)):
                elements.set_index(value, at, None)
        case ast.Slice():
            bounds = [None if one is None else _find(one, frame) for one in (node.lower, node.upper, node.step)]
            elements.slice_(_find(node.value, frame), *bounds)
        case ast.Assignment():
            _assign(node, frame)
        case ast.Call():
            _call(node, frame)


def _assign(node: ast.Assignment, frame: FrameType) -> None:
    target = strip(node.target)
    if node.operator == "=":
        items = items_of(target)
        if items is not None:
            unpack(_find(node.value, frame), len(items))
    elif isinstance(target, ast.Name):
        _BINARY[node.operator[:-1]](_find(target, frame), _find(node.value, frame))
    elif isinstance(target, ast.Index):
        value, at = _find(target.value, frame), _find(target.index, frame)
        _BINARY[node.operator[:-1]](elements.index(value, at), _find(node.value, frame))


def _call(node: ast.Call, frame: FrameType) -> None:
    """Calls again what generated code calls as Python's own function or method; all of these change nothing."""
    callee = strip(node.function)
    if any(one.kind != "positional" for one in node.arguments):
        return
    if isinstance(callee, ast.Attribute) and callee.name.id in PURE_METHODS:
        from oxlang.interp.attributes import call_method

        call_method(_find(callee.value, frame), callee.name.id, *(_find(one.value, frame) for one in node.arguments))
    elif isinstance(callee, ast.Name) and callee.id in _DIRECT:
        from oxlang.interp.builtins.core import CORE

        if _find(callee, frame) is CORE[callee.id]:
            CORE[callee.id](*(_find(one.value, frame) for one in node.arguments))


def _compare(left: Any, operator: str, right: Any) -> None:
    from oxlang.interp.runtime import compare

    compare(left, operator, right)


def find_operand(node: ast.Expression, frame: FrameType) -> Any:
    """Gives the value an operand had. Raises LookupError for one that cannot be found."""
    try:
        return _find(node, frame)
    except _Unknown:
        raise LookupError from None


def _find(node: ast.Expression, frame: FrameType) -> Any:
    """Gives the value an operand had; of what generated code does not keep, by evaluating it again."""
    for one in (node, strip(node)):
        for prefix in (".t", ".e"):
            for scope in (frame.f_locals, frame.f_globals):
                ident = f"{prefix}{one.start}_{one.end}"
                if ident in scope:
                    return scope[ident]
    node = strip(node)
    if isinstance(node, ast.Name):
        return _variable(node.id, frame)
    try:
        return _evaluated(node, frame)
    except OxError:
        # It went well the first time, so this is not what failed.
        raise _Unknown from None


def _variable(name: str, frame: FrameType) -> Any:
    if name in ("None", "True", "False"):
        from oxlang.declare.booleans import FALSE, TRUE

        return {"None": None, "True": TRUE, "False": FALSE}[name]
    builtins = frame.f_globals["__builtins__"]
    for scope in (frame.f_locals, frame.f_globals, builtins):
        for ident in (name, name + "."):
            if ident in scope:
                return scope[ident]
    raise _Unknown


def _evaluated(node: ast.Expression, frame: FrameType) -> Any:
    """Evaluates what the generator's `is_pure` admits."""
    match node:
        case ast.Literal_():
            return node.value
        case ast.Unary() if node.operator != "not":
            return operators.negative(_find(node.operand, frame), node.operator)
        case ast.Index():
            return elements.index(_find(node.value, frame), _find(node.index, frame))
        case ast.Binary() if node.operator in HELPERS:
            return _BINARY[node.operator](_find(node.left, frame), _find(node.right, frame))
        case ast.Call(function=ast.Name(id="len")) if len(node.arguments) == 1:
            from oxlang.interp.builtins.core import len_

            return len_(_find(node.arguments[0].value, frame))
    raise _Unknown


def argument_span(module: Module | Parsed, span: Span, argument: str | int) -> Span | None:
    """Gives the place of an argument of the call at a place, by name or position.

    `=` stands for what is assigned to the attribute at the place.
    """
    if argument == "=":
        return _assigned_span(module, span)
    for node in nodes_at(module, span.start, span.end):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(argument, int):
            positional = [one for one in node.arguments if one.kind == "positional"]
            if argument < len(positional):
                return Span(span.file, positional[argument].start, positional[argument].end)
            continue
        for one in node.arguments:
            if one.kind == "named" and one.name is not None and one.name.id == argument:
                return Span(span.file, one.start, one.end)
    return None


def _assigned_span(module: Module | Parsed, span: Span) -> Span | None:
    """Gives the place of the value that a plain assignment gives to the target at a place."""
    todo: list[ast.Node] = list(module.tree().statements)
    while todo:
        node = todo.pop(0)
        if node.start > span.start or node.end < span.end:
            continue
        if isinstance(node, ast.Assignment):
            target = strip(node.target)
            if node.operator == "=" and (target.start, target.end) == (span.start, span.end):
                return Span(span.file, node.value.start, node.value.end)
        todo[:0] = _parts(node)
    return None


def attribute_span(module: Module, span: Span) -> Span | None:
    """Gives the place of the name behind the dot, of the attribute or method call at a place."""
    for node in nodes_at(module, span.start, span.end):
        inner = strip(node.function) if isinstance(node, ast.Call) else node
        if isinstance(inner, ast.Attribute) and inner.name.id:
            return Span(span.file, inner.name.start, inner.name.end)
    return None


def bound_at(module: Module, name: str) -> Span | None:
    """Gives the place at the top level of a file where a variable gets its first value."""
    tree = module.tree()
    for one in tree.statements:
        target = one.name if isinstance(one, ast.Def) else one.target if isinstance(one, ast.Assignment) else None
        if isinstance(target, ast.Name) and target.id == name:
            return tree.span(target)
    return None
