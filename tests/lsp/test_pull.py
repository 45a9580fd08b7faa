"""Clients that ask for findings are not told them, too."""

from __future__ import annotations

import queue
from pathlib import Path

import pytest

from tests.lsp.client import Opened
from tests.lsp.conftest import Connect

PULLS = {"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": True}}}


def test_asked_for(connect: Connect) -> None:
    client = connect(PULLS)
    assert client.capabilities["diagnosticProvider"]["interFileDependencies"] is True
    doc = Opened(client, "print(nope)\n")
    report = client.ask("textDocument/diagnostic", {"textDocument": {"uri": doc.uri}})
    assert report["kind"] == "full" and [one["code"] for one in report["items"]] == ["OX0201"]
    known = {"textDocument": {"uri": doc.uri}, "previousResultId": report["resultId"]}
    assert client.ask("textDocument/diagnostic", known)["kind"] == "unchanged"
    doc.change("print(1)\n")
    assert client.ask("textDocument/diagnostic", known)["items"] == []
    with pytest.raises(queue.Empty):
        client._published.get(timeout=0.2)


def test_a_word_that_is_being_typed(connect: Connect) -> None:
    client = connect(PULLS)
    doc = Opened(client, "pr\n")
    asked = {"textDocument": {"uri": doc.uri}}
    client.ask("textDocument/diagnostic", asked)  # the first analysis takes longer than the pause
    doc.edit((0, 2), (0, 2), "i")
    assert client.ask("textDocument/diagnostic", asked)["items"] == []
    assert client.asked.get(timeout=10)["method"] == "workspace/diagnostic/refresh"
    assert [one["code"] for one in client.ask("textDocument/diagnostic", asked)["items"]] == ["OX0201", "OX1032"]
    plain = connect({"textDocument": {"diagnostic": {}}})
    doc = Opened(plain, "pr\n")
    doc.edit((0, 2), (0, 2), "i")
    assert len(plain.ask("textDocument/diagnostic", {"textDocument": {"uri": doc.uri}})["items"]) == 2


def test_asked_again_when_a_loaded_file_changes(connect: Connect, tmp_path: Path) -> None:
    client = connect(PULLS)
    (tmp_path / "lib.star").write_text("a = 1\n")
    user = Opened(client, 'load("lib.star", "a")\nprint(a)\n', "user.bzl", str(tmp_path))
    asked = {"textDocument": {"uri": user.uri}}
    assert client.ask("textDocument/diagnostic", asked)["items"] == []
    Opened(client, "b = 1\n", "lib.star", str(tmp_path))
    assert client.asked.get(timeout=10)["method"] == "workspace/diagnostic/refresh"
    assert [one["code"] for one in client.ask("textDocument/diagnostic", asked)["items"]] == ["OX0211"]
