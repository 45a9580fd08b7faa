"""Running programs: status, arguments, directory, signals."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.graph.platform import BuildSettings, Platform, default_settings
from oxlang.graph.tree import EMPTY_TREE
from oxlang.workspace.build import Built
from oxlang.workspace.run import run_program, start

ARM = "aarch64-unknown-linux-gnu"
RUNNER = "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER"
FOREIGN = BuildSettings(host=Platform("x86_64-unknown-linux-gnu"), target=Platform(ARM))


def program(tmp_path: Path, text: str) -> Path:
    place = tmp_path / "program"
    place.write_text(f"#!/bin/sh\n{text}\n")
    place.chmod(0o755)
    return place


@pytest.mark.parametrize(
    ("text", "status"), [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143), ("kill -9 $$", 137)]
)
def test_status(tmp_path: Path, text: str, status: int) -> None:
    assert run_program(program(tmp_path, text), [], {}) == status


def test_arguments_environment_and_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "cwd"
    folder.mkdir()
    monkeypatch.chdir(folder)
    one = program(tmp_path, 'printf "%s|" "$@" "$A" > result')
    assert run_program(one, ["a b", "--x", ""], {"A": "1"}) == 0
    assert (folder / "result").read_text() == "a b|--x||1|"


def test_programs_that_cannot_be_started(tmp_path: Path) -> None:
    place = tmp_path / "foreign"
    place.write_bytes(b"\x7fELFnonsense")
    for change in (lambda: None, lambda: place.chmod(0o755), lambda: os.unlink(place)):
        change()
        with pytest.raises(OxError) as caught:
            run_program(place, [], {})
        assert caught.value.diagnostic.code.id == "OX0953"


def _built(program: Path) -> Built:
    return Built(target="app", place=str(program.parent), tree=EMPTY_TREE, changed=False, run=program.name, executed=0)


def test_a_program_of_another_platform_runs_in_its_runner(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    runner = program(tmp_path / "bin", f'printf "%s|" "$@" > {tmp_path}/result')
    built = _built(tmp_path / "app")
    env = {"PATH": str(tmp_path / "bin"), RUNNER: "program -L /arm"}
    assert start(built, ["x"], env, FOREIGN) == 0
    assert (tmp_path / "result").read_text() == f"-L|/arm|{tmp_path / 'app'}|x|"
    assert start(built, [], {RUNNER: str(runner)}, FOREIGN) == 0
    with pytest.raises(OxError) as caught:
        start(built, [], {RUNNER: "missing"}, FOREIGN)
    assert caught.value.diagnostic.message == "the runner `missing` is not on PATH"


def test_a_program_of_another_platform_without_a_runner(tmp_path: Path) -> None:
    place = tmp_path / "app"
    place.write_bytes(b"\x7fELFnonsense")
    place.chmod(0o755)
    with pytest.raises(OxError) as caught:
        start(_built(place), [], {"CARGO_HOME": str(tmp_path)}, FOREIGN)
    told = caught.value.diagnostic
    assert told.message == f"`{place}` is a program for `{ARM}`, which this machine does not run"
    assert RUNNER in (told.help or "")


def test_runners_are_for_other_platforms(tmp_path: Path) -> None:
    settings = default_settings()
    variable = f"CARGO_TARGET_{settings.host.triple.upper().replace('-', '_')}_RUNNER"
    assert start(_built(program(tmp_path, "exit 3")), [], {variable: "missing"}, settings) == 3
