"""Whole programs: from an archive of an interpreter, with system libraries beside them, in every way of loading."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from oxlang.packaging.archive import file_hash
from oxlang.packaging.distribution import Distribution
from oxlang.packaging.pack_distribution import pack_distribution

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(shutil.which("cargo") is None, reason="no cargo"),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc"),
]

CONFIG = """\
def make_exe():
    dist = {distribution}
    policy = dist.make_python_packaging_policy()
    {policy}
    config = dist.make_python_interpreter_config()
    config.config_profile = "python"
    exe = dist.to_python_executable(name = "app", packaging_policy = policy, config = config)
    exe.packed_resources_load_mode = "{mode}"
    return exe

register_target("exe", make_exe)
resolve_targets()
"""
LOADED = """\
import ssl, sqlite3, zlib, ctypes, decimal
print(sorted({line.split()[-1] for line in open("/proc/self/maps") if ".so" in line}))
"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    given = os.environ.get("OXL_TEST_CACHE")
    return Path(given) if given else tmp_path_factory.mktemp("programs-cache")


def build(
    folder: Path, cache: Path, distribution: str, *, policy: str = "pass", mode: str = "embedded:packed"
) -> Path:
    """Builds a program and moves it elsewhere; gives the program."""
    folder.mkdir()
    (folder / "pyoxidizer.bzl").write_text(CONFIG.format(distribution=distribution, policy=policy, mode=mode))
    environment = {**os.environ, "PYOXIDIZER_CACHE_DIR": str(cache), "OXL_PYTHON": sys.executable}
    subprocess.run(
        [sys.executable, "-m", "oxlang", "build", "--path", str(folder)], check=True, env=environment
    )
    [made] = folder.glob("build/*/debug/exe")
    return made.rename(folder.with_name(f"{folder.name}-moved")) / "app"


def loaded(program: Path) -> list[str]:
    """Gives the shared libraries of a program that imports much, started with an empty environment."""
    ran = subprocess.run([program, "-c", LOADED], env={}, cwd="/", capture_output=True, text=True, check=True)
    return [one.strip("'[], \n") for one in ran.stdout.split(",")]


def test_program_of_an_archive(python: Distribution, tmp_path: Path, cache: Path) -> None:
    archive = tmp_path / "python.tar"
    pack_distribution(Path(sys.executable), archive)
    distribution = f'PythonDistribution(sha256 = "{file_hash(archive)}", url = "{archive.as_uri()}")'
    program = build(tmp_path / "archive", cache, distribution)
    archive.unlink()
    ran = subprocess.run(
        [program, "-c", "import sys, json, _ssl; print(sys.version.split()[0])"],
        env={},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == python.version


def test_system_libraries_can_travel(tmp_path: Path, cache: Path) -> None:
    program = build(
        tmp_path / "portable",
        cache,
        "default_python_distribution()",
        policy="policy.bundle_shared_libraries = True",
    )
    foreign = [one for one in loaded(program) if not one.startswith(str(program.parent))]
    names = {Path(one).name.split(".so")[0] for one in foreign}
    assert names <= {
        "libc",
        "libm",
        "libgcc_s",
        "libdl",
        "libpthread",
        "libutil",
        "librt",
        "ld-linux-x86-64",
        "ld-linux-aarch64",
    }


def test_extension_modules_from_memory(tmp_path: Path, cache: Path) -> None:
    policy = "policy.resources_location_fallback = None"
    program = build(tmp_path / "memory", cache, "default_python_distribution()", policy=policy)
    assert not (program.parent / "lib").exists()
    assert not any("lib-dynload" in one for one in loaded(program))


@pytest.mark.parametrize("mode", ["binary-relative-memory-mapped:data/app.pack"])
def test_resources_beside_the_program(tmp_path: Path, cache: Path, mode: str) -> None:
    program = build(tmp_path / "beside", cache, "default_python_distribution()", mode=mode)
    assert (program.parent / "data" / "app.pack").is_file()
    assert loaded(program)
