"""Semantic tokens and code lenses."""

from __future__ import annotations

from tests.lsp.client import Opened
from tests.lsp.conftest import Connect, Open

TEXT = """\
def make(dist, size = 1):
    exe = dist.to_python_executable(name = "😀") + size
    return exe

LIMIT = len([])
register_target("app", make)
"""


def decoded(doc: Opened, data: list[int]) -> list[tuple[str, str, set[str]]]:
    legend = doc.client.capabilities["semanticTokensProvider"]["legend"]
    found = []
    line = column = 0
    for at in range(0, len(data), 5):
        down, right, length, kind, bits = data[at : at + 5]
        line, column = line + down, right if down else column + right
        place = {"start": {"line": line, "character": column}, "end": {"line": line, "character": column + length}}
        names = {one for number, one in enumerate(legend["tokenModifiers"]) if bits >> number & 1}
        found.append((doc.between(place), legend["tokenTypes"][kind], names))
    return found


def test_meanings(document: Open) -> None:
    doc = document(TEXT)
    found = decoded(doc, doc.ask("semanticTokens/full")["data"])
    assert found[:4] == [
        ("make", "function", {"declaration"}),
        ("dist", "parameter", {"declaration"}),
        ("size", "parameter", {"declaration"}),
        ("exe", "variable", {"declaration"}),
    ]
    assert ("name", "parameter", set()) in found
    assert found[7:9] == [("size", "parameter", set()), ("exe", "variable", set())]
    assert ("LIMIT", "variable", {"declaration", "readonly"}) in found
    assert ("len", "function", {"defaultLibrary"}) in found
    assert found[-2:] == [('"app"', "event", {"declaration"}), ("make", "function", set())]


def test_of_a_range(document: Open) -> None:
    doc = document("a = 1\nb = a\nc = b\n")
    place = {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 5}}
    assert [name for name, _, _ in decoded(doc, doc.ask("semanticTokens/range", range=place)["data"])] == ["b", "a"]


def test_lenses_for_clients_that_have_the_commands(connect: Connect) -> None:
    text = (
        'def make():\n    return FileManifest()\n\ndef wheel():\n    return PythonWheelBuilder("a", "1")\n\n'
        'register_target("app", make)\nregister_target("wheel", wheel)\n'
    )
    client = connect(initializationOptions={"commands": ["oxl.build", "oxl.run", "rm"]})
    doc = Opened(client, text)
    found = [(one["command"]["command"], one["command"]["arguments"]) for one in doc.ask("codeLens")]
    assert ("oxl.build", [doc.uri, "wheel"]) in found and ("oxl.run", [doc.uri, "wheel"]) not in found
    assert ("oxl.run", [doc.uri, "app"]) in found


def test_no_lenses_for_others(document: Open) -> None:
    assert document('register_target("app", FileManifest)\n').ask("codeLens") == []
