"""Link settings as text, golden per triple and link mode."""

from __future__ import annotations

from pathlib import Path

import pytest

from oxlang.cargo.linking import (
    STATIC_CRT_FLAGS,
    application_lines,
    caller_rust_flags,
    encoded_flags,
    pyo3_config,
    rust_flags,
    static_crt_flags,
)
from oxlang.diagnostics.model import OxError
from oxlang.graph.platform import Platform
from oxlang.packaging.distribution import LinkMode
from tests.cargo.facts import TRIPLES, facts
from tests.support.golden import assert_golden

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("triple", TRIPLES)
def test_link_settings(triple: str) -> None:
    text = ""
    modes: tuple[LinkMode, ...] = ("static",) if "musl" in triple else ("static", "dynamic")
    for mode in modes:
        made, how = facts(triple, mode)
        platform = Platform(triple)
        text += f"==== {mode}: pyo3-build-config-file.txt\n{pyo3_config(made, how)}"
        text += f"==== {mode}: oxlang-cargo-lines.txt\n"
        text += "".join(f"{line}\n" for line in application_lines(platform, how))
        text += f"==== {mode}: compiler flags\n{' '.join(rust_flags(platform, how, {'RUSTFLAGS': '-C opt-level=1'}))}\n"
    assert_golden(GOLDEN / f"link-{triple}.txt", text)


def test_keys_and_order_that_pyo3_reads() -> None:
    made, how = facts("x86_64-unknown-linux-gnu", "static")
    keys = [line.split("=", 1)[0] for line in pyo3_config(made, how).splitlines()]
    assert [key for key in keys if not key.startswith("extra")] == [
        "implementation",
        "version",
        "shared",
        "abi3",
        "executable",
        "pointer_width",
        "build_flags",
        "suppress_build_script_link_lines",
    ]


def test_a_free_threaded_python_says_so() -> None:
    made, how = facts("x86_64-unknown-linux-gnu", "static", config_vars={"Py_GIL_DISABLED": "1", "Py_DEBUG": "1"})
    assert "build_flags=Py_DEBUG,Py_GIL_DISABLED\n" in pyo3_config(made, how)


def test_an_archive_in_another_place() -> None:
    made, how = facts("x86_64-unknown-linux-gnu", "static")
    text = pyo3_config(made, how, library_dir="/art", library_name="python3")
    assert "whole-archive=python3\n" in text and "search=native=/art\n" in text and "native=/python/lib" not in text


def test_an_archive_that_is_not_position_independent() -> None:
    _, how = facts("x86_64-unknown-linux-gnu", "static", static_lib_pic=False)
    assert "cargo:rustc-link-arg-bins=-no-pie" in application_lines(Platform("x86_64-unknown-linux-gnu"), how)


def test_a_development_link_is_used_when_it_is_there(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    made, how = facts("x86_64-unknown-linux-gnu", "dynamic", root=str(tmp_path))
    assert "dylib:+verbatim=libpython3.12.so.1.0\n" in pyo3_config(made, how)
    (tmp_path / "lib" / "libpython3.12.so").touch()
    assert "rustc-link-lib=python3.12\n" in pyo3_config(made, how)


def test_flags_of_the_caller() -> None:
    assert caller_rust_flags({"RUSTFLAGS": " -C  a=b "}) == ("-C", "a=b")
    assert caller_rust_flags({"RUSTFLAGS": "x", "CARGO_ENCODED_RUSTFLAGS": "-C\x1fa b"}) == ("-C", "a b")
    assert encoded_flags(("-C", "a=b")) == {"RUSTFLAGS": "-C a=b"}
    assert encoded_flags(("-C", "a b")) == {"CARGO_ENCODED_RUSTFLAGS": "-C\x1fa b"}
    assert encoded_flags(()) == {}


def test_objects_without_an_archive() -> None:
    made, how = facts("x86_64-unknown-linux-gnu", "static", static_lib="", core_objs=("build/a.o",))
    with pytest.raises(OxError) as caught:
        pyo3_config(made, how)
    assert caught.value.diagnostic.code.id == "OX0806"


def test_flags_of_a_static_python_for_windows_come_after_the_callers() -> None:
    triple = "x86_64-pc-windows-msvc"
    own = {"CARGO_TARGET_X86_64_PC_WINDOWS_MSVC_RUSTFLAGS": "-C t=1", "CARGO_BUILD_RUSTFLAGS": "-C b=1"}
    assert static_crt_flags(triple, own)[:2] == ("-C", "t=1")
    assert static_crt_flags(triple, {**own, "RUSTFLAGS": "-C r=1"})[:2] == ("-C", "r=1")
    assert static_crt_flags(triple, {"CARGO_BUILD_RUSTFLAGS": "-C b=1"}) == ("-C", "b=1", *STATIC_CRT_FLAGS)


def test_a_static_program_exports_nothing() -> None:
    """musl's start-up code relocates addresses only; with exported names thread-local variables overlapped."""
    made, how = facts("x86_64-unknown-linux-musl", "static")
    assert application_lines(made.platform, how) == ()
    text = pyo3_config(made, how)
    assert "export-dynamic" not in text and "link-lib=m\n" not in text and "link-lib=static=z\n" in text
    assert rust_flags(made.platform, how, {"RUSTFLAGS": "-C a=b"}) == ("-C", "a=b")
    _, fixed = facts("x86_64-unknown-linux-musl", "static", static_lib_pic=False)
    assert rust_flags(made.platform, fixed, {}) == ("-C", "relocation-model=static")
