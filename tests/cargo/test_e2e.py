"""Generated projects through cargo: they compile, link, run and refuse what they should.

All builds share one target folder, which `OXL_TEST_CARGO_TARGET` may name.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from oxlang.cargo.config_rs import config_source
from oxlang.cargo.placing import CONFIG_FILE
from oxlang.packaging.interpreter_config import InterpreterConfig
from oxlang.packaging.module_files import ModuleFiles
from oxlang.packaging.runtime_config import payload_config, rust_fields
from oxlang.workspace.create import create_rust_project, vendor_project
from tests.cargo.test_config_rs import every_field_set

pytestmark = pytest.mark.e2e
Cargo = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def target_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    named = os.environ.get("OXL_TEST_CARGO_TARGET")
    return Path(named) if named else tmp_path_factory.mktemp("cargo-target")


@pytest.fixture(scope="session")
def environment(target_dir: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYO3_", "PYOXIDIZER_", "OXL_"))}
    return {**kept, "CARGO_TARGET_DIR": str(target_dir), "PYO3_PYTHON": sys.executable}


@pytest.fixture
def project(tmp_path: Path, environment: dict[str, str]) -> Path:
    return create_rust_project(str(tmp_path / "proj"), environment=environment, report=lambda line: None)


@pytest.fixture
def cargo(environment: dict[str, str]) -> Cargo:
    def run(project: Path, *words: str, status: int | None = 0, **more: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            ["cargo", *words], cwd=project, env={**environment, **more}, text=True, capture_output=True, timeout=900
        )
        if status is not None:
            assert done.returncode == status, done.stderr
        return done

    return run


def _program(target_dir: Path, name: str = "proj", profile: str = "debug") -> Path:
    return target_dir / profile / name


def test_an_untouched_project_builds_and_runs(project: Path, cargo: Cargo, target_dir: Path) -> None:
    done = cargo(project, "build")
    assert "not for distribution" in done.stderr
    asked = "import sys, os, json; print(sys.version); sys.exit(7)"
    ran = subprocess.run([_program(target_dir), "-c", asked], text=True, capture_output=True, env={})
    assert (ran.stdout.strip(), ran.returncode) == (sys.version, 7), ran.stderr
    piped = subprocess.run([_program(target_dir), "-"], input="print(6*7)", text=True, capture_output=True)
    assert piped.stdout == "42\n"


def test_the_lock_that_ships_is_current(project: Path, cargo: Cargo) -> None:
    assert (project / "Cargo.lock").exists()
    cargo(project, "metadata", "--locked", "--format-version", "1")


def test_edition_2024(project: Path, cargo: Cargo) -> None:
    manifest = project / "Cargo.toml"
    manifest.write_text(re.sub(r"(?m)^edition = .*", 'edition = "2024"', manifest.read_text()))
    cargo(project, "check")


def test_two_global_allocators_are_refused(project: Path, cargo: Cargo) -> None:
    both = "global-allocator-jemalloc global-allocator-mimalloc"
    done = cargo(project, "check", "--features", both, status=101)
    assert "at most 1 global-allocator-* feature must be defined; got 2" in done.stderr


def test_a_build_mode_is_needed(project: Path, cargo: Cargo) -> None:
    done = cargo(project, "check", "--no-default-features", status=101)
    assert "build-mode-* feature not set" in done.stderr


def test_the_default_mode_gives_way(project: Path, cargo: Cargo) -> None:
    done = cargo(project, "check", "--features", "build-mode-prebuilt-artifacts", status=101)
    assert "several build-mode-* features are on; using build-mode-prebuilt-artifacts" in done.stdout + done.stderr
    assert "holds none" in done.stderr


def test_the_tool_must_run(project: Path, cargo: Cargo) -> None:
    words = ("check", "--no-default-features", "--features", "build-mode-pyoxidizer-exe")
    assert "cannot run `/nonexistent" in cargo(project, *words, status=101, PYOXIDIZER_EXE="/nonexistent").stderr
    failed = cargo(project, *words, status=101, PYOXIDIZER_EXE=shutil.which("false") or "false").stderr
    assert "failed (exit status: 1)" in failed


def test_artifacts_of_another_python_are_refused(project: Path, cargo: Cargo, tmp_path: Path) -> None:
    artifacts = _artifacts(tmp_path, [_default()])
    (artifacts / "pyo3-build-config-file.txt").write_text("implementation=CPython\nversion=3.99\n")
    words = ("check", "--no-default-features", "--features", "build-mode-prebuilt-artifacts")
    done = cargo(project, *words, status=101, PYOXIDIZER_ARTIFACT_DIR=str(artifacts))
    assert f"set PYO3_CONFIG_FILE={artifacts}/pyo3-build-config-file.txt" in done.stderr


def test_default_config_all_fields_compiles(project: Path, cargo: Cargo, tmp_path: Path) -> None:
    """Every field with a value, and every value of every closed choice."""
    sources = [_default(), config_source(every_field_set())]
    for field in rust_fields():
        if field.kind != "enum":
            continue
        declared = InterpreterConfig.__starlark__.attributes[field.name]  # type: ignore[attr-defined]
        values = (0, 1, 2) if field.name == "optimization_level" else declared.choices
        for value in values:
            config = InterpreterConfig()
            setattr(config, field.name, value)
            sources.append(config_source(payload_config(config, packed=[], module_files=ModuleFiles())))
    artifacts = _artifacts(tmp_path, sources)
    words = ("check", "--no-default-features", "--features", "build-mode-prebuilt-artifacts")
    done = cargo(project, *words, PYOXIDIZER_ARTIFACT_DIR=str(artifacts))
    assert "warning: unused" not in done.stderr


@pytest.mark.network
@pytest.mark.parametrize("config", ["config.toml", "config"], ids=["new", "as PyOxidizer wrote it"])
def test_a_vendored_project_travels(
    project: Path, cargo: Cargo, tmp_path: Path, environment: dict[str, str], config: str
) -> None:
    (project / ".cargo" / "config.toml").rename(project / ".cargo" / config)
    vendor_project(str(project), environment=environment, report=lambda line: None)
    moved = tmp_path / "elsewhere" / "proj"
    moved.parent.mkdir()
    project.rename(moved)
    cargo(moved, "check", "--offline", "--locked", CARGO_HOME=str(tmp_path / "no-registry"))


def _default() -> str:
    packed = [{"payload": "packed-resources"}]
    return config_source(payload_config(InterpreterConfig(), packed=packed, module_files=ModuleFiles()))


def _artifacts(tmp_path: Path, sources: list[str]) -> Path:
    """Writes an artifact folder; further configurations become functions that nobody calls."""
    folder = tmp_path / "artifacts"
    folder.mkdir()
    first, *others = sources
    renamed = [
        text.replace("pub fn default_python_config", f"#[allow(dead_code)]\npub fn variant_{number}")
        for number, text in enumerate(others)
    ]
    (folder / CONFIG_FILE).write_text("\n".join([first, *renamed]), encoding="utf-8")
    (folder / "packed-resources").write_bytes(b"pyembed\x03")
    return folder
