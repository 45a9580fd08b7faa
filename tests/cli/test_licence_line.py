"""What a build says of licences."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from oxlang.cli.licence_line import say_licences
from oxlang.cli.terminal import Terminal
from oxlang.graph.tree import Tree
from oxlang.packaging.licensing import license_document
from oxlang.workspace.build import Built

COMPONENTS = [
    {"kind": "crate", "name": "a", "spdx": "MIT"},
    {"kind": "library", "name": "b", "spdx": ""},
    {"kind": "library", "name": "c", "spdx": "GPL-3.0-or-later"},
]


def _said(folder: Path, verbose: int) -> str:
    err = io.StringIO()
    terminal = Terminal(out=io.StringIO(), err=err, environment={}, verbose=verbose)
    say_licences(
        terminal, Built(target="exe", place=str(folder), tree=Tree({}), changed=True, run="a", executed=1)
    )
    return err.getvalue()


@pytest.fixture
def report(tmp_path: Path) -> Path:
    (tmp_path / "COPYING.txt").write_text(license_document(COMPONENTS), encoding="utf-8")
    return tmp_path


def test_counts(report: Path) -> None:
    assert _said(report, 0) == (
        "exe: 3 distinct software components, 1 lack a known software license, 1 have copyleft licenses; "
        "see COPYING.txt\n"
    )


def test_the_whole_summary(report: Path) -> None:
    said = _said(report, 1)
    assert said.startswith("Software Licensing Summary\n=") and said.endswith("MIT\n") and "Components" not in said


def test_another_file_of_that_name(tmp_path: Path) -> None:
    assert _said(tmp_path, 1) == ""
    (tmp_path / "COPYING.txt").write_text("Do what you want.\n")
    assert _said(tmp_path, 1) == ""
