"""Runs command lines in this process, or as a real process."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from oxlang.cli.main import run


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str


def oxl(capsys: pytest.CaptureFixture[str], *words: object) -> Ended:
    """Runs a command line in this process."""
    capsys.readouterr()
    status = run([str(word) for word in words])
    told = capsys.readouterr()
    return Ended(status=status, out=told.out, err=told.err)


def process(*words: object, cwd: Path | None = None, env: dict[str, str] | None = None) -> Ended:
    """Runs a command line as a process of its own, with the test's environment and `env` on top."""
    done = subprocess.run(
        [sys.executable, "-m", "oxlang", *map(str, words)], cwd=cwd, env={**os.environ, **(env or {})},
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120,
    )
    return Ended(status=done.returncode, out=done.stdout, err=done.stderr)
