"""Commands for building Rust projects of users, and which package of a workspace is meant."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from oxlang.cargo.project_build import (
    build_command,
    find_package,
    finds_libraries_beside,
    wanted_features,
    with_libraries_beside,
)
from oxlang.cargo.toolchain import Toolchain
from oxlang.diagnostics.model import OxError
from oxlang.graph.platform import BuildSettings, Platform

LINUX = Platform("x86_64-unknown-linux-gnu")
TOOLS = Toolchain(cargo=Path("/r/cargo"), rustc=Path("/r/rustc"), version="1.95.0", host=LINUX.triple, fingerprint="f")
MODES = {
    "default": ["build-mode-standalone", "mine"],
    "build-mode-standalone": [],
    "build-mode-prebuilt-artifacts": [],
    "allocator-mimalloc": [],
    "mine": [],
}


def _package(name: str, folder: str, features: dict[str, Any], programs: list[str]) -> dict[str, Any]:
    return {
        "name": name,
        "manifest_path": f"{folder}/Cargo.toml",
        "features": features,
        "targets": [{"name": one, "kind": ["bin"]} for one in programs],
    }


def _metadata(*packages: dict[str, Any]) -> dict[str, Any]:
    return {"packages": list(packages)}


def _settings(profile: str = "debug", triple: str = LINUX.triple) -> BuildSettings:
    return BuildSettings(host=LINUX, target=Platform(triple), profile=profile)


def test_the_package_of_the_folder() -> None:
    found = find_package(_metadata(_package("a", "/p", MODES, ["a"]), _package("b", "/q", MODES, ["b"])), Path("/p"))
    assert (found.name, found.program) == ("a", "a")


def test_the_member_of_a_workspace_that_embeds_python() -> None:
    metadata = _metadata(_package("lib", "/w/lib", {}, []), _package("app", "/w/app", MODES, ["other", "app"]))
    found = find_package(metadata, Path("/w"))
    assert (found.name, found.program, found.manifest) == ("app", "app", Path("/w/app/Cargo.toml"))


@pytest.mark.parametrize("names", [[], ["a", "b"]])
def test_no_package_or_several(names: list[str]) -> None:
    metadata = _metadata(*(_package(name, f"/w/{name}", MODES, [name]) for name in names))
    with pytest.raises(OxError) as caught:
        find_package(metadata, Path("/w"))
    assert caught.value.diagnostic.code.id == "OX0830"


def test_the_program_that_cargo_runs() -> None:
    package = _package("a", "/p", MODES, ["tool", "a"])
    assert find_package(_metadata(package), Path("/p")).program == "a"
    assert find_package(_metadata({**package, "default_run": "tool"}), Path("/p")).program == "tool"
    assert find_package(_metadata(_package("a", "/p", MODES, ["x", "y"])), Path("/p")).program == "x"


def test_a_package_without_a_program() -> None:
    with pytest.raises(OxError) as caught:
        find_package(_metadata(_package("a", "/p", MODES, [])), Path("/p"))
    assert caught.value.diagnostic.code.id == "OX0812"


def _words(env: dict[str, str] | None = None, settings: BuildSettings | None = None, **options: Any) -> tuple[str, dict[str, str]]:
    package = find_package(_metadata(_package("a", "/p", MODES, ["a"])), Path("/p"))
    command = build_command(package, TOOLS, settings or _settings(), Path("/art"), env or {}, **options)
    return " ".join(command.argv[1:]), dict(command.env)


def test_the_command() -> None:
    features = ("mine", "build-mode-prebuilt-artifacts", "allocator-mimalloc")
    words, env = _words({"RUSTFLAGS": "-C a=b", "CARGO_TARGET_DIR": "/t"}, features=features)
    assert words == (
        "build --manifest-path /p/Cargo.toml --bin a --no-default-features "
        "--features mine,build-mode-prebuilt-artifacts,allocator-mimalloc --message-format json-render-diagnostics"
    )
    assert env["PYOXIDIZER_ARTIFACT_DIR"] == "/art" and env["PYOXIDIZER_REUSE_ARTIFACTS"] == "1"
    assert env["PYO3_CONFIG_FILE"] == "/art/pyo3-build-config-file.txt"
    assert env["RUSTFLAGS"] == "-C a=b" and env["CARGO_TARGET_DIR"] == "/t"


def test_features_are_those_of_the_project_with_prebuilt_artifacts_and_the_allocator() -> None:
    package = find_package(_metadata(_package("a", "/p", MODES, ["a"])), Path("/p"))
    assert wanted_features(package) == ("mine", "build-mode-prebuilt-artifacts")
    # `global-allocator-mimalloc` is no feature of this package.
    assert wanted_features(package, "mimalloc") == ("mine", "build-mode-prebuilt-artifacts", "allocator-mimalloc")
    plain = find_package(_metadata(_package("a", "/p", {}, ["a"])), Path("/p"))
    assert wanted_features(plain, "mimalloc") == ()


@pytest.mark.parametrize(("profile", "words"), [("release", "--release"), ("tiny", "--profile tiny"), ("debug", "")])
def test_profiles(profile: str, words: str) -> None:
    told = _words(settings=_settings(profile))[0]
    assert words in told and ("profile" in told) == (profile == "tiny")


def test_another_triple_and_a_static_windows_python() -> None:
    settings = _settings(triple="x86_64-pc-windows-msvc")
    words, env = _words({"RUSTFLAGS": "-C a=b"}, settings)
    assert "--target x86_64-pc-windows-msvc" in words
    assert env["RUSTFLAGS"].startswith("-C a=b -C target-feature=+crt-static")


def test_the_linker_of_another_platform(tmp_path: Path) -> None:
    triple, variable = "aarch64-unknown-linux-gnu", "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER"
    package = find_package(_metadata(_package("a", str(tmp_path), MODES, ["a"])), tmp_path)
    env = {"PATH": str(tmp_path), "CARGO_HOME": "/nonexistent"}
    command = build_command(package, TOOLS, _settings(triple=triple), Path("/art"), env)
    assert variable not in command.env and "install `aarch64-linux-gnu-gcc`" in command.advice
    linker = tmp_path / "aarch64-linux-gnu-gcc"
    linker.write_text("#!/bin/sh\n")
    linker.chmod(0o755)
    command = build_command(package, TOOLS, _settings(triple=triple), Path("/art"), env)
    assert command.env[variable] == "aarch64-linux-gnu-gcc" and command.advice == "" and variable in command.shown
    (tmp_path / ".cargo").mkdir()
    (tmp_path / ".cargo" / "config").write_text(f'[target.{triple}]\nlinker = "clang"\n')
    assert variable not in build_command(package, TOOLS, _settings(triple=triple), Path("/art"), env).env


def test_a_program_that_looks_for_libraries_beside_it(tmp_path: Path) -> None:
    package = find_package(_metadata(_package("a", "/p", MODES, ["a"])), Path("/p"))
    command = with_libraries_beside(build_command(package, TOOLS, _settings(), Path("/art"), {}))
    assert command.argv[:3] == ("/r/cargo", "rustc", "--manifest-path")
    assert command.argv[-3:] == ("--", "-C", "link-arg=-Wl,-rpath,$ORIGIN")
    assert " cargo rustc --manifest-path " in command.shown and command.shown.endswith("'link-arg=-Wl,-rpath,$ORIGIN'")
    (tmp_path / "a.exe").write_bytes(b"MZ")
    assert finds_libraries_beside(tmp_path / "a.exe")
    assert not finds_libraries_beside(Path(sys.executable)) or not sys.platform.startswith("linux")


def test_a_platform_that_cargo_is_told_of(tmp_path: Path) -> None:
    """The artifacts are for one platform, so cargo is told which, whatever its settings say."""
    package = find_package(_metadata(_package("a", str(tmp_path), MODES, ["a"])), tmp_path)
    env = {"CARGO_HOME": str(tmp_path / "home")}

    def words(env: dict[str, str]) -> str:
        return " ".join(build_command(package, TOOLS, _settings(), Path("/art"), env).argv)

    assert "--target" not in words(env)
    assert f"--target {LINUX.triple} " in words({**env, "CARGO_BUILD_TARGET": "wasm32-wasip1"})
    (tmp_path / ".cargo").mkdir()
    (tmp_path / ".cargo" / "config.toml").write_text('[build]\ntarget = ["wasm32-wasip1"]\n')
    assert f"--target {LINUX.triple} " in words(env)
