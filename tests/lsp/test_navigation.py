"""Definition, references, highlights, rename."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lsp.conftest import Open

TARGETS = "def e(x = None):\n    return FileManifest()\nregister_target('exe', e)\n"


@pytest.mark.parametrize(
    ("text", "line", "name"),
    [
        ("def f(a):\n    return ¦a\n", 0, "a"),
        ("def f(a):\n    return a\nx = ¦f(1)\n", 0, "f"),
        ("x = 1\ny = ¦x\n", 0, "x"),
        ("def f(a):\n    return a\nx = f(¦a = 1)\n", 0, "a"),
        (f"{TARGETS}register_target('b', e, depends = ['e¦xe'])\n", 2, "'exe'"),
        (f"{TARGETS}x = resolve_target('e¦xe')\n", 2, "'exe'"),
    ],
)
def test_definition(document: Open, text: str, line: int, name: str) -> None:
    doc = document(text)
    found = doc.ask("definition")
    assert found["uri"] == doc.uri
    assert (found["range"]["start"]["line"], doc.between(found["range"])) == (line, name)


def test_definition_in_another_file(document: Open, tmp_path: Path) -> None:
    (tmp_path / "lib.star").write_text("x = 1\ndef f():\n    return 1\n")
    doc = document('load("lib.star", "f")\n¦f()\n', "a.bzl", str(tmp_path))
    found = doc.ask("definition")
    assert found["uri"].endswith("/lib.star")
    assert found["range"]["start"] == {"line": 1, "character": 4}
    doc = document('load("lib¦.star", "f")\nf()\n', "b.bzl", str(tmp_path))
    assert doc.ask("definition")["uri"].endswith("/lib.star")


def test_nothing_to_go_to(document: Open) -> None:
    assert document("regis¦ter_target\n").ask("definition") is None
    assert document("'te¦xt'\n").ask("definition") is None


def test_references(document: Open) -> None:
    doc = document("value = 1\ndef f(value):\n    return value\ny = val¦ue + value\n")
    found = doc.ask("references", context={"includeDeclaration": True})
    assert [one["range"]["start"]["line"] for one in found] == [0, 3, 3]
    found = doc.ask("references", context={"includeDeclaration": False})
    assert [one["range"]["start"]["line"] for one in found] == [3, 3]


def test_highlights(document: Open) -> None:
    doc = document("x = 1\nx = 2\ny = ¦x\n")
    assert [one["kind"] for one in doc.ask("documentHighlight")] == [3, 3, 2]


def test_rename(document: Open) -> None:
    doc = document("def f(a, b):\n    c = [a for a in b]\n    return ¦a + 1\nf(1, 2)\n")
    assert doc.between(doc.ask("prepareRename")) == "a"
    edits = doc.ask("rename", newName="first")["changes"][doc.uri]
    assert doc.edited(edits) == "def f(first, b):\n    c = [a for a in b]\n    return first + 1\nf(1, 2)\n"


def test_rename_target(document: Open) -> None:
    doc = document(f"{TARGETS}register_target('b', e, depends = ['e¦xe'])\nresolve_target(\"exe\")\n")
    edits = doc.ask("rename", newName="app")["changes"][doc.uri]
    assert doc.edited(edits) == doc.text.replace("exe'", "app'").replace('"exe"', '"app"')


@pytest.mark.parametrize("text", ["regis¦ter_target\n", "x.na¦me\n", "'a¦b'\n", "¦1\n"])
def test_not_renamable(document: Open, text: str) -> None:
    assert document(text).ask("prepareRename") is None


def test_bad_new_name(document: Open) -> None:
    doc = document("¦x = 1\ny = x\n")
    where = {"textDocument": {"uri": doc.uri}, "position": doc.position}
    for name, reason in {"not good": "cannot be the name", "while": "cannot be", "y": "is already", "": "cannot"}.items():
        assert reason in doc.client.refused("textDocument/rename", {**where, "newName": name})
