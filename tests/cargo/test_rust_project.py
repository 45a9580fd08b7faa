"""`oxl build --rust-project`: the user's own project, alone and in a workspace, with cargo's settings kept."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from oxlang.workspace.create import create_rust_project

pytestmark = pytest.mark.e2e

CODE = "import sys, json; print('python', sys.argv[1:])"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYO3_", "PYOXIDIZER_", "OXL_"))}
    made = {"PYOXIDIZER_CACHE_DIR": os.environ.get("OXL_TEST_CACHE", str(tmp_path / "cache")), "OXL_PYTHON": sys.executable}
    # Folders of this project, wherever the other tests keep theirs.
    return {**kept, **made, "CARGO_TARGET_DIR": str(tmp_path / "target")}


def _oxl(env: dict[str, str], *words: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "oxlang", *map(str, words)]
    done = subprocess.run(command, env={**env, **more}, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    return done


def test_a_project_of_the_user(tmp_path: Path, env: dict[str, str]) -> None:
    project = create_rust_project(str(tmp_path / "ws" / "app"), environment=env, report=lambda line: None, python_code=CODE)
    main = project / "src" / "main.rs"
    main.write_text(main.read_text().replace("fn main() {", 'fn main() { println!("rust {}", cfg!(mine));'))
    # A member of a workspace, with a profile and a library crate of the workspace's own.
    manifest = project / "Cargo.toml"
    manifest.write_text(re.sub(r"\n\[(workspace|profile\.release)\]\n[^\[]*", "\n", manifest.read_text()))
    (project / "Cargo.lock").rename(project.parent / "Cargo.lock")
    (project.parent / "Cargo.toml").write_text(
        '[workspace]\nresolver = "2"\nmembers = ["app", "helper"]\n[profile.tiny]\ninherits = "dev"\nopt-level = 1\n'
    )
    (project.parent / "helper" / "src").mkdir(parents=True)
    (project.parent / "helper" / "src" / "lib.rs").touch()
    (project.parent / "helper" / "Cargo.toml").write_text('[package]\nname = "helper"\nversion = "0.1.0"\n')
    flags = {"RUSTFLAGS": "--cfg mine", "RUSTC_WRAPPER": str(_wrapper(tmp_path))}
    told = _oxl(env, "build", "--path", project, "--rust-project", project.parent, "--profile", "tiny", **flags)
    assert "build command: " in told.stderr
    [program] = (project / "build").glob("*/tiny/app/app")
    product = tmp_path / "elsewhere" / "app"
    shutil.copytree(program.parent, product.parent)
    (project / "build").rename(tmp_path / "away")
    done = subprocess.run([product, "x"], env={}, capture_output=True, text=True, check=True)
    assert done.stdout == "rust true\npython ['x']\n"
    assert (tmp_path / "wrapped").exists() and (tmp_path / "target" / "tiny" / "app").exists()
    _check_licenses((product.parent / "COPYING.txt").read_text())


OLD_BUILD = """\
fn main() {
    let folder = std::env::var("PYOXIDIZER_ARTIFACT_DIR").expect("oxl sets it");
    println!("cargo:rustc-env=DEFAULT_PYTHON_CONFIG_RS={folder}/default_python_config.rs");
    println!("cargo:rustc-link-arg=-Wl,-export-dynamic");
}
"""


@pytest.mark.skipif(not sysconfig.get_config_var("Py_ENABLE_SHARED"), reason="this Python has no shared libpython")
def test_a_build_script_that_says_nothing_of_libpython(tmp_path: Path, env: dict[str, str]) -> None:
    """As PyOxidizer wrote them: the program finds the libpython beside it all the same, and stays as it is."""
    project = create_rust_project(str(tmp_path / "old"), environment=env, report=lambda line: None, python_code=CODE)
    (project / "build.rs").write_text(OLD_BUILD)
    config = project / "pyoxidizer.bzl"
    dynamic = config.read_text().replace("default_python_distribution()", 'default_python_distribution("standalone_dynamic")')
    config.write_text(dynamic)
    _oxl(env, "build", "--path", project, "--rust-project", project)
    [program] = (project / "build").glob("*/debug/old/old")
    assert list(program.parent.glob("libpython3*"))
    assert subprocess.run([program], env={}, capture_output=True, text=True, check=True).stdout == "python []\n"
    assert "unchanged" in _oxl(env, "build", "--path", project, "--rust-project", project).stderr


def _check_licenses(text: str) -> None:
    """The report is one document: Python, libraries, crates by name; the counts are those of all."""
    assert text.count("Software Licensing Summary\n") == text.count("\nSoftware Components\n") == 1
    titles = re.findall(r"^(Python 3\S+|Library \S+|Rust crate (?:\S+) \S+)\n-+$", text, re.MULTILINE)
    crates = [one for one in titles if one.startswith("Rust crate")]
    assert titles[0].startswith("Python 3") and titles[-len(crates) :] == crates == sorted(crates)
    assert {"Rust crate app 0.1.0", "Rust crate pyembed 0.1.0"} <= set(crates)
    assert f"\n{len(titles)} distinct software components\n" in text


def _wrapper(folder: Path) -> Path:
    wrapper = folder / "wrapper"
    wrapper.write_text(f'#!/bin/sh\ntouch "{folder}/wrapped"\nexec "$@"\n')
    wrapper.chmod(0o755)
    return wrapper
