"""Several files: what one defines is found, renamed and checked in those that load it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.lsp.client import Client, Opened
from tests.lsp.conftest import Connect, Open

LIB = "def made(name):\n    return name\n\ndef other():\n    return made(name = 'a')\n"
USER = 'load("lib.star", "made")\nload("lib.star", m = "made")\nprint(made("x"), m(name = "y"))\n'
WATCHING = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}


def project(folder: Path) -> None:
    (folder / "lib.star").write_text(LIB)
    (folder / "pyoxidizer.bzl").write_text(USER)


def at(client: Client, path: Path, line: int, character: int, method: str, **more: object) -> Any:
    place = {"line": line, "character": character}
    return client.ask(f"textDocument/{method}", {"textDocument": {"uri": path.as_uri()}, "position": place, **more})


def lines(found: list[dict[str, Any]]) -> list[tuple[str, int, int]]:
    return sorted(
        (Path(one["uri"]).name, one["range"]["start"]["line"], one["range"]["start"]["character"]) for one in found
    )


def test_references_of_a_loaded_function(client: Client, tmp_path: Path) -> None:
    project(tmp_path)
    everything = [("lib.star", 0, 4), ("lib.star", 4, 11), ("pyoxidizer.bzl", 0, 17), ("pyoxidizer.bzl", 1, 21), ("pyoxidizer.bzl", 2, 6)]
    asked = {"context": {"includeDeclaration": True}}
    assert lines(at(client, tmp_path / "lib.star", 0, 5, "references", **asked)) == everything
    assert lines(at(client, tmp_path / "pyoxidizer.bzl", 2, 7, "references", **asked)) == everything
    assert lines(at(client, tmp_path / "pyoxidizer.bzl", 1, 23, "references", **asked)) == everything
    alias = at(client, tmp_path / "pyoxidizer.bzl", 1, 17, "references", **asked)
    assert lines(alias) == [("pyoxidizer.bzl", 1, 17), ("pyoxidizer.bzl", 2, 17)]


def test_rename_across_files(client: Client, tmp_path: Path) -> None:
    project(tmp_path)
    changes = at(client, tmp_path / "pyoxidizer.bzl", 2, 7, "rename", newName="built")["changes"]
    texts = {"lib.star": LIB, "pyoxidizer.bzl": USER}
    for uri, edits in changes.items():
        name = Path(uri).name
        rows = texts[name].split("\n")
        for edit in sorted(edits, key=lambda one: one["range"]["start"]["character"], reverse=True):
            first, last = edit["range"]["start"], edit["range"]["end"]
            row = rows[first["line"]]
            rows[first["line"]] = row[: first["character"]] + edit["newText"] + row[last["character"] :]
        texts[name] = "\n".join(rows)
    assert texts["lib.star"] == LIB.replace("made", "built")
    assert texts["pyoxidizer.bzl"] == USER.replace('"made"', '"built"').replace("print(made", "print(built")


def test_rename_of_a_parameter_takes_its_arguments(document: Open) -> None:
    doc = document("def f(na¦me):\n    return name\n\nf(name = 1)\nf(2)\n")
    edits = doc.ask("rename", newName="other")["changes"][doc.uri]
    assert doc.edited(edits) == "def f(other):\n    return other\n\nf(other = 1)\nf(2)\n"


def test_names_of_the_standard_library_are_not_renamed(document: Open) -> None:
    doc = document('load("@stdlib//paths.star", "join")\njo¦in("a", "b")\n')
    assert doc.ask("prepareRename") is None
    assert doc.ask("definition")["uri"].endswith("stdlib/paths.star")


def test_several_roots(connect: Connect, tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pyoxidizer.bzl").write_text(f"def from_{name}():\n    return 1\n")
    (tmp_path / "one" / "build").mkdir()
    (tmp_path / "one" / "build" / "x.bzl").write_text("def from_build():\n    return 1\n")
    client = connect(folders=[str(tmp_path / "one"), str(tmp_path / "two")])
    found = client.ask("workspace/symbol", {"query": "from"})
    assert sorted(one["name"] for one in found) == ["from_one", "from_two"]
    removed, added = ([{"uri": f"file://{tmp_path / one}", "name": one}] for one in ("one", "three"))
    client.tell("workspace/didChangeWorkspaceFolders", {"event": {"added": added, "removed": removed}})
    assert sorted(one["name"] for one in client.ask("workspace/symbol", {"query": "fr"})) == ["from_three", "from_two"]


def test_files_changed_and_removed_by_others(connect: Connect, tmp_path: Path) -> None:
    project(tmp_path)
    client = connect(WATCHING, folders=[str(tmp_path)])
    registered = client.asked.get(timeout=10)
    assert registered["params"]["registrations"][0]["method"] == "workspace/didChangeWatchedFiles"
    doc = Opened(client, USER, "pyoxidizer.bzl", str(tmp_path))
    assert doc.diagnostics == []

    def tell(kind: int) -> list[str]:
        uri = (tmp_path / "lib.star").as_uri()
        client.tell("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri, "type": kind}]})
        return [one["code"] for one in doc._await()]

    (tmp_path / "lib.star").write_text("def makes(name):\n    return name\n")
    assert tell(2) == ["OX0211", "OX0211"]
    (tmp_path / "lib.star").unlink()
    assert tell(3) == ["OX0210", "OX0210"]
    project(tmp_path)
    assert tell(1) == []


def test_a_file_that_is_no_text(client: Client, tmp_path: Path) -> None:
    (tmp_path / "lib.star").write_bytes(b"\xff\xfe\x00x = 1\n")
    doc = Opened(client, 'load("lib.star", "x")\nprint(x)\n', "pyoxidizer.bzl", str(tmp_path))
    assert [one["code"] for one in doc.diagnostics] == ["OX0210"]
    assert at(client, tmp_path / "lib.star", 0, 0, "hover") is None
    assert at(client, tmp_path / "nowhere.star", 3, 3, "completion")


def test_loads_of_loads_are_followed(client: Client, tmp_path: Path) -> None:
    (tmp_path / "a.star").write_text("def one(x):\n    return [x]\n")
    (tmp_path / "b.star").write_text('load("a.star", "one")\ndef two():\n    return one(1)\n')
    doc = Opened(client, 'load("b.star", "two")\ny = two()\ny.¦\n', "pyoxidizer.bzl", str(tmp_path))
    assert "append" in [one["label"] for one in doc.ask("completion")]
