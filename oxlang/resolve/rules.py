"""Rules of placement and order that the grammar lets through: where statements may stand, the order of parameters and
arguments, and what may be assigned to.

Every function reports through `report(code, node, message, label, help)`; none stops at its first finding.
"""

from __future__ import annotations

from oxlang.syntax import ast
from oxlang.syntax.utf8 import readable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol
else:
    Protocol = object


class Report(Protocol):
    """How a rule says what it found."""

    def __call__(self, code: str, node: ast.Node, message: str, *, help: str | None = None) -> None: ...


_ORDER = "positional arguments come first, then named ones, then one `*args`, then one `**kwargs`"
_KINDS: dict[type[ast.Node], str] = {
    ast.Literal_: "literal",
    ast.Binary: "binaryexpr",
    ast.Unary: "unaryexpr",
    ast.Call: "callexpr",
    ast.Conditional: "condexpr",
    ast.Lambda: "lambdaexpr",
    ast.Comprehension: "comprehension",
    ast.DictExpression: "dictexpr",
    ast.SetExpression: "setexpr",
    ast.Slice: "sliceexpr",
}


def check_target(target: ast.Expression, augmented: bool, report: Report, bind: Callable[[ast.Name], None]) -> None:
    """Checks the left side of an assignment or a loop variable and hands every bound name to `bind`."""
    match target:
        case ast.Name():
            if target.id:
                bind(target)
        case ast.Parenthesised():
            check_target(target.inner, augmented, report, bind)
        case ast.ListExpression() | ast.TupleExpression():
            if augmented:
                kind = "list" if isinstance(target, ast.ListExpression) else "tuple"
                report("OX0204", target, f"can't use {kind} expression in augmented assignment")
                return
            for item in target.items:
                check_target(item, False, report, bind)
        case ast.Attribute() | ast.Index() | ast.ErrorExpression():
            pass
        case _:
            report(
                "OX0204",
                target,
                f"can't assign to {_KINDS.get(type(target), 'expression')}",
                help="use `==` to compare" if isinstance(target, (ast.Call, ast.Binary, ast.Literal_)) else None,
            )


def check_parameters(parameters: list[ast.Parameter], report: Report) -> None:
    """Checks order and names of parameters (specification, "Function definitions")."""
    seen: set[str] = set()
    optional = False
    star: ast.Parameter | None = None
    starstar: ast.Parameter | None = None
    for index, one in enumerate(parameters):
        if starstar is not None:
            if one.kind == "starstar":
                report("OX0205", one, "multiple ** parameters not allowed")
            elif one.kind in ("star", "bare-star"):
                report("OX0205", one, "* parameter may not follow **kwargs")
            else:
                report("OX0205", one, "parameter may not follow **kwargs", help="`**` takes all other named arguments, so it comes last")
        elif one.kind == "starstar":
            starstar = one
        elif one.kind in ("star", "bare-star"):
            if star is not None:
                report("OX0205", one, "multiple * parameters not allowed")
            star = one
            following = parameters[index + 1] if index + 1 < len(parameters) else None
            if one.kind == "bare-star" and (following is None or following.kind != "normal"):
                report("OX0205", one, "bare * must be followed by keyword-only parameters", help="put a parameter behind it, or take it away")
        elif star is None:
            if one.default is not None:
                optional = True
            elif optional:
                report(
                    "OX0205", one, "required parameter may not follow optional",
                    help="give it a default, or move it before the parameters that have one",
                )  # fmt: skip
        if one.name is not None and one.name.id:
            if one.name.id in seen:
                report("OX0205", one.name, f"duplicate parameter: {one.name.id}")
            seen.add(one.name.id)


def check_arguments(arguments: list[ast.Argument], report: Report) -> None:
    """Checks order and names of the arguments of a call."""
    named: set[str] = set()
    star = starstar = False
    for one in arguments:
        if starstar:
            if one.kind == "starstar":
                report("OX0206", one, "multiple **kwargs not allowed", help=_ORDER)
            elif one.kind == "star":
                report("OX0206", one, "*args may not follow **kwargs", help=_ORDER)
            else:
                report("OX0206", one, "argument may not follow **kwargs", help=_ORDER)
        elif one.kind == "starstar":
            starstar = True
        elif one.kind == "star":
            if star:
                report("OX0206", one, "multiple *args not allowed", help=_ORDER)
            star = True
        elif one.kind == "positional":
            if star:
                report("OX0206", one, "positional argument may not follow *args", help=_ORDER)
            elif named:
                report(
                    "OX0206",
                    one,
                    "positional argument may not follow named",
                    help="give the argument its name, or move it before the named ones",
                )
        elif star:
            report("OX0206", one, "keyword argument may not follow *args", help=_ORDER)
        if one.kind == "named" and one.name is not None:
            if one.name.id in named:
                report("OX0206", one, f'keyword argument "{one.name.id}" is repeated')
            named.add(one.name.id)


def check_load(node: ast.Load, report: Report) -> None:
    """Checks the names of a load statement."""
    for item in node.items:
        if not item.imported or not item.local.id:
            report("OX0207", item, "load: empty identifier")
        elif item.imported.startswith("_"):
            report(
                "OX0207",
                item,
                f"load: names with leading underscores are not exported: {item.imported}",
                help="rename it in the loaded file, without the underscore",
            )
        elif not readable(item.imported).isidentifier():
            report("OX0207", item, f'load: "{item.imported}" is not an identifier')
