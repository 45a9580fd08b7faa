"""Attempts to get out of the interpreter, or to keep it busy: each is refused or bounded, with a diagnostic."""

from __future__ import annotations

import sys
import threading
import time

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.interp import Limits, Thread, call, load_source
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
    "deep json": "def f():\n    x = []\n    for _ in range(100000):\n        x = [x]\n    return '%s' % x\ny = f()",
    "exponential calls": "def f0():\n    return 1\n" + "".join(f"def f{n}():\n    return f{n - 1}() + f{n - 1}()\n" for n in range(1, 60)) + "f59()",
    "recursion": "def f(x):\n    return f(x)\nf(1)",
    "recursion by lambda": "f = lambda g: g(g)\nf(f)",
    "recursion by sort": "def f(x):\n    return sorted([2, 1], key = f)\nf(1)",
    "growing list": "x = [1]\nfor y in x:\n    x.append(y)",
    "growing dict": "x = {1: 1}\nfor y in x:\n    x[y + 1] = 1",
    "large shift": "x = 1 << 1000000000",
    "large shift by parts": "x = 1 << 511\nfor _ in range(30):\n    x = x * x",
    "large integer of a text": "x = int('9' * 1000000)",
    "large integer of a text in base 36": "x = int('z' * 1000000, 36)",
    "large text of text": "x = 'x' * 1000000000000",
    "text times a large integer": "x = 'x' * (1 << 500)",
    "negative growth": "x = [0]\nfor _ in range(100):\n    x *= 2",
    "small values, many": "x = []\nfor i in range(4000000):\n    x.append(str(i) * 300)",
    "small values, in a comprehension": "x = [str(i) * 300 for i in range(4000000)]",
    "small values, in a dict": "x = {}\nfor i in range(10000000):\n    x[i] = [i]",
    "large elements of a text": "x = ('x' * 10000000).elems()\ny = [list(x) for _ in range(100)]",
    "large split": "x = [('x ' * 4000000).split() for _ in range(10)]",
    "range of ranges": "x = [list(range(100000)) for _ in range(100000)]",
    "sorted many times": "x = list(range(100000))\nfor i in range(100000):\n    y = sorted(x)",
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


def test_many_hash_collisions_are_bounded_by_time() -> None:
    text = "d = {}\nfor i in range(1000000):\n    d[i * ((1 << 61) - 1)] = i\n"
    began = time.monotonic()
    assert failure(text, limits=Limits(seconds=0.3)) == "OX0409"
    assert time.monotonic() - began < 5


def test_no_widths_in_formats() -> None:
    for text in ("'%1000000000d' % 1", "'%*d' % (1000000000, 1)", "'%.1000000000f' % 1.5", "'{:1000000000}'.format(1)", "'{!r:>99999999}'.format(1)"):
        assert failure(text) == "OX0356"
    assert failure("10 ** 10 ** 10") == "OX0108"


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


def nested_loops(depth: int, last: str, indent: int = 1) -> str:
    """Gives loops in loops whose variables are x0, x1 …, with a statement in the innermost."""
    lines = [f"{'    ' * (at + indent)}for x{at} in range({2 if at < 2 else 1}):" for at in range(depth)]
    return "\n".join([*lines, "    " * (depth + indent) + last]) + "\n"


NESTED = {
    "sums": ("total += x0 + x98; last = x1; get = lambda: x0", "return (total, last, x97, get())", (2, 1, 0, 1)),
    "return": ("if x1: return [x0, n, x88]", "return 7", [0, 9, 0]),
    "return of nothing": ("if x1: return", "return 7", None),
    "break and continue": ("if x1: break\n" + "    " * 100 + "total += 1; continue", "return total", 2),
    "parameters and comprehensions": ("n += 1; w = [a + b for a in [n] for b in [1]]", "return (n, w)", (13, [14])),
    "nested functions": ("g = lambda y: x1 + y + n\n" + "    " * 100 + "def h(): return g(1) + x0", "return (g(1), h())", (11, 12)),
}


@pytest.mark.parametrize(("last", "after", "wanted"), NESTED.values(), ids=NESTED.keys())
def test_many_nested_blocks(last: str, after: str, wanted: object) -> None:
    """Python allows 20; the parser 100 (see `MAX_BLOCKS`)."""
    text = "def f(n):\n    total = 0\n" + nested_loops(99, last) + f"    {after}\ny = f(9)\n"
    assert load_source(SourceFile("a.star", text), STANDARD, None, Thread()).get("y") == wanted


def test_many_nested_blocks_at_the_top() -> None:
    text = "total = 0\n" + nested_loops(99, "total += 1; z = x0", 0)
    module = load_source(SourceFile("a.star", text), CONFIG, None, Thread())
    assert (module.get("total"), module.get("z")) == (4, 1)
    text = "def f(n):\n" + nested_loops(40, "n = q; q = 1") + "f(1)\n"
    with pytest.raises(OxError) as caught:
        load_source(SourceFile("a.star", text), CONFIG, None, Thread())
    assert caught.value.diagnostic.message == "local variable q referenced before assignment"
    assert [one.function for one in caught.value.frames] == ["<toplevel>", "f"]


RECURSIVE = LanguageOptions(recursion=True, while_loops=True, top_level_control=True, set=True)
DEEP = {
    "function": "def f(n):\n    return 0 if n == 1 else f(n - 1)\nf({})",
    "lambda": "f = lambda n, g: 0 if n == 1 else g(n - 1, g)\nf({}, f)",
    "by turns": "def f(n):\n    return g(n - 1) if n > 1 else 0\ndef g(n):\n    return f(n - 1) if n > 1 else 0\nf({})",
    "spread": "def f(*n):\n    return 0 if n[0] == 1 else f(*[n[0] - 1])\nf(*[{}])",
    "values": "def g(n):\n    x = []\n    for _ in range(n - 1):\n        x = [x]\n    return x\nstr(g({}))",
    "dicts": "def g(n):\n    x = {{}}\n    for _ in range(n - 1):\n        x = {{1: x}}\n    return x\n'%s' % g({})",
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP.keys())
@pytest.mark.parametrize("depth", [10, 1000, 5000])
def test_depth(text: str, depth: int) -> None:
    """Exactly as deep as the limit says, whatever Python's own limit is."""
    limits = Limits(depth=depth)
    load_source(SourceFile("a.star", text.format(depth)), RECURSIVE, None, Thread(limits=limits))
    with pytest.raises(OxError) as caught:
        load_source(SourceFile("a.star", text.format(depth + 1)), RECURSIVE, None, Thread(limits=limits))
    assert caught.value.diagnostic.code.id == "OX0408"
    assert f"more than {depth:,} deep" in caught.value.diagnostic.message
    assert "--max-depth" in (caught.value.diagnostic.help or "")


def test_depth_by_built_in_functions() -> None:
    """A call by `sorted` counts as ten: it takes more of Python's stack."""
    text = "def f(n):\n    return 0 if n == 1 else sorted([n - 1], key = f)[0]\nf({})"
    load_source(SourceFile("a.star", text.format(91)), RECURSIVE, None, Thread())
    assert failure(text.format(92), RECURSIVE, Limits()) == "OX0408"
    # Without an end it stops, too, also where the limit is far beyond what Python allows.
    assert failure(text.format(-1), RECURSIVE, Limits(depth=100_000)) == "OX0408"


def test_depth_of_a_long_chain_of_functions() -> None:
    text = "def f0():\n    return 1\n" + "".join(f"def f{n}():\n    return f{n - 1}()\n" for n in range(1, 1100))
    load_source(SourceFile("a.star", text + "f900()\n"), STANDARD, None, Thread())
    assert failure(text + "f1099()\n", STANDARD, Limits()) == "OX0408"


def test_depth_is_given_back() -> None:
    thread = Thread(limits=Limits(depth=50))
    module = load_source(SourceFile("a.star", "def f(n):\n    return f(n + 1)\ndef g(n):\n    return 0 if n == 0 else g(n - 1)\n"), RECURSIVE, None, thread)
    for _ in range(3):
        with pytest.raises(OxError):
            call(thread, module.get("f"), [0])
        assert call(thread, module.get("g"), [49]) == 0


def test_python_keeps_its_own_limit() -> None:

    before = sys.getrecursionlimit()
    load_source(SourceFile("a.star", "x = 1"), STANDARD, None, Thread())
    assert sys.getrecursionlimit() == before


def test_deep_evaluation_can_be_cancelled() -> None:
    """It runs in a thread with a larger stack."""
    thread = Thread(limits=Limits(depth=20_000))
    timer = threading.Timer(0.2, thread.cancel)
    timer.start()
    with pytest.raises(OxError) as caught:
        load_source(SourceFile("a.star", "while True:\n    x = 1\n"), LanguageOptions(while_loops=True, top_level_control=True, global_reassign=True), None, thread)
    timer.join()
    assert caught.value.diagnostic.code.id == "OX0409"


LONG = {
    "sorted": "x = sorted(n)",
    "join": "x = ','.join(t)",
    "list of a range": "x = list(range(5000000))",
    "replace": "x = ('ab' * 2000000).replace('a', 'ccc')",
    "repr": "x = repr(t)",
    "comparison": "x = n == list(n)",
    "comprehension": "x = [a for a in n]",
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_cancel_in_a_long_built_in_function(text: str) -> None:
    thread = Thread(limits=Limits(memory_bytes=1 << 60, steps=1 << 60))
    timer = threading.Timer(0.3, thread.cancel)
    options = LanguageOptions(while_loops=True, top_level_control=True, global_reassign=True)
    prepared = "n = [(i * 7919) % 100003 for i in range(300000)]\nt = [str(i) for i in range(100000)]\n"
    timer.start()
    began = time.monotonic()
    with pytest.raises(OxError) as caught:
        load_source(SourceFile("a.star", f"{prepared}while True:\n    {text}\n"), options, None, thread)
    timer.join()
    assert caught.value.diagnostic.code.id == "OX0409"
    assert time.monotonic() - began < 8


def test_sorting_in_pieces_is_stable() -> None:
    text = "n = [(i * 7919) % 1009 for i in range(400000)]\nx = sorted(n)\ny = sorted([(1.0 if i % 2 else 1, i)[0] for i in range(300000)], reverse = True)\n"
    module = load_source(SourceFile("a.star", text), CONFIG, None, Thread())
    assert module.get("x") == sorted(module.get("n"))
    assert [type(one) for one in module.get("y")[:4]] == [int, float, int, float]


def test_memory_is_bounded_also_in_small_pieces() -> None:
    with pytest.raises(OxError) as caught:
        load_source(SourceFile("a.star", "x = []\nfor i in range(10000000):\n    x.append(str(i) * 300)"), CONFIG, None, Thread(limits=Limits(memory_bytes=64 << 20)))
    assert caught.value.diagnostic.code.id == "OX0407"
    assert "--max-memory" in (caught.value.diagnostic.help or "")


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


HEAVY = {
    "pairs": "t = (t, t)",
    "concatenation": "t = (t,)\n        t = t + t",
    "repetition": "t = (t,) * 2",
    "in place": "u = (t,)\n        u += u\n        t = u",
    "of a list": "t = tuple([t, t])",
    "zip": "t = zip([t], [t])[0]",
    "enumerate": "t = enumerate([(t, t)])[0]",
    "items": "t = {t: t}.items()[0]",
    "items in a loop": "for p in {t: t}.items():\n            t = p",
    "items in a comprehension": "t = [p for p in {t: t}.items()][0]",
    "popitem": "t = {t: t}.popitem()",
    "arguments": "t = pair(t, t)",
    "arguments of a lambda": "t = (lambda *a: a)(t, t)",
    "spread arguments": "t = pair(*[t, t])",
    "conditional": "t = (t if t else (), t if t else ())",
    "parts": "t = ((t, t, t) + (1,) * 100)[:102][::-1][1:]\n        t = t + t",
}
USES = ["{t: 1}", "t == u", "t < u", "t in [u]", "{}.get(t)", "set([t])", "[u].index(t)", "t in {}"]


@pytest.mark.parametrize("grow", HEAVY.values(), ids=HEAVY.keys())
def test_tuples_of_tuples_are_bounded(grow: str) -> None:
    """Hashing and comparing them cannot be stopped, so they cannot be made."""
    made = f"def pair(*args):\n    return args\ndef make():\n    t = (1, 2)\n    for _ in range(100000):\n        {grow}\n    return t\nt = make()\n"
    assert failure(made, STANDARD, Limits(seconds=60)) in {"OX0407", "OX0408"}


@pytest.mark.parametrize("grow", ["t = (t,)", "t = enumerate([t])[0]", "t = zip([t])[0]", "t = ((((((((((t,),),),),),),),),),)"])
def test_deep_tuples_are_bounded(grow: str) -> None:
    """Hashing one takes stack for each level; Python has no limit of its own there."""
    assert failure(f"def make():\n    t = ()\n    for _ in range(200000):\n        {grow}\n    return t\nx = {{make(): 1}}\n", STANDARD, Limits(seconds=60)) == "OX0408"


@pytest.mark.parametrize("use", USES)
def test_tuples_of_tuples_work_below_the_limit(use: str) -> None:
    made = "def make(many, deep):\n    t = ()\n    for _ in range(many):\n        t = (t, t)\n    for _ in range(deep):\n        t = (1, t)\n    return t\n"
    text = made + f"def f(t, u):\n    return {use}\nf(make(12, 4000), make(12, 4000))\n"
    try:
        load_source(SourceFile("a.star", text), STANDARD, None, Thread())
    except OxError as problem:
        # How deep values can be compared is CPython's own limit.
        assert problem.diagnostic.code.id == "OX0408"


COMPARED = {
    "lists": ("x = [x, x]", "make() == make()"),
    "order of lists": ("x = [x, x]", "make() < make()"),
    "dicts": ("x = {1: x, 2: x}", "make() != make()"),
    "lists in tuples": ("x = [(x, x)]", "make() == make()"),
    "membership": ("x = [x, x]", "make() in [make()]"),
    "index": ("x = [x, x]", "[make()].index(make())"),
}


@pytest.mark.parametrize(("grow", "use"), COMPARED.values(), ids=COMPARED.keys())
def test_long_comparisons_can_be_stopped(grow: str, use: str) -> None:
    made = f"def make():\n    x = []\n    for _ in range(60):\n        {grow}\n    return x\ny = {use}\n"
    began = time.monotonic()
    assert failure(made, STANDARD, Limits(seconds=0.3)) == "OX0409"
    assert time.monotonic() - began < 5
