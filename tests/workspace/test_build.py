"""From a config to outputs in place."""

from __future__ import annotations

from pathlib import Path

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.workspace.evaluate import evaluate_expression
from tests.workspace.conftest import Project


def found(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_default_target(files: Project) -> None:
    (built,) = files.build(variables={"WORD": "word"})
    assert built.folder == files.output("files")
    assert found(built.folder) == {"a.txt": "a word", "data/data.bin": "data"}
    assert files.printed == ["evaluated x86_64-unknown-linux-gnu"]
    assert not files.output("other").exists()


def test_named_targets_and_the_second_build(files: Project) -> None:
    assert [built.target for built in files.build("other", "files")] == ["other", "files"]
    again = files.build("other", "files")
    assert [(built.changed, built.executed) for built in again] == [(False, 0), (False, 0)]


def test_a_changed_source_changes_the_output(files: Project) -> None:
    files.build()
    (files.folder / "data.bin").write_text("other")
    (built,) = files.build()
    assert built.changed
    assert found(built.folder)["data/data.bin"] == "other"


def test_listing_resolves_nothing_and_opens_no_engine(files: Project) -> None:
    session = files.load(mode="list")
    assert sorted(target.name for target in session.targets) == ["files", "other"]
    assert not session.has_engine
    assert not (files.folder / "build").exists()


def test_alias_of_the_default_build_script_target(files: Project) -> None:
    (built,) = files.build("build-artifacts")
    assert built.folder == files.output("build-artifacts")
    assert (built.folder / "a.txt").exists()


def test_moved_build_path(files: Project) -> None:
    files.config.write_text(files.config.read_text() + '\nset_build_path("elsewhere")\n')
    (built,) = files.build()
    assert built.folder == files.folder / "elsewhere" / "x86_64-unknown-linux-gnu" / "debug" / "files"


def test_reads_are_noted(files: Project) -> None:
    (files.folder / "more.bzl").write_text("X = 1\n")
    files.config.write_text('load("more.bzl", "X")\n' + files.config.read_text())
    reads = files.load().context.reads.files
    assert {str(files.config), str(files.folder / "more.bzl")} <= set(reads)


def test_config_without_targets(project: Project) -> None:
    assert project.write("").build() == []


def test_missing_config_and_bad_encoding(project: Project) -> None:
    with pytest.raises(OxError) as caught:
        project.load()
    assert caught.value.diagnostic.code.id == "OX0950"
    project.config.write_bytes(b"x = 1\ny = '\xff'\n")
    with pytest.raises(OxError) as caught:
        project.load()
    assert caught.value.diagnostic.message.endswith("is not UTF-8 in line 2")


def test_a_missing_source_leaves_the_old_output(files: Project) -> None:
    files.build()
    (files.folder / "data.bin").unlink()
    with pytest.raises(OxError):
        files.build()
    assert found(files.output("files"))["data/data.bin"] == "data"


def test_expressions(files: Project) -> None:
    session = files.load()
    assert evaluate_expression(session, "[CWD == VARS, 1 + 2]") == "[False, 3]"
    assert evaluate_expression(session, "make_files") == "<function make_files>"


def test_failure_in_a_target_has_a_call_stack(project: Project) -> None:
    project.write("""
        def inner(x):
            return 1 // x
        def make():
            return inner(0)
        register_target("a", make)
        resolve_targets()
    """)
    with pytest.raises(OxError) as caught:
        project.load()
    assert [frame.function for frame in caught.value.frames][-2:] == ["make", "inner"]


@pytest.mark.parametrize(("verbose", "given", "expected"), [(0, None, None), (2, None, "2"), (1, "3", "3")])
def test_pip_says_as_much_as_was_asked_for(
    files: Project, monkeypatch: pytest.MonkeyPatch, verbose: int, given: str | None, expected: str | None
) -> None:
    seen: list[str | None] = []
    monkeypatch.setattr("oxlang.workspace.session.open_engine", lambda env, **more: seen.append(env.get("PIP_VERBOSE")))
    session = files.load(options={"verbose": verbose}, env={"PIP_VERBOSE": given} if given else {})
    assert session.engine is None and seen == [expected]
