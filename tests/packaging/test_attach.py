"""Payloads in programs, and changes of ELF files."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from oxlang.packaging.attach import attach, payload_parts, read_payload
from oxlang.packaging.distribution import Distribution
from oxlang.packaging.elf import (
    Elf,
    ElfError,
    archive_members,
    is_position_independent,
    missing_symbols,
    read_elf_facts,
)
from oxlang.packaging.elf_write import stripped, with_runpath
from oxlang.packaging.libpython import find_libpython

PARTS = [("config", [b"{}"]), ("packed-resources", [b"abc", memoryview(b"defg")]), ("empty", [])]
IS_LINUX = sys.platform.startswith("linux")


def test_payload_layout() -> None:
    data = b"".join(payload_parts(PARTS))
    assert data[:8] == b"oxlpay01" and data[8:12] == b"\3\0\0\0"
    length = int.from_bytes(data[12:14], "little")
    assert data[14 : 14 + length] == b"config"
    offset = int.from_bytes(data[14 + length : 22 + length], "little")
    assert offset % 16 == 0 and data[offset : offset + 2] == b"{}"


@pytest.mark.skipif(not IS_LINUX, reason="needs an ELF program")
def test_section_is_found_and_survives_strip(tmp_path: Path) -> None:
    program = tmp_path / "program"
    attach(Path("/bin/true"), program, PARTS)
    program.chmod(0o755)
    assert {name: bytes(part) for name, part in read_payload(program).items()} == {
        "config": b"{}",
        "packed-resources": b"abcdefg",
        "empty": b"",
    }
    assert subprocess.run([program]).returncode == 0
    section = next(one for one in Elf(program.read_bytes()).sections() if one.name == ".oxlang")
    assert section.offset % 4096 == 0 and section.flags == 0
    if shutil.which("strip"):
        subprocess.run(["strip", str(program)], check=True)
        assert bytes(read_payload(program)["packed-resources"]) == b"abcdefg"
        assert subprocess.run([program]).returncode == 0


def test_footer_where_there_are_no_sections(tmp_path: Path) -> None:
    launcher, program = tmp_path / "launcher", tmp_path / "program"
    launcher.write_bytes(b"MZ" + b"\0" * 101)
    attach(launcher, program, PARTS)
    assert bytes(read_payload(program)["packed-resources"]) == b"abcdefg"
    assert program.read_bytes()[-8:] == b"oxlfoot1"
    assert read_payload(launcher) == {}


@pytest.mark.skipif(not IS_LINUX, reason="needs ELF libraries")
def test_extension_modules_can_be_stripped(python: Distribution, tmp_path: Path) -> None:
    for name in ("_json", "zlib", "_ssl", "math"):
        for variant in python.variants(name):
            if not variant.shared_lib:
                continue
            data = python.path(variant.shared_lib).read_bytes()
            small = stripped(data, forget_runpath=True)
            assert len(small) <= len(data)
            assert Elf(small).facts().needed == Elf(data).facts().needed
            assert Elf(small).facts().runpath == ""
            new = with_runpath(small, "$ORIGIN")
            assert new is not None and Elf(new).facts().runpath == "$ORIGIN"
            file = tmp_path / python.path(variant.shared_lib).name
            file.write_bytes(new)
            code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import {name}; print({name}.__file__)"
            ran = subprocess.run([python.interpreter, "-I", "-S", "-c", code], capture_output=True, text=True)
            assert ran.stdout.strip() == str(file), ran.stderr


def test_other_bytes_are_left_alone() -> None:
    assert stripped(b"no elf") == b"no elf"
    assert with_runpath(b"no elf", "$ORIGIN") is None
    with pytest.raises(ElfError):
        Elf(b"\x7fELF" + b"\0" * 80)
    with pytest.raises(ElfError):
        Elf(b"\x7fELF\2\1" + b"\xff" * 90).sections()


@pytest.mark.skipif(not IS_LINUX, reason="needs ELF libraries")
def test_facts_of_libpython(python: Distribution) -> None:
    if python.shared_lib:
        facts = read_elf_facts(python.path(python.shared_lib))
        assert facts.soname == python.soname
        assert any(version.startswith("GLIBC_") or library for library, version in facts.versions)
    if python.static_lib:
        archive = python.path(python.static_lib)
        assert any(name.endswith(".o") for name, _ in archive_members(archive))
        assert is_position_independent(archive) == python.static_lib_pic


def test_archives_that_lack_functions_do_not_count(python: Distribution, tmp_path: Path) -> None:
    """Debian's archives of 3.12 and newer call hash functions that they do not contain."""
    if not python.static_lib:
        pytest.skip("this Python has no static libpython")
    whole = python.path(python.static_lib)
    assert missing_symbols(whole, ("Py", "_Py", "python_")) == []
    content = b"!<arch>\n"
    for name, member in archive_members(whole):
        if name != "moduleobject.o":
            content += f"{name[:15] + '/':<16}{0:<12}{0:<6}{0:<6}{644:<8}{len(member):<10}`\n".encode()
            content += member + b"\n" * (len(member) % 2)
    (tmp_path / "libpython3.99.a").write_bytes(content)
    assert "PyModule_Create2" in missing_symbols(tmp_path / "libpython3.99.a", ("Py", "_Py", "python_"))
    variables = {"LIBPL": str(tmp_path), "LIBRARY": "libpython3.99.a"}
    assert find_libpython(variables).static_lib == ""
