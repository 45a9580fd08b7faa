"""The prompt and `oxl eval -e`."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from oxlang.cli.prompt import Prompt, completions, is_complete, plain_prompt, shown
from oxlang.diagnostics import OxError
from oxlang.interp.thread import Thread
from tests.cli.support import Ended, oxl

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def prompt() -> Prompt:
    return plain_prompt(Thread())


def test_values_and_variables(prompt: Prompt) -> None:
    assert prompt.enter("1 + 2") == 3
    assert prompt.enter("x = [1]") is None
    prompt.enter("x.append(_)")
    assert shown(prompt.enter("x")) == "[1, 3]" or shown(prompt.enter("x")) == "[1, None]"
    prompt.enter("def f(n):\n    return n * 2\n\n")
    assert prompt.enter("f(21)") == 42
    prompt.enter("x = 'again'")
    assert prompt.enter("x") == "again"
    assert {"x", "f"} <= set(prompt.names)


def test_an_error_keeps_the_session(prompt: Prompt) -> None:
    prompt.enter("x = 1")
    with pytest.raises(OxError):
        prompt.enter("x + 'a'")
    with pytest.raises(OxError):
        prompt.enter("undefined")
    with pytest.raises(OxError):
        prompt.enter("(((")
    assert prompt.enter("x") == 1


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("1 + 2", True), ("f(", False), ("f(\n1)", True), ("def f():", False), ("def f():\n    return 1", False),
        ("def f():\n    return 1\n", True), ("x = \"\"\"a", False), ("x = \"\"\"a\nb\"\"\"", True), ("'(' ", True),
        ("# (", True), ("x = \\", False), ("if x: y()", False),
    ],
)
def test_is_complete(text: str, complete: bool) -> None:
    assert is_complete(text) is complete


def test_completions(prompt: Prompt) -> None:
    prompt.enter("number = 1")
    prompt.enter("text = 'a'")
    assert completions(prompt, "numb") == ["number"]
    assert "text.split" in completions(prompt, "text.sp")
    assert "len" in completions(prompt, "le")
    assert completions(prompt, "nothing.x") == []
    assert completions(prompt, "json.en") in (["json.encode", "json.encode_indent"], ["json.encode"])


def piped(capsys: Capture, monkeypatch: pytest.MonkeyPatch, text: str, *words: object) -> Ended:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    return oxl(capsys, "repl", *words)


def test_repl(capsys: Capture, clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = piped(capsys, monkeypatch, "x = 20\ndef f(n):\n    return n + 1\n\nf(x)\n:names\nNone\nprint('hi')\n")
    assert (ended.status, ended.out) == (0, "21\nx f\nhi\n")
    ended = piped(capsys, monkeypatch, "1 +\n2\n")
    assert ended.status == 1 and ended.out == "2\n" and ended.err.startswith("error: ")
    assert "Tab completes" in piped(capsys, monkeypatch, ":help\n:quit\nprint(1)\n").out


def test_repl_with_a_config(capsys: Capture, app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = piped(capsys, monkeypatch, "type(resolve_target('files'))\nCWD == VARS\nmake\n", "-i")
    assert ended.status == 0
    assert ended.out.splitlines()[:2] == ['"FileManifest"', "False"]
    assert "# `glob`" in piped(capsys, monkeypatch, ":docs glob\n", "-i").out


def test_eval_expression(capsys: Capture, app: Path) -> None:
    ended = oxl(capsys, "eval", "-e", "VARS", "-e", "1 + 1", "--var", "a", "b")
    assert (ended.status, ended.out) == (0, '{"a": "b"}\n2\n')
    assert not (app / "build").exists()
    ended = oxl(capsys, "eval", "-e", "nothing")
    assert ended.status == 1 and "[OX0201]" in ended.err
