"""Programs without a config: scripts, and projects as the usual tools describe them, built and run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.e2e.conftest import Oxl

pytestmark = [pytest.mark.e2e, pytest.mark.network]

MAIN = "import sys\n\ndef main():\n    print('tool', *sys.argv[1:])\n    return 4\n"
SETUPTOOLS = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "tool"
dynamic = ["version"]
[project.optional-dependencies]
fast = []
[project.scripts]
tool = "tool.cli:main [fast]"
[tool.setuptools.dynamic]
version = {attr = "tool.__version__"}
"""
POETRY = """
[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
[tool.poetry]
name = "tool"
version = "1"
description = ""
authors = []
[tool.poetry.dependencies]
python = "^3.10"
[tool.poetry.scripts]
tool = "tool.cli:main"
"""
FLIT = """
[build-system]
requires = ["flit_core >=3,<4"]
build-backend = "flit_core.buildapi"
[project]
name = "tool"
dynamic = ["version", "description"]
[project.gui-scripts]
tool = "tool.cli:main"
"""
HATCH = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "tool"
version = "1"
[project.scripts]
tool = "tool.cli:main"
"""
SETUP_CFG = """
[metadata]
name = tool
version = 1
[options]
packages = find:
[options.entry_points]
console_scripts =
    tool = tool.cli:main
"""
PROJECTS = {
    "setuptools": ("pyproject.toml", SETUPTOOLS, "src"),
    "poetry": ("pyproject.toml", POETRY, ""),
    "flit": ("pyproject.toml", FLIT, ""),
    "hatch": ("pyproject.toml", HATCH, "src"),
    "setup.cfg": ("setup.cfg", SETUP_CFG, ""),
}


@pytest.mark.parametrize("tool", PROJECTS)
def test_projects(oxl: Oxl, tmp_path: Path, tool: str) -> None:
    name, text, root = PROJECTS[tool]
    (tmp_path / name).write_text(text)
    if name == "setup.cfg":
        (tmp_path / "setup.py").write_text("from setuptools import setup\nsetup()\n")
    package = tmp_path / root / "tool"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('"""A tool."""\n__version__ = "1.2"\n')
    (package / "cli.py").write_text(MAIN)
    ended = oxl("run", "--path", tmp_path, "one", cwd=tmp_path.parent, status=4).stdout
    assert ended == "tool one\n"
    assert "pyoxidizer.bzl" not in os.listdir(tmp_path)


def test_a_folder_as_uv_makes_it(oxl: Oxl, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "my-app"\nversion = "1"\ndependencies = ["six"]\n')
    (tmp_path / "main.py").write_text("import six\nimport helper\nprint(helper.NAME, six.PY3)\n")
    (tmp_path / "helper.py").write_text("NAME = 'app'\n")
    assert oxl("run", cwd=tmp_path).stdout == "app True\n"


def test_a_script(oxl: Oxl, tmp_path: Path) -> None:
    metadata = "# /// script\n# dependencies = ['six']\n# ///\n"
    (tmp_path / "my-report.py").write_text(f"{metadata}import six, helper\nprint(helper.NAME, six.PY3, __name__)\n")
    (tmp_path / "helper.py").write_text("NAME = 'report'\n")
    assert oxl("run", "--path", "my-report.py", cwd=tmp_path).stdout == "report True __main__\n"
    oxl("build", "--save-config", "my-report.py", cwd=tmp_path)
    assert oxl("run", cwd=tmp_path).stdout == "report True __main__\n"
