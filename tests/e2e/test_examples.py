"""Each folder of `examples/` is built, and its product is run where nothing of the build is left."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import Oxl, Product

pytestmark = pytest.mark.e2e


def test_hello(oxl: Oxl, example: Callable[[str], Path], moved: Callable[[Path, str], Product], triple: str) -> None:
    folder = example("hello")
    oxl("build", "--path", folder)
    product = moved(folder / "build" / triple / "debug" / "install", "hello")
    assert "hello" in product.run().lower()


@pytest.mark.network
def test_cli_app(oxl: Oxl, example: Callable[[str], Path], moved: Callable[[Path, str], Product], triple: str) -> None:
    folder = example("cli_app")
    oxl("build", "--path", folder)
    product = moved(folder / "build" / triple / "debug" / "install", "cli_app")
    assert "Usage" in product.run("--help")


@pytest.mark.network
def test_numeric(oxl: Oxl, example: Callable[[str], Path], moved: Callable[[Path, str], Product], triple: str) -> None:
    folder = example("numeric")
    oxl("build", "--path", folder)
    product = moved(folder / "build" / triple / "debug" / "install", "numeric")
    assert product.run().strip()


def test_rust_project(oxl: Oxl, example: Callable[[str], Path], triple: str) -> None:
    """The user's own project: artifacts by `eval`, the program by plain cargo."""
    folder = example("rust_project")
    oxl("eval", folder / "pyoxidizer.bzl", "--target", "build-artifacts")
    artifacts = folder / "build" / triple / "debug" / "build-artifacts"
    environment = {
        **os.environ,
        "PYOXIDIZER_ARTIFACT_DIR": str(artifacts),
        "PYO3_CONFIG_FILE": str(artifacts / "pyo3-build-config-file.txt"),
    }
    subprocess.run(
        ["cargo", "build", "--quiet", "--no-default-features", "--features", "build-mode-prebuilt-artifacts"],
        cwd=folder,
        env=environment,
        check=True,
    )
    program = folder / "target" / "debug" / "rust_project"
    assert subprocess.run([program], capture_output=True, text=True, check=True, env={}).stdout.strip()
