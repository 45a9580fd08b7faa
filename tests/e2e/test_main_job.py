"""The main job, from a template config to a program that runs in a bare environment."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import ROOT, Oxl, Product

pytestmark = pytest.mark.e2e
CODE = 'print("hello from", __import__("sys").version)'
ARTIFACTS = {
    "COPYING.txt",
    "artifacts.json",
    "default_python_config.rs",
    "oxlang-cargo-lines.txt",
    "packed-resources",
    "pyo3-build-config-file.txt",
}


@pytest.fixture(scope="module")
def hello(oxl: Oxl, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("main") / "hello"
    oxl("init-config-file", "--python-code", CODE, folder)
    return folder


def test_build_and_run_in_a_bare_environment(
    oxl: Oxl, hello: Path, triple: str, moved: Callable[[Path, str], Product]
) -> None:
    done = oxl("build", "--path", hello)
    assert done.stdout == ""
    install = hello / "build" / triple / "debug" / "install"
    product = moved(install, "hello")
    assert product.run().startswith("hello from 3.")


def test_a_second_build_runs_no_action(oxl: Oxl, hello: Path) -> None:
    oxl("build", "--path", hello)
    again = oxl("build", "--path", hello)
    assert re.search(r"\b0 (actions|run|executed)", again.stderr), again.stderr


def test_run_passes_output_and_status(oxl: Oxl, hello: Path) -> None:
    done = oxl("run", "--path", hello)
    assert done.stdout.startswith("hello from 3.")


def test_a_change_of_python_code_runs_no_compiler(oxl: Oxl, hello: Path, triple: str, tmp_path: Path) -> None:
    oxl("build", "--path", hello)
    changed = tmp_path / "hello"
    shutil.copytree(hello, changed, ignore=shutil.ignore_patterns("build"))
    config = changed / "pyoxidizer.bzl"
    config.write_text(config.read_text().replace("hello from", "greetings from"))
    without_cargo = {"PATH": os.path.dirname(sys.executable)}
    oxl("build", "--path", changed, **without_cargo, RUSTC="")
    program = changed / "build" / triple / "debug" / "install" / "hello"
    assert subprocess.run([program], capture_output=True, text=True, check=True).stdout.startswith("greetings from")


def test_eval_builds_the_artifacts(oxl: Oxl, hello: Path, triple: str, tmp_path: Path) -> None:
    oxl("eval", hello / "pyoxidizer.bzl", "--target", "build-artifacts")
    folder = hello / "build" / triple / "debug" / "build-artifacts"
    names = {path.name for path in folder.iterdir()}
    assert names - {"extra-files", "extra-files.txt", "libpython3.a"} == ARTIFACTS
    # Plain cargo makes a program from them, in a project that knows nothing of oxl's build folder.
    project = tmp_path / "byhand"
    oxl("init-rust-project", project)
    subprocess.run(
        ["cargo", "build", "--quiet", "--no-default-features", "--features", "build-mode-prebuilt-artifacts"],
        cwd=project,
        env={
            **os.environ,
            "PYOXIDIZER_ARTIFACT_DIR": str(folder),
            "PYO3_CONFIG_FILE": str(folder / "pyo3-build-config-file.txt"),
        },
        check=True,
    )
    program = project / "target" / "debug" / "byhand"
    if (folder / "extra-files").is_dir():
        shutil.copytree(folder / "extra-files", program.parent, dirs_exist_ok=True)
    told = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    assert told.startswith("hello from 3.")


def test_the_alias_is_listed(oxl: Oxl, hello: Path) -> None:
    assert oxl("list-targets", hello).stdout.split() == ["exe", "*install", "msi_installer", "resources"]
    assert "build-artifacts" in oxl("list-targets", "--all", hello).stdout


@pytest.mark.parametrize("version", ["3.10", "3.12", "3.13"])
def test_other_pythons(oxl: Oxl, hello: Path, triple: str, tmp_path: Path, version: str) -> None:
    python = _from_pyenv(version) or shutil.which(f"python{version}")
    if python is None:
        pytest.skip(f"no Python {version} on this machine")
    folder = tmp_path / "hello"
    shutil.copytree(hello, folder, ignore=shutil.ignore_patterns("build"))
    oxl("build", "--path", folder, OXL_PYTHON=python)
    program = folder / "build" / triple / "debug" / "install" / "hello"
    told = subprocess.run([program], capture_output=True, text=True, check=True, env={}).stdout
    assert told.startswith(f"hello from {version}.")


def test_a_version_mismatch_is_refused(oxl: Oxl, hello: Path, triple: str, tmp_path: Path) -> None:
    """Artifacts of one Python and a program that PyO3 links with another: one sentence instead of a crash later."""
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    other = next((p for v in ("3.10", "3.12", "3.13") if v != running and (p := _from_pyenv(v))), None)
    if other is None:
        pytest.skip("no second Python with a libpython on this machine")
    oxl("eval", hello / "pyoxidizer.bzl", "--target", "build-artifacts")
    project = tmp_path / "mismatch"
    oxl("init-rust-project", project)
    done = subprocess.run(
        ["cargo", "build", "--quiet", "--no-default-features", "--features", "build-mode-prebuilt-artifacts"],
        cwd=project,
        env={
            **os.environ,
            "PYOXIDIZER_ARTIFACT_DIR": str(hello / "build" / triple / "debug" / "build-artifacts"),
            "PYO3_PYTHON": other,
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "PYO3_CONFIG_FILE" in done.stderr


def _from_pyenv(version: str) -> str | None:
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = sorted(root.glob(f"{version}.*/bin/python{version}"))
    return str(found[-1]) if found else None


@pytest.mark.network
def test_a_wheel_in_a_fresh_environment_does_the_main_job(tmp_path: Path, triple: str, cache: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone)], check=True)
    wheels = tmp_path / "wheels"
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", str(wheels), str(clone)], check=True)
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    [wheel] = wheels.glob("oxlang-*.whl")
    subprocess.run([venv / "bin" / "python", *pip[1:], "install", str(wheel)], check=True)
    shutil.rmtree(clone)
    installed = Oxl([str(venv / "bin" / "oxl")], {**os.environ, "PYOXIDIZER_CACHE_DIR": str(tmp_path / "cache")})
    folder = tmp_path / "somewhere" / "hello"
    installed("init-config-file", "--python-code", CODE, folder, cwd=tmp_path)
    installed("build", "--path", folder, cwd=tmp_path)
    assert installed("run", "--path", folder, cwd=tmp_path).stdout.startswith("hello from 3.")
