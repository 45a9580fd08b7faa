"""What cargo's configuration says about a platform: variables, files from the folder upward, CARGO_HOME."""

from __future__ import annotations

from pathlib import Path

import pytest

from oxlang.cargo.settings import cross_linker, missing_linker, target_setting

ARM = "aarch64-unknown-linux-gnu"


def _config(folder: Path, text: str, name: str = "config.toml") -> Path:
    place = folder / ".cargo" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
    return place


def _program(folder: Path, name: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("#!/bin/sh\n")
    (folder / name).chmod(0o755)


def test_a_variable_comes_before_files(tmp_path: Path) -> None:
    _config(tmp_path, f'[target.{ARM}]\nrunner = "of the file"\n')
    env = {"CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER": "qemu-aarch64 -L /arm"}
    found = target_setting("runner", ARM, env, tmp_path)
    assert found is not None and found.words == ("qemu-aarch64", "-L", "/arm")
    assert target_setting("linker", ARM, env, tmp_path) is None


def test_the_nearest_file_counts(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    home = _config(tmp_path / "home", f'[target.{ARM}]\nlinker = "of-home"\nrunner = ["r", "a b"]\n').parent
    env = {"CARGO_HOME": str(home)}
    assert target_setting("linker", ARM, env) == target_setting("linker", ARM, env, inner)
    near = _config(tmp_path / "a", f'[target.{ARM}]\nlinker = "tools/ld"\n', "config")
    _config(tmp_path / "a", f'[target.{ARM}]\nlinker = "not this"\n')
    found = target_setting("linker", ARM, env, inner)
    assert found is not None and found.source == str(near)
    assert found.words == (str(tmp_path / "a" / "tools" / "ld"),)
    runner = target_setting("runner", ARM, env, inner)
    assert runner is not None and runner.words == ("r", "a b")


@pytest.mark.parametrize("text", ["[target", "target = 1", "[target.x]", f"[target.{ARM}]\nlinker = ''"])
def test_files_that_say_nothing(tmp_path: Path, text: str) -> None:
    _config(tmp_path, text)
    assert target_setting("linker", ARM, {"CARGO_HOME": "/nonexistent"}, tmp_path) is None


def test_tables_of_cfg_are_left_to_cargo(tmp_path: Path) -> None:
    _program(tmp_path / "bin", "aarch64-linux-gnu-gcc")
    env = {"PATH": str(tmp_path / "bin"), "CARGO_HOME": "/nonexistent"}
    assert cross_linker(ARM, env, tmp_path) == "aarch64-linux-gnu-gcc"
    _config(tmp_path, "[target.'cfg(unix)']\nlinker = 'clang'\n")
    found = target_setting("linker", ARM, env, tmp_path)
    assert found is not None and found.words == ()
    assert cross_linker(ARM, env, tmp_path) == ""


def test_no_linker(tmp_path: Path) -> None:
    env = {"PATH": str(tmp_path / "bin"), "CARGO_HOME": "/nonexistent"}
    told = missing_linker(ARM, env, tmp_path)
    assert "`aarch64-linux-gnu-gcc`" in told and "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER" in told
    assert missing_linker("x86_64-pc-windows-gnu", env, tmp_path) == ""
    _program(tmp_path / "bin", "aarch64-linux-gnu-gcc")
    assert missing_linker(ARM, env, tmp_path) == ""
