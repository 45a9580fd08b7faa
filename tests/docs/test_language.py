"""docs/language.md says what is true: its programs are run, its limits and names compared with the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from oxlang.bundled import bundled_path
from oxlang.diagnostics.model import OxError
from oxlang.interp import Thread, load_source, nesting, operators
from oxlang.interp.thread import DEFAULT_LIMITS
from oxlang.interp.values import to_python
from oxlang.records import replace
from oxlang.source import SourceFile
from oxlang.syntax import layout
from oxlang.syntax.options import CONFIG, STANDARD, STDLIB, LanguageOptions

PAGE = bundled_path("docs", "language.md").read_text(encoding="utf-8")
PROGRAMS = {
    found["row"]: (found["text"], found["config"], found["standard"])
    for found in re.finditer(
        r"^```python\n# (?P<row>[LS]\d+) · config: (?P<config>.+) · standard: (?P<standard>.+)\n(?P<text>[\s\S]*?)^```$",
        PAGE,
        re.M,
    )
}


LIKE_GO = {
    found["row"]: (found["text"], found["go"], found["standard"])
    for found in re.finditer(
        r"^```python\n# (?P<row>G\d+) · like-go: (?P<go>.+) · standard: (?P<standard>.+)\n(?P<text>[\s\S]*?)^```$", PAGE, re.M
    )
}


def outcome(text: str, options: LanguageOptions) -> str:
    """Runs a program; gives what it leaves in `x`, or the code of its error."""
    source = SourceFile("pyoxidizer.bzl", text)
    try:
        module = load_source(source, options, None, Thread(out=lambda text: None), {"CWD": "/here"})
    except OxError as failure:
        assert failure.diagnostic.labels, "an error of a program has a position"
        return failure.diagnostic.code.id
    return f"x = {to_python(module.get('x'))!r}".replace("'", '"')


@pytest.mark.parametrize("row", PROGRAMS)
def test_row(row: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lib.bzl").write_text('NAMES = ["a", "b"]\n_hidden = 1\n')
    (tmp_path / "uses_cwd.bzl").write_text("def constant():\n    return CWD\n")
    monkeypatch.chdir(tmp_path)
    text, config, standard = PROGRAMS[row]
    assert outcome(text, CONFIG) == config
    assert outcome(text, STANDARD) == standard


@pytest.mark.parametrize("row", LIKE_GO)
def test_row_of_starlark_go(row: str) -> None:
    text, go, standard = LIKE_GO[row]
    assert outcome(text, replace(STANDARD, like_go=True)) == go
    assert outcome(text, STANDARD) == standard


def test_tabs_and_line_ends(tmp_path: Path) -> None:
    # The page cannot show them.
    assert outcome("def f():\r\n\ta = 1; b = 2\r\n\treturn a + b\r\nx = f()\r\n", CONFIG) == "x = 3"


def test_every_row_has_a_program() -> None:
    rows = re.findall(r"^\| ([LSG]\d+) \|", PAGE, re.M)
    assert rows == [*PROGRAMS, *LIKE_GO]
    for letter in "LSG":
        mine = [row for row in rows if row.startswith(letter)]
        assert mine == [f"{letter}{number}" for number in range(1, len(mine) + 1)]


def test_options_per_kind_of_file() -> None:
    said = {
        row[0]: row[1:]
        for row in (line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| "))
        if len(row) == 4
    }
    fields = {
        "`if`, `for` at the top level": "top_level_control",
        "a global may be bound again": "global_reassign",
        "recursion": "recursion",
        "`while`": "while_loops",
        "`set`": "set",
        "what only PyOxidizer's parser accepted": "old_dialect",
    }
    for row, field in fields.items():
        for cell, options in zip(said[row], (CONFIG, STANDARD, STDLIB), strict=True):
            assert cell.startswith("yes") == getattr(options, field), (row, cell)


def test_limits() -> None:
    limits = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \| [^|]*\| [^|]*\|$", PAGE.partition("## Limits")[2].partition("## ")[0], re.M))
    numbers = {what.partition(" (")[0]: value for what, value in limits.items()}
    assert numbers["steps"] == f"{DEFAULT_LIMITS.steps:,}"
    assert numbers["calls in calls; a call by a built-in function"] == str(DEFAULT_LIMITS.depth)
    assert numbers["values in values, where they are written out"] == str(DEFAULT_LIMITS.depth)
    assert numbers["memory of large operations, in all; and by how much the process grows"] == f"{DEFAULT_LIMITS.memory_bytes >> 20} MiB"
    assert numbers["one value"] == f"{DEFAULT_LIMITS.value_bytes >> 20} MiB"
    assert numbers["values in a tuple of tuples, each counted wherever it stands; tuples in tuples"] == f"{nesting.MAX_WEIGHT:,}; {nesting.MAX_DEPTH}"
    assert numbers["one integer"].startswith(f"{operators.MAX_BITS:,} bits")
    assert numbers["time"] == f"{DEFAULT_LIMITS.seconds:g} seconds"
    assert numbers["brackets in brackets"] == str(layout.MAX_NESTING)
    assert numbers["blocks in blocks"] == str(layout.MAX_BLOCKS)
    assert numbers["operators, calls and attributes in a row"] == str(layout.MAX_CHAIN)
    assert numbers["errors shown of one file"] == str(layout.MAX_ERRORS)


def test_modules_of_the_standard_library() -> None:
    said = {name: re.findall(r"`(\w+)`", names) for name, names in re.findall(r"^\| `(\w+\.star)` \| (.+) \|$", PAGE, re.M)}
    found = {
        path.name: re.findall(r"^def ([a-z]\w*)", path.read_text(encoding="utf-8"), re.M)
        for path in sorted(bundled_path("stdlib").glob("*.star"))
    }
    assert said == found


def test_types() -> None:
    from oxlang.check.annotations import _SIMPLE

    said = PAGE.partition("## Types")[2].partition("Known are")[2].partition("and the types")[0]
    assert set(re.findall(r"`(\w+)`", said)) == set(_SIMPLE)
