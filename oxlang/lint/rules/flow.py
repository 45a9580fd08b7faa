"""Rules about the order in which things happen: unreachable, missing and useless statements."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from oxlang.check.constants import NotConstant, constant
from oxlang.check.model import Checked
from oxlang.check.sources import ends
from oxlang.diagnostics.model import Diagnostic, Edit, Fix, Label, diagnostic
from oxlang.lint.registry import rule
from oxlang.source import Span
from oxlang.syntax import ast
from oxlang.syntax.visit import walk


def _blocks(checked: Checked) -> Iterator[list[ast.Statement]]:
    yield checked.program.file.statements
    for node in checked.nodes:
        match node:
            case ast.Def() | ast.For() | ast.While():
                yield node.body
            case ast.If():
                yield node.then
                yield node.otherwise


@rule("OX1030", "unreachable-code")
def unreachable_code(checked: Checked) -> Iterator[Diagnostic]:
    """Statements behind one that always leaves the block."""
    file = checked.program.file
    never = frozenset({"fail"}) & set(checked.environment.names())
    for block in _blocks(checked):
        for one, following in itertools.pairwise(block):
            if ends([one], never):
                yield diagnostic(
                    "OX1030", "this is never reached", span=file.span(following),
                    labels=[Label(file.span(one), "the block is left here", False)],
                )
                break


@rule("OX1031", "missing-return")
def missing_return(checked: Checked) -> Iterator[Diagnostic]:
    """A function that gives a value on one way and None, by falling off its end, on another."""
    file = checked.program.file
    for function, returns in checked.inference.facts.returns.items():
        valued = [one for one in returns if one.value is not None and not _is_none(one.value)]
        if not valued or ends(function.body):
            continue
        yield diagnostic(
            "OX1031", f"`{function.name.id}` returns a value on some ways, and nothing at its end",
            span=file.span(function.name), labels=[Label(file.span(valued[0]), "returns a value here", False)],
            help="end it with `return None` if that is meant",
        )


def _is_none(node: ast.Expression) -> bool:
    return isinstance(node, ast.Name) and node.id == "None"


@rule("OX1032", "useless-expression")
def useless_expression(checked: Checked) -> Iterator[Diagnostic]:
    """An expression statement that does nothing: no call, and no docstring."""
    file = checked.program.file
    for block in _blocks(checked):
        for at, one in enumerate(block):
            if not isinstance(one, ast.ExpressionStatement):
                continue
            value = one.value
            if isinstance(value, ast.Literal_) and isinstance(value.value, str) and at == 0:
                continue
            if isinstance(value, ast.ErrorExpression) or _calls(value):
                continue
            if isinstance(value, ast.Literal_) and isinstance(value.value, str):
                continue  # A string on its own is a comment of several lines.
            help = "did you mean `=`?" if isinstance(value, ast.Binary) and value.operator == "==" else None
            yield diagnostic("OX1032", "this expression has no effect", span=file.span(one), help=help)


def _calls(node: ast.Expression) -> bool:
    return any(isinstance(one, ast.Call | ast.Comprehension) for one in walk(node))


@rule("OX1033", "constant-condition")
def constant_condition(checked: Checked) -> Iterator[Diagnostic]:
    """A condition that is always true or always false."""
    file = checked.program.file
    for node in checked.nodes:
        if not isinstance(node, ast.If | ast.Conditional):
            continue
        try:
            value = constant(node.condition, checked.program)
        except NotConstant:
            if isinstance(node.condition, ast.TupleExpression) and node.condition.items:
                yield diagnostic("OX1033", "a tuple is always true", span=file.span(node.condition))
            continue
        yield diagnostic(
            "OX1033", f"this condition is always {'true' if value else 'false'}", span=file.span(node.condition)
        )


@rule("OX1034", "self-comparison")
def self_comparison(checked: Checked) -> Iterator[Diagnostic]:
    """A name compared with or assigned to itself."""
    file = checked.program.file
    for node in checked.nodes:
        match node:
            case ast.Binary(operator="==" | "!=" | "<" | ">" | "<=" | ">=") if _same(node.left, node.right):
                always = "true" if node.operator in ("==", "<=", ">=") else "false"
                yield diagnostic("OX1034", f"comparing a value with itself is always {always}", span=file.span(node))
            case ast.Assignment(operator="=") if _same(node.target, node.value):
                yield diagnostic("OX1034", "a variable is assigned to itself", span=file.span(node))


def _same(left: ast.Expression, right: ast.Expression) -> bool:
    match left, right:
        case ast.Name(), ast.Name():
            return left.id == right.id
        case ast.Attribute(), ast.Attribute():
            return left.name.id == right.name.id and _same(left.value, right.value)
    return False


@rule("OX1035", "mutation-in-loop")
def mutation_in_loop(checked: Checked) -> Iterator[Diagnostic]:
    """A list or dict that is changed while a loop goes over it: an error when the line runs."""
    file = checked.program.file
    for node in checked.nodes:
        if not isinstance(node, ast.For) or not isinstance(node.iterable, ast.Name):
            continue
        binding = checked.program.meaning.get(node.iterable)
        if binding is None:
            continue
        for inner in (one for statement in node.body for one in walk(statement)):
            if isinstance(inner, ast.Call) and isinstance(inner.function, ast.Attribute):
                name, owner = inner.function.name, inner.function.value
                if (
                    name.id in ("append", "extend", "insert", "pop", "remove", "clear", "update", "popitem", "setdefault")
                    and isinstance(owner, ast.Name)
                    and checked.program.meaning.get(owner) is binding
                    and not _leaves_after(node.body, inner)
                ):
                    yield diagnostic(
                        "OX1035", f"`{binding.name}` is changed while the loop goes over it", span=file.span(inner),
                        labels=[Label(file.span(node.iterable), "the loop goes over it", False)],
                        help=f"go over a copy: `for … in list({binding.name}):`",
                    )


def _leaves_after(body: list[ast.Statement], call: ast.Call) -> bool:
    """Whether the loop is left right after the change, which is allowed."""
    for block in [body, *(b for one in body for b in _inner_blocks(one))]:
        for at, one in enumerate(block):
            if one.start <= call.start and call.end <= one.end and isinstance(one, ast.ExpressionStatement):
                return any(isinstance(later, ast.Break | ast.Return) for later in block[at + 1 :])
    return False


def _inner_blocks(statement: ast.Statement) -> Iterator[list[ast.Statement]]:
    for node in walk(statement):
        match node:
            case ast.If():
                yield node.then
                yield node.otherwise
            case ast.For() | ast.While():
                yield node.body


@rule("OX1036", "redundant-pass")
def redundant_pass(checked: Checked) -> Iterator[Diagnostic]:
    """`pass` beside other statements."""
    file = checked.program.file
    for block in _blocks(checked):
        for one in block:
            if isinstance(one, ast.Pass) and len(block) > 1:
                yield diagnostic(
                    "OX1036", "`pass` is not needed here", span=file.span(one), fixes=[_remove_line(file, one)]
                )


def _remove_line(file: ast.File, node: ast.Node) -> Fix:
    text = file.source.text
    start = text.rfind("\n", 0, node.start) + 1
    end = text.find("\n", node.end)
    end = len(text) if end < 0 else end + 1
    if text[start : node.start].strip() or text[node.end : end].strip():
        return Fix("remove it", (Edit(Span(file.source, node.start, node.end), ""),), safe=False)
    return Fix("remove the line", (Edit(Span(file.source, start, end), ""),))
