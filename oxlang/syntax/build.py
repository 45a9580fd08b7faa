"""Actions of the grammar: values of symbols to nodes of the tree.

Each alternative that has a name in `grammar/starlark.lark` is a function here, called with the values of its symbols.
The value of a NAME is a `Name`, of a literal a `Literal_`, of any other token its index in the token lists.

Operators come flat. `binary` adds one operator and operand to the tree so far: it goes down the right edge as long as
operators there bind looser, and puts the new node in. The right edge has at most as many nodes as there are levels of
precedence.
"""

from __future__ import annotations

from oxlang.diagnostics.model import Diagnostic, Edit, Fix, Label, diagnostic
from oxlang.source import Span
from oxlang.syntax.ast import (
    Argument,
    Assignment,
    Attribute,
    Binary,
    Break,
    Call,
    Comprehension,
    Conditional,
    Continue,
    Def,
    DictEntry,
    DictExpression,
    ErrorExpression,
    Expression,
    ExpressionStatement,
    For,
    ForClause,
    If,
    IfClause,
    Index,
    Lambda,
    ListExpression,
    Name,
    Parameter,
    Parenthesised,
    Pass,
    Return,
    SetExpression,
    Slice,
    Statement,
    TupleExpression,
    Unary,
    While,
)
from oxlang.syntax.layout import Tokens
from oxlang.syntax.loads import literal_name, make_load
from oxlang.syntax.options import LanguageOptions

PRECEDENCE = {
    "or": 1, "and": 2, "==": 4, "!=": 4, "<": 4, ">": 4, "<=": 4, ">=": 4, "in": 4, "not in": 4,
    "|": 5, "^": 6, "&": 7, "<<": 8, ">>": 8, "-": 9, "+": 9, "*": 10, "/": 10, "//": 10, "%": 10,
}  # fmt: skip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Actions = dict[str, Callable[..., Any]]


_NOT = 3
_COMPARISON = 4
MAX_BRANCHES = 1000
"""`elif`s of one `if`: each makes the tree one deeper."""


class Builder:
    """The actions, over the tokens of one text. Problems that a good parse shows go into `diagnostics`."""

    def __init__(self, tokens: Tokens, options: LanguageOptions) -> None:
        self.tokens = tokens
        self.options = options
        self.starts = tokens.starts
        self.ends = tokens.ends
        self.texts = tokens.texts
        self.diagnostics: list[Diagnostic] = []
        self.branches: dict[int, int] = {}

    def report(self, code: str, message: str, start: int, end: int, **more: Any) -> None:
        """Adds a diagnostic; `more` as for `diagnostic`."""
        self.diagnostics.append(diagnostic(code, message, span=Span(self.tokens.source, start, end), **more))

    def actions(self) -> dict[str, Callable[..., Any]]:
        """Name of an alternative to its function."""
        return {
            **_shared(self),
            **_statements(self),
            **_expressions(self),
            **_operators(self),
            **_primaries(self),
        }


def _shared(builder: Builder) -> Actions:
    def list_more(items: list[Any], comma: int, item: Any) -> list[Any]:
        items.append(item)
        return items

    return {
        "list_first": lambda item: [item],
        "list_more": list_more,
        "first": lambda items, comma: items,
        "tuple_first": lambda first, comma, second: [first, second],
        "clauses_more": lambda clauses, clause: [*clauses, clause],
    }


def _statements(builder: Builder) -> Actions:
    starts, ends, texts = builder.starts, builder.ends, builder.texts

    def statements_line(statements: list[Statement], line: list[Statement]) -> list[Statement]:
        statements += line
        return statements

    def statements_compound(statements: list[Statement], statement: Statement) -> list[Statement]:
        statements.append(statement)
        return statements

    def assignment(target: Expression, operator: int, value: Expression) -> Assignment:
        text = texts[operator]
        return Assignment(target.start, value.end, target, text, value, None)  # type: ignore[arg-type]

    def annotated(
        target: Expression, colon: int, annotation: Expression, equal: int, value: Expression
    ) -> Assignment:
        if target.__class__ is not Name:
            builder.report(
                "OX0140",
                f"only a name can have a type annotation, not a {literal_name(target)}",
                target.start,
                target.end,
                label="no name",
                help="take the annotation away",
            )
        return Assignment(target.start, value.end, target, "=", value, annotation)

    def make_def(
        keyword: int,
        name: Name,
        parameters: list[Parameter],
        returns: Expression | None,
        colon: int,
        body: Any,
    ) -> Def:
        return Def(starts[keyword], body[-1].end, name, parameters, returns, body, ends[colon])

    def for_(
        keyword: int, target: Expression, in_: int, iterable: Expression, colon: int, body: list[Statement]
    ) -> For:
        return For(starts[keyword], body[-1].end, target, iterable, body)

    def while_(keyword: int, condition: Expression, colon: int, body: list[Statement]) -> While:
        if not builder.options.while_loops:
            builder.report(
                "OX0144",
                "this dialect does not support while loops",
                starts[keyword],
                ends[keyword],
                label="not allowed here",
                help="loop over a range that is long enough and leave it with `break`: `for _ in range(1000):`",
            )
        return While(starts[keyword], body[-1].end, condition, body)

    def elif_else(
        keyword: int, condition: Expression, colon: int, body: Any, otherwise: list[Statement]
    ) -> list[If]:
        depth = builder.branches.pop(otherwise[0].start, 1) + 1
        end = otherwise[-1].end
        if depth == MAX_BRANCHES:
            builder.report(
                "OX0190",
                "`if` statement has too many branches",
                starts[keyword],
                ends[keyword],
                label=f"the limit is {MAX_BRANCHES}",
                help="look the value up in a dict",
            )
            otherwise = []
        builder.branches[starts[keyword]] = depth
        return [If(starts[keyword], end, condition, body, otherwise, True)]

    return {
        "line": lambda statements, newline: statements,
        "line_semicolon": lambda statements, semicolon, newline: statements,
        "statements_first": lambda statement: [statement],
        "statements_line": statements_line,
        "statements_compound": statements_compound,
        "expression_statement": lambda value: ExpressionStatement(value.start, value.end, value),
        "assignment": assignment,
        "annotated": annotated,
        "return_nothing": lambda keyword: Return(starts[keyword], ends[keyword], None),
        "return_value": lambda keyword, value: Return(starts[keyword], value.end, value),
        "pass_": lambda keyword: Pass(starts[keyword], ends[keyword]),
        "break_": lambda keyword: Break(starts[keyword], ends[keyword]),
        "continue_": lambda keyword: Continue(starts[keyword], ends[keyword]),
        "load_empty": lambda keyword, open, close: make_load(builder, keyword, [], open, close),
        "load": lambda keyword, open, items, close: make_load(builder, keyword, items, open, close),
        "load_comma": lambda keyword, open, items, comma, close: make_load(
            builder, keyword, items, open, close
        ),
        "def_plain": lambda keyword, name, open, close, colon, body: make_def(
            keyword, name, [], None, colon, body
        ),
        "def_": lambda keyword, name, open, parameters, close, colon, body: make_def(
            keyword, name, parameters, None, colon, body
        ),
        "def_plain_returns": lambda keyword, name, open, close, arrow, returns, colon, body: make_def(
            keyword, name, [], returns, colon, body
        ),
        "def_returns": lambda keyword, name, open, parameters, close, arrow, returns, colon, body: make_def(
            keyword, name, parameters, returns, colon, body
        ),
        "if_": lambda keyword, condition, colon, body: If(
            starts[keyword], body[-1].end, condition, body, [], False
        ),
        "if_else": lambda keyword, condition, colon, body, otherwise: If(
            starts[keyword], otherwise[-1].end, condition, body, otherwise, False
        ),
        "for_": for_,
        "while_": while_,
        "else_": lambda keyword, colon, body: body,
        "elif_": lambda keyword, condition, colon, body: [
            If(starts[keyword], body[-1].end, condition, body, [], True)
        ],
        "elif_else": elif_else,
        "block": lambda newline, indent, statements, dedent: statements,
        "parameter": lambda name: Parameter(name.start, name.end, "normal", name, None, None),
        "parameter_default": lambda name, equal, default: Parameter(
            name.start, default.end, "normal", name, None, default
        ),
        "parameter_annotation": lambda name, colon, annotation: Parameter(
            name.start, annotation.end, "normal", name, annotation, None
        ),
        "parameter_annotation_default": lambda name, colon, annotation, equal, default: Parameter(
            name.start, default.end, "normal", name, annotation, default
        ),
        "parameter_bare_star": lambda star: Parameter(
            starts[star], ends[star], "bare-star", None, None, None
        ),
        "parameter_star": lambda star, name: Parameter(starts[star], name.end, "star", name, None, None),
        "parameter_star_annotation": lambda star, name, colon, annotation: Parameter(
            starts[star], annotation.end, "star", name, annotation, None
        ),
        "parameter_starstar": lambda star, name: Parameter(
            starts[star], name.end, "starstar", name, None, None
        ),
        "parameter_starstar_annotation": lambda star, name, colon, annotation: Parameter(
            starts[star], annotation.end, "starstar", name, annotation, None
        ),
    }


def _expressions(builder: Builder) -> Actions:
    starts, ends = builder.starts, builder.ends

    def bare_tuple(items: list[Expression]) -> TupleExpression:
        return TupleExpression(items[0].start, items[-1].end, items, False)

    def bare_tuple_comma(items: list[Expression], comma: int) -> TupleExpression:
        if not builder.options.old_dialect:
            end = ends[comma]
            opening = Edit(Span(builder.tokens.source, items[0].start, items[0].start), "(")
            closing = Edit(Span(builder.tokens.source, end, end), ")")
            builder.report(
                "OX0115",
                "unparenthesized tuple with trailing comma",
                starts[comma],
                end,
                label="a comma may end a tuple only inside parentheses",
                help="put parentheses around the tuple, or take the comma away",
                fixes=[Fix("put parentheses around the tuple", (opening, closing))],
            )
        return TupleExpression(items[0].start, ends[comma], items, False)

    def mistake_set(open: int, items: list[Expression], close: int) -> SetExpression:
        start, end = starts[open], ends[close]
        builder.report(
            "OX0143",
            "Starlark has no set literals",
            start,
            end,
            label="braces without `key: value`",
            notes=[f"got '{builder.texts[close]}', want ':'"],
            help="write `set([…])` for a set, `[…]` for a list or `{key: value}` for a dict",
        )
        return SetExpression(start, end, items)

    def make_lambda(keyword: int, parameters: list[Parameter], body: Expression) -> Lambda:
        return Lambda(starts[keyword], body.end, parameters, body)

    def for_clause(keyword: int, target: Expression, in_: int, iterable: Expression) -> ForClause:
        return ForClause(starts[keyword], iterable.end, target, iterable)

    return {
        "bare_tuple": bare_tuple,
        "bare_tuple_comma": bare_tuple_comma,
        "bare_single": lambda item, comma: bare_tuple_comma([item], comma),
        "conditional": lambda then, if_, condition, else_, otherwise: Conditional(
            then.start, otherwise.end, then, condition, otherwise
        ),
        "lambda_plain": lambda keyword, colon, body: make_lambda(keyword, [], body),
        "lambda_": lambda keyword, parameters, colon, body: make_lambda(keyword, parameters, body),
        "empty_tuple": lambda open, close: TupleExpression(starts[open], ends[close], [], True),
        "parenthesised": lambda open, inner, close: Parenthesised(starts[open], ends[close], inner),
        "single_tuple": lambda open, item, comma, close: TupleExpression(
            starts[open], ends[close], [item], True
        ),
        "tuple": lambda open, items, close: TupleExpression(starts[open], ends[close], items, True),
        "tuple_comma": lambda open, items, comma, close: TupleExpression(
            starts[open], ends[close], items, True
        ),
        "empty_list": lambda open, close: ListExpression(starts[open], ends[close], []),
        "list": lambda open, items, close: ListExpression(starts[open], ends[close], items),
        "list_comma": lambda open, items, comma, close: ListExpression(starts[open], ends[close], items),
        "comprehension": lambda open, body, clauses, close: Comprehension(
            starts[open], ends[close], body, clauses
        ),
        "empty_dict": lambda open, close: DictExpression(starts[open], ends[close], []),
        "dict": lambda open, entries, close: DictExpression(starts[open], ends[close], entries),
        "dict_comma": lambda open, entries, comma, close: DictExpression(starts[open], ends[close], entries),
        "mistake_set": mistake_set,
        "mistake_set_comma": lambda open, items, comma, close: mistake_set(open, items, close),
        "entry": lambda key, colon, value: DictEntry(key.start, value.end, key, value),
        "if_clause": lambda keyword, condition: IfClause(starts[keyword], condition.end, condition),
        "for_clause": for_clause,
    }


def _operators(builder: Builder) -> Actions:
    starts, texts = builder.starts, builder.texts
    precedence = PRECEDENCE
    old = builder.options.old_dialect

    def chained(left: Binary, operator: str, start: int) -> None:
        builder.report(
            "OX0112",
            f"`{left.operator}` does not associate with `{operator}`",
            start,
            start + len(operator),
            label="second comparison",
            labels=[
                _label(
                    builder, left.operator_start, left.operator_start + len(left.operator), "first comparison"
                )
            ],
            notes=[f"{left.operator} does not associate with {operator}"],
            help="join two comparisons with `and`, or use parentheses",
        )

    def add(left: Expression, operator: str, start: int, right: Expression) -> Expression:
        binds = precedence[operator]
        if right.__class__ is Unary and right.operator == "not" and binds > _NOT:
            builder.report(
                "OX0113",
                f"`not` cannot stand behind `{operator}` without parentheses",
                right.start,
                right.start + 3,
                label=f"binds looser than `{operator}`",
                notes=["got not, want primary expression"],
                help=f"write `{operator} (not …)`",
            )
        end = right.end
        parent: Any = None
        node: Any = left
        while True:
            if node.__class__ is Binary:
                level = precedence[node.operator]
                if level >= binds:
                    if level == _COMPARISON == binds:
                        if old:
                            level = 0
                        else:
                            chained(node, operator, start)
                    if level:
                        break
                node.end = end
                parent, node = node, node.right
            elif node.__class__ is Unary and node.operator == "not" and binds > _NOT:
                node.end = end
                parent, node = node, node.operand
            else:
                break
        new = Binary(node.start, end, node, operator, right, start)  # type: ignore[arg-type]
        if parent is None:
            return new
        if parent.__class__ is Binary:
            parent.right = new
        else:
            parent.operand = new
        return left

    def unary(operator: int, operand: Expression) -> Unary:
        return Unary(starts[operator], operand.end, texts[operator], operand)  # type: ignore[arg-type]

    return {
        "binary": lambda left, operator, right: add(left, texts[operator], starts[operator], right),
        "binary_not_in": lambda left, not_, in_, right: add(left, "not in", starts[not_], right),
        "not_": unary,
        "unary": unary,
    }


def _primaries(builder: Builder) -> Actions:
    starts, ends = builder.starts, builder.ends

    def attribute(value: Expression, dot: int, name: Name) -> Attribute:
        return Attribute(value.start, name.end, value, name)

    def call(function: Expression, open: int, arguments: list[Argument], close: int) -> Call:
        return Call(function.start, ends[close], function, arguments, starts[open])

    def index(value: Expression, open: int, inner: Expression, close: int) -> Index:
        return Index(value.start, ends[close], value, inner)

    def slice_(
        value: Expression,
        open: int,
        parts: tuple[Expression | None, Expression | None, Expression | None],
        close: int,
    ) -> Slice:
        return Slice(value.start, ends[close], value, *parts)

    def argument_named(name: Expression, equal: int, value: Expression) -> Argument:
        if isinstance(name, Name):
            return Argument(name.start, value.end, "named", name, value)
        if isinstance(name, ErrorExpression):
            return Argument(name.start, value.end, "positional", None, value)
        builder.report(
            "OX0141",
            "keyword argument must have form name=expr",
            name.start,
            name.end,
            label=f"a {literal_name(name)}, not a name",
            help="write `==` to compare",
        )
        return Argument(name.start, value.end, "positional", None, ErrorExpression(name.start, value.end))

    return {
        "attribute": attribute,
        "call_empty": lambda function, open, close: call(function, open, [], close),
        "call": call,
        "call_comma": lambda function, open, arguments, comma, close: call(function, open, arguments, close),
        "index": index,
        "index_single": lambda value, open, item, comma, close: index(
            value, open, TupleExpression(item.start, ends[comma], [item], False), close
        ),
        "index_comma": lambda value, open, items, comma, close: index(
            value, open, TupleExpression(items[0].start, ends[comma], items, False), close
        ),
        "slice": slice_,
        "slice_none": lambda colon: (None, None, None),
        "slice_upper": lambda colon, upper: (None, upper, None),
        "slice_lower": lambda lower, colon: (lower, None, None),
        "slice_lower_upper": lambda lower, colon, upper: (lower, upper, None),
        "slice_none_colon": lambda colon, second: (None, None, None),
        "slice_step": lambda colon, second, step: (None, None, step),
        "slice_upper_colon": lambda colon, upper, second: (None, upper, None),
        "slice_upper_step": lambda colon, upper, second, step: (None, upper, step),
        "slice_lower_colon": lambda lower, colon, second: (lower, None, None),
        "slice_lower_step": lambda lower, colon, second, step: (lower, None, step),
        "slice_lower_upper_colon": lambda lower, colon, upper, second: (lower, upper, None),
        "slice_all": lambda lower, colon, upper, second, step: (lower, upper, step),
        "argument": lambda value: Argument(value.start, value.end, "positional", None, value),
        "argument_named": argument_named,
        "argument_star": lambda star, value: Argument(starts[star], value.end, "star", None, value),
        "argument_starstar": lambda star, value: Argument(starts[star], value.end, "starstar", None, value),
    }


def _label(builder: Builder, start: int, end: int, text: str) -> Label:
    return Label(Span(builder.tokens.source, start, end), text, primary=False)
