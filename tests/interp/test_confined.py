"""Which variables are confined, what the kinds of elements are, and that nothing of it is seen from outside."""

from __future__ import annotations

import pytest

from oxlang.interp import Thread, load_source
from oxlang.interp.analysis import Analysis
from oxlang.interp.front import analyse
from oxlang.interp.values import FrozenDict, FrozenList
from oxlang.source import SourceFile
from oxlang.syntax.options import STANDARD


def _analysis(body: str) -> Analysis:
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    return Analysis(analyse(SourceFile("f.star", f"def f(a):\n{lines}"), STANDARD, ()))


def _confined(body: str) -> set[str]:
    return {binding.name for binding in _analysis(body).confined.variables}


@pytest.mark.parametrize(
    "body",
    [
        "x = []\nx.append(a)\nreturn x",
        "x = [1] * a\nx[0] = 2\nreturn x[1:]",
        "x = {}\nfor k in a:\n    x[k] = x.get(k, 0) + 1\nreturn x",
        "x = [1]\nif x and not x:\n    return len(x)",
        "x = [b for b in a]\nreturn [y for y in x], a in x, x == a",
        "x = sorted(a)\nx += [1]\nreturn (x, 1)",
        "x = list(a) if a else []\nreturn str(x)",
    ],
)
def test_reading_and_changing_in_place_confines(body: str) -> None:
    assert _confined(body) == {"x"}


@pytest.mark.parametrize(
    "body",
    [
        "x = []\ny = x",
        "x = []\ny = [x]",
        "x = []\na(x)",
        "x = []\na.append(x)",
        "x = []\nreturn [x]",
        "x = []\nreturn x, x",
        "x = []\nreturn x or a",
        "x = []\ny = x if a else []",
        "x = []\ny = lambda: x",
        "x = []\nx = a",
        "x = [1]\nfor y in x:\n    x.append(y)",
        "x = [1]\ny = [x.append(z) for z in x]",
        "x = []\nreturn type(x)",
        "x = []\nreturn max(x, a)",
        "x = []\nx.unknown()",
        "x = []\ny = x.append",
        "for x in [[1]]:\n    x.append(a)",
        "(x, y) = a\nx = []",
        "a = []\na.append(1)",
    ],
)
def test_what_may_be_seen_elsewhere_is_not_confined(body: str) -> None:
    assert "x" not in _confined(body)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("x = [1, 2]\nx.append(3)", "int"),
        ("x = [0] * a\nx[1] = 5\nx[2] += 1", "int"),
        ('x = [1]\nx.append("a")', None),
        ("x = [1]\nx[0] = a", None),
        ("x = [1]\nx.extend(a)", None),
        ("x = [1]\nx += [a]", None),
        ("x = [1]\nx[0], y = a", None),
        ("x = [1]\nz = [0 for x[0] in a]", None),
        ("x = [[0] * 3 for _ in range(3)]", "list"),
        ('x = "a b".split()', "str"),
        ("y = [1]\nx = y[1:] + y", "int"),
        ("x = []\nfor i in range(3):\n    x.append(i)", "int"),
        ("x = [1]\nx[0] = x[0] + a", "num"),
    ],
)
def test_kinds_of_elements(body: str, kind: str | None) -> None:
    analysis = _analysis(body)
    found = {binding.name: analysis.elements.get(binding) for binding in analysis.confined.variables}
    assert found["x"] == kind


def test_what_is_returned_is_a_value_of_starlark_and_can_be_frozen() -> None:
    text = "def f():\n    x = [1]\n    y = {1: 2}\n    return x, y\nlist_, dict_ = f()\n"
    module = load_source(SourceFile("m.star", text), STANDARD, None, Thread())
    assert type(module.get("list_")) is FrozenList
    assert type(module.get("dict_")) is FrozenDict


def test_functions_have_kinds_of_results() -> None:
    text = (
        "def even(i):\n    return i % 2 == 0\n"
        "def size(x):\n    if x:\n        return len(x)\n    fail('empty')\n"
        "def maybe(x):\n    if x:\n        return 1\n"
        "def loop(x):\n    return loop(x - 1) + 1 if x else 0\n"
    )
    analysis = Analysis(analyse(SourceFile("f.star", text), STANDARD, ()))
    found = {binding.name: analysis.results.get(node) for binding, node in analysis.static.items()}
    assert found == {"even": "bool", "size": "int", "maybe": None, "loop": "int"}
