"""Findings reach the editor, with ranges in UTF-16, and go when they are mended."""

from __future__ import annotations

from pathlib import Path

from tests.lsp.conftest import Open


def test_published_on_open_and_change(document: Open) -> None:
    doc = document('x = "😀😀" + y\n')
    (found,) = doc.diagnostics
    assert found["code"] == "OX0201"
    assert found["source"] == "oxl"
    assert doc.between(found["range"]) == "y"
    assert found["range"]["start"] == {"line": 0, "character": 13}
    doc.change('y = "a"\nx = "😀😀" + y\n')
    assert doc.diagnostics == []


def test_a_word_that_is_being_typed_is_told_later(document: Open) -> None:
    doc = document("y = 1\n\nz = nope\n")
    for version, letter in enumerate("pri", 2):
        doc.edit((1, version - 2), (1, version - 2), letter)
    doc.text = "y = 1\npri\nz = nope\n"
    assert [(one["code"], one["range"]["start"]["line"]) for one in doc._await()] == [("OX0201", 2)]
    assert [(one["code"], one["range"]["start"]["line"]) for one in doc._await()] == [
        ("OX0201", 1), ("OX1032", 1), ("OX0201", 2)
    ]  # fmt: skip
    doc.edit((1, 3), (1, 3), "n")
    doc.edit((1, 4), (1, 4), "t(y)")
    assert [one["range"]["start"]["line"] for one in doc._await()] == [2]


def test_syntax_errors_do_not_blind_the_rest(document: Open) -> None:
    doc = document("def f(:\n    return 1\n\ny = FileManifest()\n")
    assert doc.diagnostics and all(one["code"].startswith("OX01") for one in doc.diagnostics)


def test_severity_tags_and_related(document: Open) -> None:
    doc = document('def f():\n    x = 1\n    return 1\n    print("a")\n\nf()\n')
    local, unreachable = doc.diagnostics
    assert (local["code"], local["severity"], local["tags"]) == ("OX1002", 2, [1])
    assert unreachable["relatedInformation"][0]["message"] == "the block is left here"


def test_loaded_file_in_the_editor_counts(document: Open, tmp_path: Path) -> None:
    (tmp_path / "lib.star").write_text("def f(a):\n    return a\n")
    user = document('load("lib.star", "f")\nf(1)\n', "user.bzl", str(tmp_path))
    assert user.diagnostics == []
    lib = document("def f(a, b):\n    return a + b\n", "lib.star", str(tmp_path))
    assert lib.diagnostics == []
    assert [one["code"] for one in user._await()] == ["OX0301"]


def test_big_files_are_quick(document: Open) -> None:
    import time

    text = "".join(f"def f{n}(a):\n    return [a, {n}]\n\nf{n}(1)\n" for n in range(400))
    doc = document(text)
    assert doc.diagnostics == []
    began = time.monotonic()
    doc.change(text + "x = 1\n")
    assert time.monotonic() - began < 5
