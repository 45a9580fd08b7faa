"""The launcher's node: what its key holds, and what it does without Rust."""

from __future__ import annotations

import os
import shutil
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
        _launcher({**env, "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER": "qemu"}),
    ]
    other = [
        _launcher({**env, "RUSTFLAGS": "-C opt-level=0"}),
        _launcher({**env, "CFLAGS": "-O0"}),
        _launcher({**env, "CARGO_BUILD_RUSTFLAGS": "-C opt-level=0"}),
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


def _rust_for_all(tmp_path: Path) -> dict[str, str]:
    """Gives an environment with a Rust that has the standard library of every platform."""
    env = _rust(tmp_path / "bin")
    lib = tmp_path / "lib"
    lib.mkdir()
    (lib / "std").touch()
    answer = f'case "$*" in *target-libdir*) echo {lib};; *) printf "rustc 1.95.0 (x)\\nrelease: 1.95.0\\nhost: h\\n";; esac'
    _program(tmp_path / "bin", "rustc", answer)
    return env


def test_the_linker_of_another_platform(tmp_path: Path) -> None:
    env, triple = _rust_for_all(tmp_path), "aarch64-unknown-linux-gnu"
    variable = "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER"

    def asked(more: dict[str, str]) -> tuple[str | None, str]:
        node = _launcher({**env, "CARGO_HOME": str(tmp_path / "home"), **more}, triple=triple).node
        assert isinstance(node, Run) and node.failure is not None
        return dict(node.env).get(variable), node.failure.help or ""

    assert asked({variable: "clang"}) == ("clang", "`oxl explain OX0810` names usual causes")
    linker, told = asked({})
    assert linker is None and "install `aarch64-linux-gnu-gcc`" in told and variable in told
    _program(tmp_path / "bin", "aarch64-linux-gnu-gcc", "exit 0")
    assert asked({})[0] == "aarch64-linux-gnu-gcc"
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "config.toml").write_text(f'[target.{triple}]\nlinker = "lld"\n')
    assert asked({})[0] is None


def test_windows_programs(tmp_path: Path) -> None:
    env = _rust_for_all(tmp_path)
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
    hint = without.node.failure
    assert hint is not None and hint.code == "OX0801" and hint.at_once


def test_a_missing_linker_is_named_when_cargo_fails(env: dict[str, str], tmp_path: Path) -> None:
    def help(**more: str) -> str | None:
        hint = _launcher({**env, **more}).node.failure
        assert hint is not None and hint.code == "OX0810"
        return hint.help

    assert "`cc`, which is not on PATH" in (help() or "")
    assert "explain" in (help(CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER="clang") or "")
    _program(tmp_path / "bin", "cc", "echo cc 1")
    assert "explain" in (help() or "")


FAKE = """
echo "$@" >> '{log}'
case "$*" in *--offline*) {offline};; esac
mkdir -p '{target}/t/debug'; printf made > '{target}/t/debug/prog'; chmod 755 '{target}/t/debug/prog'
"""


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a project in it."""
    for path in ("Cargo.toml", "src/main.rs", "vendor/crates/a/lib.rs", "vendor/crates/b/lib.rs", "pyo3.txt"):
        (tmp_path / "root" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "root" / path).write_text(path)
    monkeypatch.chdir(tmp_path / "root")
    monkeypatch.setenv("PYO3_CONFIG_FILE", str(tmp_path / "root" / "pyo3.txt"))
    return tmp_path / "root"


@pytest.mark.parametrize("offline", ["true", "echo 'error: failed to download x' >&2; exit 101"])
def test_the_driver_tries_without_the_network_first(
    sandbox: Path, tmp_path: Path, offline: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RUSTFLAGS", "-C a=b")
    target, log = tmp_path / "target", tmp_path / "log"
    cargo = _program(tmp_path, "cargo", FAKE.format(log=log, target=target, offline=offline))
    out = tmp_path / "out" / "launcher"
    status = driver.main([str(cargo), str(target), "t/debug/prog", str(out), "--", "build", "--locked"])
    assert status == 0 and out.read_text() == "made" and os.access(out, os.X_OK)
    calls = log.read_text().splitlines()
    command = f"build --locked --manifest-path {target}/oxl-project/Cargo.toml --target-dir {target}"
    assert calls[0] == f"{command} --offline"
    assert calls[1:] == ([] if offline == "true" else [command])
    [told] = [line for line in capsys.readouterr().err.splitlines() if line.startswith("build command: ")]
    assert f"PYO3_CONFIG_FILE={target}/oxl-project/pyo3.txt " in told and "RUSTFLAGS='-C a=b' " in told
    assert told.endswith(f"{cargo} {command}")


def test_the_driver_works_in_a_fixed_place(sandbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stays the same keeps its time, so that cargo has nothing to do; the rest of the project is gone afterwards."""
    place, target = tmp_path / "t" / "oxl-project", tmp_path / "t"
    script = f'echo "$PYO3_CONFIG_FILE" > {target}/seen; cat {place}/src/main.rs >> {target}/seen; echo x > {target}/p'
    cargo = _program(tmp_path, "cargo", script)

    def build() -> dict[str, int]:
        monkeypatch.setenv("PYO3_CONFIG_FILE", str(sandbox / "pyo3.txt"))
        assert driver.main([str(cargo), str(target), "p", str(tmp_path / "out"), "--", "build"]) == 0
        assert (target / "seen").read_text() == f"{place}/pyo3.txt\n" + (sandbox / "src" / "main.rs").read_text()
        files = [path for path in place.rglob("*") if path.is_file()]
        for path in files:
            os.utime(path, ns=(1, path.stat().st_mtime_ns // 2))
        return {str(path.relative_to(place)): path.stat().st_mtime_ns for path in files}

    first = build()
    assert set(first) == {"vendor/crates/a/lib.rs", "vendor/crates/b/lib.rs", "pyo3.txt"}
    (sandbox / "vendor/crates/a/lib.rs").write_text("other")
    shutil.rmtree(sandbox / "vendor/crates/b")
    (sandbox / "src" / "main.rs").write_text("other")
    second = build()
    assert set(second) == {"vendor/crates/a/lib.rs", "pyo3.txt"}
    assert second["pyo3.txt"] == first["pyo3.txt"] // 2
    assert second["vendor/crates/a/lib.rs"] > first["vendor/crates/a/lib.rs"] // 2
    assert (place / "vendor/crates/a/lib.rs").read_text() == "other"


def test_the_driver_gives_cargos_failure(sandbox: Path, tmp_path: Path) -> None:
    cargo = _program(tmp_path, "cargo", "echo 'error: wrong' >&2; exit 101")
    done = subprocess.run(
        [sys.executable, driver.__file__, cargo, tmp_path / "t", "p", tmp_path / "o", "--", "build"],
        capture_output=True,
        text=True,
    )
    command, *said = done.stderr.splitlines()
    assert (done.returncode, said) == (101, ["error: wrong"]) and command.startswith("build command: ")


@pytest.mark.skipif(sys.platform != "linux", reason="names of files that only Linux allows")
@pytest.mark.parametrize(("name", "reason"), [(b"a:b", "a `:`"), (b"a\xff", "bytes that are no UTF-8")])
def test_a_build_folder_that_cargo_cannot_use(sandbox: Path, tmp_path: Path, name: bytes, reason: str) -> None:
    target = os.fsencode(tmp_path) + b"/" + name
    done = subprocess.run(
        [sys.executable, driver.__file__, "cargo", target, "p", tmp_path / "o", "--", "build"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and f"because the path has {reason}; set `PYOXIDIZER_CACHE_DIR`" in done.stderr


def test_a_build_folder_that_vanishes(sandbox: Path, tmp_path: Path) -> None:
    """Somebody clears the cache during a build."""
    gone = _program(tmp_path, "cargo", f"rm -rf {tmp_path}/t")
    (tmp_path / "file").write_text("")
    for target, said in ((tmp_path / "t", "made no program"), (tmp_path / "file" / "t", "error: Not a directory: `")):
        done = subprocess.run(
            [sys.executable, driver.__file__, gone, target, "p", tmp_path / "o", "--", "build"],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 1 and said in done.stderr and "Traceback" not in done.stderr


def test_a_program_that_was_not_made(sandbox: Path, tmp_path: Path) -> None:
    cargo = _program(tmp_path, "cargo", "true")
    done = subprocess.run(
        [sys.executable, driver.__file__, cargo, tmp_path / "t", "p", tmp_path / "o", "--", "build"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and "made no program" in done.stderr
