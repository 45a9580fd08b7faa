"""Building for another platform: packages of that platform in a manifest; what cannot be done is said at once."""

from __future__ import annotations

import io
import json
import sys
import tarfile
from pathlib import Path

import pytest

from oxlang.packaging.archive import file_hash
from oxlang.packaging.local import describe
from oxlang.records import replace
from tests.e2e.conftest import Oxl

pytestmark = pytest.mark.e2e

TRIPLE = "x86_64-pc-windows-msvc"
CONFIG = """\
def dist():
    return PythonDistribution(sha256 = "{sha256}", local_path = "{path}")

def make_files():
    policy = dist().make_python_packaging_policy()
    policy.resources_location_fallback = "filesystem-relative:lib"
    exe = dist().to_python_executable("app", packaging_policy = policy)
    files = FileManifest()
    files.add_python_resources("lib", exe.pip_{how}(["markupsafe==2.1.5"]))
    return files

def make_setup():
    return dist().to_python_executable("app").setup_py_install(CWD)

def make_exe():
    return dist().to_python_executable("app")

register_target("files", make_files)
register_target("setup", make_setup)
register_target("exe", make_exe)
resolve_targets()
"""


def foreign_archive(path: Path) -> Path:
    """Writes an archive that describes a Python of Windows, with a standard library of one module."""
    own = describe(Path(sys.executable))
    stdlib = "install/Lib"
    tag = own.major_minor.replace(".", "")
    suffixes = {**own.suffixes, "extension": (f".cp{tag}-win_amd64.pyd", ".pyd")}
    found = replace(
        own, kind="archive", target_triple=TRIPLE, platform_tag="win-amd64", suffixes=suffixes, stdlib=stdlib,
        include="install/include", python_exe="install/python.exe", static_lib="", shared_lib=f"install/python{tag}.dll",
        soname="", extensions={}, crt_features=("vcruntime:140",), symbol_visibility="dllexport", license_path="",
        extension_module_loading=("builtin", "shared-library"), paths={"stdlib": stdlib, "include": "install/include"},
        inittab_source="", platform_config="",
    )  # fmt: skip
    files = {
        "PYTHON.json": json.dumps(found.to_json()).encode(),
        f"{stdlib}/os.py": b"import sys\n",
        f"install/python{tag}.dll": b"MZ",
        "install/python.exe": b"MZ",
        "install/include/Python.h": b"",
    }
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(f"python/{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


@pytest.mark.network
@pytest.mark.parametrize("how", ["install", "download"])
def test_packages_of_another_platform(oxl: Oxl, tmp_path: Path, how: str) -> None:
    archive = foreign_archive(tmp_path / "windows.tar.gz")
    (tmp_path / "pyoxidizer.bzl").write_text(CONFIG.format(sha256=file_hash(archive), path=archive, how=how))
    oxl("build", "--target-triple", TRIPLE, "files", cwd=tmp_path)
    lib = tmp_path / "build" / TRIPLE / "debug" / "files" / "lib"
    (extension,) = lib.rglob("*.pyd")
    assert extension.read_bytes().startswith(b"MZ")
    assert (lib / "markupsafe" / "__init__.py").is_file()


def test_what_cannot_be_done(oxl: Oxl, tmp_path: Path) -> None:
    archive = foreign_archive(tmp_path / "windows.tar.gz")
    (tmp_path / "setup.py").write_text("")
    (tmp_path / "pyoxidizer.bzl").write_text(
        CONFIG.format(sha256=file_hash(archive), path=archive, how="install")
    )
    done = oxl("build", "--target-triple", TRIPLE, "setup", cwd=tmp_path, status=None)
    assert done.returncode == 1
    assert (
        "error: `setup.py` cannot be run for x86_64-pc-windows-msvc" in done.stderr
        and "OX0622" in done.stderr
    )
    assert "pyoxidizer.bzl:13" in done.stderr
    done = oxl("build", "--target-triple", TRIPLE, "exe", cwd=tmp_path, status=None)
    # Without Rust's library for that platform; with it, the linker of that platform would be asked for.
    assert done.returncode == 1 and TRIPLE in done.stderr and "OX08" in done.stderr
    assert not (tmp_path / "build").exists() or not list((tmp_path / "build").rglob("app*"))
