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
    assert ended.status == 0 and "describes `tool`" in ended.out
    assert oxl(capsys, "list-targets").status == 0
    assert oxl(capsys, "lint", "--strict").status == 0
    assert oxl(capsys, "new").status == 1
    assert oxl(capsys, "new", "--force").status == 0


def test_without_questions(capsys: Capture, clean: Path) -> None:
    assert oxl(capsys, "new", "--yes", "a").status == 0
    assert oxl(capsys, "new", "--kind", "code", "--python-code", "print(7)", "b").status == 0
    assert "print(7)" in (clean / "b" / "pyoxidizer.bzl").read_text()
    assert oxl(capsys, "new", "--kind", "package", "--pip-install", "Some-Tool==1", "c").status == 0
    text = (clean / "c" / "pyoxidizer.bzl").read_text()
    assert "some_tool" in text and "Some-Tool==1" in text
    assert oxl(capsys, "new", "--kind", "package", "d", "--yes").status == 2


def test_questions(clean: Path) -> None:
    mine, theirs = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "oxlang", "new", "app"], cwd=clean, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs,
    )
    os.write(mine, b"1\nprint(99)\n")
    out, _ = running.communicate(timeout=60)
    os.close(theirs)
    os.close(mine)
    assert running.returncode == 0, out
    assert "print(99)" in (clean / "app" / "pyoxidizer.bzl").read_text()


def test_module_of() -> None:
    assert [_module_of(text) for text in ("black", "Some-Name[x]==1", "a.b >= 2")] == ["black", "some_name", "a_b"]
