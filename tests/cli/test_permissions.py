"""What may not be read or written is named, in one sentence; nothing is taken for missing or empty."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.support import oxl

pytestmark = pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="root may read and write everything"
)
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def sealed(app: Path) -> Iterator[Path]:
    """A folder that may not be entered."""
    folder = app / "sealed"
    folder.mkdir()
    (folder / "pyoxidizer.bzl").write_text("resolve_targets()\n")
    folder.chmod(0)
    yield folder
    folder.chmod(0o755)


@pytest.mark.parametrize("command", ["lint", "fmt", "test", "find-resources"])
def test_folders_that_are_searched(capsys: Capture, sealed: Path, command: str) -> None:
    ended = oxl(capsys, command, "sealed")
    assert (ended.status, ended.err) == (1, "error: permission denied: `sealed` [OX0901]\n")


@pytest.mark.parametrize("words", [["build", "--path"], ["build"], ["list-targets"], ["run", "--path"]])
def test_configs(capsys: Capture, sealed: Path, words: list[str]) -> None:
    (sealed.parent / "pyoxidizer.bzl").unlink()
    ended = oxl(capsys, *words, f"{os.curdir}/sealed")
    assert ended.status == 1
    assert f"unable to find a config file at `{sealed}`, which may not be read [OX0950]" in ended.err


def test_doctor_and_the_cache(capsys: Capture, sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYOXIDIZER_CACHE_DIR", str(sealed / "cache"))
    assert "cache folder: " in oxl(capsys, "doctor").out
    assert "cannot be written: permission denied" in oxl(capsys, "doctor").out
    assert oxl(capsys, "cache-clear").status == 1


def test_pythons_of_somebody_else(capsys: Capture, sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYENV_ROOT", str(sealed / "pyenv"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(sealed))
    monkeypatch.setenv("PATH", f"{sealed}{os.pathsep}{os.environ['PATH']}")
    assert oxl(capsys, "python", "list").status == 0


def test_completion(capsys: Capture, sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(sealed))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    ended = oxl(capsys, "completion", "install", "bash")
    assert ended.status == 1 and "cannot be written: permission denied [OX0909]" in ended.err


def test_a_config_that_cannot_be_written(capsys: Capture, app: Path) -> None:
    (app / "closed").mkdir(mode=0o555)
    ended = oxl(capsys, "init-config-file", "closed/deep/app")
    assert ended.status == 1 and "cannot be written: permission denied [OX0824]" in ended.err
    assert "caused by" not in ended.err
