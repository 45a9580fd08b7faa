"""The launcher's node: what its key holds, and what it does without Rust."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from oxlang.cargo import driver
from oxlang.cargo.launcher import launcher
from oxlang.diagnostics.model import OxError
from oxlang.graph.nodes import Artifact, Run
from oxlang.graph.platform import BuildSettings, Platform
from oxlang.source import SourceFile
from tests.cargo.facts import facts
from tests.cargo.test_toolchain import _program, _rust

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")
LINUX = Platform("x86_64-unknown-linux-gnu")


def _launcher(env: dict[str, str], **changes: Any) -> Artifact:
    triple = changes.pop("triple", LINUX.triple)
    made, how = facts(triple, changes.pop("mode", "static"))
    profile = changes.pop("profile", "debug")
    settings = BuildSettings(host=LINUX, target=Platform(triple), profile=profile)
    return launcher(made, settings, facts=how, environment=env, **changes)


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return _rust(tmp_path / "bin")


def test_what_the_key_depends_on(env: dict[str, str]) -> None:
    first = _launcher(env)
    same = [
        _launcher({**env, "PATH": env["PATH"] + ":/elsewhere", "HOME": env["HOME"], "LANG": "C"}),
        _launcher(env, program_name="other"),
        _launcher({**env, "CARGO_TARGET_DIR": "/x", "CARGO_BUILD_TARGET": "y"}),
    ]
    other = [
        _launcher({**env, "RUSTFLAGS": "-C opt-level=0"}),
        _launcher({**env, "CFLAGS": "-O0"}),
        _launcher(env, mode="dynamic"),
        _launcher(env, profile="release"),
        _launcher(env, allocator="mimalloc"),
        _launcher(env, windows_subsystem="windows"),
    ]
    assert {one.id for one in same} == {first.id}
    assert first.id not in {one.id for one in other} and len({one.id for one in other}) == len(other)


def test_the_command(env: dict[str, str]) -> None:
    node = _launcher({**env, "RUSTFLAGS": "-C a=b"}, allocator="jemalloc", profile="release").node
    assert isinstance(node, Run)
    assert node.outputs == ("launcher",)
    words = " ".join(node.argv)
    assert "--locked --target x86_64-unknown-linux-gnu --bin oxlang-launcher --release" in words
    assert node.argv[-2:] == ("--features", "global-allocator-jemalloc allocator-jemalloc")
    variables = dict(node.env)
    assert variables["RUSTFLAGS"] == "-C a=b"
    assert variables["PYO3_CONFIG_FILE"] == "{sandbox}/pyo3-build-config-file.txt"
    assert not any(os.sep in tool.fingerprint for tool in node.tools)


def test_custom_profiles_are_built_like_release(env: dict[str, str]) -> None:
    assert _launcher(env, profile="tiny").id == _launcher(env, profile="release").id


def test_windows_programs(tmp_path: Path) -> None:
    env = _rust(tmp_path / "bin")
    lib = tmp_path / "lib"
    lib.mkdir()
    (lib / "std").touch()
    answer = f'case "$*" in *target-libdir*) echo {lib};; *) printf "rustc 1.95.0 (x)\\nrelease: 1.95.0\\nhost: h\\n";; esac'
    _program(tmp_path / "bin", "rustc", answer)
    node = _launcher(env, triple="x86_64-pc-windows-msvc").node
    assert isinstance(node, Run)
    assert node.outputs == ("launcher.exe",)
    assert "+crt-static" in dict(node.env)["RUSTFLAGS"]


def test_no_rust_at_all(tmp_path: Path) -> None:
    span = SourceFile("c.bzl", "exe\n").span(0, 3)
    with pytest.raises(OxError) as caught:
        _launcher({"PATH": str(tmp_path)}, origin=span)
    assert caught.value.diagnostic.code.id == "OX0801" and caught.value.diagnostic.span == span


def test_the_rust_that_was_used_last_names_the_key(env: dict[str, str], tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = _launcher(env, cache_dir=cache)
    without = _launcher({"PATH": "/nowhere"}, cache_dir=cache)
    assert without.id == first.id
    assert without.node.failure is not None and without.node.failure.code == "OX0801"


FAKE = """
echo "$@" >> '{log}'
case "$*" in *--offline*) {offline};; esac
mkdir -p '{target}/t/debug'; printf made > '{target}/t/debug/prog'; chmod 755 '{target}/t/debug/prog'
"""


@pytest.mark.parametrize("offline", ["true", "echo 'error: failed to download x' >&2; exit 101"])
def test_the_driver_tries_without_the_network_first(tmp_path: Path, offline: str) -> None:
    target, log = tmp_path / "target", tmp_path / "log"
    cargo = _program(tmp_path, "cargo", FAKE.format(log=log, target=target, offline=offline))
    out = tmp_path / "out" / "launcher"
    status = driver.main([str(cargo), str(target), "t/debug/prog", str(out), "--", "build", "--locked"])
    assert status == 0 and out.read_text() == "made" and os.access(out, os.X_OK)
    calls = log.read_text().splitlines()
    assert calls[0] == f"build --locked --target-dir {target} --offline"
    assert calls[1:] == ([] if offline == "true" else [f"build --locked --target-dir {target}"])


def test_the_driver_gives_cargos_failure(tmp_path: Path) -> None:
    cargo = _program(tmp_path, "cargo", "echo 'error: wrong' >&2; exit 101")
    done = subprocess.run(
        [sys.executable, driver.__file__, cargo, tmp_path / "t", "p", tmp_path / "o", "--", "build"],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (101, "error: wrong\n")


def test_a_program_that_was_not_made(tmp_path: Path) -> None:
    cargo = _program(tmp_path, "cargo", "true")
    done = subprocess.run(
        [sys.executable, driver.__file__, cargo, tmp_path / "t", "p", tmp_path / "o", "--", "build"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and "made no program" in done.stderr
