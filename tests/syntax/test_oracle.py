"""Where Starlark and Python mean the same, Python's own parser is the oracle for our trees."""

from __future__ import annotations

import ast as python
import warnings
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oxlang.syntax import ast
from tests.syntax.test_lark import SAMPLES
from tests.syntax.trees import good

OPERATORS = {
    python.Add: "+", python.Sub: "-", python.Mult: "*", python.Div: "/", python.FloorDiv: "//", python.Mod: "%",
    python.BitOr: "|", python.BitAnd: "&", python.BitXor: "^", python.LShift: "<<", python.RShift: ">>",
    python.Eq: "==", python.NotEq: "!=", python.Lt: "<", python.Gt: ">", python.LtE: "<=", python.GtE: ">=",
    python.In: "in", python.NotIn: "not in", python.And: "and", python.Or: "or",
    python.USub: "-", python.UAdd: "+", python.Invert: "~", python.Not: "not",
}  # fmt: skip


def theirs(node: Any) -> Any:
    """A tree of Python's as nested tuples."""
    match node:
        case None:
            return None
        case list():
            return [theirs(item) for item in node]
        case python.Module():
            return theirs(node.body)
        case python.Constant():
            # Names such as True are names in Starlark.
            if isinstance(node.value, bool) or node.value is None:
                return "name", str(node.value)
            return "literal", type(node.value).__name__, node.value
        case python.Name():
            return "name", node.id
        case python.Expr():
            return "expression", theirs(node.value)
        case python.Assign():
            return "assign", "=", theirs(node.targets[0]), None, theirs(node.value)
        case python.AnnAssign():
            return "assign", "=", theirs(node.target), theirs(node.annotation), theirs(node.value)
        case python.AugAssign():
            return "assign", OPERATORS[type(node.op)] + "=", theirs(node.target), None, theirs(node.value)
        case python.Pass() | python.Break() | python.Continue():
            return (type(node).__name__,)
        case python.Return():
            return "return", theirs(node.value)
        case python.If():
            return "if", theirs(node.test), theirs(node.body), theirs(node.orelse)
        case python.For():
            return "for", theirs(node.target), theirs(node.iter), theirs(node.body)
        case python.While():
            return "while", theirs(node.test), theirs(node.body)
        case python.FunctionDef():
            return "def", node.name, _parameters(node.args), theirs(node.returns), theirs(node.body)
        case python.Lambda():
            return "lambda", _parameters(node.args), theirs(node.body)
        case python.List():
            return "list", theirs(node.elts)
        case python.Tuple():
            return "tuple", theirs(node.elts)
        case python.Dict():
            return "dict", [
                (theirs(key), theirs(value)) for key, value in zip(node.keys, node.values, strict=False)
            ]
        case python.ListComp():
            return "comprehension", theirs(node.elt), _clauses(node.generators)
        case python.DictComp():
            return "comprehension", (theirs(node.key), theirs(node.value)), _clauses(node.generators)
        case python.UnaryOp():
            return "unary", OPERATORS[type(node.op)], theirs(node.operand)
        case python.BinOp():
            return "binary", OPERATORS[type(node.op)], theirs(node.left), theirs(node.right)
        case python.BoolOp():
            result = theirs(node.values[0])
            for value in node.values[1:]:
                result = "binary", OPERATORS[type(node.op)], result, theirs(value)
            return result
        case python.Compare():
            assert len(node.ops) == 1
            return "binary", OPERATORS[type(node.ops[0])], theirs(node.left), theirs(node.comparators[0])
        case python.IfExp():
            return "conditional", theirs(node.body), theirs(node.test), theirs(node.orelse)
        case python.Attribute():
            return "attribute", theirs(node.value), node.attr
        case python.Subscript(slice=python.Slice() as part):
            return "slice", theirs(node.value), theirs(part.lower), theirs(part.upper), theirs(part.step)
        case python.Subscript():
            return "index", theirs(node.value), theirs(node.slice)
        case python.Call():
            positional = [
                ("star", theirs(one.value))
                if isinstance(one, python.Starred)
                else ("positional", theirs(one))
                for one in node.args
            ]
            named = [
                ("named", one.arg, theirs(one.value)) if one.arg else ("starstar", theirs(one.value))
                for one in node.keywords
            ]
            return "call", theirs(node.func), sorted(positional, key=repr) + sorted(named, key=repr)
    raise AssertionError(python.dump(node))


def _parameters(node: python.arguments) -> list[Any]:
    found: list[Any] = []
    positional = [*node.posonlyargs, *node.args]
    defaults = [None] * (len(positional) - len(node.defaults)) + list(node.defaults)
    for one, default in zip(positional, defaults, strict=False):
        found.append(("normal", one.arg, theirs(one.annotation), theirs(default)))
    if node.vararg:
        found.append(("star", node.vararg.arg, theirs(node.vararg.annotation), None))
    elif node.kwonlyargs:
        found.append(("bare-star", None, None, None))
    for one, default in zip(node.kwonlyargs, node.kw_defaults, strict=False):
        found.append(("normal", one.arg, theirs(one.annotation), theirs(default)))
    if node.kwarg:
        found.append(("starstar", node.kwarg.arg, theirs(node.kwarg.annotation), None))
    return found


def _clauses(generators: list[python.comprehension]) -> list[Any]:
    found: list[Any] = []
    for one in generators:
        found.append(("for", theirs(one.target), theirs(one.iter)))
        found.extend(("if", theirs(condition)) for condition in one.ifs)
    return found


def ours(node: Any) -> Any:
    """Our tree in the same form."""
    match node:
        case None:
            return None
        case list():
            return [ours(item) for item in node]
        case ast.Parenthesised():
            return ours(node.inner)
        case ast.Literal_():
            return "literal", type(node.value).__name__, node.value
        case ast.Name():
            return "name", node.id
        case ast.ExpressionStatement():
            return "expression", ours(node.value)
        case ast.Assignment():
            return "assign", node.operator, ours(node.target), ours(node.annotation), ours(node.value)
        case ast.Pass() | ast.Break() | ast.Continue():
            return (type(node).__name__,)
        case ast.Return():
            return "return", ours(node.value)
        case ast.If():
            return "if", ours(node.condition), ours(node.then), ours(node.otherwise)
        case ast.For():
            return "for", ours(node.target), ours(node.iterable), ours(node.body)
        case ast.While():
            return "while", ours(node.condition), ours(node.body)
        case ast.Def():
            return (
                "def",
                node.name.id,
                [_parameter(one) for one in node.parameters],
                ours(node.returns),
                ours(node.body),
            )
        case ast.Lambda():
            return "lambda", [_parameter(one) for one in node.parameters], ours(node.body)
        case ast.ListExpression():
            return "list", ours(node.items)
        case ast.TupleExpression():
            return "tuple", ours(node.items)
        case ast.DictExpression():
            return "dict", [ours(one) for one in node.entries]
        case ast.DictEntry():
            return ours(node.key), ours(node.value)
        case ast.Comprehension():
            return "comprehension", ours(node.body), ours(node.clauses)
        case ast.ForClause():
            return "for", ours(node.target), ours(node.iterable)
        case ast.IfClause():
            return "if", ours(node.condition)
        case ast.Unary():
            return "unary", node.operator, ours(node.operand)
        case ast.Binary():
            return "binary", node.operator, ours(node.left), ours(node.right)
        case ast.Conditional():
            return "conditional", ours(node.then), ours(node.condition), ours(node.otherwise)
        case ast.Attribute():
            return "attribute", ours(node.value), node.name.id
        case ast.Index():
            return "index", ours(node.value), ours(node.index)
        case ast.Slice():
            return "slice", ours(node.value), ours(node.lower), ours(node.upper), ours(node.step)
        case ast.Call():
            arguments = [_argument(one) for one in node.arguments]
            positional = [one for one in arguments if one[0] in ("positional", "star")]
            named = [one for one in arguments if one[0] in ("named", "starstar")]
            return "call", ours(node.function), sorted(positional, key=repr) + sorted(named, key=repr)
        case ast.Load():
            items = [
                ("named", one.local.id, ("literal", "str", one.imported))
                if one.local.start != one.imported_start
                else ("positional", ("literal", "str", one.imported))
                for one in node.items
            ]
            items.append(("positional", ours(node.module)))
            positional = [one for one in items if one[0] == "positional"]
            named = [one for one in items if one[0] == "named"]
            call = "call", ("name", "load"), sorted(positional, key=repr) + sorted(named, key=repr)
            return "expression", call
    raise AssertionError(type(node))


def _parameter(node: ast.Parameter) -> Any:
    return node.kind, node.name.id if node.name else None, ours(node.annotation), ours(node.default)


def _argument(node: ast.Argument) -> Any:
    if node.kind == "named":
        assert node.name is not None
        return "named", node.name.id, ours(node.value)
    return node.kind, ours(node.value)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_samples(path: Any) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")
    text = "\n".join(
        line for line in lines if "lambda: h" not in line
    )  # a lambda behind `if`: Python has none
    assert ours(good(text).statements) == theirs(python.parse(text))


names = st.sampled_from(["a", "b", "foo", "x1", "_y"])
atoms = (
    names
    | st.integers(0, 10**20).map(str)
    | st.sampled_from(['"s"', "1.5", "b'x'", "[]", "()", "{}", "'''t'''"])
)
comparison = ["==", "!=", "<", ">", "<=", ">=", "in", "not in"]
arithmetic = ["+", "-", "*", "/", "//", "%", "|", "&", "^", "<<", ">>"]


def _deeper(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    tight = inner.map(lambda one: f"({one})") | atoms
    rows = st.lists(st.tuples(st.sampled_from(["", "-", "+", "~"]), tight), min_size=1, max_size=5)
    operators = st.lists(st.sampled_from(arithmetic), min_size=5, max_size=5)
    arithmetical = st.tuples(rows, operators).map(
        lambda pair: " ".join(
            f"{operator if number else ''} {sign}{one}"
            for number, ((sign, one), operator) in enumerate(zip(*pair, strict=False))
        ).strip()
    )
    compared = st.tuples(arithmetical, st.sampled_from(comparison), arithmetical).map(" ".join) | arithmetical
    negated = st.tuples(st.sampled_from(["", "not ", "not not "]), compared).map("".join)
    logical = st.tuples(
        negated, st.sampled_from(["and", "or"]), negated, st.sampled_from(["and", "or"]), negated
    ).map(" ".join)
    chosen = st.tuples(logical, logical, logical).map(lambda three: "{} if {} else {}".format(*three))
    return st.one_of(
        negated,
        logical,
        chosen,
        st.tuples(names, inner, inner).map(lambda three: "{}({}, k = {})".format(*three)),
        st.tuples(tight, inner)
        .map(lambda two: "{}[{}].c".format(*two))
        .filter(lambda text: text[0] not in "0123456789"),
        st.tuples(inner, inner, inner).map(lambda three: "[{}, {}, {}]".format(*three)),
        st.tuples(inner, inner).map(lambda two: "{{{}: {}}}".format(*two)),
        st.tuples(inner, logical, logical).map(lambda three: "[{} for x in {} if {}]".format(*three)),
        inner.map(lambda one: f"lambda x, *y: {one}"),
    )


expressions = st.recursive(atoms, _deeper, max_leaves=12)


@given(expressions)
@settings(max_examples=100, deadline=None)
def test_expressions(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        try:
            tree = python.parse(f"x = {text}\n")
        except SyntaxError:
            return  # a lambda where Python wants parentheses
    assert ours(good(f"x = {text}\n").statements) == theirs(tree)
