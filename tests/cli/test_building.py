"""list-targets, build, run and eval on a small config."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.support import oxl

Capture = pytest.CaptureFixture[str]


def placed(app: Path, target: str = "again") -> Path:
    (found,) = app.glob(f"build/*/*/{target}")
    return found


def test_list_targets(capsys: Capture, app: Path) -> None:
    ended = oxl(capsys, "list-targets")
    assert (ended.status, ended.out) == (0, "*again\nfiles\n")
    assert ended.err == "top level\n"
    assert oxl(capsys, "list-targets", app / "pyoxidizer.bzl").out == ended.out
    assert oxl(capsys, "--verbose", "list-targets", app).out == ended.out


def test_list_targets_all(capsys: Capture, app: Path) -> None:
    assert oxl(capsys, "list-targets", "--all").out == (
        "*again (depends on files; default of build scripts)\nfiles\nbuild-artifacts (another name of again)\n"
    )


def test_list_targets_json(capsys: Capture, app: Path) -> None:
    found = json.loads(oxl(capsys, "list-targets", "--format", "json").out)
    assert [one["name"] for one in found["targets"]] == ["again", "files"]
    assert found["alias"] == {"build-artifacts": "again"}


def test_no_targets(capsys: Capture, clean: Path) -> None:
    (clean / "pyoxidizer.bzl").write_text("x = 1\n")
    assert oxl(capsys, "list-targets").out == "(no targets defined)\n"
    assert oxl(capsys, "build").status == 0
    ended = oxl(capsys, "run")
    assert ended.status == 1
    assert "unable to determine target to run" in ended.err and "[OX0505]" in ended.err


def test_config_above(capsys: Capture, app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (app / "x" / "y").mkdir(parents=True)
    monkeypatch.chdir(app / "x" / "y")
    assert oxl(capsys, "list-targets").out == "*again\nfiles\n"


def test_build(capsys: Capture, app: Path) -> None:
    ended = oxl(capsys, "build", "--var", "who", "world")
    assert (ended.status, ended.out) == (0, "")
    assert (placed(app) / "a.txt").read_text() == "hello world"
    assert oxl(capsys, "build", "--release", "files").status == 0
    assert placed(app, "files").parent.name == "release"


def test_build_twice_changes_nothing(capsys: Capture, app: Path) -> None:
    oxl(capsys, "build")
    before = (placed(app) / "a.txt").stat()
    ended = oxl(capsys, "build", "--format", "json")
    assert (placed(app) / "a.txt").stat().st_mtime_ns == before.st_mtime_ns
    (output,) = json.loads(ended.out)["outputs"]
    assert (output["target"], output["changed"], output["actions_run"]) == ("again", False, 0)
    assert output["files"] == [{"path": "a.txt", "size": 10}]


def test_eval(capsys: Capture, app: Path) -> None:
    ended = oxl(capsys, "eval", app, "--target", "files", "--dry-run")
    assert ended.status == 0
    assert ended.out.startswith("target files: FileManifest\n")
    assert not (app / "build").exists()
    ended = oxl(capsys, "eval", app / "pyoxidizer.bzl", "--target", "files")
    assert (placed(app, "files") / "a.txt").exists()
    assert ended.out.splitlines()[-1] == "  a.txt"
    assert "demands of the evaluation: none" in oxl(capsys, "eval", "--explain").err


def test_eval_build_artifacts_is_an_alias(capsys: Capture, app: Path) -> None:
    ended = oxl(capsys, "eval", "pyoxidizer.bzl", "--target", "build-artifacts", "--dry-run")
    assert ended.status == 0 and "FileManifest" in ended.out


def test_eval_named_config_wins(capsys: Capture, app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYOXIDIZER_CONFIG", "/nonexistent/pyoxidizer.bzl")
    assert oxl(capsys, "eval", app, "--dry-run").status == 0
    ended = oxl(capsys, "list-targets")
    assert ended.status == 1
    assert ended.err.startswith("using the config that PYOXIDIZER_CONFIG names: /nonexistent/pyoxidizer.bzl\n")


def test_eval_json_and_dot(capsys: Capture, app: Path) -> None:
    found = json.loads(oxl(capsys, "eval", "--format", "json").out)
    assert found["graph"]["nodes"] and found["outputs"][0]["target"] == "again"
    assert oxl(capsys, "eval", "--format", "dot", "--dry-run").out.startswith("digraph ")


def test_print_is_a_log_line(capsys: Capture, app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "top level" in oxl(capsys, "list-targets").err
    monkeypatch.setenv("RUST_LOG", "off")
    assert oxl(capsys, "list-targets").err == ""
    monkeypatch.setenv("RUST_LOG", "oxl=info")
    assert "using config" in oxl(capsys, "list-targets").err


def test_run_needs_a_program(capsys: Capture, app: Path) -> None:
    ended = oxl(capsys, "run")
    assert ended.status == 0
    assert placed(app).exists()


def test_trace(capsys: Capture, app: Path) -> None:
    assert oxl(capsys, "build", "--trace", "trace.json").status == 0
    assert "traceEvents" in json.loads((app / "trace.json").read_text())


def test_wrong_number(capsys: Capture, app: Path) -> None:
    ended = oxl(capsys, "build", "--jobs", "many")
    assert ended.status == 2
    assert ended.err.startswith("error: `--jobs` takes a whole number of at least 1, not `many`")


def test_build_script(capsys: Capture, app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUT_DIR", str(app / "out"))
    ended = oxl(capsys, "run-build-script")
    assert ended.status == 1
    assert "did you specify the correct target" in ended.err
    lines = ended.out.splitlines()
    assert lines[0] == "cargo:rerun-if-changed=build.rs"
    assert all(line.startswith("cargo:") for line in lines)


def test_a_project_without_a_config(capsys: Capture, clean: Path) -> None:
    """Also where it is not named: only a project that is described otherwise is looked for in folders above."""
    (clean / "tool").mkdir()
    (clean / "tool" / "__main__.py").write_text("")
    (clean / "pyproject.toml").write_text('[project]\nname = "tool"\nversion = "1"\n')
    for words in (["build", "nothing"], ["build", "--path", clean, "nothing"], ["run", "--target", "nothing"], ["size", "nothing"], ["why", "nothing"]):
        ended = oxl(capsys, *words)
        assert ended.status == 1 and ended.err.startswith("no config at `")
        assert "there is no target `nothing`" in ended.err and "`exe`, `install`, `resources`" in ended.err
    assert not (clean / "pyoxidizer.bzl").exists()
    (clean / "pyoxidizer.bzl").write_text("resolve_targets()\n")
    (clean / "docs").mkdir()
    for words in (["build"], ["build", "."], ["build", "./docs"]):
        assert oxl(capsys, *words).err == "nothing to build\n"


def test_script_without_a_config(capsys: Capture, clean: Path) -> None:
    (clean / "my.script.py").write_text("")
    for words in (["build", "my.script.py"], ["build", "--path", "my.script.py"], ["run", "--path", "my.script.py"]):
        ended = oxl(capsys, *words)
        assert ended.status == 1
        assert "cannot be built without a config: its name is no name of a module [OX0954]" in ended.err
    assert oxl(capsys, "build", "--save-config").status == 2
