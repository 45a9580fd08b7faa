"""Types of expressions."""

from __future__ import annotations

import pytest

from oxlang.check import Checked
from oxlang.lint.kinds import environment_of
from oxlang.lint.runner import analyse
from oxlang.source import SourceFile
from oxlang.syntax import ast
from oxlang.syntax.options import CONFIG

PRELUDE = """
def one():
    return 1
def maybe(x):
    if x:
        return "a"
def rec(x):
    return rec(x)
def pair():
    return ("a", 1)
def dist():
    return default_python_distribution()
a, b = pair()
numbers = [1, 2]
table = {"k": 1.5}
later = None
later = "text"
register_target("d", dist)
def use(d, e = 3):
    inside = d
    return inside
register_target("u", use, depends = ["d"])
"""
CASES = {
    "1": "int",
    "1.5": "float",
    "'a'": "string",
    "b'a'": "bytes",
    "None": "None",
    "True": "bool",
    "[1, 2]": "list[int]",
    "[1, 'a']": "list[int | string]",
    "[]": "list",
    "(1, 'a')": "tuple[int, string]",
    "{'a': 1}": "dict[string, int]",
    "[x for x in [1]]": "list[int]",
    "{x: 1 for x in ['a']}": "dict[string, int]",
    "not 1": "bool",
    "1 == 2": "bool",
    "'a' in 'b'": "bool",
    "1 + 2.5": "float",
    "1 / 2": "float",
    "'a' % 1": "string",
    "'a' + 'b'": "string",
    "'a' * 3": "string",
    "1 if x else 'a'": "int | string",
    "numbers[0]": "int",
    "numbers[1:]": "list[int]",
    "table['k']": "float",
    "one()": "int",
    "maybe(1)": "string | None",
    "rec(1)": "any",
    "pair()": "tuple[string, int]",
    "pair()[1]": "int",
    "a": "string",
    "b": "int",
    "later": "None | string",
    "dist()": "PythonDistribution",
    "dist().make_python_packaging_policy()": "PythonPackagingPolicy",
    "dist().make_python_packaging_policy().include_test": "bool",
    "resolve_target('d')": "PythonDistribution",
    "resolve_target('u')": "PythonDistribution",
    "'a'.split()": "list",
    "len([])": "int",
    "CWD": "string",
    "lambda: 1": "function",
    "(lambda: 1)()": "int",
    "undefined_thing": "any",
    "undefined_thing.x()": "any",
    "dist().nothing": "any",
}


def checked(text: str) -> Checked:
    return analyse(SourceFile("x.bzl", text), CONFIG, environment_of("x.bzl"))[0]


@pytest.mark.parametrize("expression", list(CASES))
def test_type(expression: str) -> None:
    found = checked(f"{PRELUDE}\nx = 0\nresult = {expression}\n")
    last = found.program.file.statements[-1]
    assert isinstance(last, ast.Assignment)
    assert str(found.type_of(last.value)) == CASES[expression]


def test_recursion_ends() -> None:
    text = "a = b\nb = c + a\nc = [a, b]\ndef f(x):\n    return g(x)\ndef g(x):\n    return f(x)\ny = f(f)\n"
    found = checked(text)
    for node in found.inference.facts.assignments:
        found.type_of(node.value)


@pytest.mark.parametrize(
    "text", ["+".join(["1"] * 5000), "[" * 3000 + "]" * 3000, "x" + ".a" * 3000, "x" + "()" * 3000, "-" * 3000 + "1",
             "not " * 3000 + "x", "{1:" * 2000 + "1" + "}" * 2000, "lambda: " * 2000 + "1"]
)
def test_deep_expressions_end(text: str) -> None:
    from oxlang.lint.runner import lint

    lint(SourceFile("x.bzl", f"x = {text}\n"), CONFIG, environment_of("x.bzl"))
