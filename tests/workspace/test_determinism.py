"""Two builds of the same program, in other folders, with other caches, give the same bytes."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import Oxl, cache, oxl

__all__ = ["cache", "oxl"]

pytestmark = pytest.mark.e2e

CONFIG = """
def make_exe():
    dist = default_python_distribution()
    config = dist.make_python_interpreter_config()
    config.run_module = "app"
    exe = dist.to_python_executable(name = "app", config = config)
    exe.add_python_resources(exe.read_package_root(path = CWD, packages = ["app"]))
    return exe

register_target("exe", make_exe)
resolve_targets()
"""


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_same_bytes_elsewhere(oxl: Oxl, tmp_path: Path) -> None:
    found = []
    for name in ("one", "another/deeper"):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        (folder / "pyoxidizer.bzl").write_text(CONFIG)
        (folder / "app.py").write_text("print(__name__)\n")
        scratch = tmp_path / f"tmp-{len(name)}"
        scratch.mkdir()
        oxl("build", "--path", folder, PYOXIDIZER_CACHE_DIR=str(folder / "cache"), TMPDIR=str(scratch))
        assert list(scratch.iterdir()) == []
        shutil.rmtree(folder / "cache")
        found.append(contents(folder / "build"))
    assert found[0] == found[1]
    assert any(name.endswith("/app") for name in found[0])
