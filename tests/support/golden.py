"""Golden files: expected texts beside the tests; `OXL_GOLDEN=write` (or `just golden`) writes them anew."""

from __future__ import annotations

import difflib
import os
from pathlib import Path


def assert_golden(path: Path, actual: str) -> None:
    """Compares a text with a golden file; in write mode it becomes the golden file."""
    if os.environ.get("OXL_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(actual, encoding="utf-8", newline="\n")
        return
    assert path.exists(), f"{path.name} does not exist; run with OXL_GOLDEN=write and review it"
    expected = path.read_text(encoding="utf-8")
    if expected != actual:
        diff = "".join(difflib.unified_diff(expected.splitlines(True), actual.splitlines(True), "expected", "actual"))
        raise AssertionError(f"{path.name} differs:\n{diff}")
