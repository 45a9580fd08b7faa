"""What is said when cargo fails, with programs that stand in for it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from oxlang.cargo.licensing import cargo_metadata
from oxlang.cargo.project_build import ProjectPackage, build_command, run_cargo
from oxlang.cargo.toolchain import check_target, find_toolchain
from oxlang.diagnostics.model import Diagnostic, OxError
from oxlang.graph.platform import BuildSettings, Platform
from oxlang.workspace.create import vendor_project
from tests.cargo.test_toolchain import _program, _rust

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")
FAILS = 'case "$1" in -V) echo cargo 1.95.0;; *) echo "error: it went wrong" >&2; exit 101;; esac'


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    made = _rust(tmp_path / "bin")
    _program(tmp_path / "bin", "cargo", FAILS)
    return made


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "Cargo.toml").write_text('[package]\nname = "p"\n\n[dependencies]\n', encoding="utf-8")
    return folder


def _told(call: Callable[[], object]) -> Diagnostic:
    with pytest.raises(OxError) as caught:
        call()
    return caught.value.diagnostic


def test_metadata(project: Path, env: dict[str, str]) -> None:
    told = _told(lambda: cargo_metadata(project, find_toolchain(env), env))
    assert told.code.id == "OX0831" and told.notes == ("error: it went wrong",)


def test_metadata_of_no_project(tmp_path: Path, env: dict[str, str]) -> None:
    assert _told(lambda: cargo_metadata(tmp_path, find_toolchain(env), env)).code.id == "OX0830"


def test_vendor(project: Path, env: dict[str, str]) -> None:
    told = _told(lambda: vendor_project(str(project), environment=env, report=lambda line: None))
    assert told.code.id == "OX0827" and "it went wrong" in told.notes[-1]
    # Nothing is left of it, and the manifest is as it was.
    assert [path.name for path in project.iterdir()] == ["Cargo.toml"]
    assert "pyembed" not in (project / "Cargo.toml").read_text(encoding="utf-8")


def test_vendor_again_keeps_what_there_was(project: Path, env: dict[str, str]) -> None:
    (project / "vendor" / "crates").mkdir(parents=True)
    (project / "Cargo.lock").write_text("# mine", encoding="utf-8")
    _program(Path(env["PATH"]), "cargo", FAILS.replace("echo \"error", f"echo changed > '{project}/Cargo.lock'; echo \"error"))
    _told(lambda: vendor_project(str(project), environment=env, report=lambda line: None))
    assert (project / "vendor" / "crates" / "pyembed").is_dir()
    assert (project / "Cargo.lock").read_text(encoding="utf-8") == "# mine"


@pytest.mark.parametrize("name", ["config", "config.toml"])
def test_vendor_says_so_where_cargo_reads_it(project: Path, env: dict[str, str], name: str) -> None:
    """Beside `.cargo/config`, as old projects have it, cargo does not look at `.cargo/config.toml`."""
    (project / ".cargo").mkdir()
    (project / ".cargo" / name).write_text("# mine\n", encoding="utf-8")
    _program(Path(env["PATH"]), "cargo", 'case "$1" in vendor) echo "[source.vendored-sources]";; *) echo cargo 1.95.0;; esac')
    vendor_project(str(project), environment=env, report=lambda line: None)
    assert [path.name for path in (project / ".cargo").iterdir()] == [name]
    assert (project / ".cargo" / name).read_text(encoding="utf-8") == "# mine\n\n[source.vendored-sources]\n"


def test_vendor_of_no_project(tmp_path: Path, env: dict[str, str]) -> None:
    assert _told(lambda: vendor_project(str(tmp_path), environment=env)).code.id == "OX0830"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (FAILS, "OX0811"),
        ("echo '{\"reason\": \"build-finished\"}'; echo no json", "OX0812"),
    ],
)
def test_a_project_of_the_user(project: Path, env: dict[str, str], tmp_path: Path, body: str, code: str) -> None:
    toolchain = find_toolchain(env)
    _program(tmp_path / "bin", "cargo", body)
    linux = Platform("x86_64-unknown-linux-gnu")
    package = ProjectPackage(
        name="p", manifest=project / "Cargo.toml", default_features=(), features=frozenset(), program="p"
    )
    settings = BuildSettings(host=linux, target=linux)
    command = build_command(package, toolchain, settings, tmp_path / "art", env)
    told = _told(lambda: run_cargo(command, package, project))
    assert told.code.id == code
    assert "PYOXIDIZER_ARTIFACT_DIR=" in told.notes[-1]


def test_the_program_that_cargo_names(project: Path, env: dict[str, str], tmp_path: Path) -> None:
    toolchain = find_toolchain(env)
    line = '{"reason": "compiler-artifact", "target": {"name": "p"}, "executable": "/t/p"}'
    _program(tmp_path / "bin", "cargo", f"echo '{line}'")
    linux = Platform("x86_64-unknown-linux-gnu")
    package = ProjectPackage(
        name="p", manifest=project / "Cargo.toml", default_features=(), features=frozenset(), program="p"
    )
    command = build_command(package, toolchain, BuildSettings(host=linux, target=linux), tmp_path, env)
    assert run_cargo(command, package, project) == Path("/t/p")


def test_a_triple_without_standard_library(env: dict[str, str], tmp_path: Path) -> None:
    answer = 'case "$*" in *target-libdir*) echo /none;; *) printf "rustc 1.95.0 (x)\\nrelease: 1.95.0\\nhost: h\\n";; esac'
    _program(tmp_path / "bin", "rustc", answer)
    told = _told(lambda: check_target(find_toolchain(env), "aarch64-apple-darwin", env))
    assert told.code.id == "OX0805" and told.help == "install it with `rustup target add aarch64-apple-darwin`"
