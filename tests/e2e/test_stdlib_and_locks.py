"""Programs described with `@stdlib`, and programs of locked projects."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import Oxl, Product

pytestmark = pytest.mark.e2e

APP = """\
load("@stdlib//python_app.star", "python_app")
load("@stdlib//filters.star", "combine", "exclude_packages", "exclude_tests")

python_app(
    "app",
    run_module = "app",
    packages = {CWD: ["app"]},
    callbacks = [combine(exclude_packages("app.secret", "tkinter"), exclude_tests())],
)
resolve_targets()
"""
LOCKED = """\
def make_exe():
    exe = default_python_distribution().to_python_executable(name = "locked")
    exe.add_project(CWD)
    return exe

register_target("exe", make_exe)
resolve_targets()
"""
PROJECT = """\
[project]
name = "locked"
version = "1.0"
requires-python = ">=3.10"
dependencies = ["attrs"]

[project.scripts]
locked = "locked:main"

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
"""

def test_an_app_in_one_call(oxl: Oxl, tmp_path: Path, triple: str) -> None:
    folder = tmp_path / "app"
    package = folder / "app"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "secret.py").touch()
    (package / "__main__.py").write_text(
        "import importlib.util as u\nprint(u.find_spec('app.secret'), u.find_spec('tkinter'), u.find_spec('json').name)\n"
    )
    (folder / "pyoxidizer.bzl").write_text(APP)
    assert {"app", "*install"} & set(oxl("list-targets", folder).stdout.split())
    oxl("build", "--path", folder, cwd=folder)
    programs = [one for one in (folder / "build" / triple / "debug").rglob("app") if one.is_file()]
    assert programs
    elsewhere = tmp_path / "moved" / "product"
    shutil.copytree(programs[0].parent, elsewhere)
    assert Product(elsewhere / "app").run() == "None None json\n"


@pytest.mark.network
def test_the_lock_of_a_project_holds(oxl: Oxl, tmp_path: Path, triple: str) -> None:
    uv = shutil.which("uv") or pytest.importorskip("uv").find_uv_bin()
    folder = tmp_path / "locked"
    (folder / "src" / "locked").mkdir(parents=True)
    (folder / "src" / "locked" / "__init__.py").write_text(
        "def main():\n    import importlib.metadata as m\n    print(m.version('attrs'))\n"
    )
    (folder / "pyproject.toml").write_text(PROJECT)
    (folder / "pyoxidizer.bzl").write_text(LOCKED)
    # An old release on purpose: a resolver without the lock would take another.
    subprocess.run([uv, "lock", "--quiet", "--upgrade-package", "attrs==23.1.0"], cwd=folder, check=True)
    oxl("build", "--path", folder)
    program = folder / "build" / triple / "debug" / "exe" / "locked"
    assert Product(program).run() == "23.1.0\n"


BY_PIP = """\
def make_exe():
    exe = default_python_distribution().to_python_executable(name = "locked")
    exe.add_python_resources(exe.pip_install(["-r", CWD + "/pylock.toml"]))
    exe.run_entry_point("locked:main")
    return exe

register_target("exe", make_exe)
resolve_targets()
"""


@pytest.mark.network
@pytest.mark.parametrize("config", [LOCKED, BY_PIP])
def test_a_standard_lock_that_holds_the_project_itself(oxl: Oxl, tmp_path: Path, triple: str, config: str) -> None:
    uv = shutil.which("uv") or pytest.importorskip("uv").find_uv_bin()
    folder = tmp_path / "locked"
    (folder / "src" / "locked").mkdir(parents=True)
    (folder / "src" / "locked" / "__init__.py").write_text(
        "def main():\n    import importlib.metadata as m\n    print(m.version('attrs'), m.version('locked'))\n"
    )
    (folder / "pyproject.toml").write_text(PROJECT)
    (folder / "pyoxidizer.bzl").write_text(config)
    subprocess.run([uv, "lock", "--quiet", "--upgrade-package", "attrs==23.1.0"], cwd=folder, check=True)
    export = [uv, "export", "--quiet", "--frozen", "--format", "pylock.toml", "--output-file", "pylock.toml"]
    subprocess.run(export, cwd=folder, check=True)
    assert 'path = "."' in (folder / "pylock.toml").read_text()
    (folder / "uv.lock").unlink()
    oxl("build", "--path", folder)
    program = folder / "build" / triple / "debug" / "exe" / "locked"
    assert Product(program).run() == "23.1.0 1.0\n"
