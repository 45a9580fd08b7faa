"""The settings that `editors/README.md` gives, read from there and used by the real editors without a display."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import ROOT

pytestmark = pytest.mark.e2e

DRIVERS = Path(__file__).parent / "editors"
CONFIG = """\
load("lib.star", "double")

def make_exe():
    dist = default_python_distribution()
    policy = dist.make_python_packaging_policy()
    policy.include_tst = False
    return dist.to_python_executable(name="demo", packaging_policy=policy)

print(double(2))
register_target("exe", make_exe)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a mistake in line 6 and a function from another file in line 9; `oxl` is on PATH."""
    pytest.importorskip("pygls", reason="the extra `lsp` is not installed")
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyoxidizer.bzl").write_text(CONFIG)
    (folder / "lib.star").write_text("def double(x):\n    return x * 2\n")
    return folder


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def _settings(heading: str) -> str:
    """Gives the first block of settings below a heading of the page."""
    page = (ROOT / "editors" / "README.md").read_text()
    found = re.search(rf"^## {re.escape(heading)}\n.*?^```\w+\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert found is not None, heading
    return found[1]


def _run(command: list[str], project: Path) -> str:
    home = project.parent / "home"
    home.mkdir(exist_ok=True)
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "ANSWERS": str(project.parent / "answers"),
    }
    done = subprocess.run(
        command, cwd=project, env=environment, text=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=180
    )
    return done.stdout + done.stderr


def _check(text: str) -> None:
    answers: dict[str, Any] = dict(json.loads(line) for line in text.splitlines() if line.startswith('["'))
    assert [6, "OX0310"] in answers.get("diagnostics", []), text
    assert "Gives a new packaging policy" in answers["hover"], text
    assert {"include_test", "include_non_distribution_sources"} <= set(answers["completion"]), text
    assert answers["definition"] == ["lib.star", 1], text


def _version(program: str, pattern: str) -> tuple[int, ...]:
    told = subprocess.run([program, "--version"], text=True, capture_output=True, check=True).stdout
    found = re.search(pattern, told)
    assert found is not None, told
    return tuple(map(int, found.groups()))


def test_neovim(project: Path) -> None:
    nvim = _program("nvim")
    new = _version(nvim, r"NVIM v(\d+)\.(\d+)") >= (0, 11)
    settings = project.parent / "init.lua"
    settings.write_text(_settings("Neovim (0.11 or later)" if new else "Neovim (0.7 to 0.10)"))
    drive = str(DRIVERS / "drive.lua")
    _check(_run([nvim, "--headless", "--clean", "-u", str(settings), "pyoxidizer.bzl", "-S", drive], project))


def test_emacs(project: Path) -> None:
    emacs = _program("emacs")
    asked = [emacs, "--batch", "-f", "package-initialize", "--eval", "(kill-emacs (if (locate-library \"eglot\") 0 1))"]
    if subprocess.run(asked, capture_output=True, stdin=subprocess.DEVNULL, timeout=60).returncode:
        pytest.skip("eglot is not installed")
    settings = project.parent / "init.el"
    settings.write_text(_settings("Emacs (eglot)"))
    _check(_run([emacs, "--batch", "-f", "package-initialize", "-l", str(settings), "-l", str(DRIVERS / "drive.el")], project))


def test_vim_with_ale(project: Path) -> None:
    vim = _program("vim")
    ale = next(Path("/usr/share/vim").glob("**/pack/*/opt/ale"), None)
    if ale is None:
        pytest.skip("ALE is not installed")
    settings = project.parent / "vimrc"
    # A plugin manager does in a user's settings what the first line does here.
    settings.write_text(f"set nocompatible\npackadd! ale\nfiletype plugin on\n{_settings('Vim (with ALE)')}")
    told = _run([vim, "--not-a-term", "-u", str(settings), "pyoxidizer.bzl", "-S", str(DRIVERS / "drive.vim")], project)
    answers = project.parent / "answers"
    assert answers.exists(), told
    _check(answers.read_text())
