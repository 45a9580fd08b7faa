"""What projects of different tools say of themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.workspace.project import Project, read_project

SETUP_CFG = """
[metadata]
name = old-tool
version = attr: old.__version__
[options]
python_requires = >=3.9
[options.entry_points]
console_scripts =
    old = old.cli:main
    older=old.cli:older
gui_scripts =
    window = old.gui:main
"""
SETUP_PY = """
from setuptools import find_packages, setup
VERSION = open("VERSION").read()
setup(
    name="by-code", version=VERSION, packages=find_packages(), python_requires=">=3.8",
    entry_points={"console_scripts": ["by = code.cli:main"]},
)
"""
STANDARD = """
[project]
name = "std"
dynamic = ["version"]
requires-python = ">=3.11"
dependencies = ["a", "b>1"]
[project.scripts]
std = "std:main"
[project.gui-scripts]
std-window = "std:window"
"""
POETRY = """
[tool.poetry]
name = "poem"
[tool.poetry.dependencies]
python = "^3.10"
[tool.poetry.scripts]
poem = "poem.cli:app"
other = {reference = "poem.cli:other", type = "console"}
"""
FLIT = """
[tool.flit.metadata]
module = "flat"
requires-python = ">=3.7"
[tool.flit.scripts]
flat = "flat:main"
"""
DYNAMIC = """
[project]
name = "dyn"
dynamic = ["scripts", "version"]
"""


def read(folder: Path, **files: str) -> Project | None:
    for name, text in files.items():
        (folder / name.replace("_DOT_", ".")).write_text(text)
    return read_project(folder)


def test_the_standard_table(tmp_path: Path) -> None:
    assert read(tmp_path, pyproject_DOT_toml=STANDARD) == Project(
        name="std", scripts={"std": "std:main", "std-window": "std:window"}, gui=frozenset({"std-window"}),
        requires_python=">=3.11", dependencies=("a", "b>1"),
    )


def test_poetry(tmp_path: Path) -> None:
    scripts = {"poem": "poem.cli:app", "other": "poem.cli:other"}
    assert read(tmp_path, pyproject_DOT_toml=POETRY) == Project(name="poem", scripts=scripts, requires_python=">=3.10,<4")
    both = read(tmp_path, pyproject_DOT_toml=POETRY + '[project]\nname = "new"\n')
    assert both is not None and (both.name, both.scripts) == ("new", scripts)


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("^3.10", ">=3.10,<4"), ("~3.10", ">=3.10,<3.11"), ("~3", ">=3,<4"), ("*", ""), ("3.11", "==3.11"),
        (">=3.9,<3.13", ">=3.9,<3.13"), ("~2.7 || ^3.8", ">=3.8,<4"), ("^3.10.2", ">=3.10.2,<4"), ("3.11.*", "==3.11.*"),
    ],
)
def test_specifiers_of_poetry(tmp_path: Path, text: str, means: str) -> None:
    found = read(tmp_path, pyproject_DOT_toml=f'[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\npython = "{text}"\n')
    assert found is not None and found.requires_python == means


def test_flit(tmp_path: Path) -> None:
    found = read(tmp_path, pyproject_DOT_toml=FLIT)
    assert found == Project(name="flat", scripts={"flat": "flat:main"}, requires_python=">=3.7")


def test_setuptools_without_the_standard_table(tmp_path: Path) -> None:
    found = read(tmp_path, setup_DOT_cfg=SETUP_CFG, pyproject_DOT_toml='[build-system]\nrequires = ["setuptools"]\n')
    assert found == Project(
        name="old-tool", scripts={"old": "old.cli:main", "older": "old.cli:older", "window": "old.gui:main"},
        gui=frozenset({"window"}), requires_python=">=3.9",
    )


def test_the_literal_arguments_of_setup(tmp_path: Path) -> None:
    found = read(tmp_path, setup_DOT_py=SETUP_PY)
    assert found == Project(name="by-code", scripts={"by": "code.cli:main"}, requires_python=">=3.8")
    found = read(tmp_path, setup_DOT_py="import setuptools\nsetuptools.setup(**read())\n")
    assert found == Project(name=tmp_path.name)
    assert read(tmp_path, setup_DOT_py="(") == Project(name=tmp_path.name)


def test_dynamic_scripts_are_those_of_setuptools(tmp_path: Path) -> None:
    found = read(tmp_path, pyproject_DOT_toml=DYNAMIC, setup_DOT_py=SETUP_PY)
    assert found is not None and (found.name, found.scripts) == ("dyn", {"by": "code.cli:main"})


def test_nothing_with_a_name(tmp_path: Path) -> None:
    assert read(tmp_path, pyproject_DOT_toml="[tool.black]\nline-length = 100\n") is None
    assert read(tmp_path, setup_DOT_cfg="no section") is None


def test_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b'name = "\xff"')
    with pytest.raises(OxError, match="is not UTF-8"):
        read_project(tmp_path)
    with pytest.raises(OxError, match="cannot be read"):
        read(tmp_path, pyproject_DOT_toml="broken")
