"""What is left of broken texts."""

from __future__ import annotations

import pytest

from oxlang.syntax.ast import (
    Assignment,
    Attribute,
    Call,
    Def,
    ErrorExpression,
    ErrorStatement,
    ExpressionStatement,
    Name,
)
from tests.syntax.trees import parsed


def kinds(text: str) -> list[str]:
    return [type(one).__name__ for one in parsed(text).file.statements]


def test_dot_at_the_end() -> None:
    for text in ("foo.", "foo.\n", "x = foo.\ny = 1\n", "def f():\n    return foo.\n"):
        result = parsed(text)
        assert [one.code.id for one in result.diagnostics] == ["OX0103"]
    statement = parsed("foo.").file.statements[0]
    assert isinstance(statement, ExpressionStatement)
    assert isinstance(statement.value, Attribute)
    assert statement.value.name.id == ""
    assert statement.value.name.start == 4


def test_dot_inside_a_call() -> None:
    statement = parsed("f(a, foo.)\n").file.statements[0]
    assert isinstance(statement, ExpressionStatement)
    assert isinstance(statement.value, Call)
    assert isinstance(statement.value.arguments[1].value, Attribute)


@pytest.mark.parametrize("text", ["f(a, b = ", "f(a, b = \n", "f(a, b = [1, \n\ndef g():\n    pass\n"])
def test_unfinished_call_keeps_its_arguments(text: str) -> None:
    statement = parsed(text).file.statements[0]
    assert isinstance(statement, ExpressionStatement)
    call = statement.value
    assert isinstance(call, Call)
    assert isinstance(call.function, Name)
    assert [one.kind for one in call.arguments] == ["positional", "named"]


def test_missing_value_keeps_the_assignment() -> None:
    statement = parsed("x = \ny = 2\n").file.statements[0]
    assert isinstance(statement, Assignment)
    assert isinstance(statement.value, ErrorExpression)


def test_missing_colon_keeps_the_function() -> None:
    statement = parsed("def f(a)\n    x = 1\n    return x\n").file.statements[0]
    assert isinstance(statement, Def)
    assert len(statement.body) == 2


def test_an_error_costs_one_statement_of_its_block() -> None:
    statement = parsed(
        "def f():\n    a = 1\n    b = = = 2\n    if ) :\n        c = 1\n    return a\nx = 1\n"
    ).file.statements[0]
    assert isinstance(statement, Def)
    assert [type(one) for one in statement.body][1:3] == [ErrorStatement, ErrorStatement]
    assert len(statement.body) == 4


def test_statements_behind_an_error() -> None:
    assert kinds("x = 1\nclass A:\n    y = 2\n    def f():\n        pass\nz = 3\n") == [
        "Assignment", "ErrorStatement", "Assignment",
    ]  # fmt: skip


def test_error_statement_covers_the_lines() -> None:
    text = "x = 1\nclass A:\n    y = 2\nz = 3\n"
    broken = parsed(text).file.statements[1]
    assert text[broken.start : broken.end] == "class A:\n    y = 2"


def test_errors_are_in_order_and_limited() -> None:
    result = parsed("x = )\n" * 500)
    places = [one.span.start for one in result.diagnostics if one.span]
    assert places == sorted(places)
    assert len(places) == 100


def test_one_mistake_one_diagnostic() -> None:
    for text in (
        "def f(x):\n    if foo(x:\n        return 1\n    return 2\n",
        "def f(x):\n    while x\n        return 1\n    return 2\n".replace("while", "if"),
        "x = {\n    'a': 1\n    'b': 2\n}\ny = 1\n",
        "try:\n    x = 1\nexcept:\n    y = 2\n",
        "if x = 1:\n    y = 2\nelse:\n    y = 3\n",
        "switch (x) {\n}\n",
    ):
        assert len(parsed(text).diagnostics) == 1, text


def test_each_unterminated_string() -> None:
    assert len(parsed("x = \"a\ny = 'b\nz = 1\n").diagnostics) == 2
    assert len(parsed("x = 'a\nb'\nz = 1\n").diagnostics) == 1


def test_unclosed_brackets_are_limited() -> None:
    assert len(parsed("x = [\n" * 500).diagnostics) == 100
