"""`oxl new`: from a project, by options, by questions."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from oxlang.cli.new import _module_of
from tests.cli.support import oxl

Capture = pytest.CaptureFixture[str]


def test_from_a_project(capsys: Capture, clean: Path) -> None:
    (clean / "pyproject.toml").write_text(
        '[project]\nname = "tool"\nversion = "1"\n[project.scripts]\ntool = "tool.cli:main"\n'
    )
    (clean / "tool").mkdir()
    (clean / "tool" / "__init__.py").write_text("")
    (clean / "tool" / "cli.py").write_text("def main():\n    print(1)\n")
    ended = oxl(capsys, "new")
    assert ended.status == 0 and ended.out.startswith("writing pyoxidizer.bzl\n\nNext:\n    oxl run ")
    assert oxl(capsys, "list-targets").status == 0
    assert oxl(capsys, "lint", "--strict").status == 0
    assert oxl(capsys, "new").status == 1
    assert oxl(capsys, "new", "--force").status == 0


def test_a_script_of_several(capsys: Capture, clean: Path) -> None:
    (clean / "pyproject.toml").write_text('[project]\nname = "tool"\n[project.scripts]\na = "t:a"\nb = "t:b"\n')
    ended = oxl(capsys, "new")
    assert ended.status == 1 and "choose one: `oxl new --script a .`" in ended.err
    assert oxl(capsys, "new", "--script", "b").status == 0
    assert "from t import b" in (clean / "pyoxidizer.bzl").read_text()
    assert oxl(capsys, "new", "--script", "b", "elsewhere").status == 2


def test_what_does_not_go_with_a_project(capsys: Capture, clean: Path) -> None:
    (clean / "tool.py").write_text("")
    ended = oxl(capsys, "new", "--python-code", "1", "tool.py")
    assert ended.status == 2 and "with `--kind code` it is made anyway" in ended.err
    ended = oxl(capsys, "new", "missing.py")
    assert ended.status == 1 and not (clean / "missing.py").exists()


def test_without_questions(capsys: Capture, clean: Path) -> None:
    assert oxl(capsys, "new", "--yes", "a").status == 0
    assert oxl(capsys, "new", "--kind", "code", "--python-code", "print(7)", "b").status == 0
    assert "print(7)" in (clean / "b" / "pyoxidizer.bzl").read_text()
    assert oxl(capsys, "new", "--kind", "package", "--pip-install", "Some-Tool==1", "c").status == 0
    text = (clean / "c" / "pyoxidizer.bzl").read_text()
    assert "some_tool" in text and "Some-Tool==1" in text
    assert oxl(capsys, "new", "--kind", "package", "d", "--yes").status == 2


def answered(folder: Path, words: list[str], answers: bytes) -> tuple[int, str]:
    """Runs a command on a terminal with answers typed ahead; gives its status and what it asked."""
    mine, theirs = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "oxlang", *words], cwd=folder, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs,
        env={**os.environ, "TERM": "xterm"},
    )
    os.write(mine, answers)
    running.communicate(timeout=60)
    asked = os.read(mine, 1 << 16).decode()
    os.close(theirs)
    os.close(mine)
    return running.returncode, asked.replace("\r\n", "\n")


def test_questions(clean: Path) -> None:
    status, asked = answered(clean, ["new", "app"], b"9\n1\nprint(99)\n")
    assert status == 0 and "  2: a package from the registry\n" in asked and "a number from 1 to 3" in asked
    assert "print(99)" in (clean / "app" / "pyoxidizer.bzl").read_text()
    status, asked = answered(clean, ["new", "app"], b"")
    assert status == 1 and "already exists" in asked and "What shall it be?" not in asked
    status, asked = answered(clean, ["new", "other"], b"\x04")
    assert (status, asked.endswith("\nerror: interrupted\n")) == (130, True)
    assert not (clean / "other").exists()


def test_questions_about_a_project(clean: Path) -> None:
    (clean / "pyproject.toml").write_text('[project]\nname = "tool"\n[project.scripts]\na = "t:a"\nb = "t:b"\n')
    status, asked = answered(clean, ["new"], b"2\n")
    assert status == 0 and "  1: a\n  2: b\nNumber [1] " in asked
    assert "from t import b" in (clean / "pyoxidizer.bzl").read_text()


def test_module_of() -> None:
    assert [_module_of(text) for text in ("black", "Some-Name[x]==1", "a.b >= 2")] == ["black", "some_name", "a_b"]
