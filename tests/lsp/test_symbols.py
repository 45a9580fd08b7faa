"""Outline, folding, selection."""

from __future__ import annotations

from tests.lsp.conftest import Open

TEXT = """load("@stdlib//nothing.star", "thing")
# one
# two
NAME = "x"
def outer(a):
    def inner():
        return a
    return inner

register_target("exe", outer, depends = [
    "a",
    "b",
])
"""


def test_outline(document: Open) -> None:
    found = document(TEXT).ask("documentSymbol")
    assert [(one["name"], one.get("detail")) for one in found] == [
        ("thing", "@stdlib//nothing.star"),
        ("NAME", "string"),
        ("outer", "def outer(a)"),
        ("exe", "target, depends on a, b"),
    ]
    assert [one["name"] for one in found[2]["children"]] == ["inner"]


def test_folding(document: Open) -> None:
    found = document(TEXT).ask("foldingRange")
    assert {(one["startLine"], one["endLine"]) for one in found} == {(1, 2), (4, 7), (5, 6), (9, 11)}


def test_selection(document: Open) -> None:
    doc = document("x = f(a.¦b, c)\n")
    (found,) = doc.ask("selectionRange", positions=[doc.position])
    texts = []
    while found:
        texts.append(doc.between(found["range"]) if found["range"]["start"]["line"] == found["range"]["end"]["line"] else "all")
        found = found.get("parent")
    assert texts == ["b", "a.b", "f(a.b, c)", "x = f(a.b, c)", "all"]
