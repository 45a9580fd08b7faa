"""Diagnostics for programs."""

from __future__ import annotations

import json
from pathlib import Path

from oxlang.diagnostics.formats import to_github, to_json, to_sarif
from tests.diagnostics.test_render import CASES
from tests.support.golden import assert_golden

GOLDEN = Path(__file__).parent / "golden"
BASE = "/home/me/app"
FOUND = [CASES["notes"], CASES["two-files"], CASES["no-place"]]


def test_json() -> None:
    text = to_json(FOUND, relative_to=BASE)
    assert_golden(GOLDEN / "format.json", text)
    place = json.loads(text)["diagnostics"][0]["place"]
    assert place == {"file": "pyoxidizer.bzl", "line": 4, "column": 38, "end_line": 4, "end_column": 41}


def test_github() -> None:
    assert_golden(GOLDEN / "format.github.txt", to_github(FOUND, relative_to=BASE))


def test_sarif() -> None:
    text = to_sarif(FOUND, version="1.2.3", relative_to=BASE)
    assert_golden(GOLDEN / "format.sarif", text)
    run = json.loads(text)["runs"][0]
    assert [r["ruleIndex"] for r in run["results"]] == [0, 0, 0]
