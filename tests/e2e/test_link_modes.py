"""libpython inside the program, and beside it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from oxlang.packaging.describe import describe
from tests.e2e.conftest import Oxl, Product

pytestmark = pytest.mark.e2e

CONFIG = """
def make_exe():
    dist = default_python_distribution(flavor = "standalone_{mode}")
    config = dist.make_python_interpreter_config()
    config.run_command = "import sys, _ssl, json; print(sys.version_info[:2])"
    return dist.to_python_executable(name = "app", config = config)

def make_install(exe):
    files = FileManifest()
    files.add_python_resource(".", exe)
    return files

register_target("exe", make_exe)
register_target("install", make_install, depends = ["exe"], default = True)
resolve_targets()
"""


def _python(tmp_path: Path) -> str:
    """An interpreter with both kinds of libpython."""
    import sysconfig

    if not sysconfig.get_config_var("Py_ENABLE_SHARED"):
        pytest.skip("this Python has no shared libpython")
    return sys.executable


@pytest.mark.parametrize("mode", ["static", "dynamic"])
def test_both_ways(
    oxl: Oxl, tmp_path: Path, triple: str, moved: Callable[[Path, str], Product], mode: str
) -> None:
    python = _python(tmp_path)
    if mode == "static" and not describe(python).supports_static:
        pytest.skip("this Python has no static libpython")
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "pyoxidizer.bzl").write_text(CONFIG.replace("{mode}", mode), encoding="utf-8")
    oxl("build", "--path", folder, OXL_PYTHON=python)
    product = moved(folder / "build" / triple / "debug" / "install", "app")
    assert product.run() == f"{sys.version_info[:2]}\n"
    beside = [name for name in os.listdir(product.program.parent) if name.startswith("libpython")]
    dynamic = subprocess.run(["readelf", "-d", product.program], capture_output=True, text=True, check=True).stdout
    needed = re.findall(r"NEEDED.*\[(libpython.*)\]", dynamic)
    assert beside == needed and bool(needed) == (mode == "dynamic")
    assert "[$ORIGIN]" in dynamic
    defined = subprocess.run(["nm", "-D", "--defined-only", product.program], capture_output=True, text=True).stdout
    assert (" PyList_New" in defined) == (mode == "static")
