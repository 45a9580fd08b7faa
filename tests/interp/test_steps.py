"""Steps of loops: all that run are charged, and what a loop leaves behind when it ends early is not."""

from __future__ import annotations

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.interp import Limits, Thread, load_source
from oxlang.interp.module import Module
from oxlang.source import SourceFile
from oxlang.syntax.options import STANDARD


def run(text: str, steps: int = 10**9) -> tuple[Module, int]:
    """Runs a program; gives its module and the steps that it took."""
    thread = Thread(limits=Limits(steps=steps))
    module = load_source(SourceFile("a.star", text), STANDARD, None, thread)
    return module, steps - thread.steps - thread.later


LENGTHS = (0, 1, 63, 64, 65, 128, 129, 192, 959, 960, 961, 1000, 1984, 1985, 5000)
ITERABLES = {
    "range": "range({n})",
    "range of two": "range(-3, {n} - 3)",
    "backwards": "range({n}, 0, -1)",
    "variable": "R",
    "list": "list(R)",
    "tuple": "tuple(R)",
    "dict": "{{i: None for i in R}}",
    "keys": "{{i: None for i in R}}.keys()",
    "values": "{{-i: i for i in R}}.values()",
    "items": "[k for k, v in {{i: None for i in R}}.items()]",
    "enumerate": "[i for i, v in enumerate(R)]",
    "sorted": "sorted(R)",
}


@pytest.mark.parametrize("iterable", ITERABLES.values(), ids=ITERABLES.keys())
@pytest.mark.parametrize("end", ["break", "return found"])
def test_loops_that_may_end_early_run_over_all(iterable: str, end: str) -> None:
    calls = []
    for n in LENGTHS:
        shown = iterable.format(n=n)
        calls.append(
            f"def f{n}():\n    R = range({n})\n    found = []\n    for x in {shown}:\n        if x == {n} * 2:\n            {end}\n"
            f"        found.append(x)\n    return found\nx{n} = f{n}() == [x for R in [range({n})] for x in {shown}]"
        )
    module, _ = run("\n".join(calls) + "\n")
    assert [n for n in LENGTHS if module.get(f"x{n}") is not module.get("x0")] == []
    assert str(module.get("x0")) == "True"


def test_each_iteration_costs_the_same() -> None:
    def steps(n: int) -> int:
        text = f"def f(l):\n    for x in l:\n        if x < 0:\n            break\nf(range({n}))\nf([0] * {n})\n"
        return run(text + f"def g():\n    for x in range({n}):\n        if x < 0:\n            return\ng()\n")[1]

    base = steps(0)
    one = steps(1) - base
    assert [steps(n) - base for n in LENGTHS] == [n * one for n in LENGTHS]


EARLY = {
    "range": "def f():\n    for i in range(1 << 40):\n        if i > 5:\n            return i\n",
    "whole range": "def f():\n    for i in range(-1 << 62, 1 << 62):\n        if i < 0:\n            return 6\n",
    "break": "def f():\n    for i in range(1 << 40):\n        if i > 5:\n            break\n    return i\n",
    "list": "l = list(range(100000))\ndef f():\n    for i in l:\n        if i > 5:\n            return i\n",
    "locked list": "l = list(range(20000))\ndef g(x): return x\ndef f():\n    for i in l:\n        if g(i) > 5:\n            return i\n",
    "items": "d = {i: i for i in range(20000)}\ndef f():\n    for k, v in d.items():\n        if v > 5:\n            return k\n",
    "items of what may change": "d = {i: i for i in range(20000)}\ndef g(x): return x\ndef f():\n    for k, v in d.items():\n        if g(v) > 5:\n            return k\n",
    "enumerate": "l = list(range(20000))\ndef f():\n    for k, v in enumerate(l):\n        if v > 5:\n            return k\n",
    "two loops": "def f():\n    for i in range(1 << 40):\n        for j in range(1 << 40):\n            if i + j > 5:\n                return 6\n",
}


@pytest.mark.parametrize("text", EARLY.values(), ids=EARLY.keys())
def test_loops_that_end_early_are_charged_for_what_they_did(text: str) -> None:
    module, steps = run(text + "def main():\n    for n in range(1000):\n        x = f()\n    return x\nx = main()\n", steps=3_000_000)
    assert module.get("x") == 6
    assert steps < 1_500_000


def test_loops_that_never_end_early_are_bounded() -> None:
    with pytest.raises(OxError) as caught:
        run("def f():\n    for i in range(1 << 40):\n        if i < 0:\n            break\nf()\n", steps=100_000)
    found = caught.value.diagnostic
    assert found.code.id == "OX0406"
    assert found.labels[0].span.text == "range(1 << 40)"


def test_ranges_that_need_not_be_walked() -> None:
    text = (
        "n = 1 << 62\na = [any(range(n)), any(range(1)), any(range(0)), any(range(0, 2)), any(range(-1, 1))]\n"
        "b = [all(range(n)), all(range(1, n)), all(range(0)), all(range(-1, 1)), all(range(-3, 4, 2))]\n"
        "c = [zip(range(n), 'ab'.elems()), zip([1, 2], range(5, n)), zip(range(n), {}), zip(range(2), range(n))]\n"
    )
    module, _ = run(text, steps=1000)
    assert str(module.get("a")) == "[True, False, False, True, True]"
    assert str(module.get("b")) == "[False, True, True, False, True]"
    assert module.get("c") == [[(0, "a"), (1, "b")], [(1, 5), (2, 6)], [], [(0, 0), (1, 1)]]


@pytest.mark.parametrize("end", ["break", "return"])
def test_a_list_is_locked_until_the_loop_ends(end: str) -> None:
    text = (
        "def change(l):\n    l.append(1)\n"
        f"def f(l, at):\n    for i in l:\n        if i == at:\n            {end}\n        if i == 1999:\n            change(l)\n"
        "l = list(range(2000))\nf(l, 0)\nl.append(5)\nf(l, 70)\nl.append(6)\nf(l, 1500)\nl.append(7)\nn = len(l)\n"
    )
    module, _ = run(text)
    assert module.get("n") == 2003
    with pytest.raises(OxError) as caught:
        run(text + "f(l, -1)\n")
    assert "during iteration" in caught.value.diagnostic.message
