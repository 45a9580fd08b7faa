"""The prompt, `oxl eval -e`, `--profile` and `--trace-steps`."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest

from oxlang.cli.flame import merge, page
from oxlang.cli.prompt import plain_prompt
from oxlang.interp import Thread
from tests.cli.support import Ended, oxl

Capture = pytest.CaptureFixture[str]


def piped(capsys: Capture, monkeypatch: pytest.MonkeyPatch, text: str, *words: object) -> Ended:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    return oxl(capsys, "repl", *words)


def test_repl(capsys: Capture, clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = piped(capsys, monkeypatch, "x = 20\ndef f(n):\n    return n + 1\n\nf(x)\nNone\nprint('hi')\n_ + 1\n")
    assert (ended.status, ended.out) == (0, "21\nhi\n22\n")
    ended = piped(capsys, monkeypatch, "1 +\n2\n")
    assert ended.status == 1 and ended.err.startswith("error: ")
    assert "Tab completes" in piped(capsys, monkeypatch, ":help\n:quit\nprint(1)\n").out
    assert "json.encode" not in piped(capsys, monkeypatch, "y = 1\n:names\n").out


def test_pasted_texts(capsys: Capture) -> None:
    session = plain_prompt(Thread())
    text = "def f(n):\n    x = n\n\n    return x\n\nf(3)\nif f(0):\n    y = 1\nelse:\n    y = 2\n\ny; y + 1\n"
    assert [session.evaluate(one) for one in session.entries_of(text)] == [None, "3", None, "3"]
    assert session.entries_of("f(") == ["f("]
    assert session.entries_of("1\n") == ["1\n"]


def test_completion_in_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("lib.star").write_text("def one():\n    pass\nother = 1\n_hidden = 2\n")
    session = plain_prompt(Thread())
    assert session.complete('load("l') == ["lib.star"]
    assert "@stdlib//lists.star" in session.complete('load("')
    assert session.complete('load("@stdlib//pa') == ["@stdlib//paths.star"]
    assert session.complete('load("@stdlib//lists.star", "un') == ["unique"]
    assert session.complete("load('lib.star', 'one', x = 'o") == ["one", "other"]
    assert session.complete('load("nothing.star", "') == []
    assert session.complete('load("x", "y"); rev') == ["reversed"]


def test_repl_with_a_config(capsys: Capture, app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = piped(capsys, monkeypatch, "type(resolve_target('files'))\nCWD == VARS\nmake\n", "-i")
    assert ended.status == 0
    assert ended.out.splitlines()[:2] == ['"FileManifest"', "False"]
    assert "# `glob`" in piped(capsys, monkeypatch, ":docs glob\n", "-i").out


def test_docs_at_the_prompt(capsys: Capture, clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = piped(capsys, monkeypatch, ":docs @stdlib//lists.star flatten\n:docs pip_install\n:docs flatten\n:docs name\n").out
    assert shown.startswith("# `flatten`\n") and "# `PythonExecutable.pip_install`\n" in shown
    assert "\nthere is no `flatten`; a module has it: `oxl docs @stdlib//lists.star flatten`\n" in shown
    assert "`name` is a member of several types; say which: " in shown


def test_eval_expression(capsys: Capture, app: Path) -> None:
    ended = oxl(capsys, "eval", "-e", "VARS", "-e", "1 + 1", "-e", "None", "--var", "a", "b")
    assert (ended.status, ended.out) == (0, '{"a": "b"}\n2\nNone\n')
    assert not (app / "build").exists()
    ended = oxl(capsys, "eval", "-e", "nothing")
    assert ended.status == 1 and "[OX0201]" in ended.err


def test_profile(capsys: Capture, app: Path) -> None:
    assert oxl(capsys, "eval", "--dry-run", "--profile", "p.json").status == 0
    names = {one["name"] for one in json.loads((app / "p.json").read_text())["shared"]["frames"]}
    assert {"<toplevel>", "make"} <= names
    assert oxl(capsys, "eval", "--dry-run", "--profile", "p.html").status == 0
    assert "&lt;toplevel&gt;" in (app / "p.html").read_text()


@pytest.mark.parametrize("command", ["eval", "starlark"])
@pytest.mark.parametrize("file", ["p", "p.txt", "html", "p.html.gz"])
def test_profile_of_no_format(capsys: Capture, app: Path, command: str, file: str) -> None:
    (app / "a.star").write_text("print('ran')\n")
    words = ["a.star"] if command == "starlark" else ["--dry-run"]
    ended = oxl(capsys, command, *words, "--profile", file)
    assert ended.status == 2 and not (app / file).exists()
    assert "`.html`" in ended.err and "`.json`" in ended.err and f"`{file}`" in ended.err
    assert "ran" not in ended.out + ended.err


def test_profile_in_capitals(capsys: Capture, app: Path) -> None:
    assert oxl(capsys, "eval", "--dry-run", "--profile", "P.HTML").status == 0
    assert (app / "P.HTML").read_text().startswith("<!")


def test_trace_steps(capsys: Capture, clean: Path) -> None:
    (clean / "a.star").write_text("def f(x):\n    return x + 1\ny = f(1)\n")
    ended = oxl(capsys, "starlark", "--trace-steps", "a.star")
    assert ended.err.splitlines() == [
        "a.star:1: def f(x):", "a.star:3: y = f(1)", "a.star:2: return x + 1", "a.star:3: y = f(1)"
    ]  # fmt: skip


def test_flame() -> None:
    events = [("O", 0, 0), ("O", 1, 10), ("C", 1, 20), ("O", 1, 30), ("C", 1, 50), ("C", 0, 100)]
    top = merge(events)
    assert (top.below[0].spent, top.below[0].below[1].spent, top.below[0].below[1].calls) == (100, 30, 2)
    shown = page(events, [("<top>", "f", 1), ("g", "f", 2)], 200)
    bars = re.findall(r'data-x="([^"]+)" data-w="([^"]+)".*>(.+)</div>', shown)
    assert bars == [
        ("0.000000", "1.000000", "everything"), ("0.000000", "0.500000", "&lt;top&gt;"), ("0.000000", "0.150000", "g")
    ]  # fmt: skip
    assert re.findall(r'class="n">(\d+)</td><td>(.+?)</td><td>(.+?)<', shown) == [("1", "&lt;top&gt;", "f:1"), ("2", "g", "f:2")]


def test_expressions_need_no_config(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = oxl(capsys, "eval", "-e", "[x * x for x in range(3)]", "-e", "type(FileManifest())")
    assert (ended.status, ended.out) == (0, '[0, 1, 4]\n"FileManifest"\n')
    assert list(tmp_path.iterdir()) == []
