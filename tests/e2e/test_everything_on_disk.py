"""Programs with nothing in memory: the standard library and packages are files beside them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import Oxl, Product
from tests.runtime.conftest import find_python

pytestmark = pytest.mark.e2e

CONFIG = """
def make_exe():
    dist = default_python_distribution(python_version = "{version}")
    policy = dist.make_python_packaging_policy()
    policy.set_resource_handling_mode("files")
    policy.resources_location = "filesystem-relative:lib"
    config = dist.make_python_interpreter_config()
    config.module_search_paths = ["$ORIGIN/lib"]
    config.run_command = "import json, os, site, sys; print(json.__file__ == os.path.join(sys.path[0], 'json', '__init__.py'))"
    exe = dist.to_python_executable(name = "app", packaging_policy = policy, config = config)
    exe.packed_resources_load_mode = "none"
    return exe

register_target("exe", make_exe)
resolve_targets()
"""


@pytest.mark.parametrize("version", ["3.10", "3.12"])
def test_nothing_in_memory(
    oxl: Oxl, tmp_path: Path, triple: str, moved: Callable[[Path, str], Product], version: str
) -> None:
    """Before 3.11 `os` is not frozen, so the importer's own Python code finds it through the folder, too."""
    if find_python(version) is None:
        pytest.skip(f"no Python {version} with a shared library on this machine")
    (tmp_path / "pyoxidizer.bzl").write_text(CONFIG.replace("{version}", version), encoding="utf-8")
    oxl("build", "--path", tmp_path)
    product = moved(tmp_path / "build" / triple / "debug" / "exe", "app")
    assert product.run() == "True\n"
