"""Finding Rust, with programs that stand in for cargo and rustc."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from oxlang.cargo.toolchain import find_toolchain, minimum_version
from oxlang.diagnostics.model import OxError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")


def _program(folder: Path, name: str, body: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def _rust(folder: Path, version: str = "1.95.0") -> dict[str, str]:
    folder.mkdir(exist_ok=True)
    said = f"rustc {version} (abc)\\nrelease: {version}\\nhost: x86_64-unknown-linux-gnu"
    _program(folder, "rustc", f"echo x >> '{folder}/asked'; printf '{said}\\n'")
    _program(folder, "cargo", f"echo cargo {version}")
    return {"PATH": str(folder), "HOME": str(folder)}


def _code(env: dict[str, str]) -> tuple[str, str]:
    with pytest.raises(OxError) as caught:
        find_toolchain(env)
    return caught.value.diagnostic.code.id, caught.value.diagnostic.message


def test_found(tmp_path: Path) -> None:
    found = find_toolchain(_rust(tmp_path / "bin"))
    assert (found.version, found.host) == ("1.95.0", "x86_64-unknown-linux-gnu")
    assert found.cargo == tmp_path / "bin" / "cargo"
    assert len(found.fingerprint) == 64
    assert find_toolchain(_rust(tmp_path / "other", "1.96.0")).fingerprint != found.fingerprint


def test_answers_are_kept_until_a_tool_changes(tmp_path: Path) -> None:
    env = _rust(tmp_path / "bin")
    cache = tmp_path / "cache"
    first = find_toolchain(env, cache_dir=cache)
    assert find_toolchain(env, cache_dir=cache) == first
    assert (tmp_path / "bin" / "asked").read_text() == "x\n"
    _rust(tmp_path / "bin", "1.97.10")
    assert find_toolchain(env, cache_dir=cache).version == "1.97.10"


def test_no_cargo(tmp_path: Path) -> None:
    code, message = _code({"PATH": str(tmp_path)})
    assert (code, message) == ("OX0801", "cargo executable not found; is Rust installed and in PATH?")


def test_no_rustc(tmp_path: Path) -> None:
    _program(tmp_path, "cargo", "true")
    code, message = _code({"PATH": str(tmp_path)})
    assert (code, message) == ("OX0802", "rustc executable not found; is Rust installed and in PATH?")


def test_the_variable_rustc(tmp_path: Path) -> None:
    env = _rust(tmp_path / "bin")
    other = tmp_path / "other"
    other.mkdir()
    mine = _program(other, "my-rustc", "printf 'rustc 1.99.0 (x)\\nrelease: 1.99.0\\nhost: h\\n'")
    assert find_toolchain({**env, "RUSTC": str(mine)}).version == "1.99.0"
    code, message = _code({**env, "RUSTC": str(tmp_path / "none")})
    assert code == "OX0802" and "`RUSTC`" in message


def test_the_variable_cargo(tmp_path: Path) -> None:
    env = _rust(tmp_path / "bin")
    (tmp_path / "other").mkdir()
    wrapper = _program(tmp_path / "other", "my-cargo", 'exec cargo "$@"')
    assert find_toolchain({**env, "CARGO": str(wrapper)}).cargo == wrapper
    assert find_toolchain({**env, "CARGO": "rustc"}).cargo == tmp_path / "bin" / "rustc"
    assert find_toolchain({**env, "CARGO": ""}).cargo == tmp_path / "bin" / "cargo"
    code, message = _code({**env, "CARGO": str(tmp_path / "none")})
    assert code == "OX0801" and "`CARGO`" in message


def test_too_old(tmp_path: Path) -> None:
    code, message = _code(_rust(tmp_path / "bin", "1.20.0"))
    assert code == "OX0803"
    assert message == f"oxl requires Rust {minimum_version()}; {tmp_path / 'bin' / 'rustc'} is version 1.20.0"


def test_does_not_run(tmp_path: Path) -> None:
    env = _rust(tmp_path / "bin")
    _program(tmp_path / "bin", "rustc", "echo no toolchain >&2; exit 3")
    assert _code(env)[0] == "OX0804"


def test_something_else(tmp_path: Path) -> None:
    """`RUSTC` that names a program of another kind."""
    other = _program(tmp_path, "other", "true")
    code, message = _code({**_rust(tmp_path / "bin"), "RUSTC": str(other)})
    assert (code, message) == ("OX0804", f"`{other} -vV` does not say which Rust it is")
