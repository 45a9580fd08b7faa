"""Columns in every unit, and edits that arrive in pieces."""

from __future__ import annotations

import pytest

from tests.lsp.client import Client, Opened
from tests.lsp.conftest import Connect, Open


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 17), ("utf-16", 13), ("utf-32", 11)])
def test_clients_that_count_otherwise(connect: Connect, encoding: str, column: int) -> None:
    client = connect({"general": {"positionEncodings": [encoding]}})
    assert client.capabilities["positionEncoding"] == encoding
    doc = Opened(client, 'x = "😀😀" + yß\n')
    assert doc.diagnostics[0]["range"]["start"] == {"line": 0, "character": column}
    doc.edit((0, column), (0, column + (3 if encoding == "utf-8" else 2)), '"a"')
    assert doc._await() == []


def test_client_that_prefers_bytes(connect: Connect) -> None:
    assert connect({"general": {"positionEncodings": ["utf-32", "utf-16"]}}).capabilities["positionEncoding"] == "utf-32"


@pytest.mark.parametrize("separator", ["\u2028", "\x0c", "\x85", "\x1c", "\x0b"])
def test_characters_that_are_no_line_ends(document: Open, separator: str) -> None:
    doc = document(f'x = "a{separator}b"\ny = x\n')
    doc.edit((1, 4), (1, 5), "zz")
    (found,) = doc._await()
    assert found["range"]["start"] == {"line": 1, "character": 4}
    assert "zz" in found["message"]


def test_lines_that_end_otherwise(document: Open) -> None:
    doc = document("x = 1\r\ny = x\r\nz = y\r\n")
    doc.edit((1, 4), (1, 5), "nope")
    assert doc._await()[0]["range"] == {"start": {"line": 1, "character": 4}, "end": {"line": 1, "character": 8}}
    doc.edit((0, 5), (1, 0), "\n")
    assert doc._await()[0]["range"]["start"] == {"line": 1, "character": 4}


def test_formatting_keeps_the_line_ends(document: Open) -> None:
    doc = document("x=1\r\ny = [1,2]\r\n")
    assert doc.edited(doc.ask("formatting", options={"tabSize": 4, "insertSpaces": True})) == "x = 1\r\ny = [1, 2]\r\n"


def test_many_keys_in_one_breath(document: Open) -> None:
    doc = document("value = 1\n")
    for at, letter in enumerate("print(valu"):
        doc.edit((1, at), (1, at), letter)
    doc.edit((1, 10), (1, 10), "e)\n")
    assert doc._await() == []
    doc.edit((1, 6), (1, 11), "vlaue")
    (found,) = doc._await()
    assert "did you mean value" in found["message"]


def test_positions_outside_of_the_text(client: Client, document: Open) -> None:
    doc = document("x = 1\n")
    for line, character in ((0, 99), (99, 0), (1, 7)):
        doc.position = {"line": line, "character": character}
        assert isinstance(doc.ask("completion"), list)
        assert doc.ask("definition") is None
