"""Programs for another processor: built here, run in an emulator.

Needs Debian's cross compiler `gcc-aarch64-linux-gnu`, `qemu-user`, Rust's library for the platform (`rustup target add`),
and a Python for it: one that `OXL_TEST_ARM64_ROOT` names (a folder made by `scripts/debian_python.py`), else it is fetched.

For Windows: Debian's `gcc-mingw-w64-x86-64` and `wine64`, Rust's library for `x86_64-pc-windows-gnu`, and a folder with
`python.exe`, `python3XX.dll`, `Lib` and `include` named by `OXL_TEST_WINDOWS_PYTHON`, such as the one inside the Maven artifact
`org.bytedeco:cpython:3.12.1-1.5.10:jar:windows-x86_64`; and an installed Python of the same version.

For musl: Rust's library for `x86_64-unknown-linux-musl` and a CPython built with a compiler for musl (Debian's `musl-tools`; modules
in `Modules/Setup.local` below `*static*`), whose program `OXL_TEST_MUSL_PYTHON` names. No emulator is needed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from oxlang.workspace.create import create_rust_project
from tests.e2e.conftest import ROOT, Oxl

pytestmark = [pytest.mark.e2e, pytest.mark.network]

TRIPLE = "aarch64-unknown-linux-gnu"
RUNNER = "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER"
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
CONFIG = """\
def make_exe():
    dist = PythonDistribution(sha256 = "{sha256}", local_path = "{archive}")
    policy = dist.make_python_packaging_policy()
    policy.resources_location_fallback = "filesystem-relative:lib"
    config = dist.make_python_interpreter_config()
    config.run_command = "{code}"
    exe = dist.to_python_executable("app", packaging_policy = policy, config = config)
    exe.add_python_resources(exe.pip_install(["markupsafe==2.1.5"]))
    return exe

def make_resources(exe):
    return exe.to_embedded_resources()

register_target("exe", make_exe, default = True)
register_target("resources", make_resources, depends = ["exe"], default_build_script = True)
resolve_targets()
"""
CODE = "import json, math, platform, sys; from markupsafe import _speedups; print(platform.machine(), sys.argv[1:], _speedups.escape('<'))"
TOLD = "aarch64 ['x'] &lt;\n"


@pytest.fixture(scope="module")
def arm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root of the other machine, with Python."""
    for program, package in (("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu"), ("qemu-aarch64", "qemu-user")):
        if shutil.which(program) is None:
            pytest.skip(f"{program} (package {package}) is not installed")
    libraries = subprocess.run(["rustc", "--print", "target-libdir", "--target", TRIPLE], capture_output=True, text=True)
    if not Path(libraries.stdout.strip() or "-").is_dir():
        pytest.skip(f"Rust has no standard library for {TRIPLE}; `rustup target add {TRIPLE}` gets it")
    given = os.environ.get("OXL_TEST_ARM64_ROOT")
    folder = Path(given) if given else tmp_path_factory.mktemp("arm64")
    if not (folder / "usr" / "bin" / f"python{VERSION}").exists():
        if shutil.which("apt-get") is None:
            pytest.skip("OXL_TEST_ARM64_ROOT names no root with this Python, and there is no apt-get to fetch one")
        fetch = [sys.executable, str(ROOT / "scripts" / "debian_python.py"), "arm64", VERSION, str(folder)]
        if subprocess.run(fetch, capture_output=True, timeout=600).returncode != 0:
            pytest.skip(f"this Debian has no Python {VERSION} for arm64, or its packages cannot be fetched")
    return folder


@pytest.fixture
def config(oxl: Oxl, arm: Path, tmp_path: Path) -> Path:
    archive = tmp_path / "arm64.tar"
    told = oxl("python-distribution-pack", "--shared-only", arm / "usr" / "bin" / f"python{VERSION}", archive).stdout
    sha256 = told.rsplit("sha256 ", 1)[1].strip()
    path = tmp_path / "app" / "pyoxidizer.bzl"
    path.parent.mkdir()
    path.write_text(CONFIG.format(sha256=sha256, archive=archive, code=CODE))
    return path


WINDOWS = "x86_64-pc-windows-gnu"
# Wine 8 lacks this function of Windows 10, from which Rust's library takes random numbers.
RANDOM = """\
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) { return SystemFunction036(data, (ULONG)size); }
"""
WINDOWS_CODE = "import json, ssl, sys; from markupsafe import _speedups; print(sys.platform, sys.argv[1:], _speedups.escape('<'))"


@pytest.fixture(scope="module")
def wine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program that runs programs of Windows."""
    found = shutil.which("wine64") or "/usr/lib/wine/wine64"
    if not Path(found).exists():
        pytest.skip("wine64 is not installed")
    if shutil.which("x86_64-w64-mingw32-gcc") is None:
        pytest.skip("x86_64-w64-mingw32-gcc (package gcc-mingw-w64-x86-64) is not installed")
    libraries = subprocess.run(["rustc", "--print", "target-libdir", "--target", WINDOWS], capture_output=True, text=True)
    if not Path(libraries.stdout.strip() or "-").is_dir():
        pytest.skip(f"Rust has no standard library for {WINDOWS}; `rustup target add {WINDOWS}` gets it")
    if not os.environ.get("OXL_TEST_WINDOWS_PYTHON"):
        pytest.skip("OXL_TEST_WINDOWS_PYTHON names no folder with a Python for Windows")
    return Path(found)


def test_a_program_for_windows(oxl: Oxl, wine: Path, tmp_path: Path) -> None:
    archive = tmp_path / "windows.tar"
    python = Path(os.environ["OXL_TEST_WINDOWS_PYTHON"], "python.exe")
    sha256 = oxl("python-distribution-pack", python, archive).stdout.rsplit("sha256 ", 1)[1].strip()
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "pyoxidizer.bzl").write_text(CONFIG.format(sha256=sha256, archive=archive, code=WINDOWS_CODE))
    oxl("build", "--target-triple", WINDOWS, cwd=folder)
    product = folder / "build" / WINDOWS / "debug" / "exe"
    assert (product / "lib" / "_ssl.pyd").is_file() and list(product.glob("lib/libssl-*.dll"))
    (tmp_path / "random.c").write_text(RANDOM)
    compile_random = ["x86_64-w64-mingw32-gcc", "-shared", "-o", str(product / "bcryptprimitives.dll"), "random.c", "-ladvapi32"]
    subprocess.run(compile_random, cwd=tmp_path, check=True)
    command = [str(wine), "app.exe", "x"]
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "WINEPREFIX": str(tmp_path / "prefix"), "WINEDEBUG": "-all"}
    # Python for Windows does not start in Wine without a standard input.
    done = subprocess.run(command, cwd=product, env=env, input="", capture_output=True, text=True, timeout=600)
    assert done.stdout == "win32 ['x'] &lt;\n", done.stderr


MUSL = "x86_64-unknown-linux-musl"
MUSL_CONFIG = """\
def make_exe():
    dist = PythonDistribution(sha256 = "{sha256}", local_path = "{archive}")
    config = dist.make_python_interpreter_config()
    config.run_command = "import json, math, sys, threading; print(sys.argv[1:])"
    return dist.to_python_executable("app", config = config)

register_target("exe", make_exe)
resolve_targets()
"""


@pytest.mark.skipif(not os.environ.get("OXL_TEST_MUSL_PYTHON"), reason="OXL_TEST_MUSL_PYTHON names no Python built for musl")
def test_a_static_program(oxl: Oxl, tmp_path: Path) -> None:
    archive = tmp_path / "musl.tar"
    told = oxl("python-distribution-pack", os.environ["OXL_TEST_MUSL_PYTHON"], archive).stdout
    sha256 = told.rsplit("sha256 ", 1)[1].strip()
    (tmp_path / "pyoxidizer.bzl").write_text(MUSL_CONFIG.format(sha256=sha256, archive=archive))
    oxl("build", "--target-triple", MUSL, cwd=tmp_path)
    program = tmp_path / "build" / MUSL / "debug" / "exe" / "app"
    assert sorted(one.name for one in program.parent.iterdir()) == ["COPYING.txt", "app"]
    done = subprocess.run([program, "x"], env={}, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "['x']\n"), done.stderr


def _emulated(arm: Path, program: Path) -> str:
    moved = program.parent.with_name("moved")
    program.parent.rename(moved)
    command = ["qemu-aarch64", "-L", str(arm), str(moved / program.name), "x"]
    done = subprocess.run(command, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_program_for_arm(oxl: Oxl, arm: Path, config: Path) -> None:
    place = config.parent / "build" / TRIPLE / "debug" / "exe"
    oxl("build", "--target-triple", TRIPLE, cwd=config.parent)
    assert sorted(one.name for one in place.iterdir()) == ["COPYING.txt", "app", "lib", f"libpython{VERSION}.so.1.0"]
    run = ("run", "--target-triple", TRIPLE, "--", "x")
    assert oxl(*run, cwd=config.parent, **{RUNNER: f"qemu-aarch64 -L {arm}"}).stdout == TOLD
    if not Path("/proc/sys/fs/binfmt_misc/qemu-aarch64").exists():
        told = oxl(*run, cwd=config.parent, status=1).stderr
        assert f"is a program for `{TRIPLE}`, which this machine does not run [OX0953]" in told and RUNNER in told
    assert _emulated(arm, place / "app") == TOLD


def test_a_rust_project_for_arm(oxl: Oxl, arm: Path, config: Path) -> None:
    """By `oxl build --rust-project`, and by cargo with artifacts that are already there."""
    env = {**oxl.environment, "CARGO_TARGET_DIR": str(config.parent / "target")}
    project = create_rust_project(str(config.parent / "proj"), environment=env, report=lambda line: None)
    shutil.copy(config, project / "pyoxidizer.bzl")
    told = oxl("build", "--rust-project", ".", "--target-triple", TRIPLE, cwd=project, CARGO_TARGET_DIR=env["CARGO_TARGET_DIR"])
    assert f"--target {TRIPLE}" in told.stderr
    assert _emulated(arm, project / "build" / TRIPLE / "debug" / "proj" / "proj") == TOLD

    artifacts = project / "artifacts"
    oxl("run-build-script", "build.rs", cwd=project, TARGET=TRIPLE, PROFILE="debug", OUT_DIR=str(artifacts))
    words = ["cargo", "build", "--no-default-features", "--features", "build-mode-prebuilt-artifacts"]
    made = {
        "PYOXIDIZER_ARTIFACT_DIR": str(artifacts),
        "PYO3_CONFIG_FILE": str(artifacts / "pyo3-build-config-file.txt"),
        "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER": "aarch64-linux-gnu-gcc",
    }
    subprocess.run([*words, "--target", TRIPLE], cwd=project, env={**env, **made}, check=True, timeout=900)
    shutil.copytree(artifacts / "extra-files", project / "ship")
    shutil.copy(config.parent / "target" / TRIPLE / "debug" / "proj", project / "ship")
    assert _emulated(arm, project / "ship" / "proj") == TOLD
    refused = subprocess.run(words, cwd=project, env={**env, **made}, capture_output=True, text=True, timeout=900)
    assert f"are for {TRIPLE}, but the program is being built for " in refused.stderr and refused.returncode != 0
