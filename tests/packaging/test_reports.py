"""Texts of the commands that look into programs and distributions; archives made of an interpreter."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import pytest

from oxlang.diagnostics import OxError
from oxlang.packaging.archive import archive_distribution, file_hash
from oxlang.packaging.distribution import Distribution
from oxlang.packaging.foreign_binaries import macho_libraries, pe_libraries
from oxlang.packaging.loading import Loading, loading_of
from oxlang.packaging.pack_distribution import lay_out
from oxlang.packaging.reports import (
    analyze,
    distribution_info,
    distribution_json,
    distribution_licenses,
    find_resources,
    open_distribution,
    python_list,
)
from oxlang.packaging.symbol_versions import oldest_releases
from oxlang.packaging.unpack import pack_tar
from tests.packaging.conftest import write_files
from tests.packaging.test_pip import make_wheel

IS_LINUX = sys.platform.startswith("linux")


@pytest.mark.skipif(not IS_LINUX, reason="needs an ELF program")
def test_analyze_lists_libraries_and_systems() -> None:
    lines = analyze(Path("/bin/true"))
    assert lines[0] == "Shared Library Dependencies"
    assert lines[lines.index("libc.so.6") + 1] == "  OK"
    assert any(line.startswith("GLIBC 2.") for line in lines)
    assert any(line.startswith("    Debian ") for line in lines)


def test_analyze_refuses_other_files(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("text")
    for path in (tmp_path / "x", tmp_path / "missing", tmp_path):
        with pytest.raises(OxError, match="cannot be analyzed"):
            analyze(path)


def test_oldest_releases() -> None:
    found = oldest_releases("GLIBC", "2.17")
    assert found is not None and found[0] == "Debian 8" and "RHEL 7" in found
    assert oldest_releases("GLIBC", "9.9") == [f"No known {name} versions supported" for name in ("Debian", "Fedora", "openSUSE", "RHEL", "Ubuntu")]  # fmt: skip
    assert oldest_releases("OPENSSL", "3.0.0") is None


def test_find_resources(python: Distribution, tmp_path: Path) -> None:
    root = write_files(tmp_path / "src", {"pkg/__init__.py": "", "pkg/a.txt": ""})
    lines = list(find_resources(root, python))
    assert lines[0] == f"scanning directory {root}"
    assert "PythonModuleSource { name: pkg, is_package: true, is_stdlib: false, is_test: false }" in lines
    assert "File { path: pkg/a.txt, is_executable: false }" in lines
    assert (
        lines[-1] == "PythonPackageResource { package: pkg, name: a.txt, is_stdlib: false, is_test: false }"
    )
    assert not any(line.startswith("File") for line in find_resources(root, python, emit_files=False))
    assert not any(line.startswith("Python") for line in find_resources(root, python, classify_files=False))
    wheel = make_wheel(tmp_path)
    assert "PythonPackageDistributionResource { package: Demo-Kit, version: 1.5, name: METADATA }" in list(
        find_resources(wheel, python)
    )
    (tmp_path / "other.bin").write_text("")
    assert list(find_resources(tmp_path / "other.bin", python)) == [
        f"do not know how to find resources in {tmp_path / 'other.bin'}"
    ]
    own = list(find_resources(None, python))
    assert own[0] == "scanning distribution"
    assert "PythonModuleSource { name: os, is_package: false, is_stdlib: true, is_test: false }" in own
    position = own.index("    name: sys")
    assert own[position + 1] == "    is_builtin: true"


def test_distribution_info(python: Distribution) -> None:
    lines = distribution_info(python)
    assert lines[0] == "High-Level Metadata"
    assert f"Version:       {python.version}" in lines
    assert f"Target triple: {python.target_triple}" in lines
    position = lines.index("sys")
    assert lines[position + 1] == "---" and "Built-in Default: true" in lines[position : position + 8]
    assert "os" in lines[lines.index("Python Modules") :]


def test_distribution_licenses(python: Distribution) -> None:
    lines = distribution_licenses(python)
    assert lines[0] == "Python Distribution Licenses: Python-2.0"
    if "_ssl" in python.extensions:
        part = lines[lines.index("_ssl") :]
        assert "Dependency: ssl" in part and "Link Type: system" in part
        assert any(line.startswith("Licensing: Valid SPDX: ") and "Apache-2.0" in line for line in part)


def test_python_list(python: Distribution) -> None:
    [line] = python_list([(Path("/x/python3"), python)])
    assert line.startswith(f"* {python.version}") and line.endswith("/x/python3")


@pytest.mark.parametrize("suffix", [".tar.gz", ".tar.zst", ".tar"])
def test_archive_of_an_interpreter(tiny: Distribution, tmp_path: Path, suffix: str) -> None:
    import json

    if suffix == ".tar.zst" and sys.version_info < (3, 14):
        pytest.importorskip("zstandard")
    write_files(tmp_path / "tiny" / "include", {"Python.h": ""})
    from oxlang.records import replace

    program = (
        write_files(tmp_path / "tiny", {"bin/python3": "#!/bin/sh\n", "lib/libpython.a": "!<arch>\n"})
        / "bin/python3"
    )
    small = replace(
        tiny,
        include="include",
        python_exe=str(program),
        static_lib="lib/libpython.a",
        shared_lib="",
        extensions={},
    )
    described = lay_out(small, tmp_path / "python")
    (tmp_path / "python" / "PYTHON.json").write_text(json.dumps(described.to_json()))
    archives = [tmp_path / f"one{suffix}", tmp_path / f"two{suffix}"]
    for archive in archives:
        pack_tar(tmp_path / "python", archive, prefix="python")
    assert file_hash(archives[0]) == file_hash(archives[1])
    found = archive_distribution(
        sha256=file_hash(archives[0]), path=str(archives[0]), cache_dir=tmp_path / "cache"
    )
    assert found.path(found.stdlib).joinpath("os.py").is_file()
    assert found.path(found.python_exe).is_file()
    assert not found.path(found.stdlib).joinpath("site-packages").exists()
    assert open_distribution(archives[0], cache_dir=tmp_path / "cache").version == tiny.version
    assert open_distribution(tmp_path / "python").version == tiny.version


def test_open_distribution_refuses_other_paths(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(OxError):
            open_distribution(path)
    assert open_distribution(Path(sys.executable)).version.startswith("3.")


def test_foreign_programs() -> None:
    library = b"/usr/lib/libSystem.B.dylib\0\0\0\0\0\0"
    command = struct.pack("<IIIIII", 0xC, 24 + len(library), 24, 0, 0, 0) + library
    macho = b"\xcf\xfa\xed\xfe" + struct.pack("<IIIIIII", 0, 0, 2, 1, len(command), 0, 0) + command
    assert macho_libraries(macho) == ["/usr/lib/libSystem.B.dylib"]
    assert macho_libraries(b"text") is None
    assert pe_libraries(b"MZ" + b"\0" * 100) is None


@pytest.mark.skipif(not IS_LINUX, reason="needs ELF files")
def test_what_a_program_needs(python: Distribution, tmp_path: Path) -> None:
    text = tmp_path / "notes.so"
    text.write_text("no library")
    assert loading_of(text, [tmp_path / "none"]) == Loading()
    alone = loading_of(python.interpreter).glibc
    [ssl] = [one.shared_lib for one in python.variants("_ssl")]
    both = loading_of(text, [python.interpreter, python.path(ssl)]).glibc
    newest = max((alone, loading_of(python.path(ssl)).glibc), key=lambda one: [int(part) for part in one.split(".")])
    assert both == newest and newest.startswith("2.")


def test_configuration_variables_are_shown_whole(python: Distribution) -> None:
    data = distribution_json(python)
    assert {"LIBDIR", "SOABI", "EXT_SUFFIX"} <= set(data["python_config_vars"])
    assert len(data["python_config_vars"]) > 300
