"""A home for command tests: own cache, own temporary folder, none of the caller's variables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.dap_client import Client, debugging

FILES = """
def make():
    m = FileManifest()
    m.add_file(FileContent(filename = "a.txt", content = "hello " + str(VARS.get("who"))))
    return m

def other(first):
    return first

print("top level")
register_target("files", make)
register_target("again", other, depends = ["files"], default = True, default_build_script = True)
resolve_targets()
"""


@pytest.fixture
def client() -> Iterator[Client]:
    """A client of the debug adapter."""
    with debugging() as made:
        yield made


@pytest.fixture
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the current one."""
    for name in ("PYOXIDIZER_CONFIG", "OUT_DIR", "PYO3_PYTHON", "OXL_PYTHON", "VIRTUAL_ENV", "RUST_LOG", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYOXIDIZER_CACHE_DIR", str(tmp_path / "cache"))
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)
    return home


@pytest.fixture
def app(clean: Path) -> Path:
    """A folder with a small config, which is the current one."""
    (clean / "pyoxidizer.bzl").write_text(FILES.lstrip())
    return clean
