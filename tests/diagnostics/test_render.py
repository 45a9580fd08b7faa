"""Rendering of diagnostics: golden texts for every shape."""

from __future__ import annotations

from pathlib import Path

import pytest

from oxlang.diagnostics import Code, Diagnostic, Edit, Fix, Frame, Label, OxError
from oxlang.diagnostics.render import render, render_error
from oxlang.source import SourceFile, Span
from tests.support.golden import assert_golden

GOLDEN = Path(__file__).parent / "golden"
CODE = Code(id="OX0000", name="example", summary="An example.")
WARNING = Code(id="OX0001", name="example-warning", summary="An example.", severity="warning")
FILE = SourceFile(
    "/home/me/app/pyoxidizer.bzl",
    "def make_exe(name):\n"
    "    dist = default_python_distribution()\n"
    "\n"
    "    return dist.to_python_executable(nme=name)\n"
    "\n"
    'register_target("exe", make_exe)\n'
    "\tx = [\n\t\t1,\n\t\t2,\n\t]\n"
    'größe = "宽字" + none\n',
)
OTHER = SourceFile("/home/me/lib/tools.star", "LIST = []\n")


def at(text: str, file: SourceFile = FILE, nth: int = 0) -> Span:
    start = -1
    for _ in range(nth + 1):
        start = file.text.index(text, start + 1)
    return Span(file, start, start + len(text))


def example(**parts: object) -> Diagnostic:
    return Diagnostic(**{"code": CODE, "message": "something is wrong", **parts})  # type: ignore[arg-type]


CASES: dict[str, Diagnostic] = {
    "no-place": example(help="set `PATH`"),
    "one-label": example(labels=(Label(at("nme"), "no parameter has this name"),), help="did you mean `name`?"),
    "two-on-a-line": example(labels=(Label(at("nme"), "this argument"), Label(at("dist", nth=1), "of this", False))),
    "two-lines": example(labels=(Label(at("nme"), "here"), Label(at("dist"), "made here", False))),
    "gap": example(labels=(Label(at("make_exe", nth=1), "registered"), Label(at("make_exe"), "defined", False))),
    "two-files": example(
        labels=(Label(at("dist"), "changed here"), Label(at("LIST", OTHER), "frozen when loaded", False)),
    ),
    "multi-line": example(labels=(Label(at("[\n\t\t1,\n\t\t2,\n\t]"), "this list"),)),
    "wide": example(labels=(Label(at("none"), "not defined"), Label(at('"宽字"'), "wide", False))),
    "notes": example(
        labels=(Label(at("nme")),),
        notes=("first line\nsecond line", "another note"),
        help="do this:\n  that",
        fixes=(Fix("rename it", (Edit(at("nme"), "name"),)),),
    ),
    "end-of-file": example(labels=(Label(Span(FILE, len(FILE.text), len(FILE.text)), "the file ends here"),)),
    "warning": Diagnostic(code=WARNING, message="not so good", labels=(Label(at("name", nth=1)),)),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_golden(name: str) -> None:
    assert_golden(GOLDEN / f"{name}.txt", render(CASES[name], relative_to="/home/me/app") + "\n")


def test_call_stack() -> None:
    frames = (
        Frame(function="<toplevel>", span=at('register_target("exe", make_exe)')),
        Frame(function="make_exe", span=at("dist.to_python_executable(nme=name)"), arguments=('name = "app"',)),
        Frame(function="to_python_executable", span=None),
    )
    failure = OxError(CASES["one-label"], frames, others=(CASES["warning"],))
    failure.__cause__ = FileNotFoundError(2, "No such file or directory", "/x")
    assert_golden(GOLDEN / "stack.txt", render_error(failure, relative_to="/home/me/app") + "\n")


def test_colour_only_adds_escape_sequences() -> None:
    import re

    for one in CASES.values():
        coloured = render(one, colour=True)
        assert "\x1b[" in coloured
        assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render(one)


def test_long_lines_are_cut_around_the_label() -> None:
    text = "x = [" + "1, " * 400_000 + "oops]"
    file = SourceFile("long.star", text)
    start = text.index("oops")
    shown = render(example(labels=(Label(Span(file, start, start + 4), "here"),)))
    assert max(map(len, shown.splitlines())) < 200
    assert "oops" in shown
    line, marks = shown.splitlines()[3:5]
    assert line.index("oops") == marks.index("^^^^")


def test_control_characters_do_not_reach_the_terminal() -> None:
    file = SourceFile("evil.star", "x = '\x1b[2J\u202e'\n")
    shown = render(example(labels=(Label(Span(file, 4, 6), ""),)))
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_control_characters_in_words_do_not_reach_the_terminal() -> None:
    evil = "a\x1b[2J\r\x07\u202eb"
    label = Label(Span(SourceFile("evil.star", "x = 1\n"), 4, 5), evil)
    shown = render(example(message=evil, labels=(label,), notes=(evil,), help=evil, fixes=(Fix(evil, ()),)), causes=(evil,))
    assert not set(shown) & set("\x1b\r\x07\u202e")
    assert shown.count("a␛[2J␍␇\ufffdb") == 6
    words = "two\nlines\tä 👩\u200d💻 \udcff"
    assert words.replace("\n", "\n ") in render(example(message=words, labels=(), notes=())).replace("\n", "\n ")


def test_deep_stacks_are_shortened() -> None:
    frames = [Frame(function=f"f{n}", span=None) for n in range(1000)]
    shown = render(example(), frames)
    assert "… 976 more calls" in shown
    assert len(shown.splitlines()) < 40
