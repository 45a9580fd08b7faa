"""Reference pages, Markdown and export."""

from __future__ import annotations

import json
from pathlib import Path

from oxlang.bundled import bundled_path
from oxlang.docgen import markdown, pages
from oxlang.docgen.export import to_json, to_stub
from oxlang.docgen.pages import reference_environment as everything


def test_pages_are_current() -> None:
    assert pages.stale(bundled_path("docs", "reference"), pages.pages(everything())) == []


def test_write_and_stale(tmp_path: Path) -> None:
    wanted = {"a.md": "a\n", "b.md": "b\n"}
    (tmp_path / "b.md").write_text("old\n")
    (tmp_path / "c.md").write_text("gone\n")
    assert pages.stale(tmp_path, wanted) == ["a.md", "b.md", "c.md"]
    assert pages.write(tmp_path, wanted) == ["a.md", "b.md", "c.md"]
    assert pages.stale(tmp_path, wanted) == []


def test_every_name_has_a_text() -> None:
    known = everything()
    for name in markdown.names(known):
        one = markdown.find(known, name)
        assert one is not None, name
        assert one.doc, f"{name} has no documentation"
        assert markdown.hover(one).startswith("```starlark\n")
        assert markdown.member(one, known).startswith("# `")


def test_links_of_the_index_exist() -> None:
    import re

    found = pages.pages(everything())
    for target in re.findall(r"\]\(([^)#]+)", found["index.md"]):
        assert target in found or target == "commands.md"


def test_long_signatures_are_broken() -> None:
    one = markdown.find(everything(), "PythonExecutable.pip_install")
    assert one is not None
    assert all(len(line) <= 88 for line in markdown.hover(one).splitlines()[1:6])


def test_json_is_plain() -> None:
    text = json.dumps(to_json(everything()))
    found = json.loads(text)
    assert found["version"] == 1
    method = next(
        m for t in found["types"] if t["name"] == "PythonExecutable" for m in t["methods"] if m["name"].endswith("pip_install")
    )
    assert method["effect"] == "demands" and method["parameters"][0]["name"] == "args"


def test_stub_compiles() -> None:
    compile(to_stub(everything()), "stub", "exec")
