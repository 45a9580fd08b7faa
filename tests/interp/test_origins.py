"""What is said about a value that an operation cannot use: which part, and where it came from."""

from __future__ import annotations

from pathlib import Path

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.interp import Thread, load_source
from oxlang.source import SourceFile
from oxlang.syntax.options import CONFIG, STANDARD, LanguageOptions


def failure(text: str, options: LanguageOptions = STANDARD) -> OxError:
    with pytest.raises(OxError) as caught:
        load_source(SourceFile("a.star", text), options, None, Thread(out=lambda text: None))
    return caught.value


SILENT = "def silent():\n    pass\n"
NONE = {
    "operand": "x = silent() + 1\n",
    "variable": "v = silent()\nx = 1 - v\n",
    "attribute": "v = silent()\nv.append(1)\n",
    "assigned attribute": "v = silent()\nv.name = 1\n",
    "index": "v = silent()\nx = v[0]\n",
    "slice": "v = silent()\nx = v[1:]\n",
    "call": "v = silent()\nv()\n",
    "in a function": "def f(v):\n    v = silent()\n    if v == None:\n        return v.name\nf(1)\n",
    "order": "v = silent()\nx = v < 1\n",
}


@pytest.mark.parametrize("text", NONE.values(), ids=NONE.keys())
def test_none_of_a_function_without_return(text: str) -> None:
    found = failure(SILENT + text).diagnostic
    assert "`silent` has no `return` with a value, so a call of it gives None" in found.notes
    assert found.help == "end `silent` with `return …`"
    labels = [(label.span.text, label.text) for label in found.labels if not label.primary]
    assert labels == ([("v", "gets its value here")] if "v = silent()" in text else [])


OTHERS = {
    "another function": "def f():\n    return None\nv = f()\nx = v + 1\n",
    "another value": "v = silent()\nx = 'a' + 1\n",
    "assigned again": "def f():\n    v = silent()\n    v = 'a'\n    return v + 1\nf()\n",
    "of another function": "v = silent()\ndef f(v):\n    return v + 1\nf(None)\n",
    "in a dict": "v = {'a': silent()}\nx = v['a'] + 1\n",
}


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS.keys())
def test_none_of_something_else(text: str) -> None:
    assert not any("no `return`" in note for note in failure(SILENT + text).diagnostic.notes)


@pytest.mark.parametrize(
    "text",
    [
        "list = [1]\nx = list((1, 2))\n",
        "def f(list):\n    return list((1, 2))\nf([1])\n",
        "def f():\n    for list in [[1]]:\n        return list((1, 2))\nf()\n",
        "list = [1]\ndef f():\n    def g():\n        return list()\n    return g()\nf()\n",
    ],
)
def test_hidden_functions(text: str) -> None:
    found = failure(text).diagnostic
    assert found.span is not None
    assert found.span.text == "list"
    assert [label.text for label in found.labels] == ["", "hides the built-in function"]
    assert text.index("list") == found.labels[1].span.start
    assert found.help == "give the variable another name, such as `list_`"


def test_a_call_of_what_is_no_function() -> None:
    found = failure("name = 'x'\nname()\n").diagnostic
    assert [label.span.text for label in found.labels] == ["name"]


PARTS = {
    "x = {\n    'a': 1,\n    ['b']: 2,\n}\n": "['b']",
    "k = [1]\nx = {\n    'a': 1,\n    (1, k): 2,\n}\n": "(1, k)",
    "x = {\n    'a': 1,\n    'b': 2,\n    ('a'): 3,\n}\n": "'a'",
    "k = 'a'\nx = {\n    'a': 1,\n    k: 2,\n}\n": "k",
    "d = {}\nk = [1]\nd[k] = 1\n": "k",
    "x = [1, 2][2]\n": "2",
    "x = [1, 2]['a']\n": "'a'",
    "x = {'a': 1}['b']\n": "'b'",
    "x = 'abc'['a':]\n": "'a'",
    "x = 'abc'[:'a']\n": "'a'",
    "x = 'abc'[::'a']\n": "'a'",
    "x = {'a': 1}.pop('b')\n": "{'a': 1}.pop('b')",
    "x = None['a']\n": "None['a']",
}


@pytest.mark.parametrize(("text", "part"), PARTS.items())
def test_the_part_that_is_wrong(text: str, part: str) -> None:
    span = failure(text).diagnostic.span
    assert span is not None
    assert span.text == part
    if part == "'a'" and "('a')" in text:
        assert span.start == text.index("('a')") + 1


def test_a_name_that_a_module_does_not_have() -> None:
    found = failure('load("@stdlib//lists.star", "unique", other = "flaten")\n').diagnostic
    assert found.span is not None
    assert (found.code.id, found.span.text, found.help) == ("OX0211", '"flaten"', "did you mean `flatten`?")


HELP = {
    "x = '3' < 4\n": "convert one of them: `int(x)` gives a number, `str(x)` a string",
    "x = [1] < (1,)\n": "convert one of them with `list(x)` or `tuple(x)`",
    "x = {} < {}\n": "values of this type have no order; compare something that they hold",
    "x = None < 1\n": "the value is None; does a function return nothing?",
    "x = True + 1\n": "booleans are no numbers: `int(x)` gives 1 or 0",
    "x = '3' - 1\n": "convert the string with `int(x)`",
    "x = None * 2\n": "the value is None; does a function return nothing?",
    "x = range(1.5)\n": "`int(x)` cuts the fraction off",
    "x = '%d' % 'a'\n": "`%s` takes any value",
    "x = len.foo\n": "the value is a function: call it with `(…)` to get its result",
    "x = sum([1])\n": '`load("@stdlib//lists.star", "sum")`',
    "def f(a):\n    pass\nf(b = 1)\n": None,
    "return 1\n": "a file has no result; `fail` ends it",
    "break\n": "`break` and `continue` belong into a `for` loop of the same function",
    "len(*[1], 2)\n": "positional arguments come first, then named ones, then one `*args`, then one `**kwargs`",
}


@pytest.mark.parametrize(("text", "help"), HELP.items())
def test_help(text: str, help: str | None) -> None:
    assert failure(text).diagnostic.help == help


def test_a_global_that_a_function_assigns_to() -> None:
    found = failure("total = 0\ndef add(n):\n    total += n\nadd(1)\n", CONFIG).diagnostic
    assert found.code.id == "OX0209"
    assert [(label.span.start, label.text) for label in found.labels if not label.primary] == [(0, "another variable")]
    assert found.notes == ("a name that a function assigns to is local in all of the function",)
    alone = failure("def f(x):\n    if x:\n        y = 1\n    return y\nf(0)\n").diagnostic
    assert alone.help == "give it a value before this, on every way that leads here"


def test_errors_show_only_the_beginning_of_values() -> None:
    """However large an argument is: the stack shows a few characters of it, at once."""
    text = "def g(x):\n    return x.nothing\ndef f():\n    x = [0]\n    for _ in range(24):\n        x = [x, x]\n    return g(struct_(x))\ndef struct_(x):\n    return {'a': x}\nf()\n"
    frames = failure(text).frames
    assert frames[-1].arguments == ("x = {\"a\": [[[[[[[[[[[[[[[[[[[[[[[[[0], [0]], [[0], [0…",)


def test_frames_do_not_fill_lists_that_are_not_looked_at(tmp_path: Path) -> None:
    from oxlang.interp.shortening import shortened

    class Lazy(list[int]):
        starlark_short = "[…]"

        def __iter__(self):  # type: ignore[no-untyped-def]
            raise AssertionError("filled")

    assert shortened(Lazy([1])) == "[…]"
