"""Where the values of variables come from: assignments, loops, parameters, definitions, loads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from oxlang.records import dataclass, field
from oxlang.resolve.scopes import Binding, Program
from oxlang.syntax import ast
from oxlang.syntax.visit import walk

SourceKind = Literal["value", "annotated", "element", "part", "augmented", "parameter", "def", "load"]


@dataclass(frozen=True, slots=True, eq=False)
class ValueSource:
    """One place that gives a variable its value.

    Attributes:
        kind: `value`: the value of `node`; `annotated`: the type that `node` names; `element`: an element of it; `part`: something inside of it; `augmented`: of
            the assignment; `parameter`, `def`, `load`: by that node.
        node: the expression or statement.
        index: position within an unpacked tuple or among parameters.
        function: function of a parameter.
    """

    kind: SourceKind
    node: ast.Node
    index: int = -1
    function: ast.Def | ast.Lambda | None = None


@dataclass(slots=True, eq=False)
class Facts:
    """What one walk over a file collects.

    Attributes:
        nodes: every node of the file, outer before inner, by place.
        sources: of each variable.
        calls: every call.
        attributes: every attribute expression.
        assignments: every assignment statement.
        functions: every `def` and `lambda`.
        returns: return statements of each function.
        call_sites: calls of each name node that is called.
    """

    nodes: list[ast.Node] = field(default_factory=list)
    sources: dict[Binding, list[ValueSource]] = field(default_factory=dict)
    calls: list[ast.Call] = field(default_factory=list)
    attributes: list[ast.Attribute] = field(default_factory=list)
    assignments: list[ast.Assignment] = field(default_factory=list)
    functions: list[ast.Def | ast.Lambda] = field(default_factory=list)
    returns: dict[ast.Def, list[ast.Return]] = field(default_factory=dict)
    called: dict[ast.Name, ast.Call] = field(default_factory=dict)


def collect(program: Program) -> Facts:
    """Walks over a file once."""
    facts = Facts(nodes=list(walk(program.file)))

    def add(target: ast.Node, source: ValueSource) -> None:
        match target:
            case ast.Name():
                binding = program.meaning.get(target)
                if binding is not None:
                    facts.sources.setdefault(binding, []).append(source)
            case ast.Parenthesised():
                add(target.inner, source)
            case ast.TupleExpression() | ast.ListExpression():
                for index, item in enumerate(target.items):
                    if source.kind == "value":
                        add(item, ValueSource("part", source.node, index))
                    else:
                        add(item, ValueSource("part", source.node, -1))

    for node in facts.nodes:
        match node:
            case ast.Assignment():
                facts.assignments.append(node)
                if node.annotation is not None:
                    add(node.target, ValueSource("annotated", node.annotation))
                elif node.operator == "=":
                    add(node.target, ValueSource("value", node.value))
                else:
                    add(node.target, ValueSource("augmented", node))
            case ast.For() | ast.ForClause():
                add(node.target, ValueSource("element", node.iterable))
            case ast.Def():
                facts.functions.append(node)
                add(node.name, ValueSource("def", node))
                _parameters(node, add)
                facts.returns[node] = list(_returns(node.body))
            case ast.Lambda():
                facts.functions.append(node)
                _parameters(node, add)
            case ast.LoadItem():
                add(node.local, ValueSource("load", node))
            case ast.Call():
                facts.calls.append(node)
                if isinstance(node.function, ast.Name):
                    facts.called[node.function] = node
            case ast.Attribute():
                facts.attributes.append(node)
    return facts


def _parameters(function: ast.Def | ast.Lambda, add: object) -> None:
    assert callable(add)
    for index, parameter in enumerate(function.parameters):
        if parameter.name is not None:
            add(parameter.name, ValueSource("parameter", parameter, index, function))


def _returns(statements: list[ast.Statement]) -> Iterator[ast.Return]:
    """The return statements of a function, those of nested functions left out."""
    for one in statements:
        match one:
            case ast.Return():
                yield one
            case ast.If():
                yield from _returns(one.then)
                yield from _returns(one.otherwise)
            case ast.For() | ast.While():
                yield from _returns(one.body)


def ends(statements: list[ast.Statement], never: frozenset[str] = frozenset({"fail"})) -> bool:
    """Whether the end of a block is never reached: it returns or fails on every way."""
    for one in statements:
        match one:
            case ast.Return() | ast.Break() | ast.Continue():
                return True
            case ast.ExpressionStatement(value=ast.Call(function=ast.Name(id=name))) if name in never:
                return True
            case ast.If() if one.otherwise and ends(one.then, never) and ends(one.otherwise, never):
                return True
    return False
