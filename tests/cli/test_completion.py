"""Completion in real shells, after the one command that installs it."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPTS = os.path.dirname(sys.executable)


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("LANG", "LC_ALL") if name in os.environ}
    return {**kept, "HOME": str(tmp_path), "PATH": f"{SCRIPTS}:/usr/bin:/bin", "TERM": "dumb"}


def _install(shell: str, env: dict[str, str]) -> str:
    if shutil.which(shell, path=env["PATH"]) is None:
        pytest.skip(f"no {shell} here")
    command = [sys.executable, "-m", "oxlang", "completion", "install"]
    return subprocess.run(
        command, env={**env, "SHELL": f"/bin/{shell}"}, capture_output=True, text=True, check=True
    ).stdout


def _typed(command: list[str], text: str, wanted: str, env: dict[str, str]) -> str:
    """Starts a program on a terminal, types a text once it is quiet, and gives what it shows until `wanted` is there."""
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(command[0], command, env)
    shown, deadline, typed = "", time.monotonic() + 60, False
    try:
        while wanted not in shown and time.monotonic() < deadline:
            if select.select([terminal], [], [], 2)[0]:
                shown += os.read(terminal, 4096).decode("utf-8", "replace")
            elif not typed:
                typed = True
                os.write(terminal, text.encode())
    finally:
        os.close(terminal)
        os.kill(child, 9)
        os.waitpid(child, 0)
    return shown


def test_bash(home: dict[str, str]) -> None:
    _install("bash", home)
    path = Path(home["HOME"], ".local/share/bash-completion/completions/oxl")
    ask = f". {path}; COMP_WORDS=(oxl list-t); COMP_CWORD=1; _oxl_completion oxl list-t oxl; echo ${{COMPREPLY[@]}}"
    done = subprocess.run(["bash", "-c", ask], env=home, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["list-targets"]
    settings = Path(home["HOME"], ".bashrc")
    if settings.exists():  # Without the package bash-completion.
        assert "list-targets" in _typed(["bash", "-i"], "oxl list-t\t", "list-targets", home)


def test_zsh(home: dict[str, str]) -> None:
    settings = Path(home["HOME"], ".zshrc")
    settings.write_text("PROMPT=")
    assert str(settings) in _install("zsh", home)
    assert str(settings) not in _install("zsh", home)
    assert settings.read_text().startswith("PROMPT=\n# ") and settings.read_text().count("fpath=") == 1
    assert "list-targets" in _typed(["zsh", "-i"], "oxl list-t\t", "list-targets", home)


def test_fish(home: dict[str, str]) -> None:
    _install("fish", home)
    ask = ["fish", "-c", "complete -C 'oxl list-t'"]
    done = subprocess.run(ask, env=home, capture_output=True, text=True, check=True)
    assert done.stdout.split("\t")[0].strip() == "list-targets"
