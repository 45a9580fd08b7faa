"""Large displays of literals are stored as data: which ones, and that nothing else tells the difference."""

from __future__ import annotations

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.interp import Thread, generate_data, load_source
from oxlang.interp.front import compile_program
from oxlang.interp.values import FrozenDict, FrozenList
from oxlang.source import SourceFile
from oxlang.syntax.options import CONFIG, STANDARD, LanguageOptions


@pytest.fixture(autouse=True)
def every_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small displays are data, too."""
    monkeypatch.setattr(generate_data, "LARGE", 0)


def _is_data(text: str, options: LanguageOptions = STANDARD) -> bool:
    code = compile_program(SourceFile("d.star", text), options, ("HOST",)).code
    return any(isinstance(one, bytes) and b"mark" in one for one in code.co_consts)


@pytest.mark.parametrize(
    "text",
    [
        "X = ['mark']",
        "X = {'mark': 1, 2.5: [b'\\xff', None, True, {}], 'c': [], 'd': {'e': [[False]]}}",
        "X = [0, " + "1" * 200 + ", 1.5e300, 'mark']",
        "print([{'mark': True}])",
        "X = [len, ['mark'], [{'a': 1}]]",
        "X = {'a': ['mark'], HOST: 1}",
        "X, Y = ['mark'], 1",
        "X = 'a' in ['b', ['mark']]",
        "X = " + "[" * 30 + "'mark'" + "]" * 30,
    ],
)
def test_displays_that_are_data(text: str) -> None:
    assert _is_data(text)


@pytest.mark.parametrize(
    "text",
    [
        "X = ['mark', HOST]",
        "X = [('mark',)]",
        "X = ['mark', -1]",
        "X = ['mark' + 'b']",
        "X = {'mark': 1, 'mark': 2}",
        "X = {1: 'mark', 1.0: 2}",
        "X = {True: 'mark'}",
        "X = {('mark'): 2}",
        "X = [Y, 'mark']\nY = 1",
        "X = ['mark' for _ in HOST]",
        "X = [['mark'] for _ in HOST]",
        "X = lambda: ['mark']",
        "def x():\n    return ['mark']",
        "def x(y = ['mark']):\n    return y",
    ],
)
def test_displays_that_are_code(text: str) -> None:
    assert not _is_data(text)


def test_small_displays_are_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate_data, "LARGE", 9)
    assert not _is_data("X = ['mark']")
    monkeypatch.setattr(generate_data, "LARGE", 8)
    assert _is_data("X = ['mark']")


def test_a_config_may_repeat_keys() -> None:
    text = "X = {'mark': [1], 'b': True, 'mark': 2, 1: 3, 1.0: {}, 'b': [4]}"
    assert _is_data(text, CONFIG) and not _is_data(text)
    assert _lines(f"{text}\nprint(X)\n", CONFIG) == ['{"mark": 2, "b": [4], 1: {}}']


def _lines(text: str, options: LanguageOptions = STANDARD) -> list[str]:
    lines: list[str] = []
    load_source(SourceFile("d.star", text), options, thread=Thread(out=lines.append))
    return lines


PROGRAM = """
X = [{"name": "a", "deps": ["b", ["c"]], "ok": True, "no": False, "none": None, "empty": {}, 3: 1.5, b"k": b"v"}, [], {}]
Y = {"first": {"second": [{}, {"third": [1, 2, 3]}]}}
def change():
    a = []
    for one in X:
        a.append(type(one))
    return a
print(X, Y, change(), [type(one) for one in X[0].values()])
X.append(4)
X[0]["deps"][1].append("d")
Y["first"]["second"][0]["new"] = X
print(X, X[0]["ok"] == True, X[0]["ok"] and not X[0]["no"], len(Y["first"]["second"]))
"""


def test_data_and_code_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    as_data = _lines(PROGRAM)
    monkeypatch.setattr(generate_data, "LARGE", 1 << 30)
    assert as_data == _lines(PROGRAM)
    assert "FrozenDict" not in as_data[0] and as_data[0].startswith('[{"name": "a", "deps": ["b", ["c"]], "ok": True')


def test_values_are_frozen_with_their_module() -> None:
    module = load_source(SourceFile("d.star", "X = {'a': [1, {'b': []}]}"), STANDARD)
    found = module.get("X")
    assert [type(one) for one in (found, found["a"], found["a"][1], found["a"][1]["b"])] == [
        FrozenDict, FrozenList, FrozenDict, FrozenList,
    ]  # fmt: skip


def test_each_display_makes_values_of_its_own() -> None:
    assert _lines("X = [['a', 'b'], ['a', 'b']]\nX[0].append('c')\nprint(X)\n") == ['[["a", "b", "c"], ["a", "b"]]']


def test_what_is_done_with_data_fails_at_its_place() -> None:
    with pytest.raises(OxError) as caught:
        _lines("X = [1,\n  'mark'] + [{}] * 'a'\n")
    span = caught.value.diagnostic.span
    assert span is not None and span.text == "[{}] * 'a'"
