"""The extension for Visual Studio Code: its own tests, and the package that is made of it."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.e2e.conftest import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.network]

SOURCES = ROOT / "editors" / "vscode"
NPM = shutil.which("npm")


@pytest.fixture(scope="module")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the extension with the packages it is built with."""
    if NPM is None:
        pytest.skip("npm is not installed")
    target = tmp_path_factory.mktemp("extension") / "vscode"
    shutil.copytree(SOURCES, target, ignore=shutil.ignore_patterns("node_modules", "out", "*.vsix"))
    done = subprocess.run(
        [NPM, "ci", "--no-audit", "--no-fund"], cwd=target, text=True, capture_output=True, timeout=600
    )
    if done.returncode != 0 and any(word in done.stderr for word in ("ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN")):
        pytest.skip("the registry of npm cannot be reached")
    assert done.returncode == 0, done.stderr
    return target


def _npm(extension: Path, *words: str) -> str:
    assert NPM is not None
    done = subprocess.run([NPM, "run", *words], cwd=extension, text=True, capture_output=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_own_tests(extension: Path) -> None:
    assert "# fail 0" in _npm(extension, "test").replace("ℹ", "#")


def test_package(extension: Path) -> None:
    _npm(extension, "package")
    (made,) = extension.glob("*.vsix")
    with zipfile.ZipFile(made) as archive:
        names = {name for name in archive.namelist() if name.startswith("extension/")}
        notices = archive.read("extension/out/THIRD-PARTY-NOTICES.txt").decode()
    assert names == {
        f"extension/{name}"
        for name in (
            "LICENSE.txt", "language-configuration.json", "out/THIRD-PARTY-NOTICES.txt", "out/extension.js",
            "package.json", "readme.md", "syntaxes/starlark.tmLanguage.json",
        )
    }  # fmt: skip
    assert "vscode-languageclient" in notices and "Permission is hereby granted" in notices
