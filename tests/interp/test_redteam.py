"""Attempts to get out of the interpreter, or to keep it busy: each is refused or bounded, with a diagnostic."""

from __future__ import annotations

import threading
import time

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.interp import Limits, Thread, load_source
from oxlang.source import SourceFile
from oxlang.syntax.layout import MAX_CHAIN
from oxlang.syntax.options import CONFIG, STANDARD, LanguageOptions

LIMITS = Limits(steps=3_000_000, memory_bytes=64 << 20, value_bytes=16 << 20)


def failure(text: str, options: LanguageOptions = CONFIG, limits: Limits = LIMITS) -> str:
    """Runs a program that must fail; gives the code of the error."""
    with pytest.raises(OxError) as caught:
        load_source(SourceFile("attack.star", text), options, None, Thread(out=lambda text: None, limits=limits))
    assert caught.value.diagnostic.message
    return caught.value.diagnostic.code.id


ESCAPES = {
    "class": "().__class__",
    "class by getattr": 'getattr((), "__class__")',
    "function globals": "(lambda: 1).__globals__",
    "function code": 'getattr(lambda: 1, "__code__")',
    "built-in self": "len.__self__",
    "method self": "[].append.__self__",
    "generator frame": "[x for x in [1]].gi_frame",
    "module": "x = __builtins__",
    "import": '__import__("os")',
    "name": "x = __name__",
    "file": "x = __file__",
    "spec": "x = __spec__",
    "eval": 'eval("1")',
    "exec": 'exec("1")',
    "open": 'open("/etc/passwd")',
    "globals": "globals()",
    "vars": "vars()",
    "type with three arguments": 'type("X", (), {})',
    "object": "object()",
    "super": "super()",
    "input": "input()",
    "breakpoint": "breakpoint()",
    "format attribute": '"{0.__class__}".format(1)',
    "format element": '"{0[a]}".format({"a": 1})',
    "format of a function": '"{f.__globals__}".format(f = lambda: 1)',
    "string as iterable": '"".join("abc")',
    "private list method": "[].__reduce__()",
    "sort in place": "[3, 1].sort()",
    "dict private": "{}.__init__()",
    "string encode": '"a".encode()',
    "int attribute": "(1).real",
    "int method": "(1).bit_length()",
    "tuple count": "(1, 2).count(1)",
    "bytes decode": 'b"a".decode()',
    "assign attribute": "def f():\n    pass\nf.x = 1",
    "assign class": "x = []\nx.__class__ = 1",
    "boolean value": "True._value",
    "range step": "range(3).step",
    "set keys": "set([1]).keys",
    "struct slots": "dir.fields",
}


@pytest.mark.parametrize("text", ESCAPES.values(), ids=ESCAPES.keys())
def test_no_way_to_python(text: str) -> None:
    assert failure(text) in {"OX0201", "OX0209", "OX0350", "OX0351", "OX0352", "OX0354", "OX0356"}


def test_dunder_names_are_ordinary_variables() -> None:
    module = load_source(
        SourceFile("a.star", "__builtins__ = 5\n__name__ = 'x'\n__debug__ = 1\ndef f(__class__):\n    return __class__ + __builtins__\nx = f(1)\n"),
        STANDARD,
        None,
        Thread(),
    )
    assert module.get("x") == 6
    assert module.get("__name__") == "x"


def test_names_of_ours_cannot_be_written() -> None:
    from oxlang.interp.runtime import FIXED

    assert all(name.startswith(".") or name.isidentifier() for name in FIXED)


BOMBS = {
    "string repetition": '"a" * 10000000000',
    "list repetition": "[0] * 10000000000",
    "tuple repetition": "(0,) * 100000000",
    "doubling a string": "s = 'x'\nfor _ in range(100):\n    s = s + s",
    "doubling in place": "s = 'x'\nfor _ in range(100):\n    s += s",
    "doubling a list": "s = [1]\nfor _ in range(100):\n    s = s + s",
    "doubling a list in place": "s = [1]\nfor _ in range(100):\n    s += s",
    "extending by itself": "s = [1]\nfor _ in range(100):\n    s.extend(s)",
    "doubling a tuple": "s = (1,)\nfor _ in range(100):\n    s = s + s",
    "doubling without a loop": "def d(s):\n    return s + s\ndef e(s):\n    return d(d(d(d(s))))\ndef f(s):\n    return e(e(e(e(s))))\nx = f(f('x'))",
    "squaring": "x = 3\nfor _ in range(100):\n    x = x * x",
    "shifting": "x = 1\nfor _ in range(100000):\n    x = x << 500",
    "join": "s = 'x' * 1000000\nx = ','.join([s] * 1000)",
    "replace": "x = ('a' * 100000).replace('a', 'b' * 100000)",
    "format": "s = 'x' * 1000000\nx = ('{}' * 1000).format(*([s] * 1000))",
    "percent": "s = 'x' * 1000000\nx = ('%s' * 1000) % tuple([s] * 1000)",
    "long loop": "for i in range(10000000000):\n    pass",
    "nested loops": "for i in range(100000):\n    for j in range(100000):\n        pass",
    "list of a long range": "x = list(range(10000000000))",
    "comprehension": "x = [i for i in range(10000000000)]",
    "nested comprehension": "x = [1 for i in range(10000) for j in range(10000)]",
    "sum of repr": "x = [1] * 100000\ny = [x] * 1000\nz = repr(y)",
    "deep value": "x = []\nfor _ in range(100000):\n    x = [x]\ny = str(x)",
    "deep equality": "def deep():\n    x = []\n    for _ in range(100000):\n        x = [x]\n    return x\ny = deep() == deep()",
    "deep json": "def f():\n    x = []\n    for _ in range(100000):\n        x = [x]\n    return '%s' % x\ny = f()",
    "exponential calls": "def f0():\n    return 1\n" + "".join(f"def f{n}():\n    return f{n - 1}() + f{n - 1}()\n" for n in range(1, 60)) + "f59()",
    "recursion": "def f(x):\n    return f(x)\nf(1)",
    "recursion by lambda": "f = lambda g: g(g)\nf(f)",
    "recursion by sort": "def f(x):\n    return sorted([2, 1], key = f)\nf(1)",
    "growing list": "x = [1]\nfor y in x:\n    x.append(y)",
    "growing dict": "x = {1: 1}\nfor y in x:\n    x[y + 1] = 1",
    "large integer text": "x = 1\nfor _ in range(5000):\n    x = x * 1000000007000000000000000000000000000\ny = str(x * x * x * x * x * x * x)",
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
def test_bounded(text: str) -> None:
    began = time.monotonic()
    assert failure(text) in {"OX0402", "OX0405", "OX0406", "OX0407", "OX0408", "OX0412"}
    assert time.monotonic() - began < 20


def test_hash_collisions_stay_cheap() -> None:
    """Keys with equal hashes (multiples of 2**61 - 1) are bounded by the steps they cost to make."""
    text = "d = {}\nfor i in range(2000):\n    d[i * ((1 << 61) - 1)] = i\n"
    load_source(SourceFile("a.star", text), CONFIG, None, Thread())


def test_deeply_nested_source() -> None:
    for text in ("x = " + "(" * 20000 + ")" * 20000, "x = " + "[" * 20000, "x = " + "-" * 20000 + "1", "x = " + "1 + " * 20000 + "1"):
        try:
            load_source(SourceFile("a.star", text), CONFIG, None, Thread())
        except OxError as problem:
            assert problem.diagnostic.code.id in {"OX0408"} or problem.diagnostic.code.id.startswith("OX01")


def test_long_chains_work() -> None:
    """As long as the parser allows; see `MAX_CHAIN` of `oxlang.syntax.layout`."""
    count = MAX_CHAIN // 2 - 10
    text = "x = " + " + ".join(["1"] * count) + "\ny = " + " + ".join(['"a"'] * count) + "\nz = 1 " + "- 1 * 2 " * (count // 2) + "\n"
    module = load_source(SourceFile("a.star", text), STANDARD, None, Thread())
    assert (module.get("x"), len(module.get("y")), module.get("z")) == (count, count, 1 - 2 * (count // 2))
    text = "x = " + " and ".join(["True"] * count) + "\ny = [" + ", ".join(["[1]"] * 20000) + "]\n"
    assert len(load_source(SourceFile("a.star", text), STANDARD, None, Thread()).get("y")) == 20000


def test_many_nested_blocks() -> None:
    lines = [f"{'    ' * depth}for x{depth} in range(1):" for depth in range(30)] + ["    " * 30 + "pass"]
    assert failure("\n".join(lines)) == "OX0408"


def test_time_limit() -> None:
    limits = Limits(steps=10**15, seconds=0.3)
    began = time.monotonic()
    code = failure("def f():\n    x = 0\n    for i in range(1000000000):\n        x += i\nf()", limits=limits)
    assert code == "OX0409"
    assert time.monotonic() - began < 5


def test_cancel_from_another_thread() -> None:
    thread = Thread(limits=Limits(steps=10**15))
    timer = threading.Timer(0.2, thread.cancel, ["the editor closed the file"])
    timer.start()
    with pytest.raises(OxError) as caught:
        load_source(SourceFile("a.star", "def f():\n    for i in range(1000000000):\n        pass\nf()"), STANDARD, None, thread)
    timer.join()
    assert "the editor closed the file" in caught.value.diagnostic.message
    with pytest.raises(OxError):
        load_source(SourceFile("a.star", "x = 1"), STANDARD, None, thread)
