"""What hosts use: places, call stacks, loading, freezing, calls from Python, the code cache."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from oxlang.declare import Environment, function
from oxlang.diagnostics.model import OxError
from oxlang.interp import Limits, Module, Thread, call, load_source, to_python
from oxlang.interp.loader import Loader
from oxlang.source import SourceFile, Span
from oxlang.syntax.options import CONFIG, STANDARD, LanguageOptions


class Host:
    """A host that remembers where it was called from."""

    def __init__(self) -> None:
        self.spans: list[Span | None] = []
        self.thread: Thread | None = None


@function("remember")
def remember(ctx: Host, name: str, count: int = 1, flag: bool = False) -> list[bool]:
    """Remembers the place of the call.

    Args:
        name: a name.
        count: a number.
        flag: a boolean.
    """
    assert ctx.thread is not None
    ctx.spans.append(ctx.thread.span())
    return [flag, name == "x"]


@function("run_callback")
def run_callback(ctx: Host, callback: Any) -> Any:
    """Calls a function of the program.

    Args:
        callback: the function.
    """
    assert ctx.thread is not None
    return call(ctx.thread, callback, [1])


@function("broken")
def broken(ctx: Host) -> None:
    """Fails as only a bug of ours does."""
    raise KeyError("internal")


ENVIRONMENT = Environment([], [one.__starlark__ for one in (remember, run_callback, broken)], [])


def evaluate(text: str, options: LanguageOptions = CONFIG, **constants: Any) -> tuple[Module, Host]:
    host = Host()
    host.thread = Thread(out=lambda text: None, extra=host)
    return load_source(SourceFile("config.bzl", text), options, ENVIRONMENT, host.thread, constants), host


def failure(text: str, options: LanguageOptions = CONFIG) -> OxError:
    with pytest.raises(OxError) as caught:
        evaluate(text, options)
    return caught.value


def test_host_function_sees_place_and_gets_python_values() -> None:
    module, host = evaluate("def f():\n    return remember('x', flag = True)\nx = f()\n")
    assert [span.text for span in host.spans if span] == ["remember('x', flag = True)"]
    assert repr(module.get("x")) == "[True, True]"


def test_wrong_argument_is_underlined() -> None:
    problem = failure("def f():\n    remember('x', count = 'many')\nf()\n")
    assert problem.diagnostic.span is not None
    assert problem.diagnostic.span.text == "count = 'many'"
    problem = failure("remember(5)\n")
    assert problem.diagnostic.span is not None
    assert problem.diagnostic.span.text == "5"


def test_bugs_of_the_host_are_not_taken_for_errors_of_the_program() -> None:
    with pytest.raises(KeyError):
        evaluate("broken()\n")


def test_innermost_expression_is_underlined() -> None:
    problem = failure("def f(a, b):\n    return [len(a), (a + b) * 2]\nx = f([1], 2)\n")
    assert problem.diagnostic.span is not None
    assert problem.diagnostic.span.text == "a + b"


def test_call_stack_has_places_and_arguments() -> None:
    problem = failure("def f(a, *, b = 2):\n    return g(a)\ndef g(x):\n    return x[5]\nf([1, 2])\n")
    assert [(frame.function, frame.arguments, frame.span and frame.span.text) for frame in problem.frames] == [
        ("<toplevel>", (), "f([1, 2])"),
        ("f", ("a = [1, 2]", "b = 2"), "g(a)"),
        ("g", ("x = [1, 2]",), "x[5]"),
    ]


def test_callback_keeps_the_whole_stack() -> None:
    problem = failure("def f(x):\n    return 1 // 0\nrun_callback(f)\n")
    assert [frame.function for frame in problem.frames][-1] == "f"
    assert problem.diagnostic.span is not None
    assert problem.diagnostic.span.text == "1 // 0"


def test_errors_in_comprehensions_point_inside() -> None:
    problem = failure("def f(xs):\n    return [x['a'] for x in xs]\nf([{}])\n")
    assert problem.diagnostic.span is not None
    assert problem.diagnostic.span.text == "'a'"
    assert [frame.function for frame in problem.frames] == ["<toplevel>", "f"]


def test_all_errors_of_names_at_once() -> None:
    problem = failure("x = p\ny = q\n")
    assert [one.message for one in problem.diagnostics] == ["undefined: p", "undefined: q"]


def test_constants_of_the_host() -> None:
    module, _ = evaluate("x = VARS['a']\ny = type(FLAG)\n", VARS={"a": [1]}, FLAG=True)
    assert module.get("x") == [1]
    assert module.get("y") == "bool"


def test_calling_a_function_from_python() -> None:
    module, host = evaluate("def f(x, y = 1):\n    return {'a': x, 'b': [y, True]}\n")
    assert host.thread is not None
    assert to_python(call(host.thread, module.get("f"), [1], {"y": 2})) == {"a": 1, "b": [2, True]}


def test_reassigned_predeclared_name_in_a_config() -> None:
    module, _ = evaluate("x = str(remember)\nremember = 5\ny = remember\n")
    assert module.get("y") == 5
    assert module.get("x") == "<built-in function remember>"


# ---- load


def test_load_relative_to_working_directory_then_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "here.bzl").write_text("WHERE = 'cwd'\n")
    (tmp_path / "sub" / "here.bzl").write_text("WHERE = 'beside'\n")
    (tmp_path / "sub" / "only.bzl").write_text("ONLY = 'beside'\n")
    monkeypatch.chdir(tmp_path)
    text = "load('here.bzl', 'WHERE')\nload('only.bzl', other = 'ONLY')\n"
    module = load_source(SourceFile(str(tmp_path / "sub" / "config.bzl"), text), CONFIG)
    assert (module.get("WHERE"), module.get("other")) == ("cwd", "beside")


def test_loaded_file_sees_functions_but_no_constants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lib.bzl").write_text("def f():\n    return remember('x')\ndef g():\n    return CWD\n")
    module, _ = evaluate("load('lib.bzl', 'f', 'g')\nx = f()\n", CWD="/here")
    assert repr(module.get("x")) == "[False, True]"
    with pytest.raises(OxError) as caught:
        evaluate("load('lib.bzl', 'g')\ng()\n", CWD="/here")
    assert caught.value.diagnostic.code.id == "OX0201"


def test_loaded_values_are_frozen_and_say_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lib.bzl").write_text("NAMES = ['a']\ndef add(x, box = []):\n    box.append(x)\n    return box\n")
    problem = failure("load('lib.bzl', 'NAMES')\nNAMES.append('b')\n")
    assert problem.diagnostic.message == "cannot append to frozen list"
    assert any("`lib.bzl` was loaded" in note for note in problem.diagnostic.notes)
    assert failure("load('lib.bzl', 'add')\nadd(1)\n").diagnostic.code.id == "OX0401"


def test_frozen_values_are_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lib.bzl").write_text("A = [1, (2, [3])]\nB = {'k': A}\nC = set([1])\nD = [1, (2, [3])]\n")
    text = "load('lib.bzl', 'A', 'B', 'C', 'D')\nx = {A: 1, (B, 2): 2, C: 3}\ny = [x[D], x[(B, 2)], x[C], A in x, {D: 1} == {A: 1}]\n"
    module, _ = evaluate(text)
    assert to_python(module.get("y")) == [1, 2, 3, True, True]
    assert failure("x = {(1, [2]): 1}\n").diagnostic.code.id == "OX0355"
    assert failure("load('lib.bzl', 'A')\nx = {A: 1}[[1, (2, [3])]]\n").diagnostic.code.id == "OX0355"


def test_load_cycle_and_missing_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.bzl").write_text("load('b.bzl', 'y')\nx = 1\n")
    (tmp_path / "b.bzl").write_text("load('a.bzl', 'x')\ny = 1\n")
    assert failure("load('a.bzl', 'x')\n").diagnostic.code.id == "OX0212"
    (tmp_path / "c.bzl").write_text("alpha = 1\n")
    problem = failure("load('c.bzl', 'alhpa')\n")
    assert problem.diagnostic.code.id == "OX0211"
    assert problem.diagnostic.help == "did you mean `alpha`?"
    assert failure("load('missing.bzl', 'x')\n").diagnostic.code.id == "OX0210"


def test_a_file_runs_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lib.bzl").write_text("remember('lib')\nx = []\n")
    _, host = evaluate("load('lib.bzl', 'x')\nload('lib.bzl', y = 'x')\n")
    assert len(host.spans) == 1


def test_errors_in_a_loaded_file_point_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lib.bzl").write_text("def f(x):\n    return x.nothing\n")
    problem = failure("load('lib.bzl', 'f')\nf('a')\n")
    assert problem.diagnostic.span is not None
    assert problem.diagnostic.span.file.path == "lib.bzl"
    assert [frame.span.file.path for frame in problem.frames if frame.span] == ["config.bzl", "lib.bzl"]


def test_reads_are_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lib.bzl").write_text("x = 1\n")
    seen: list[Path] = []
    thread = Thread()
    Loader(thread, note=seen.append)
    load_source(SourceFile("config.bzl", "load('lib.bzl', 'x')\n"), CONFIG, None, thread)
    assert [path.name for path in seen] == ["lib.bzl"]


# ---- limits and the cache


def test_limits_have_messages() -> None:
    with pytest.raises(OxError) as caught:
        load_source(SourceFile("a", "def f():\n    for i in range(100):\n        pass\nf()"), STANDARD, None, Thread(limits=Limits(steps=50)))
    assert caught.value.diagnostic.message == "evaluation takes more than 50 steps"


def test_cache_keeps_code_and_survives_damage(tmp_path: Path) -> None:
    source = SourceFile("config.bzl", "x = [1, 2]\ndef f():\n    return x[7]\n")

    def run() -> Module:
        return load_source(source, CONFIG, None, Thread(), cache_dir=tmp_path)

    run()
    (stored,) = (tmp_path / "starlark").glob("*.bin")
    module = run()
    with pytest.raises(OxError) as caught:
        call(module.thread, module.get("f"))
    assert caught.value.diagnostic.span is not None
    assert caught.value.diagnostic.span.text == "7"
    data = stored.read_bytes()
    stored.write_bytes(data[:-5] + b"12345")
    assert run().get("x") == [1, 2]
    stored.write_bytes(b"")
    assert run().get("x") == [1, 2]


def test_cache_key_depends_on_language_and_names(tmp_path: Path) -> None:
    source = SourceFile("config.bzl", "x = 1\n")
    load_source(source, CONFIG, None, Thread(), cache_dir=tmp_path)
    load_source(source, STANDARD, None, Thread(), cache_dir=tmp_path)
    load_source(source, STANDARD, None, Thread(), {"A": 1}, cache_dir=tmp_path)
    assert len(list((tmp_path / "starlark").glob("*.bin"))) == 3


def test_unwritable_cache_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    load_source(SourceFile("config.bzl", "x = 1\n"), CONFIG, None, Thread(), cache_dir=tmp_path / "file")


def test_warm_path_imports_neither_parser_nor_resolver(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom pathlib import Path\nfrom oxlang.interp import Thread, load_source\n"
        "from oxlang.source import SourceFile\nfrom oxlang.syntax.options import CONFIG\n"
        "load_source(SourceFile('a', 'def f():\\n    return [1]\\nx = f()\\n'), CONFIG, None, Thread(), cache_dir=Path(sys.argv[1]))\n"
        "print(*sorted(name for name in sys.modules if name.startswith(('oxlang.syntax', 'oxlang.resolve', 'oxlang.interp.gen', 'lark'))))\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    warm = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert warm == ["oxlang.syntax", "oxlang.syntax.options"]


def test_same_output_for_every_hash_seed(tmp_path: Path) -> None:
    program = tmp_path / "a.star"
    program.write_text(
        "print({x: len(x) for x in ['b', 'a', 'c']}, set(['z', 'y', 'x']), sorted({'q': 1, 'p': 2}), dir([]), hash('abc'))\n"
        "print(dict(b = 1, a = 2), [f for f in (len, 'x')], json.encode({'b': 1, 'a': 2}))\n"
    )
    found = {
        subprocess.run(
            [sys.executable, "-m", "oxlang.interp.command", str(program)],
            check=True, capture_output=True, env={"PYTHONHASHSEED": seed, "PATH": ""},
        ).stdout
        for seed in ("0", "1", "2")
    }  # fmt: skip
    assert len(found) == 1


ADVICE = {
    "[1].push(2)": "append",
    "['a'].join(',')": "join",
    "{'a': 1}.has_key('a')": "key in x",
    "'a'.toUpperCase()": "upper",
    "'a'.length()": "len(x)",
    "(1,).append(2)": "cannot change",
    "x = [1, 2]\nx[2]": "x[1]",
    "None['a']": "None",
    "for x in 3:\n    pass": "range",
    "x = {[1]: 2}": "tuple",
    "'{name}'.format(nam = 1)": "nam",
    "'%s %s' % ('a',)": "%%",
    "def f(a = 1, b):\n    pass": "default",
    "def f(**a, b):\n    pass": "comes last",
    "lenght([1])": "len(x)",
    "x = null": "None",
}


@pytest.mark.parametrize(("text", "part"), ADVICE.items(), ids=ADVICE.keys())
def test_advice(text: str, part: str) -> None:
    with pytest.raises(OxError) as caught:
        load_source(SourceFile("a.bzl", text + "\n"), CONFIG, None, Thread())
    assert part in (caught.value.diagnostic.help or ""), caught.value.diagnostic


def test_a_frozen_value_names_the_module_that_made_it(tmp_path: Path) -> None:
    (tmp_path / "lib.star").write_text("NAMES = ['a']\ndef add(x, to = NAMES):\n    to.append(x)\nTABLE = {'k': []}\n")
    (tmp_path / "other.star").write_text("X = 1\n")
    loads = 'load("other.star", "X")\nload("lib.star", "NAMES", "TABLE", "add")\n'
    for change in ("add('b')", "NAMES.append('b')", "NAMES[0] = 'b'", "TABLE['k'] += [1]", "def f():\n    TABLE['k'].append(1)\nf()"):
        path = tmp_path / "main.star"
        path.write_text(f"{loads}{change}\n")
        with pytest.raises(OxError) as caught:
            load_source(SourceFile(str(path), path.read_text()), CONFIG, None, Thread())
        notes = " ".join(caught.value.diagnostic.notes)
        assert "frozen because module" in notes and "lib.star" in notes, change
        if "+=" not in change and "f()" not in change:
            assert "other.star" not in notes, change


@pytest.mark.parametrize("path", ["a\\0b.bzl", "@stdlib//a\\0b.star", "a" * 5000 + ".bzl"])
def test_load_of_a_path_that_no_file_can_have(path: str) -> None:
    problem = failure(f'load("{path}", "x")\n')
    assert problem.diagnostic.code.id == "OX0210"
    assert problem.diagnostic.span is not None
