"""What the end-to-end tests share: an `oxl` with one cache for the whole session, and a bare place to run products.

The cache folder is fresh for each session unless `OXL_TEST_CACHE` names one, so that heavy builds (the launcher,
installed packages) happen once per session.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Oxl:
    """Runs the command line in a child process, as a user does."""

    command: list[str]
    environment: dict[str, str]

    def __call__(
        self, *arguments: str | Path, cwd: Path | None = None, status: int | None = 0, **extra: str
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*self.command, *map(str, arguments)],
            cwd=cwd,
            env={**self.environment, **extra},
            text=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=900,
        )
        assert "Traceback (most recent call last)" not in done.stderr, done.stderr
        if status is not None:
            assert done.returncode == status, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    given = os.environ.get("OXL_TEST_CACHE")
    return Path(given) if given else tmp_path_factory.mktemp("oxl-cache")


@pytest.fixture(scope="session")
def oxl(cache: Path) -> Oxl:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYOXIDIZER_", "OXL_", "PYTHON")) and name not in {"OUT_DIR", "CARGO_TARGET_DIR"}
    }
    environment["PYOXIDIZER_CACHE_DIR"] = str(cache)
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    return Oxl([sys.executable, "-m", "oxlang"], environment)


@pytest.fixture(scope="session")
def triple() -> str:
    told = subprocess.run(["rustc", "-vV"], text=True, capture_output=True, check=True).stdout
    return next(line.removeprefix("host: ") for line in told.splitlines() if line.startswith("host: "))


@dataclass
class Product:
    """A built program in a place of its own: another folder, nothing in the environment, its build folder gone."""

    program: Path

    def run(self, *arguments: str, status: int = 0, stdin: str = "", **environment: str) -> str:
        elsewhere = self.program.parent.parent / "elsewhere"
        elsewhere.mkdir(exist_ok=True)
        done = subprocess.run(
            [str(self.program), *arguments],
            cwd=elsewhere,
            env=environment,
            text=True,
            input=stdin,
            capture_output=True,
            timeout=120,
        )
        assert done.returncode == status, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture
def moved(tmp_path: Path) -> Iterator[Callable[[Path, str], Product]]:
    """Copies an install folder elsewhere and renames the build folder away while the test runs."""
    renamed: list[tuple[Path, Path]] = []

    def move(install: Path, program: str) -> Product:
        target = tmp_path / "moved" / "product"
        shutil.copytree(install, target, symlinks=True)
        build = next(parent for parent in install.parents if parent.name == "build")
        away = build.with_name("build-away")
        build.rename(away)
        renamed.append((build, away))
        return Product(target / program)

    yield move
    for build, away in renamed:
        away.rename(build)


@pytest.fixture
def example(tmp_path: Path) -> Callable[[str], Path]:
    """Copies a folder of `examples/` to where it may be built."""

    def copy(name: str) -> Path:
        target = tmp_path / name
        shutil.copytree(ROOT / "examples" / name, target, ignore=shutil.ignore_patterns("build", "target"))
        manifest = target / "Cargo.toml"
        if manifest.exists():
            # In the checkout the crates are found by a relative path.
            manifest.write_text(manifest.read_text().replace("../../crates", str(ROOT / "crates")))
        return target

    return copy
