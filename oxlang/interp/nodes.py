"""Walks over the syntax tree, for analysis, generation and the search for what failed."""

from __future__ import annotations

from oxlang.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any


def strip(node: ast.Expression) -> ast.Expression:
    """Gives the expression without parentheses around it."""
    while node.__class__ is ast.Parenthesised:
        node = node.inner
    return node


def expressions_of(node: ast.Node) -> list[ast.Node]:
    """Gives all nodes below a node in no special order, without entering nested functions' bodies."""
    found = [node]
    for one in found:
        parts = _PARTS.get(one.__class__)
        if parts is not None:
            found += parts(one)
    return found


def is_smaller(node: ast.Node, limit: int, without: tuple[type, ...] = ()) -> bool:
    """Whether a node has fewer than so many nodes, itself included, and none of some classes among them."""
    found = [node]
    for one in found:
        if len(found) >= limit or isinstance(one, without):
            return False
        found += children(one)
    return True


def children(node: ast.Node) -> list[ast.Node]:
    """Gives the direct parts of a node; bodies of nested functions are left out, their defaults are not."""
    parts = _PARTS.get(node.__class__)
    return parts(node) if parts is not None else []


_PARTS: dict[type, Callable[[Any], list[ast.Node]]] = {
    ast.Binary: lambda node: [node.left, node.right],
    ast.Call: lambda node: [node.function, *[one.value for one in node.arguments]],
    ast.Attribute: lambda node: [node.value],
    ast.Parenthesised: lambda node: [node.inner],
    ast.Unary: lambda node: [node.operand],
    ast.ListExpression: lambda node: node.items,
    ast.TupleExpression: lambda node: node.items,
    ast.SetExpression: lambda node: node.items,
    ast.DictExpression: lambda node: [part for entry in node.entries for part in (entry.key, entry.value)],
    ast.DictEntry: lambda node: [node.key, node.value],
    ast.Conditional: lambda node: [node.condition, node.then, node.otherwise],
    ast.Index: lambda node: [node.value, node.index],
    ast.Slice: lambda node: [one for one in (node.value, node.lower, node.upper, node.step) if one is not None],
    ast.Comprehension: lambda node: [node.body, *node.clauses],
    ast.ForClause: lambda node: [node.target, node.iterable],
    ast.IfClause: lambda node: [node.condition],
    ast.Lambda: lambda node: [one.default for one in node.parameters if one.default is not None],
    ast.Def: lambda node: [one.default for one in node.parameters if one.default is not None],
    ast.ExpressionStatement: lambda node: [node.value],
    ast.Assignment: lambda node: [node.value, node.target],
    ast.If: lambda node: [node.condition, *node.then, *node.otherwise],
    ast.For: lambda node: [node.iterable, node.target, *node.body],
    ast.While: lambda node: [node.condition, *node.body],
    ast.Return: lambda node: [] if node.value is None else [node.value],
}


def statements_of(body: Iterable[ast.Node]) -> Iterator[ast.Node]:
    """Gives statements with those inside of `if`, `for` and `while`; other nodes are given as they are."""
    todo = list(body)
    while todo:
        one = todo.pop()
        yield one
        if isinstance(one, ast.If):
            todo.extend(one.then)
            todo.extend(one.otherwise)
        elif isinstance(one, (ast.For, ast.While)):
            todo.extend(one.body)


def items_of(node: ast.Expression) -> list[ast.Expression] | None:
    """Gives the parts of a list or tuple pattern."""
    return node.items if isinstance(node, (ast.ListExpression, ast.TupleExpression)) else None
