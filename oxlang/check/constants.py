"""Values of expressions that are written out: literals and collections of them."""

from __future__ import annotations

from oxlang.declare.booleans import FALSE, TRUE
from oxlang.resolve.scopes import Program
from oxlang.syntax import ast


class NotConstant(Exception):
    """The expression is not written out."""


_DEEPEST = 100
_NAMES: dict[str, object] = {"True": TRUE, "False": FALSE, "None": None}


def constant(node: ast.Expression, program: Program, depth: int = 0) -> object:
    """Gives the value of an expression as Starlark has it. Raises NotConstant, also for what is nested very deeply."""
    if depth > _DEEPEST:
        raise NotConstant
    depth += 1
    match node:
        case ast.Literal_():
            return node.value
        case ast.Name() if node.id in _NAMES and _outside(node, program):
            return _NAMES[node.id]
        case ast.Parenthesised():
            return constant(node.inner, program, depth)
        case ast.ListExpression():
            return [constant(one, program, depth) for one in node.items]
        case ast.TupleExpression():
            return tuple(constant(one, program, depth) for one in node.items)
        case ast.DictExpression():
            try:
                return {constant(one.key, program, depth): constant(one.value, program, depth) for one in node.entries}
            except TypeError:
                raise NotConstant from None
        case ast.Unary(operator="-"):
            value = constant(node.operand, program, depth)
            if isinstance(value, int | float):
                return -value
        case ast.Binary(operator="+"):
            left, right = constant(node.left, program, depth), constant(node.right, program, depth)
            if isinstance(left, str) and isinstance(right, str):
                return left + right
    raise NotConstant


def text(node: ast.Expression, program: Program) -> str | None:
    """Gives the text of a string that is written out."""
    try:
        value = constant(node, program)
    except NotConstant:
        return None
    return value if isinstance(value, str) else None


def _outside(node: ast.Name, program: Program) -> bool:
    binding = program.meaning.get(node)
    return binding is None or binding.scope in ("predeclared", "universal", "undefined")
