"""Interpreters that this machine cannot run, described from their files."""

from __future__ import annotations

import shutil
import sys
import tarfile
from pathlib import Path
from struct import pack

import pytest

from oxlang.diagnostics import OxError
from oxlang.packaging import describe as module
from oxlang.packaging.archive import read_folder
from oxlang.packaging.distribution import Distribution
from oxlang.packaging.elf import EM_AARCH64, is_position_independent
from oxlang.packaging.foreign import answer_from_files, is_foreign
from oxlang.packaging.local import describe
from oxlang.packaging.pack_distribution import pack_distribution
from oxlang.packaging.unpack import unpack
from oxlang.packaging.windows import find_runtime_dlls, runtime_dll_parts

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux installations are described from files")


def _foreign_program(path: Path, machine: int = EM_AARCH64) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x7fELF\2\1\1" + b"\0" * 9 + pack("<HH", 3, machine) + b"\0" * 44)
    path.chmod(0o755)
    return path


@pytest.fixture
def installation(python: Distribution, tmp_path: Path) -> Path:
    """A copy of this Python's files for another machine: its program and the names in its variables are changed."""
    root = tmp_path / "arm"
    stdlib = root / "lib" / f"python{python.major_minor}"
    stdlib.mkdir(parents=True)
    for name in ("os.py", "importlib/_bootstrap_external.py"):
        (stdlib / name).parent.mkdir(exist_ok=True)
        shutil.copy(python.path(python.stdlib) / name, stdlib / name)
    header = python.path(python.include) / "patchlevel.h"
    include = root / "include" / f"python{python.major_minor}"
    include.mkdir(parents=True)
    shutil.copy(header, include / "patchlevel.h")
    config = stdlib / "config"
    config.mkdir()
    (config / "config.c").write_text('    {"sys", NULL},\n    {"zlib", PyInit_zlib},\n    {"_io", PyInit__io},\n')
    (root / "lib" / "libpython3.so.1.0").write_bytes(b"\x7fELF")
    extension = ".cpython-399-aarch64-linux-gnu.so"
    (stdlib / "lib-dynload").mkdir()
    (stdlib / "lib-dynload" / f"_json{extension}").write_bytes(b"")
    variables = {
        "prefix": "/usr", "MACHDEP": "linux", "HOST_GNU_TYPE": "aarch64-unknown-linux-gnu", "SIZEOF_VOID_P": 8,
        "INCLUDEPY": f"/usr/include/python{python.major_minor}", "LIBPL": f"/usr/lib/python{python.major_minor}/config",
        "DESTSHARED": f"/usr/lib/python{python.major_minor}/lib-dynload", "LIBDIR": "/usr/lib", "Py_ENABLE_SHARED": 1,
        "INSTSONAME": "libpython3.so.1.0", "EXT_SUFFIX": extension, "SOABI": "cpython-399-aarch64-linux-gnu", "ABIFLAGS": "",
    }  # fmt: skip
    (stdlib / "_sysconfigdata__linux_aarch64.py").write_text(f"# made by a build\nbuild_time_vars = {variables!r}\n")
    _foreign_program(root / "bin" / f"python{python.major_minor}")
    return root


def test_files_tell_what_the_interpreter_tells(python: Distribution) -> None:
    """The Python of these tests, asked and read, gives the same facts."""
    answer = answer_from_files(python.interpreter)
    if answer is None:
        pytest.skip("the headers of this Python are not installed")
    assert module._complete(answer).to_json() == python.to_json()


def test_another_machines_python(python: Distribution, installation: Path) -> None:
    found = describe(installation / "bin" / f"python{python.major_minor}")
    assert found.target_triple == "aarch64-unknown-linux-gnu"
    assert (found.version, found.bytecode_magic, found.cache_tag) == (python.version, python.bytecode_magic, python.cache_tag)
    assert found.root == str(installation) and found.shared_lib == "lib/libpython3.so.1.0"
    assert {name for name, variants in found.extensions.items() if variants[0].in_core} == {"sys", "zlib", "_io"}
    assert found.variants("_io")[0].required and found.variants("sys")[0].init_fn == ""
    assert found.variants("_json")[0].shared_lib.endswith(".cpython-399-aarch64-linux-gnu.so")
    assert found.platform_tag == "linux-aarch64" and not found.supports_static and found.supports_dynamic


def test_what_is_foreign(tmp_path: Path, python: Distribution) -> None:
    assert not is_foreign(python.interpreter) and not is_foreign(tmp_path / "missing")
    assert is_foreign(_foreign_program(tmp_path / "sparc", 43))
    (tmp_path / "python.exe").write_bytes(b"MZ" + b"\0" * 60)
    assert is_foreign(tmp_path / "python.exe")
    (tmp_path / "script").write_text("#!/bin/sh\n")
    assert not is_foreign(tmp_path / "script")


@pytest.mark.parametrize("lost", ["include", "lib"])
def test_files_that_do_not_tell(python: Distribution, installation: Path, lost: str) -> None:
    shutil.rmtree(installation / lost)
    with pytest.raises(OxError) as caught:
        describe(installation / "bin" / f"python{python.major_minor}")
    told = caught.value.diagnostic
    assert told.code.id == "OX0602" and "is for another machine" in told.message and told.help


def _pe(modules: list[str], libraries: list[str]) -> bytes:
    """Writes a 64-bit PE file with a table of built-in modules, exported as CPython does, and an import table."""
    base, start = 0x180000000, 0x1000
    body = bytearray(0x600)
    texts: dict[str, int] = {}
    at = 0x300
    for text in (*modules, *libraries, "PyImport_Inittab"):
        texts[text] = start + at
        body[at : at + len(text) + 1] = text.encode() + b"\0"
        at += len(text) + 1
    body[0:40] = pack("<IIHHIIIIIII", 0, 0, 0, 0, 0, 0, 1, 1, start + 0x28, start + 0x2C, start + 0x30)
    body[0x28:0x32] = pack("<IIH", start + 0x40, texts["PyImport_Inittab"], 0)
    body[0x40:0x48] = pack("<Q", base + start + 0x50)
    rows = [pack("<QQ", base + texts[name], 1) for name in modules]
    body[0x50 : 0x50 + 16 * len(rows)] = b"".join(rows)
    imports = [pack("<IIIII", 1, 0, 0, texts[name], 1) for name in libraries]
    body[0x200 : 0x200 + 20 * len(imports)] = b"".join(imports)
    optional = bytearray(240)
    optional[0:2], optional[24:32] = pack("<H", 0x20B), pack("<Q", base)
    optional[112:124] = pack("<III", start, 40, start + 0x200)
    head = b"MZ".ljust(0x3C, b"\0") + pack("<I", 0x40) + b"PE\0\0" + pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, len(optional), 0)
    section = b".x".ljust(8, b"\0") + pack("<IIII", len(body), start, len(body), 0x400) + bytes(16)
    return (head + optional + section).ljust(0x400, b"\0") + body


@pytest.fixture
def windows(python: Distribution, tmp_path: Path) -> Path:
    """An installation of Windows as its installer lays it out, with files of this Python where their content matters."""
    root = tmp_path / "windows"
    number = python.major_minor.replace(".", "")
    for folder in ("Lib/importlib", "DLLs", "Include", "libs"):
        (root / folder).mkdir(parents=True)
    for name in ("os.py", "importlib/_bootstrap_external.py"):
        shutil.copy(python.path(python.stdlib) / name, root / "Lib" / name)
    shutil.copy(python.path(python.include) / "patchlevel.h", root / "Include" / "patchlevel.h")
    (root / "python.exe").write_bytes(_pe([], []))
    (root / "python3.dll").write_bytes(_pe([], []))
    (root / f"python{number}.dll").write_bytes(_pe(["sys", "nt", "zlib"], ["VCRUNTIME140.dll"]))
    (root / "vcruntime140.dll").write_bytes(_pe([], []))
    (root / "libs" / f"python{number}.lib").touch()
    (root / "DLLs" / "_ssl.pyd").write_bytes(_pe([], ["libssl-3.dll", "KERNEL32.dll"]))
    (root / "DLLs" / "libssl-3.dll").write_bytes(_pe([], ["libcrypto-3.dll"]))
    (root / "DLLs" / "libcrypto-3.dll").write_bytes(_pe([], []))
    return root


def test_a_python_of_windows(python: Distribution, windows: Path, tmp_path: Path) -> None:
    found = describe(windows / "python.exe")
    number = python.major_minor.replace(".", "")
    assert found.target_triple == "x86_64-pc-windows-msvc" and found.platform_tag == "win-amd64"
    assert (found.version, found.bytecode_magic) == (python.version, python.bytecode_magic)
    assert found.shared_lib == found.soname == f"python{number}.dll" and found.stdlib == "Lib"
    assert found.extension_suffixes == (f".cp{number}-win_amd64.pyd", ".pyd")
    assert {name for name, variants in found.extensions.items() if variants[0].in_core} == {"sys", "nt", "zlib"}
    assert found.variants("nt")[0].required
    links = found.variants("_ssl")[0].links
    assert [link.path_dynamic for link in links] == ["DLLs/libcrypto-3.dll", "DLLs/libssl-3.dll"]
    archive = tmp_path / "windows.tar"
    pack_distribution(windows / "python.exe", archive)
    with tarfile.open(archive) as tar:
        names = {name.removeprefix("python/install/") for name in tar.getnames()}
    assert {"vcruntime140.dll", "python.exe", "python3.dll", f"python{number}.dll", f"libs/python{number}.lib", "DLLs/libssl-3.dll"} <= names
    unpack(archive, tmp_path / "out")
    again = read_folder(tmp_path / "out", identity="0" * 64)
    assert again.platform.is_windows and again.crt_features == ("vcruntime:140",)
    assert [one.name for one in find_runtime_dlls(again)] == ["vcruntime140.dll"]
    assert len(runtime_dll_parts(again, "always", None)) == 1


@pytest.mark.parametrize("lost", ["Include", "Lib", "python3??.dll", "no PE file"])
def test_files_of_windows_that_do_not_tell(python: Distribution, windows: Path, lost: str) -> None:
    if lost == "no PE file":
        (windows / f"python{python.major_minor.replace('.', '')}.dll").write_bytes(b"MZ" + b"\0" * 100)
    for path in list(windows.glob(lost)):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(OxError) as caught:
        describe(windows / "python.exe")
    assert caught.value.diagnostic.code.id == "OX0602"


def test_an_archive_without_a_static_library(python: Distribution, tmp_path: Path) -> None:
    archive = tmp_path / "python.tar"
    if not python.shared_lib:
        with pytest.raises(OxError) as caught:
            pack_distribution(python.interpreter, archive, shared_only=True)
        assert caught.value.diagnostic.code.id == "OX0614"
        return
    pack_distribution(python.interpreter, archive, shared_only=True)
    with tarfile.open(archive) as tar:
        assert not [name for name in tar.getnames() if name.endswith(".a")]
    unpack(archive, tmp_path / "out")
    found = read_folder(tmp_path / "out", identity="0" * 64)
    assert not found.supports_static and found.default_link_mode == "dynamic"


def test_a_foreign_installation_as_an_archive(python: Distribution, installation: Path, tmp_path: Path) -> None:
    archive = tmp_path / "arm.tar"
    pack_distribution(installation / "bin" / f"python{python.major_minor}", archive)
    unpack(archive, tmp_path / "out")
    found = read_folder(tmp_path / "out", identity="0" * 64)
    assert found.target_triple == "aarch64-unknown-linux-gnu" and found.shared_lib == "install/lib/libpython3.so.1.0"
    assert found.config_vars["SOABI"] == "cpython-399-aarch64-linux-gnu"


@pytest.mark.parametrize(
    ("kind", "section", "visibility", "fits"),
    [(275, 0, 0, False), (275, 1, 0, True), (275, 0, 2, True), (311, 0, 0, True), (263, 1, 0, False)],
    ids=["data of another library", "own data", "hidden data", "by the table of addresses", "an absolute address"],
)
def test_position_independence_on_arm(tmp_path: Path, kind: int, section: int, visibility: int, fits: bool) -> None:
    """Code that takes addresses relative to its page fits, unless they are those of another library's data."""
    names = b"\0.rela.text\0.symtab\0.shstrtab\0"
    relocation = pack("<QQq", 0, 1 << 32 | kind, 0)
    symbols = bytes(24) + pack("<IBBHQQ", 0, 0x11, visibility, section, 0, 8)
    rows = [bytes(64)]
    position = 64
    parts = ((1, 4, relocation, 2, 24), (12, 2, symbols, 3, 24), (20, 3, names, 0, 0))
    for name, sort, content, link, size in parts:
        rows.append(pack("<IIQQQQIIQQ", name, sort, 0, 0, position, len(content), link, 1, 8, size))
        position += len(content)
    head = b"\x7fELF\2\1\1" + bytes(9) + pack("<HHIQQQIHHHHHH", 1, EM_AARCH64, 1, 0, 0, position, 0, 64, 0, 0, 64, 4, 3)
    member = head + relocation + symbols + names + b"".join(rows)
    member += bytes(len(member) % 2)
    archive = tmp_path / "libpython.a"
    archive.write_bytes(b"!<arch>\n" + f"{'a.o/':<16}{0:<12}{0:<6}{0:<6}{644:<8}{len(member):<10}`\n".encode() + member)
    assert is_position_independent(archive) is fits
