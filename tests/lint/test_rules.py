"""Every rule: what it finds and what it leaves alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from oxlang.diagnostics.codes import code
from oxlang.lint.kinds import environment_of, options_of, read_module
from oxlang.lint.registry import all_rules
from oxlang.lint.runner import Linted, Selection, lint
from oxlang.source import SourceFile
from tests.support.findings import Chunk, assert_findings, chunks

TESTDATA = Path(__file__).parent / "testdata"
CHUNKS = chunks(TESTDATA / "rules.bzl")


def linted(text: str, path: str = "pyoxidizer.bzl", selection: Selection | None = None) -> Linted:
    source = SourceFile(path, text)
    return lint(source, options_of(path), environment_of(path), selection=selection, read_module=read_module)


@pytest.mark.parametrize("chunk", CHUNKS, ids=lambda chunk: chunk.name)
def test_findings(chunk: Chunk) -> None:
    assert_findings(chunk, linted(chunk.text).diagnostics)


def test_tabs() -> None:
    found = linted("def f():\n\treturn [\n\t\t1,\n\t]\n\nf()\n").diagnostics
    assert [one.code.id for one in found] == ["OX1054"]


def test_rules_are_registered_codes() -> None:
    rules = all_rules()
    assert len({one.code for one in rules}) == len(rules)
    for one in rules:
        assert code(one.code).name == one.name
        assert one.function.__doc__


def test_every_rule_has_a_test() -> None:
    tested = set(re.findall(r"OX1\d{3}", (TESTDATA / "rules.bzl").read_text())) | {"OX1054", "OX1020"}
    assert {one.code for one in all_rules()} <= tested


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(), {"OX1032", "OX1036", "OX1005"}),
        (Selection(select=("OX1032",)), {"OX1032"}),
        (Selection(select=("OX103",)), {"OX1032", "OX1036"}),
        (Selection(select=("redundant-pass",)), {"OX1036"}),
        (Selection(ignore=("OX1032", "unused-function")), {"OX1036"}),
        (Selection(select=("OX1",), ignore=("OX1032",)), {"OX1036", "OX1005"}),
    ],
)
def test_selection(selection: Selection, expected: set[str]) -> None:
    found = linted("def f():\n    pass\n    1\n", selection=selection).diagnostics
    assert {one.code.id for one in found} == expected


def test_loaded_functions_are_known(tmp_path: Path) -> None:
    (tmp_path / "lib.star").write_text("def make(dist):\n    return dist.to_python_executable(name = 'x')\n")
    path = tmp_path / "pyoxidizer.bzl"
    text = 'load("lib.star", "make")\nexe = make(default_python_distribution())\nexe.nothing\nmake()\n'
    path.write_text(text)
    found = linted(text, str(path)).diagnostics
    assert [(one.code.id, one.span.begin.line) for one in found if one.span] == [("OX1032", 2), ("OX0301", 3)]


@pytest.mark.parametrize(("name", "expected"), [("each", []), ("_each", ["OX1041"])])
def test_functions_that_others_may_load_are_called_with_anything(name: str, expected: list[str]) -> None:
    text = f"def {name}(names = None):\n    for one in names:\n        print(one)\n\n{name}()\n"
    assert [one.code.id for one in linted(text, "lib.star").diagnostics] == expected


def test_files_that_load_each_other(tmp_path: Path) -> None:
    (tmp_path / "a.star").write_text('load("b.star", "b")\na = b\n')
    (tmp_path / "b.star").write_text('load("a.star", "a")\nb = a\n')
    path = str(tmp_path / "a.star")
    linted(Path(path).read_text(), path)


def test_prefixes_of_the_documentation_are_explained() -> None:
    [found] = linted("x = starlark_tugger.FileManifest()\n").diagnostics
    assert found.code.id == "OX0201" and "write the name without it" in (found.help or "")


def test_names_of_older_dialects_are_explained() -> None:
    found = linted("x = PythonInterpreterConfig()\nd = default_python_distribution()\nd.pip_install(['a'])\n").diagnostics
    assert [one.code.id for one in found] == ["OX0201", "OX0310"]
    assert all("oxl migrate" in (one.help or "") for one in found)


@pytest.mark.parametrize("name", ["\\0", "a" * 5000, "/" * 300, "..", ".", "@other//x", ""])
def test_strange_names_of_files(name: str) -> None:
    linted(f'load("{name}", "x")\nprint(x)\n')
