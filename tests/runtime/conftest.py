"""Launchers of all Pythons on this machine, and applications attached to them.

The launcher is an example program of the crate `pyembed`, built by plain cargo against the shared library of one Python;
`support/pack.py`, run by that Python, attaches an application. The build flow of oxl has no part in it, so a failure here
is one of the runtime. `OXL_TEST_CACHE` names a folder that keeps what cargo builds between sessions; with
`OXL_TEST_SANITIZER=address` or `thread` launchers are built with that sanitizer (a nightly toolchain), and Python uses
plain malloc.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SUPPORT = Path(__file__).parent / "support"
VERSIONS = ("3.10", "3.11", "3.12", "3.13", "3.14", "3.14t")

SANITIZER = os.environ.get("OXL_TEST_SANITIZER", "")

# Programs that fork go on with threads afterwards; what CPython keeps to its end is not a leak.
SANITIZER_OPTIONS = {"ASAN_OPTIONS": "detect_leaks=0", "TSAN_OPTIONS": "die_after_fork=0"}

_FACTS = "import sys, sysconfig; print(sysconfig.get_config_var('Py_ENABLE_SHARED'), sys.base_prefix)"


@cache
def find_python(version: str) -> Path | None:
    """Gives an interpreter with a shared library, from PATH or from pyenv."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = [*sorted(root.glob(f"versions/*/bin/python{version}"))]
    candidates += [Path(found) for found in [shutil.which(f"python{version}")] if found]
    for candidate in candidates:
        asked = subprocess.run([candidate, "-I", "-c", _FACTS], text=True, capture_output=True)
        if asked.returncode == 0 and asked.stdout.startswith("1 "):
            return candidate
    return None


@dataclass(frozen=True)
class Application:
    """A program with its folder."""

    version: str
    program: Path

    def environment(self, **more: str) -> dict[str, str]:
        """Gives variables that know nothing of any Python, with what a sanitizer wants."""
        sanitizing = {"PYTHONMALLOC": "malloc", **SANITIZER_OPTIONS} if SANITIZER else {}
        return {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(self.program.parent), **more, **sanitizing}

    def run(
        self,
        *arguments: str,
        code: str | None = None,
        status: int | None = 0,
        stdin: str = "",
        **environment: str,
    ) -> subprocess.CompletedProcess[str]:
        """Runs the program in an environment that knows nothing of any Python."""
        command = [str(self.program), *arguments, *(["-c", code] if code is not None else [])]
        bare = self.environment(**environment)
        done = subprocess.run(command, text=True, capture_output=True, input=stdin, env=bare, timeout=300)
        if status is not None:
            assert done.returncode == status, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done


class Builder:
    """Builds launchers once per Python, and applications."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        given = os.environ.get("OXL_TEST_CACHE")
        self.targets = Path(given) / "runtime-target" if given else folder / "target"
        self.launchers: dict[str, Path] = {}

    def python(self, version: str) -> Path:
        python = find_python(version)
        if python is None:
            pytest.skip(f"no Python {version} with a shared library on this machine")
        return python

    def cargo(self, *arguments: str, python: Path, version: str) -> subprocess.CompletedProcess[str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYO3_", "CARGO_TARGET"))}
        environment = {**kept, "PYO3_PYTHON": str(python), "CARGO_TARGET_DIR": str(self.targets / version)}
        if SANITIZER:
            environment["RUSTFLAGS"] = f"-Zsanitizer={SANITIZER} -Cforce-frame-pointers=yes"
        return subprocess.run(
            ["cargo", *arguments],
            cwd=ROOT / "crates",
            env=environment,
            text=True,
            capture_output=True,
            timeout=900,
        )

    def launcher(self, version: str) -> Path:
        if version not in self.launchers:
            python = self.python(version)
            arguments = ["build", "--locked", "--release", "-p", "pyembed", "--example", "launcher"]
            outputs = self.targets / version
            if SANITIZER:
                # Naming the target keeps the flags away from build scripts.
                triple = f"{platform.machine()}-unknown-linux-gnu"
                arguments = ["+nightly", *arguments, "--target", triple]
                if SANITIZER == "thread":
                    # Locks of a standard library that was compiled without it would not be seen.
                    arguments.append("-Zbuild-std")
                outputs = outputs / triple
            built = self.cargo(*arguments, python=python, version=version)
            assert built.returncode == 0, built.stderr
            self.launchers[version] = outputs / "release" / "examples" / "launcher"
        return self.launchers[version]

    def __call__(self, version: str, name: str, **spec: object) -> Application:
        """Packs an application; `spec` as `support/pack.py` describes it."""
        output = self.folder / f"{name}-{version}"
        whole = {
            "name": "app",
            "writer": str(ROOT / "oxlang" / "packaging" / "packed.py"),
            "launcher": str(self.launcher(version)),
            **spec,
        }
        program = output / str(whole["name"])
        if not program.exists():
            command = [self.python(version), SUPPORT / "pack.py", output, json.dumps(whole)]
            packed = subprocess.run(command, text=True, capture_output=True, timeout=600)
            assert packed.returncode == 0, packed.stderr
        return Application(version, program)


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    if shutil.which("cargo") is None:
        pytest.skip("no cargo on this machine")
    return Builder(tmp_path_factory.mktemp("runtime"))


@pytest.fixture(scope="session", params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


Build = Callable[..., Application]
