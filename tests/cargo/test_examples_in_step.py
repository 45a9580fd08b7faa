"""The example project has the build script that new projects get."""

from __future__ import annotations

from pathlib import Path

from oxlang.cargo.project import render

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "rust_project"


def test_the_build_script_of_the_example() -> None:
    assert (EXAMPLE / "build.rs").read_text(encoding="utf-8") == render("build.rs.j2", program_name="rust_project")
