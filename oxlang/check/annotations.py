"""Types written in Starlark: `str`, `list[str]`, `int | None`, names of the dialect's types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from oxlang.declare.environment import Environment
from oxlang.declare.types import ANY, BOOL, BYTES, FLOAT, FUNCTION, INT, NONE, STRING, Ty, union
from oxlang.syntax import ast

_SIMPLE = {
    "str": STRING, "string": STRING, "int": INT, "float": FLOAT, "bool": BOOL, "bytes": BYTES, "None": NONE,
    "function": FUNCTION, "list": Ty("list"), "dict": Ty("dict"), "tuple": Ty("tuple"), "set": Ty("set"),
    "iterable": Ty("iterable"),
}  # fmt: skip


def read(node: ast.Expression, environment: Environment) -> Ty:
    """Gives the type that an annotation names; any for what is not understood."""
    match node:
        case ast.Parenthesised():
            return read(node.inner, environment)
        case ast.TupleExpression():
            return Ty("tuple", tuple(read(one, environment) for one in node.items))
        case ast.Name():
            if node.id in _SIMPLE:
                return _SIMPLE[node.id]
            return Ty("instance", name=node.id) if node.id in environment.types else ANY
        case ast.Binary(operator="|"):
            parts = [read(node.left, environment), read(node.right, environment)]
            return ANY if ANY in parts else union(*parts)
        case ast.Index(value=ast.Name()):
            base = read(node.value, environment)
            inner = [node.index]
            if isinstance(node.index, ast.TupleExpression) and base.kind in ("dict", "tuple"):
                inner = node.index.items  # `dict[str, int]`, but `list[(str, int)]`
            if base.kind in ("list", "dict", "set", "tuple", "iterable"):
                return Ty(base.kind, tuple(read(one, environment) for one in inner))
    return ANY


def written(nodes: Iterable[ast.Node]) -> Iterator[ast.Expression]:
    """Gives the annotations among nodes: of parameters, variables and results."""
    for node in nodes:
        found = node.returns if isinstance(node, ast.Def) else getattr(node, "annotation", None)
        if found is not None:
            yield found
