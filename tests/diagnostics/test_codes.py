"""The registry of codes and the pages that `oxl explain` shows say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from oxlang.bundled import bundled_path
from oxlang.diagnostics.codes import _FAMILIES, _family, all_codes
from oxlang.diagnostics.model import Code

PAGES = bundled_path("docs", "codes")
TESTS = Path(__file__).parent.parent
HEADINGS = ["## What it means", "## Example", "## What to do"]


def test_codes_are_unique() -> None:
    codes = all_codes()
    assert len({one.id for one in codes}) == len(codes)
    assert len({one.name for one in codes}) == len(codes)


def test_codes_stand_in_their_family() -> None:
    for prefix, family in _FAMILIES.items():
        assert all(_FAMILIES[one.id[:4]] == family for one in _family(family)), prefix


@pytest.mark.parametrize("code", all_codes(), ids=lambda code: code.id)
def test_code_has_a_page(code: Code) -> None:
    path = PAGES / f"{code.id}.md"
    assert path.is_file(), f"docs/codes/{code.id}.md is missing"
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == f"# {code.id} {code.name}"
    assert [line for line in lines if line.startswith("## ")] == HEADINGS
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code.name)
    assert code.summary


def test_every_page_has_a_code() -> None:
    known = {one.id for one in all_codes()}
    assert {path.stem for path in PAGES.glob("*.md") if path.stem.startswith("OX")} <= known


def test_every_raised_code_is_registered() -> None:
    known = {one.id for one in all_codes()}
    used = set()
    for path in (TESTS.parent / "oxlang").rglob("*.py"):
        used |= set(re.findall(r'"(OX\d{4})"', path.read_text(encoding="utf-8")))
    assert used <= known


@pytest.mark.parametrize("family", sorted({one.id[:4] for one in all_codes()}))
def test_every_code_is_provoked_by_a_test(family: str) -> None:
    text = "".join(
        path.read_text(encoding="utf-8", errors="replace")
        for folder in (TESTS, bundled_path("grammar", "mistakes"))
        for path in folder.rglob("*")
        if path.is_file() and path.suffix in (".py", ".star", ".bzl", ".txt", ".md", ".json")
    )
    tested = set(re.findall(r"OX\d{4}", text))
    assert [one.id for one in all_codes() if one.id.startswith(family) and one.id not in tested] == []
