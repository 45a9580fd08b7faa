"""A Python that is too old for the runtime, given to a Rust project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cargo.test_e2e import Cargo, cargo, environment, project, target_dir

__all__ = ["cargo", "environment", "project", "target_dir"]

pytestmark = pytest.mark.e2e


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
def test_a_too_old_python_is_refused(project: Path, cargo: Cargo, tmp_path: Path) -> None:
    """Our sentence comes before what PyO3 says, whatever was built before and with one job, too."""
    old = tmp_path / "python3.7"
    old.write_text("#!/bin/sh\necho Python 3.7.16\n")
    old.chmod(0o755)
    for words in ((), ("-j1",)):
        said = cargo(project, "build", "-p", "pyembed", *words, status=101, PYO3_PYTHON=str(old)).stderr
        first = next(line for line in said.splitlines() if line.startswith("error: "))
        assert first.endswith(
            f"pyembed needs Python 3.9 or newer, but {old} is Python 3.7; "
            "set PYO3_PYTHON or PYO3_CONFIG_FILE to a newer one"
        )
    settings = tmp_path / "pyo3.txt"
    settings.write_text("implementation=CPython\nversion=3.8\n")
    said = cargo(project, "build", "-p", "pyembed", status=101, PYO3_CONFIG_FILE=str(settings)).stderr
    assert f"but PYO3_CONFIG_FILE={settings} is Python 3.8" in said
