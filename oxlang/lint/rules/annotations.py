"""Rules about types that are written in Starlark: `def f(a: int) -> str:`.

Nothing looks at them when the program runs. What is not known is right, an `int` may stand for a `float`, and None may be
the default of any parameter.
"""

from __future__ import annotations

from collections.abc import Iterator

from oxlang.check.fit import fits
from oxlang.check.infer import Inference, UserFunction
from oxlang.check.model import Checked
from oxlang.check.sources import ends
from oxlang.declare.types import FLOAT, INT, Ty, union
from oxlang.diagnostics.model import Diagnostic, Label, diagnostic
from oxlang.lint.registry import rule
from oxlang.source import Span
from oxlang.syntax import ast

_CODE = "OX1045"


@rule(_CODE, "wrong-type")
def wrong_type(checked: Checked) -> Iterator[Diagnostic]:
    """A value of another type than an annotation says: of an argument, a default, a result, a variable."""
    inference = checked.inference
    for node in checked.nodes:
        match node:
            case ast.Call():
                found = inference.user_function(node.function)
                if found is not None:
                    yield from _arguments(inference, node, *found)
            case ast.Def():
                yield from _defaults(inference, node)
                yield from _results(inference, node)
            case ast.Lambda():
                yield from _defaults(inference, node)
            case ast.Assignment() if node.annotation is not None:
                name = checked.program.file.span(node.target).text
                yield from _compare(inference, f"`{name}` is to be", "", inference, node.annotation, node.value)


def _arguments(inference: Inference, call: ast.Call, home: Inference, function: UserFunction) -> Iterator[Diagnostic]:
    if any(one.kind in ("star", "starstar") for one in call.arguments):
        return
    by_position = []
    by_name = {}
    rest: dict[str, ast.Parameter] = {}
    bare = False
    for one in function.parameters:
        bare = bare or one.kind != "normal"
        if one.kind in ("star", "starstar"):
            rest[one.kind] = one
        elif one.name is not None:
            by_name[one.name.id] = one
            if not bare:
                by_position.append(one)
    position = 0
    for argument in call.arguments:
        if argument.name is None:
            parameter = by_position[position] if position < len(by_position) else rest.get("star")
            position += 1
        else:
            parameter = by_name.get(argument.name.id, rest.get("starstar"))
        if parameter is not None and parameter.annotation is not None and parameter.name is not None:
            name = function.name.id if isinstance(function, ast.Def) else "lambda"
            place = f" for `{parameter.name.id}`"
            yield from _compare(inference, f"`{name}` wants", place, home, parameter.annotation, argument.value)


def _defaults(inference: Inference, function: UserFunction) -> Iterator[Diagnostic]:
    for one in function.parameters:
        if one.annotation is None or one.default is None or one.name is None:
            continue
        if inference.type_of(one.default).kind != "none":
            what = f"the default of `{one.name.id}` is to be"
            yield from _compare(inference, what, "", inference, one.annotation, one.default)


def _results(inference: Inference, function: ast.Def) -> Iterator[Diagnostic]:
    if function.returns is None:
        return
    name = function.name.id
    returns = inference.facts.returns[function]
    for one in returns:
        if one.value is not None:
            yield from _compare(inference, f"`{name}` is to return", "", inference, function.returns, one.value)
    wanted = inference.annotation(function.returns)
    if not returns and not ends(function.body) and not _is_outline(function) and not fits(wanted, Ty("none")):
        yield diagnostic(
            _CODE, f"`{name}` is to return `{wanted.display()}`, and returns nothing",
            span=inference.program.file.span(function.name), labels=[_wanted(inference, function.returns)],
        )


def _is_outline(function: ast.Def) -> bool:
    """Whether a function has no statements but its text and `pass`."""
    return all(
        isinstance(one, ast.Pass) or (isinstance(one, ast.ExpressionStatement) and isinstance(one.value, ast.Literal_))
        for one in function.body
    )


def _compare(
    inference: Inference, what: str, where: str, home: Inference, annotation: ast.Expression, value: ast.Expression
) -> Iterator[Diagnostic]:
    wanted, actual = home.annotation(annotation), inference.type_of(value)
    if not fits(_widened(wanted), actual):
        yield diagnostic(
            _CODE, f"{what} `{wanted.display()}`{where}, not `{actual.display()}`", span=_span(inference, value),
            labels=[_wanted(home, annotation)],
        )


def _wanted(home: Inference, annotation: ast.Expression) -> Label:
    return Label(_span(home, annotation), "the type is written here", False)


def _span(inference: Inference, node: ast.Node) -> Span:
    return inference.program.file.span(node)


def _widened(wanted: Ty) -> Ty:
    if wanted == FLOAT:
        return union(FLOAT, INT)
    if wanted.kind == "union":
        return union(*map(_widened, wanted.items))
    return Ty(wanted.kind, tuple(map(_widened, wanted.items)), name=wanted.name) if wanted.items else wanted
