"""What cargo's build script gets, and when it does nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.workspace.build_script import run_build_script
from tests.workspace.conftest import Project

# A manifest with the file that marks an artifact folder; real artifacts need a Python and are tested end to end.
CONFIG = """
    load("facts.bzl", "FACT")
    print("evaluated")

    def make():
        files = FileManifest()
        files.add_file(FileContent(filename = "default_python_config.rs", content = FACT + VARS.get("WORD", "")))
        files.add_file(FileContent(path = CWD + "/data.bin"), directory = "extra-files/lib")
        return files

    def make_none():
        return FileManifest()

    register_target("none", make_none)
    register_target("artifacts", make, default_build_script = True)
    resolve_targets()
"""


class Script:
    def __init__(self, project: Project, out: Path) -> None:
        self.project = project
        self.out = out
        self.lines: list[str] = []
        self.printed: list[str] = []

    def run(self, env: dict[str, str] | None = None, **options: Any) -> Path:
        self.lines, self.printed = [], []
        base = {**self.project.env, "OUT_DIR": str(self.out), "CARGO_MANIFEST_DIR": str(self.project.folder)}
        return run_build_script(
            {**base, **(env or {})}, self.lines.append, out=self.printed.append, **options
        )

    @property
    def evaluated(self) -> bool:
        return self.printed == ["evaluated"]


@pytest.fixture
def script(project: Project, tmp_path: Path) -> Script:
    project.write(CONFIG)
    (project.folder / "facts.bzl").write_text('FACT = "fact"\n')
    (project.folder / "data.bin").write_text("data")
    return Script(project, tmp_path / "out")


def test_lines_and_files(script: Script) -> None:
    assert script.run() == script.out
    folder = script.project.folder
    assert script.lines[:3] == [
        "cargo:rerun-if-changed=build.rs",
        "cargo:rerun-if-env-changed=PYOXIDIZER_CONFIG",
        f"cargo:rerun-if-changed={folder}/pyoxidizer.bzl",
    ]
    assert f"cargo:rerun-if-changed={folder}/facts.bzl" in script.lines
    assert f"cargo:rerun-if-changed={folder}/data.bin" in script.lines
    assert "cargo:rerun-if-env-changed=PYOXIDIZER_ARTIFACT_DIR" in script.lines
    assert "cargo:rerun-if-env-changed=OUT_DIR" not in script.lines
    assert (
        script.lines[-1] == f"cargo:rustc-env=DEFAULT_PYTHON_CONFIG_RS={script.out}/default_python_config.rs"
    )
    assert all(line.startswith("cargo:") for line in script.lines)
    assert (script.out / "default_python_config.rs").read_text() == "fact"
    assert (script.out / "extra-files" / "lib" / "data.bin").read_text() == "data"


def test_current_artifacts_are_not_made_again_and_the_lines_stay(script: Script) -> None:
    script.run()
    lines = script.lines
    script.run()
    assert not script.evaluated
    assert script.lines == lines


@pytest.mark.parametrize("name", ["pyoxidizer.bzl", "facts.bzl", "data.bin"])
def test_a_changed_file_is_seen(script: Script, name: str) -> None:
    script.run()
    place = script.project.folder / name
    place.write_text(place.read_text() + "\n")
    script.run()
    assert script.evaluated


def test_everything_asked_for_is_part_of_the_fingerprint(script: Script) -> None:
    script.run()
    for changed in (
        {"variables": {"WORD": "x"}},
        {"target": "artifacts"},
        {"env": {"PROFILE": "release"}},
        {"env": {"TARGET": "aarch64-unknown-linux-gnu"}},
    ):
        script.run(**changed)
        assert script.evaluated, changed
        script.run(**changed)
        assert not script.evaluated, changed


def test_a_lost_artifact_is_made_again(script: Script) -> None:
    script.run()
    (script.out / "default_python_config.rs").unlink()
    script.run()
    assert script.evaluated


def test_artifact_dir_goes_before_out_dir_and_is_made(script: Script, tmp_path: Path) -> None:
    place = tmp_path / "deep" / "artifacts"
    assert script.run({"PYOXIDIZER_ARTIFACT_DIR": str(place)}) == place
    assert (place / "default_python_config.rs").exists()
    assert not script.out.exists()


def test_fingerprint_stands_in_artifacts_json(script: Script) -> None:
    script.run({"TARGET": "x86_64-unknown-linux-gnu", "PROFILE": "release"})
    found = json.loads((script.out / "artifacts.json").read_text())["build_script"]
    assert (found["triple"], found["profile"]) == ("x86_64-unknown-linux-gnu", "release")


def test_without_manifest_dir_the_current_directory_counts(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(script.project.folder)
    lines: list[str] = []
    run_build_script({**script.project.env, "OUT_DIR": str(script.out)}, lines.append, script="")
    assert lines[0] == "cargo:rerun-if-changed=build.rs"


def test_target_without_artifacts(script: Script) -> None:
    with pytest.raises(OxError) as caught:
        script.run(target="none")
    found = caught.value.diagnostic
    assert found.code.id == "OX0952"
    assert found.message.startswith("unable to find generated default_python_config.rs")
    assert found.span is not None


def test_nowhere_to_put_the_artifacts(script: Script) -> None:
    with pytest.raises(OxError) as caught:
        run_build_script({"CARGO_MANIFEST_DIR": str(script.project.folder)}, script.lines.append)
    assert caught.value.diagnostic.code.id == "OX0952"


def test_a_project_of_pyoxidizer(script: Script) -> None:
    """Its `pyembed` would not compile with the artifacts, which says nothing to a reader."""
    (script.project.folder / "Cargo.toml").write_text('[dependencies]\npyembed = "0.24.0"\n')
    with pytest.raises(OxError) as caught:
        script.run()
    assert caught.value.diagnostic.code.id == "OX0832" and "0.24.0" in caught.value.diagnostic.message
    assert not script.out.exists() and not script.evaluated


def test_no_config(script: Script, tmp_path: Path) -> None:
    with pytest.raises(OxError) as caught:
        run_build_script({"CARGO_MANIFEST_DIR": str(tmp_path), "OUT_DIR": str(tmp_path)}, script.lines.append)
    assert caught.value.diagnostic.code.id == "OX0950"
