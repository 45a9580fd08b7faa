"""Rules about values: operands, iteration, keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard

from oxlang.check.constants import NotConstant, constant
from oxlang.check.model import Checked
from oxlang.declare.types import Ty
from oxlang.diagnostics.model import Diagnostic, Edit, Fix, Label, diagnostic
from oxlang.lint.registry import rule
from oxlang.syntax import ast

_NOT_ITERABLE = {"string": "a string", "literal": "a string", "int": "an int", "float": "a float", "bool": "a bool",
                 "none": "None", "function": "a function", "bytes": "bytes"}  # fmt: skip
_ARITHMETIC = {"+", "-", "*", "//", "/", "<<", ">>", "&", "|", "^"}
_NUMBERS = {"int", "float"}
_COMPARISONS = {"==", "!=", "<", ">", "<=", ">=", "in", "not in"}


@rule("OX1040", "repeated-key")
def repeated_key(checked: Checked) -> Iterator[Diagnostic]:
    """A key that stands twice in a dict literal: an error when the line runs."""
    file = checked.program.file
    for node in checked.nodes:
        if not isinstance(node, ast.DictExpression):
            continue
        seen: dict[tuple[str, object], ast.Expression] = {}
        for entry in node.entries:
            try:
                value = constant(entry.key, checked.program)
                key = (type(value).__name__, value)
                first = seen.setdefault(key, entry.key)
            except (NotConstant, TypeError):
                continue
            if first is not entry.key:
                yield diagnostic(
                    "OX1040", f"the key `{file.span(entry.key).text}` stands twice in this dict",
                    span=file.span(entry.key), labels=[Label(file.span(first), "first here", False)],
                )


@rule("OX1041", "not-iterable")
def not_iterable(checked: Checked) -> Iterator[Diagnostic]:
    """A loop over something that cannot be iterated over; strings cannot in Starlark."""
    file = checked.program.file
    for node in checked.nodes:
        if not isinstance(node, ast.For | ast.ForClause):
            continue
        ty = checked.type_of(node.iterable)
        name = _NOT_ITERABLE.get(ty.kind)
        if name is not None:
            help = "use `.elems()` for its characters" if ty.kind in ("string", "literal") else None
            yield diagnostic("OX1041", f"{name} cannot be iterated over", span=file.span(node.iterable), help=help)


@rule("OX1042", "wrong-operands")
def wrong_operands(checked: Checked) -> Iterator[Diagnostic]:
    """An operator between values that it does not take: `"a" + 1`."""
    file = checked.program.file
    for node in checked.nodes:
        if not isinstance(node, ast.Binary) or node.operator not in _ARITHMETIC:
            continue
        left, right = checked.type_of(node.left), checked.type_of(node.right)
        if _refused(node.operator, left, right):
            help = None
            fixes: tuple[Fix, ...] = ()
            if node.operator == "+" and {_kind(left), _kind(right)} == {"string", "int"}:
                other = node.left if _kind(left) == "int" else node.right
                help = f"make it a string: `str({file.span(other).text})`"
                fixes = (Fix("put `str(…)` round it", (Edit(file.span(other), f"str({file.span(other).text})"),), False),)
            yield diagnostic(
                "OX1042", f"`{node.operator}` does not take {left.starlark_names[0]} and {right.starlark_names[0]}",
                span=file.span(node), help=help, fixes=fixes,
            )


def _kind(ty: Ty) -> str:
    return "string" if ty.kind == "literal" else ty.kind


def _refused(operator: str, left: Ty, right: Ty) -> bool:
    one, other = _kind(left), _kind(right)
    known = {"string", "int", "float", "list", "dict", "tuple", "none", "bool", "bytes"}
    if one not in known or other not in known:
        return False
    if one in _NUMBERS and other in _NUMBERS:
        return operator in ("&", "|", "^", "<<", ">>") and "float" in (one, other)
    if operator == "+":
        return one != other or one in ("dict", "none", "bool")
    if operator == "*":
        pair = {one, other}
        return "int" not in pair or not pair & {"string", "bytes", "list", "tuple"}
    if operator == "|":
        return not (one == other == "dict")
    return True


@rule("OX1043", "unhashable-key")
def unhashable_key(checked: Checked) -> Iterator[Diagnostic]:
    """A list or dict as key of a dict: an error when the line runs."""
    file = checked.program.file
    for node in checked.nodes:
        if isinstance(node, ast.DictEntry) and checked.type_of(node.key).kind in ("list", "dict", "set"):
            kind = checked.type_of(node.key).kind
            help = "use a tuple" if kind == "list" else None
            yield diagnostic("OX1043", f"a {kind} cannot be a key", span=file.span(node.key), help=help)


@rule("OX1044", "missing-comma")
def missing_comma(checked: Checked) -> Iterator[Diagnostic]:
    """`print(x) (y)` or `"a" ["b"]`: a call or index of a literal, where a comma is missing."""
    file = checked.program.file
    for node in checked.nodes:
        match node:
            case ast.Call(function=ast.Literal_() | ast.ListExpression() | ast.DictExpression() as callee):
                yield diagnostic(
                    "OX1044", "a literal cannot be called; is a comma missing?", span=file.span(callee)
                )
            case ast.Index(value=ast.ListExpression() as value, index=ast.Literal_(value=str())):
                yield diagnostic(
                    "OX1044", "a list cannot be indexed by a string; is a comma missing?", span=file.span(value)
                )


@rule("OX1046", "comparison-of-comparison")
def comparison_of_comparison(checked: Checked) -> Iterator[Diagnostic]:
    """Comparisons in a row, which configs read from right to left: `1 < x < 3` compares a number with a boolean."""
    file = checked.program.file
    inner: set[ast.Expression] = set()
    for node in checked.nodes:
        if not _compares(node) or node in inner:
            continue
        operands, operators = [node.left], [node.operator]
        last = node.right
        while _compares(last):
            inner.add(last)
            operands.append(last.left)
            operators.append(last.operator)
            last = last.right
        if len(operators) < 2:
            continue
        texts = [file.span(one).text for one in (*operands, last)]
        meant = " and ".join(f"{left} {sign} {right}" for left, sign, right in zip(texts, operators, texts[1:], strict=False))
        if file.source.text[: node.start].rstrip().endswith("not"):
            meant = f"({meant})"
        plain = all(isinstance(one, ast.Name | ast.Literal_) for one in operands[1:])
        yield diagnostic(
            "OX1046", f"`{file.span(node).text}` compares `{texts[0]}` with the result of `{file.span(node.right).text}`",
            span=file.span(node), help=f"write `{meant}`, or parentheses if that is meant",
            fixes=(Fix(f"change it to `{meant}`", (Edit(file.span(node), meant),), False),) if plain else (),
        )


def _compares(node: ast.Node) -> TypeGuard[ast.Binary]:
    return isinstance(node, ast.Binary) and node.operator in _COMPARISONS
