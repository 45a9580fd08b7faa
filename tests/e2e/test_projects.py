"""Projects by `add_project`: entry points that only the build backend knows, several programs of one project."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import Oxl, Product

pytestmark = [pytest.mark.e2e, pytest.mark.network]

CONFIG = """\
def make_exe():
    exe = default_python_distribution().to_python_executable(name = "old-tool")
    exe.add_project(CWD, console_scripts = True)
    return exe

register_target("exe", make_exe)
resolve_targets()
"""
SETUP = """\
from setuptools import setup
setup(name="Old.Tool", version="3", py_modules=["old_tool"],
      entry_points={"console_scripts": ["old-admin = old_tool:admin", "old-tool=old_tool:main [extra]"]})
"""


def test_a_project_with_setup_py_alone(oxl: Oxl, tmp_path: Path, triple: str) -> None:
    (tmp_path / "setup.py").write_text(SETUP)
    (tmp_path / "old_tool.py").write_text(
        "import importlib.metadata as m\n\ndef main():\n    print('main', m.version('old-tool'))\n\n"
        "def admin():\n    print('admin')\n    return 3\n"
    )
    (tmp_path / "pyoxidizer.bzl").write_text(CONFIG)
    oxl("build", cwd=tmp_path)
    folder = tmp_path / "build" / triple / "debug" / "exe"
    assert Product(folder / "old-tool").run() == "main 3\n"
    assert Product(folder / "old-admin").run(status=3) == "admin\n"
