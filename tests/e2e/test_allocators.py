"""An allocator that only the config names: the launcher is compiled with it, and Python uses it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import Oxl, Product

pytestmark = [pytest.mark.e2e, pytest.mark.network]

CONFIG = """
def make_exe():
    dist = default_python_distribution()
    config = dist.make_python_interpreter_config()
    config.allocator_backend = "mimalloc"
    config.allocator_raw = True
    config.allocator_mem = True
    config.allocator_obj = True
    config.run_command = "print(sum(len(bytes(n)) for n in range(3000)))"
    return dist.to_python_executable(name = "allocated", config = config)

register_target("exe", make_exe)
resolve_targets()
"""


def test_allocator_of_the_config(
    oxl: Oxl, triple: str, tmp_path: Path, moved: Callable[[Path, str], Product]
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyoxidizer.bzl").write_text(CONFIG)
    oxl("build", cwd=project)
    product = moved(project / "build" / triple / "debug" / "exe", "allocated")
    assert product.run() == "4498500\n"
    # mimalloc tells at the end of the process what it has handed out.
    done = subprocess.run([product.program], text=True, capture_output=True, env={"MIMALLOC_SHOW_STATS": "1"})
    assert done.stdout == "4498500\n" and "pages" in done.stderr, done.stderr
