"""Values of expressions that are written out: literals and collections of them."""

from __future__ import annotations

from oxlang.declare.booleans import FALSE, TRUE
from oxlang.resolve.scopes import Program
from oxlang.syntax import ast


class NotConstant(Exception):
    """The expression is not written out."""


_NAMES: dict[str, object] = {"True": TRUE, "False": FALSE, "None": None}


def constant(node: ast.Expression, program: Program) -> object:
    """Gives the value of an expression as Starlark has it. Raises NotConstant."""
    match node:
        case ast.Literal_():
            return node.value
        case ast.Name() if node.id in _NAMES and _outside(node, program):
            return _NAMES[node.id]
        case ast.Parenthesised():
            return constant(node.inner, program)
        case ast.ListExpression():
            return [constant(one, program) for one in node.items]
        case ast.TupleExpression():
            return tuple(constant(one, program) for one in node.items)
        case ast.DictExpression():
            try:
                return {constant(one.key, program): constant(one.value, program) for one in node.entries}
            except TypeError:
                raise NotConstant from None
        case ast.Unary(operator="-"):
            value = constant(node.operand, program)
            if isinstance(value, int | float):
                return -value
        case ast.Binary(operator="+"):
            left, right = constant(node.left, program), constant(node.right, program)
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
