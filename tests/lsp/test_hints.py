"""Inlay hints, links, symbols of the workspace."""

from __future__ import annotations

from pathlib import Path

from tests.lsp.conftest import Open

TEXT = """\
def make_exe():
    return default_python_distribution().to_python_executable(name = "x")

def make_install(exe, other = None, known: str = ""):
    return FileManifest()

register_target("exe", make_exe)
register_target("install", make_install, depends = ["exe"])
resolve_targets()
"""


def test_types_of_parameters(document: Open) -> None:
    doc = document(TEXT)
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}
    found = doc.client.ask("textDocument/inlayHint", {"textDocument": {"uri": doc.uri}, "range": whole})
    assert [(one["position"], one["label"]) for one in found] == [({"line": 3, "character": 20}, ": PythonExecutable")]
    first = {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}}
    assert doc.client.ask("textDocument/inlayHint", {"textDocument": {"uri": doc.uri}, "range": first}) == []


def test_links(document: Open, tmp_path: Path) -> None:
    (tmp_path / "lib.star").write_text("x = 1\n")
    doc = document('load("lib.star", "x")\nload("missing.star", "y")\nprint(x, y)\n', "links.bzl", str(tmp_path))
    (found,) = doc.client.ask("textDocument/documentLink", {"textDocument": {"uri": doc.uri}})
    assert found["target"].endswith("/lib.star")
    assert doc.between(found["range"]) == "lib.star"


def test_symbols_of_the_workspace(document: Open) -> None:
    doc = document("def very_special_name():\n    return 1\n\nvery_special_name()\n")
    found = doc.client.ask("workspace/symbol", {"query": "special"})
    assert [(one["name"], one["location"]["uri"]) for one in found] == [("very_special_name", doc.uri)]
