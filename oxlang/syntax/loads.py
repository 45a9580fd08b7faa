"""Load statements, which the grammar reads like calls; and what expressions are called in messages."""

from __future__ import annotations

from oxlang.diagnostics.model import Edit, Fix
from oxlang.source import Span
from oxlang.syntax.ast import (
    Argument,
    Attribute,
    Binary,
    Call,
    Comprehension,
    Conditional,
    DictExpression,
    ErrorExpression,
    ErrorStatement,
    Expression,
    Index,
    Lambda,
    ListExpression,
    Literal_,
    Load,
    LoadItem,
    Name,
    SetExpression,
    Slice,
    TupleExpression,
    Unary,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from oxlang.syntax.build import Builder

KINDS_OF_EXPRESSION: dict[type, str] = {
    Literal_: "literal",
    Call: "call",
    Unary: "unary expression",
    Binary: "binary expression",
    Conditional: "conditional expression",
    Lambda: "lambda",
    Comprehension: "comprehension",
    DictExpression: "dict expression",
    SetExpression: "set expression",
    ListExpression: "list expression",
    TupleExpression: "tuple expression",
    Slice: "slice expression",
    Attribute: "dot expression",
    Index: "index expression",
    Name: "identifier",
    ErrorExpression: "broken expression",
}


def literal_name(node: Expression) -> str:
    """What a literal is called in messages: `int literal`, `string literal`, …"""
    if isinstance(node, Literal_):
        kind = {int: "int", float: "float", str: "string", bytes: "bytes"}[type(node.value)]
        return f"{kind} literal"
    return KINDS_OF_EXPRESSION.get(type(node), "expression")


def make_load(
    builder: Builder, keyword: int, items: list[Argument], open: int, close: int
) -> Load | ErrorStatement:
    """Checks and makes a load statement; the grammar reads it like a call."""
    start, end = builder.starts[keyword], builder.ends[close]
    unfinished = not builder.texts[close]  # recovery put the bracket in
    if not items and unfinished:
        return ErrorStatement(start, end)
    if not items:
        builder.report(
            "OX0142",
            "load statement must have a module and at least 1 symbol",
            start,
            end,
            label="empty",
            help='write `load("module.star", "name")`',
        )
        return ErrorStatement(start, end)
    module = items[0]
    if (
        module.kind != "positional"
        or not isinstance(module.value, Literal_)
        or not isinstance(module.value.value, str)
    ):
        builder.report(
            "OX0142",
            "first operand of load statement must be a string literal",
            module.start,
            module.end,
            label=_got(module),
            help="the module is known before the program runs, so it cannot be computed",
        )
        return ErrorStatement(start, end)
    if len(items) == 1 and not unfinished:
        builder.report(
            "OX0142",
            "load statement must import at least 1 symbol",
            start,
            end,
            label="nothing is loaded",
            help="name what to load behind the module",
        )
    loaded = [item for item in (_load_item(builder, one) for one in items[1:]) if item is not None]
    return Load(start, end, module.value, loaded)


def _got(argument: Argument) -> str:
    if argument.kind == "positional":
        return f"got {literal_name(argument.value)}"
    return {"named": "got a named argument", "star": "got `*`", "starstar": "got `**`"}[argument.kind]


def _load_item(builder: Builder, item: Argument) -> LoadItem | None:
    value = item.value
    if item.kind in ("positional", "named") and isinstance(value, Literal_) and isinstance(value.value, str):
        name = item.name or Name(value.start, value.end, value.value)
        return LoadItem(item.start, item.end, name, value.value, value.start, value.end)
    if item.kind == "named" and item.name is not None:
        builder.report(
            "OX0142",
            f'original name of loaded symbol must be quoted: {item.name.id}="originalname"',
            value.start,
            value.end,
            label=f"got {literal_name(value)}",
            help="put quotes around the name in the module",
        )
    elif item.kind == "positional" and isinstance(value, Name):
        edits = (Edit(Span(builder.tokens.source, value.start, value.end), f'"{value.id}"'),)
        builder.report(
            "OX0142",
            f'load operand must be "{value.id}" or {value.id}="originalname"',
            value.start,
            value.end,
            label="got identifier",
            help="put quotes around the name",
            fixes=[Fix("put quotes around the name", edits)],
        )
    else:
        builder.report(
            "OX0142",
            f'load operand must be "name" or localname="name" ({_got(item)})',
            item.start,
            item.end,
            label=_got(item),
            help="name what to load as a string",
        )
    return None
