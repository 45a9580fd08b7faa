"""New configs and projects on disk; cargo and rustc are stand-ins, so nothing is compiled."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.format import format_text
from oxlang.source import SourceFile
from oxlang.syntax.options import CONFIG
from oxlang.syntax.parse import parse
from oxlang.workspace.create import create_config, create_rust_project
from tests.cargo.test_toolchain import _program, _rust

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return _rust(tmp_path / "bin")


def _code(caught: pytest.ExceptionInfo[OxError]) -> str:
    return caught.value.diagnostic.code.id


def test_a_config(tmp_path: Path) -> None:
    said: list[str] = []
    made = create_config(str(tmp_path / "a" / "app"), python_code="print(42)", pip_install=["b==1"], report=said.append)
    assert made == tmp_path / "a" / "app" / "pyoxidizer.bzl"
    text = made.read_text(encoding="utf-8")
    assert 'python_config.run_command = "print(42)"' in text
    assert 'exe.add_python_resources(exe.pip_install("b==1"))' in text
    assert 'name="app"' in text
    assert said[:2] == [f"writing {made}", ""]
    assert "oxl run" in said[2]
    assert os.listdir(made.parent) == ["pyoxidizer.bzl"]


def test_the_name_of_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "thing"
    folder.mkdir()
    monkeypatch.chdir(folder)
    create_config(".", report=lambda line: None)
    assert 'name="thing"' in (folder / "pyoxidizer.bzl").read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform != "linux", reason="names of files that only Linux allows")
def test_a_folder_whose_name_is_no_text(tmp_path: Path) -> None:
    folder = os.fsdecode(os.fsencode(tmp_path) + b"/a\xffb")
    made = create_config(folder, report=lambda line: None)
    assert 'name="a_b"' in made.read_text(encoding="utf-8")


def test_a_config_is_not_overwritten(tmp_path: Path) -> None:
    create_config(str(tmp_path), report=lambda line: None)
    with pytest.raises(OxError) as caught:
        create_config(str(tmp_path), report=lambda line: None)
    assert _code(caught) == "OX0825"
    create_config(str(tmp_path), force=True, python_code="1", report=lambda line: None)
    assert "run_command" in (tmp_path / "pyoxidizer.bzl").read_text(encoding="utf-8")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    with pytest.raises(OxError) as caught:
        create_config(str(path), report=lambda line: None)
    assert _code(caught) == "OX0826"
    assert caught.value.diagnostic.message == f"existing path must be a directory: {path}"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_an_unwritable_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(OxError) as caught:
            create_config(str(tmp_path / "x"), report=lambda line: None)
    finally:
        tmp_path.chmod(0o755)
    assert _code(caught) == "OX0824"


def test_a_rust_project(tmp_path: Path, env: dict[str, str]) -> None:
    said: list[str] = []
    folder = create_rust_project(str(tmp_path / "deep" / "my-app"), environment=env, report=said.append)
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert [name for name in files if name != "Cargo.lock"] == [
        ".cargo/config.toml",
        ".gitignore",
        "Cargo.toml",
        "build.rs",
        "my-app-manifest.rc",
        "my-app.exe.manifest",
        "pyoxidizer.bzl",
        "src/main.rs",
    ]
    written = [line.removeprefix(f"writing {folder}/") for line in said if line.startswith("writing")]
    assert [name for name in written if name != "Cargo.lock"] == [
        ".cargo/config.toml",
        "build.rs",
        "src/main.rs",
        "pyoxidizer.bzl",
        "my-app.exe.manifest",
        "my-app-manifest.rc",
    ]
    assert sorted(os.listdir(folder.parent)) == ["my-app"]


def test_an_existing_package_is_left_alone(tmp_path: Path, env: dict[str, str]) -> None:
    folder = create_rust_project(str(tmp_path / "p"), environment=env, report=lambda line: None)
    (folder / "src" / "main.rs").write_text("mine", encoding="utf-8")
    with pytest.raises(OxError) as caught:
        create_rust_project(str(folder), environment=env, report=lambda line: None)
    assert _code(caught) == "OX0820"
    assert (folder / "src" / "main.rs").read_text(encoding="utf-8") == "mine"


def test_beside_an_existing_config(tmp_path: Path, env: dict[str, str]) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "pyoxidizer.bzl").write_text("# mine\n", encoding="utf-8")
    said: list[str] = []
    create_rust_project(str(folder), environment=env, report=said.append)
    assert (folder / "pyoxidizer.bzl").read_text(encoding="utf-8") == "# mine\n"
    assert f"keeping {folder / 'pyoxidizer.bzl'}" in said
    assert (folder / "src" / "main.rs").exists()
    assert [name for name in os.listdir(tmp_path) if name.startswith(".")] == []


def test_another_file_in_the_way(tmp_path: Path, env: dict[str, str]) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "build.rs").touch()
    with pytest.raises(OxError) as caught:
        create_rust_project(str(folder), environment=env, report=lambda line: None)
    assert _code(caught) == "OX0820"
    assert os.listdir(folder) == ["build.rs"]


def test_nothing_is_left_of_a_project_that_fails(
    tmp_path: Path, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("oxlang.workspace.create._bring_lock_up_to_date", full)
    with pytest.raises(OxError) as caught:
        create_rust_project(str(tmp_path / "new" / "p"), environment=env, report=lambda line: None)
    assert _code(caught) == "OX0824"
    assert sorted(os.listdir(tmp_path)) == ["bin"]


def test_no_rust_no_project(tmp_path: Path) -> None:
    with pytest.raises(OxError) as caught:
        create_rust_project(str(tmp_path / "p"), environment={"PATH": str(tmp_path)}, report=lambda line: None)
    assert _code(caught) == "OX0801"
    assert not (tmp_path / "p").exists()


def test_a_wrong_name(tmp_path: Path, env: dict[str, str]) -> None:
    with pytest.raises(OxError) as caught:
        create_rust_project(str(tmp_path / "1p"), environment=env, report=lambda line: None)
    assert _code(caught) == "OX0821"


def test_pyembed_from_a_registry(tmp_path: Path, env: dict[str, str]) -> None:
    _program(tmp_path / "bin", "cargo", 'case "$1" in -V) echo cargo 1.95.0;; *) echo "no network" >&2; exit 101;; esac')
    warned: list[str] = []
    folder = create_rust_project(
        str(tmp_path / "p"),
        environment={**env, "OXL_PYEMBED_LOCATION": "version:0.1.0"},
        report=lambda line: None,
        warn=lambda one: warned.append(one.code.id),
    )
    assert 'pyembed = { version = "0.1.0", default-features = false }' in (folder / "Cargo.toml").read_text()
    assert warned == ["OX0823"] and not (folder / "Cargo.lock").exists()


@pytest.mark.parametrize(("code", "packages"), [(None, []), ("print(42)", ["b==1", "c"])])
def test_a_new_config_is_formatted_and_clean(tmp_path: Path, code: str | None, packages: list[str]) -> None:
    made = create_config(str(tmp_path / "app"), python_code=code, pip_install=packages, report=lambda line: None)
    text = made.read_text(encoding="utf-8")
    source = SourceFile(str(made), text)
    assert format_text(source, CONFIG) == text
    assert parse(source, CONFIG).diagnostics == ()


@pytest.mark.parametrize("config", sorted(EXAMPLES.glob("*/pyoxidizer.bzl")), ids=lambda path: path.parent.name)
def test_examples_are_formatted(config: Path) -> None:
    source = SourceFile(str(config), config.read_text(encoding="utf-8"))
    assert format_text(source, CONFIG) == source.text
