"""The syntax tree, shared by evaluator, linter, formatter and editor.

Every node has `start` and `end`, offsets in the text of its `File.source`; `File.span(node)` makes a `Span`. Plain
offsets instead of `Span` objects halve the time of building a tree. Nodes are not changed after parsing.

Broken text still gives a tree: what could not be read is an `ErrorStatement` or an `ErrorExpression`.
"""

from __future__ import annotations

from oxlang.records import dataclass
from oxlang.source import SourceFile, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    UnaryOperator = Literal["+", "-", "~", "not"]
    BinaryOperator = Literal[
        "+", "-", "*", "/", "//", "%", "|", "&", "^", "<<", ">>", "==", "!=", "<", ">", "<=", ">=", "in", "not in", "and", "or",
    ]
    ArgumentKind = Literal["positional", "named", "star", "starstar"]
    ParameterKind = Literal["normal", "star", "starstar", "bare-star"]
    AssignmentOperator = Literal["=", "+=", "-=", "*=", "/=", "//=", "%=", "&=", "|=", "^=", "<<=", ">>="]


@dataclass(slots=True, eq=False)
class Node:
    """Anything with a place."""

    start: int
    end: int


@dataclass(slots=True, eq=False)
class Comment(Node):
    """A comment from its `#` to the end of its line; `own_line` when nothing stands before it."""

    text: str
    own_line: bool


# ---- expressions


@dataclass(slots=True, eq=False)
class Expression(Node):
    """What has a value."""


@dataclass(slots=True, eq=False)
class Name(Expression):
    """A name that is read, assigned or bound (`Parameter` and `LoadItem` use it, too)."""

    id: str


@dataclass(slots=True, eq=False)
class Literal_(Expression):
    """A number, string or bytes literal. The raw text is `source.text[start:end]`."""

    value: int | float | str | bytes


@dataclass(slots=True, eq=False)
class ListExpression(Expression):
    """`[a, b]`"""

    items: list[Expression]


@dataclass(slots=True, eq=False)
class TupleExpression(Expression):
    """`(a, b)`, `a, b` or `()`; `parenthesised` tells which."""

    items: list[Expression]
    parenthesised: bool


@dataclass(slots=True, eq=False)
class DictEntry(Node):
    """`key: value`"""

    key: Expression
    value: Expression


@dataclass(slots=True, eq=False)
class DictExpression(Expression):
    """`{a: b}`"""

    entries: list[DictEntry]


@dataclass(slots=True, eq=False)
class SetExpression(Expression):
    """`{a, b}`: Python only; a mistake in Starlark that gets its own message."""

    items: list[Expression]


@dataclass(slots=True, eq=False)
class ForClause(Node):
    """`for target in iterable` of a comprehension."""

    target: Expression
    iterable: Expression


@dataclass(slots=True, eq=False)
class IfClause(Node):
    """`if condition` of a comprehension."""

    condition: Expression


@dataclass(slots=True, eq=False)
class Comprehension(Expression):
    """`[body for … if …]` or `{key: value for …}` (then `body` is a `DictEntry`)."""

    body: Expression | DictEntry
    clauses: list[ForClause | IfClause]


@dataclass(slots=True, eq=False)
class Parenthesised(Expression):
    """`(inner)`; kept so that a printer can keep them."""

    inner: Expression


@dataclass(slots=True, eq=False)
class Unary(Expression):
    """`not x`, `-x`, `+x`, `~x`"""

    operator: UnaryOperator
    operand: Expression


@dataclass(slots=True, eq=False)
class Binary(Expression):
    """`left operator right`, `and` and `or` included; `operator_start` is where the operator stands."""

    left: Expression
    operator: BinaryOperator
    right: Expression
    operator_start: int


@dataclass(slots=True, eq=False)
class Conditional(Expression):
    """`then if condition else otherwise`"""

    then: Expression
    condition: Expression
    otherwise: Expression


@dataclass(slots=True, eq=False)
class Attribute(Expression):
    """`value.name`; `name` is an empty Name when the text ends at the dot."""

    value: Expression
    name: Name


@dataclass(slots=True, eq=False)
class Index(Expression):
    """`value[index]`"""

    value: Expression
    index: Expression


@dataclass(slots=True, eq=False)
class Slice(Expression):
    """`value[lower:upper:step]`"""

    value: Expression
    lower: Expression | None
    upper: Expression | None
    step: Expression | None


@dataclass(slots=True, eq=False)
class Argument(Node):
    """An argument of a call; `name` only for `named`."""

    kind: ArgumentKind
    name: Name | None
    value: Expression


@dataclass(slots=True, eq=False)
class Call(Expression):
    """`function(arguments)`; `open` is the offset of the opening parenthesis."""

    function: Expression
    arguments: list[Argument]
    open: int


@dataclass(slots=True, eq=False)
class Parameter(Node):
    """A parameter; `name` is None only for a bare `*`. `annotation` is the expression behind `:`."""

    kind: ParameterKind
    name: Name | None
    annotation: Expression | None
    default: Expression | None


@dataclass(slots=True, eq=False)
class Lambda(Expression):
    """`lambda parameters: body`"""

    parameters: list[Parameter]
    body: Expression


@dataclass(slots=True, eq=False)
class ErrorExpression(Expression):
    """Text that is no expression."""


# ---- statements


@dataclass(slots=True, eq=False)
class Statement(Node):
    """What is executed."""


@dataclass(slots=True, eq=False)
class ExpressionStatement(Statement):
    """An expression on its own, docstrings included."""

    value: Expression


@dataclass(slots=True, eq=False)
class Assignment(Statement):
    """`target operator value`; `annotation` for `name: type = value`."""

    target: Expression
    operator: AssignmentOperator
    value: Expression
    annotation: Expression | None


@dataclass(slots=True, eq=False)
class Pass(Statement):
    """`pass`"""


@dataclass(slots=True, eq=False)
class Break(Statement):
    """`break`"""


@dataclass(slots=True, eq=False)
class Continue(Statement):
    """`continue`"""


@dataclass(slots=True, eq=False)
class Return(Statement):
    """`return value`"""

    value: Expression | None


@dataclass(slots=True, eq=False)
class If(Statement):
    """`if`; an `elif` is an `If` alone in `otherwise` whose `is_elif` is true."""

    condition: Expression
    then: list[Statement]
    otherwise: list[Statement]
    is_elif: bool


@dataclass(slots=True, eq=False)
class For(Statement):
    """`for target in iterable:`"""

    target: Expression
    iterable: Expression
    body: list[Statement]


@dataclass(slots=True, eq=False)
class While(Statement):
    """`while condition:`; needs `LanguageOptions.while_loops`."""

    condition: Expression
    body: list[Statement]


@dataclass(slots=True, eq=False)
class Def(Statement):
    """`def name(parameters) -> returns:`; `header_end` is the offset just behind the colon."""

    name: Name
    parameters: list[Parameter]
    returns: Expression | None
    body: list[Statement]
    header_end: int


@dataclass(slots=True, eq=False)
class LoadItem(Node):
    """`"name"` or `alias = "name"`: binds `local` to `imported` of the module."""

    local: Name
    imported: str
    imported_start: int
    imported_end: int


@dataclass(slots=True, eq=False)
class Load(Statement):
    """`load("module", …)`"""

    module: Literal_
    items: list[LoadItem]


@dataclass(slots=True, eq=False)
class ErrorStatement(Statement):
    """Lines that are no statement."""


@dataclass(slots=True, eq=False)
class File(Node):
    """A whole file. `docstring` is the first statement's string, if it is one."""

    source: SourceFile
    statements: list[Statement]
    comments: list[Comment]
    docstring: Literal_ | None

    def span(self, node: Node) -> Span:
        """Gives the place of a node of this file."""
        return Span(self.source, node.start, node.end)
