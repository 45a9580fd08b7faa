"""Standard streams that are closed or full: an exit status and, where somebody can read it, a diagnostic."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

CONFIG = "def make():\n    return FileManifest()\n\nregister_target('a', make)\nresolve_targets()\n"
COMMANDS = {"--version": 0, "list-targets .": 0, "eval pyoxidizer.bzl": 0, "build --path /no/such/folder": 1, "wrong": 2}

pytestmark = pytest.mark.skipif(os.name == "nt", reason="redirections of a POSIX shell")


def redirected(folder: Path, command: str, redirections: str, **env: str) -> subprocess.CompletedProcess[str]:
    (folder / "pyoxidizer.bzl").write_text(CONFIG)
    return subprocess.run(
        ["sh", "-c", f"{shlex.quote(sys.executable)} -m oxlang {command} {redirections}"], cwd=folder,
        env={**os.environ, **env}, capture_output=True, text=True, timeout=120,
    )


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("redirections", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed(tmp_path: Path, command: str, redirections: str) -> None:
    ended = redirected(tmp_path, command, redirections)
    assert ended.returncode == COMMANDS[command], ended.stderr
    assert "Traceback" not in ended.stderr and "Exception" not in ended.stderr


def test_a_current_folder_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    told = {"list-targets": "error: the current folder does not exist any more [OX0901]\n", "--version": ""}
    for command, error in told.items():
        (tmp_path / "gone").mkdir(exist_ok=True)
        script = f"cd gone; rmdir ../gone; exec {shlex.quote(sys.executable)} -m oxlang {command}"
        env = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
        ended = subprocess.run(["sh", "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120)
        assert (ended.returncode, ended.stderr) == (1 if error else 0, error)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("command", ["--version", "-V", "list-targets .", "eval pyoxidizer.bzl", "help build"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_full(tmp_path: Path, command: str, unbuffered: str) -> None:
    """Writing fails at once, or when the buffer is flushed at the end."""
    ended = redirected(tmp_path, command, ">/dev/full", PYTHONUNBUFFERED=unbuffered)
    assert ended.returncode == 1
    assert "error: no space left on device [OX0901]" in ended.stderr
    assert "Traceback" not in ended.stderr and "Exception" not in ended.stderr
