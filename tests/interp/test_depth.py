"""Values in values and calls in calls: the same depth on every version of Python."""

from __future__ import annotations

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.interp import Limits, Thread, load_source
from oxlang.records import replace
from oxlang.source import SourceFile
from oxlang.syntax.options import STANDARD

OPTIONS = replace(STANDARD, recursion=True, set=True)
_MAKE = "def make(n, last):\n    x = [last]\n    for _ in range(n):\n        x = {}\n    return x\n"
SHAPES = {"lists": "[x]", "dicts": "{1: x}", "tuples in lists": "[(x, 1)]", "dicts in lists": "[{1: x}]", "many": "[0, x, 0]"}


def _run(text: str, limits: Limits | None = None) -> list[str]:
    out: list[str] = []
    load_source(SourceFile("d.star", text), OPTIONS, None, Thread(out=out.append, limits=limits or Limits()))
    return out


def _failure(text: str, limits: Limits | None = None) -> str:
    with pytest.raises(OxError) as caught:
        _run(text, limits)
    assert caught.value.diagnostic.code.id == "OX0408"
    return caught.value.diagnostic.message


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize("depth", [2, 20, 40, 4000])
def test_deep_values_are_compared(shape: str, depth: int) -> None:
    text = _MAKE.replace("{}", shape, 1) + (
        f"a, b, c = make({depth}, 1), make({depth}, 1), make({depth}, 2)\n"
        f"print(a == b, a != b, a == c, b != c, a == make({depth + 1}, 1), [a] == [b], (a,) == (c,), a in [c, b])\n"
    )
    assert _run(text) == ["True False False True False True False True"]


@pytest.mark.parametrize("depth", [2, 20, 40, 4000])
def test_deep_lists_have_an_order(depth: int) -> None:
    text = _MAKE.replace("{}", "[x, 5]", 1) + (
        f"a, b, c = make({depth}, 1), make({depth}, 2), make({depth}, 1)\n"
        "print(a < b, b < a, a <= c, a >= c, a > b, a < c, sorted([b, a])[0] == a, max(a, b) == b)\n"
    )
    assert _run(text) == ["True False True True False False True True"]


def test_deep_lists_without_order_say_so() -> None:
    text = _MAKE.replace("{}", "[x]", 1) + "a = make(5000, 1) < make(5000, 'a')\n"
    with pytest.raises(OxError) as caught:
        _run(text)
    assert caught.value.diagnostic.code.id == "OX0350"
    assert "int < string not implemented" in caught.value.diagnostic.message


def test_tuples_are_nested_less_deep() -> None:
    text = "def f(n):\n    x = (1,)\n    for _ in range(n):\n        x = (x,)\n    return x\na = f({})\nprint(a == f({}), {a: 1}[a])"
    assert _run(text.replace("f({})", "f(499)")) == ["True 1"]
    assert "500 deep" in _failure(text.replace("f({})", "f(500)"))


@pytest.mark.parametrize("shape", ["x.append(x)", "x.append([x])", "x.append({1: x})", "x.append((x, 1))"])
@pytest.mark.parametrize("operation", ["a == b", "a != b", "a < b", "[a] == [b]", "a in [b]"])
def test_values_that_contain_themselves_cannot_be_compared(shape: str, operation: str) -> None:
    text = f"def make():\n    x = [1]\n    {shape}\n    x.append(2)\n    return x\na, b = make(), make()\nc = {operation}\n"
    assert "the value contains itself" in _failure(text)


def test_what_differs_before_it_contains_itself_is_compared() -> None:
    text = "def make(n):\n    x = [n]\n    x.append(x)\n    return x\nprint(make(1) == make(2), make(1) < make(2))\n"
    assert _run(text) == ["False True"]


def test_frozen_lists_are_hashed_at_any_depth() -> None:
    text = _MAKE.replace("{}", "[x]", 1) + "a, b = make({n}, 1), make({n}, 1)\n".replace("{n}", "4000")
    module = load_source(SourceFile("m.star", text), OPTIONS, None, Thread())
    first, second = module.get("a"), module.get("b")
    assert hash(first) == hash(second)
    assert {first: 1}[second] == 1


@pytest.mark.parametrize("depth", [10_000, 100_000])
def test_calls_by_built_in_functions_are_nested_so_deep(depth: int) -> None:
    text = "def f(n):\n    return 0 if n == 1 else sorted([n - 1], key = f)[0]\nf({})"
    limits = Limits(depth=depth)
    _run(text.format(151), limits)
    assert "more than 150 deep" in _failure(text.format(152), limits)


def test_structs_and_what_they_hold_are_compared_at_any_depth() -> None:
    from oxlang.interp.values import SList, Struct

    def make(last: int) -> object:
        value: object = last
        for _ in range(3000):
            value = Struct({"inner": SList([value])})
        return value

    assert make(1) == make(1)
    assert make(1) != make(2)
