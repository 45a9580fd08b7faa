"""Running programs: status, arguments, directory, signals."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.workspace.run import run_program


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
