"""Code actions: fixes, suppression, mend everything."""

from __future__ import annotations

from typing import Any

from tests.lsp.client import Opened
from tests.lsp.conftest import Open


def actions(doc: Opened, only: list[str] | None = None) -> list[dict[str, Any]]:
    at = {"start": doc.position, "end": doc.position}
    context: dict[str, Any] = {"diagnostics": [], **({"only": only} if only else {})}
    return list(doc.client.ask("textDocument/codeAction", {"textDocument": {"uri": doc.uri}, "range": at, "context": context}))


def test_fix(document: Open) -> None:
    doc = document("x = FileManifest().add_mani¦fst(FileManifest())\n")
    fix, ignore = actions(doc, ["quickfix"])
    assert fix["title"] == "Change it to `add_manifest`"
    assert doc.edited(fix["edit"]["changes"][doc.uri]) == "x = FileManifest().add_manifest(FileManifest())\n"
    assert doc.edited(ignore["edit"]["changes"][doc.uri]).endswith("  # oxl: ignore[OX0310]\n")


def test_suppression_works(document: Open) -> None:
    doc = document("def f():\n    ¦x = 1\n\nf()\n")
    (ignore,) = actions(doc, ["quickfix"])
    doc.change(doc.edited(ignore["edit"]["changes"][doc.uri]))
    assert doc.diagnostics == []


def test_everything(document: Open) -> None:
    doc = document('¦load("@stdlib//nothing.star", "thing")\ndef f():\n    pass\n    return 1\n\nf()\n')
    (fix,) = actions(doc, ["source.fixAll"])
    assert doc.edited(fix["edit"]["changes"][doc.uri]) == "def f():\n    return 1\n\nf()\n"


def test_nothing_to_do(document: Open) -> None:
    assert actions(document("¦x = 1\n")) == []


def test_formatting(document: Open) -> None:
    doc = document("x = [1,2]\ny = '😀'\n")
    edits = doc.client.ask(
        "textDocument/formatting",
        {"textDocument": {"uri": doc.uri}, "options": {"tabSize": 4, "insertSpaces": True}},
    )
    assert doc.edited(edits) == 'x = [1, 2]\ny = "😀"\n'
    doc.change("x = (\n")
    assert doc.client.ask(
        "textDocument/formatting",
        {"textDocument": {"uri": doc.uri}, "options": {"tabSize": 4, "insertSpaces": True}},
    ) is None
