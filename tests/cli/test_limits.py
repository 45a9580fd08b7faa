"""The options that bound an evaluation, in every command that evaluates."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from oxlang.cli.commands import COMMANDS, find
from oxlang.cli.limits import LIMITS
from oxlang.interp.thread import DEFAULT_LIMITS
from tests.cli.support import oxl, process

EVALUATING = ("eval", "build", "run", "list-targets", "run-build-script", "why", "size", "doctor", "starlark", "repl", "test", "debug")
Capture = pytest.CaptureFixture[str]


def test_every_evaluating_command_has_them() -> None:
    for name in COMMANDS:
        command = find(name)
        if command is None:
            continue
        own = {one.key for one in command.options}
        limits = {one.key for one in LIMITS}
        if name in EVALUATING:
            assert limits <= own, name
        else:
            assert not limits & own, name
            assert "var" not in own, f"{name} evaluates a config without limits"


def test_help_says_the_defaults() -> None:
    said = {one.key: int(re.sub(r"\D", "", one.help.rpartition("Default:")[2])) for one in LIMITS}
    assert said == {
        "max_steps": DEFAULT_LIMITS.steps,
        "max_depth": DEFAULT_LIMITS.depth,
        "max_memory": DEFAULT_LIMITS.memory_bytes >> 20,
        "max_time": DEFAULT_LIMITS.seconds,
    }


CASES = {
    "steps": ("for i in range(100):\n    pass\n", "--max-steps=50", "OX0406"),
    "depth": ("def f(n):\n    return n and f(n - 1)\nf(30)\n", "--max-depth=20", "OX0408"),
    "memory": ("x = ['x' * 5000 * i for i in range(1000)]\n", "--max-memory=64", "OX0407"),
    "one value": ("x = 'x' * 5000000\n", "--max-memory=64", "OX0407"),
    "time": ("for i in range(1000000000):\n    pass\n", "--max-time=0.2", "OX0409"),
}


@pytest.mark.parametrize(("text", "option", "code"), CASES.values(), ids=CASES.keys())
def test_starlark(capsys: Capture, tmp_path: Path, text: str, option: str, code: str) -> None:
    path = tmp_path / "a.star"
    path.write_text(text)
    words = ("starlark", path, "--recursion", "--toplevelcontrol")
    ended = oxl(capsys, *words, option)
    assert (ended.status, code in ended.err) == (1, True), ended.err
    name = "max-memory" if code == "OX0407" else option.partition("=")[0]
    assert name in ended.err
    if code != "OX0409":
        assert oxl(capsys, *words).status == 0


@pytest.mark.parametrize("command", ["eval", "build", "list-targets"])
def test_configs(capsys: Capture, clean: Path, command: str) -> None:
    config = clean / "pyoxidizer.bzl"
    config.write_text("for i in range(1000):\n    pass\nresolve_targets()\n")
    place = ("--path", config) if command == "build" else (config,)
    ended = oxl(capsys, command, *place, "--max-steps", 100)
    assert (ended.status, "OX0406" in ended.err) == (1, True), ended.err
    assert oxl(capsys, command, *place).status == 0


def test_build_scripts(capsys: Capture, clean: Path) -> None:
    (clean / "pyoxidizer.bzl").write_text("for i in range(1000):\n    pass\nresolve_targets()\n")
    ended = oxl(capsys, "run-build-script", "--max-steps", 100)
    assert "OX0952" in ended.err  # Nobody said where the artifacts belong.
    (clean / "out").mkdir()
    ended = process("run-build-script", "--max-steps", 100, cwd=clean, env={"OUT_DIR": str(clean / "out")})
    assert (ended.status, "OX0406" in ended.err) == (1, True), ended.err


def test_tests(capsys: Capture, tmp_path: Path) -> None:
    path = tmp_path / "test_a.star"
    path.write_text("def test_a():\n    for i in range(1000):\n        pass\n")
    assert oxl(capsys, "test", path, "--max-steps", 100).status == 1
    assert oxl(capsys, "test", path).status == 0


@pytest.mark.parametrize("words", [("--max-depth", "0"), ("--max-depth", "100001"), ("--max-steps", "x"), ("--max-time", "-1"), ("--max-time", "1e3"), ("--max-memory", "0")])
def test_wrong_numbers(capsys: Capture, tmp_path: Path, words: tuple[str, ...]) -> None:
    path = tmp_path / "a.star"
    path.write_text("x = 1\n")
    ended = oxl(capsys, "starlark", path, *words)
    assert ended.status == 2
    assert words[0] in ended.err
