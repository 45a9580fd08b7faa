"""why: what a build would run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.support import oxl

CONFIG = """
def make():
    wheel = PythonWheelBuilder("thing", "1.0")
    wheel.add_file(FileContent(path = CWD + "/data.txt"))
    return wheel

register_target("wheel", make)
resolve_targets()
"""


def test_first_time_unchanged_and_changed(capsys: pytest.CaptureFixture[str], clean: Path) -> None:
    (clean / "pyoxidizer.bzl").write_text(CONFIG)
    (clean / "data.txt").write_text("1")
    first = oxl(capsys, "why")
    assert first.status == 0
    assert "it did not run before" in first.out
    assert not (clean / "build").exists()
    oxl(capsys, "build")
    assert oxl(capsys, "why").out == "nothing would run: every output is known\n"
    (clean / "data.txt").write_text("2")
    (action,) = json.loads(oxl(capsys, "why", "--format", "json").out)["actions"]
    assert "data.txt" in action["reason"]
