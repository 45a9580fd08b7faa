"""Wheels of `PythonWheelBuilder` before the tools that check, unpack and install wheels."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import Oxl

pytestmark = [pytest.mark.e2e, pytest.mark.network]

TOOLS = ("twine", "wheel", "installer", "check-wheel-contents", "uv", "pip")
CONFIG = '''
METADATA = """Metadata-Version: 2.1
Name: My-Tool.kit
Version: 1.5+local.2
Summary: A tool
License: MIT
Requires-Python: >=3.8
Description-Content-Type: text/markdown

# My tool
"""

def make_full():
    w = PythonWheelBuilder("My-Tool.kit", "1.5+local.2")
    w.root_is_purelib = True
    w.tag = "py2.py3-none-any"
    w.build_tag = "7"
    w.add_file(FileContent(filename = "__init__.py", content = "def main():\\n    print('it runs')\\n"), directory = "my_tool")
    w.add_file(FileContent(filename = "a,b \\"c\\".txt", content = "data"), directory = "my_tool/data")
    w.add_file_data("scripts", FileContent(filename = "my-script", content = "#!python\\nprint('script')\\n", executable = True))
    w.add_file_data("data", FileContent(filename = "my-tool.conf", content = ""), directory = "etc")
    w.add_file_data("headers", FileContent(filename = "my_tool.h", content = ""))
    w.add_file_dist_info(FileContent(filename = "METADATA", content = METADATA))
    w.add_file_dist_info(FileContent(filename = "entry_points.txt", content = "[console_scripts]\\nmy-tool = my_tool:main\\n"))
    return w

def make_plain():
    w = PythonWheelBuilder("plain", "1!2.0")
    w.add_file(FileContent(filename = "plain.py", content = "X = 1\\n"))
    return w

def make_native():
    w = PythonWheelBuilder("native-thing", "0.1")
    w.tag = "cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64"
    w.add_file(FileContent(filename = "native_thing.py", content = "X = 1\\n"))
    return w

register_target("full", make_full)
register_target("plain", make_plain)
register_target("native", make_native)
resolve_targets()
'''


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    folder = tmp_path_factory.mktemp("tools")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "--quiet", *TOOLS], check=True)

    def run(*words: str | Path) -> str:
        done = subprocess.run(
            [folder / "bin" / words[0], *words[1:]], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    return run


@pytest.fixture(scope="module")
def wheels(oxl: Oxl, tmp_path_factory: pytest.TempPathFactory, triple: str) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("wheels")
    (folder / "pyoxidizer.bzl").write_text(CONFIG)
    oxl("build", "--path", folder, "full", "plain", "native")
    place = folder / "build" / triple / "debug"
    return {name: next((place / name).glob("*.whl")) for name in ("full", "plain", "native")}


def test_names(wheels: dict[str, Path]) -> None:
    assert {name: path.name for name, path in wheels.items()} == {
        "full": "my_tool.kit-1.5+local.2-7-py2.py3-none-any.whl",
        "plain": "plain-1!2.0-py3-none-any.whl",
        "native": "native_thing-0.1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    }


def test_twine(wheels: dict[str, Path], tool: Callable[..., str]) -> None:
    assert "PASSED" in tool("twine", "check", "--strict", wheels["full"])
    assert "PASSED" in tool("twine", "check", wheels["plain"], wheels["native"])


def test_check_wheel_contents(wheels: dict[str, Path], tool: Callable[..., str]) -> None:
    for path in wheels.values():
        assert tool("check-wheel-contents", path).endswith(": OK\n")


@pytest.mark.parametrize("name", ["full", "plain", "native"])
def test_wheel(wheels: dict[str, Path], tool: Callable[..., str], tmp_path: Path, name: str) -> None:
    tool("wheel", "unpack", "--dest", tmp_path / "unpacked", wheels[name])
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    tool("wheel", "pack", "--dest-dir", tmp_path, unpacked)
    copy = tmp_path / wheels[name].name
    copy.write_bytes(wheels[name].read_bytes())
    said = tool("wheel", "tags", "--platform-tag", "linux_x86_64", copy)
    assert said.strip().endswith("linux_x86_64.whl")


@pytest.mark.parametrize("installer", ["pip", "uv", "installer"])
def test_installing(
    wheels: dict[str, Path], tool: Callable[..., str], tmp_path: Path, installer: str
) -> None:
    place = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    python = place / "bin" / "python"
    for name in ("full", "plain"):
        if installer == "pip":
            tool("pip", "--python", str(python), "install", "--no-index", wheels[name])
        elif installer == "uv":
            tool("uv", "pip", "install", "--python", str(python), "--no-index", wheels[name])
        else:
            # It installs for the Python that runs it.
            tools = tool("python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
            environment = {**os.environ, "PYTHONPATH": tools}
            subprocess.run([python, "-m", "installer", wheels[name]], check=True, env=environment)
    run = partial_run(place)
    assert run("my-tool") == "it runs\n"
    assert run("my-script") == "script\n"
    check = "import importlib.metadata as m, plain, my_tool; print(m.version('my-tool-kit'), m.version('plain'), len(m.files('plain')) > 3)"
    assert run("python", "-c", check) == "1.5+local.2 1!2.0 True\n"
    assert (place / "etc" / "my-tool.conf").exists()
    if installer != "installer":
        lister = (
            ("uv", "pip", "check", "--python", str(python))
            if installer == "uv"
            else ("pip", "--python", str(python), "check")
        )
        tool(*lister)


def partial_run(place: Path) -> Callable[..., str]:
    def run(*words: str) -> str:
        done = subprocess.run(
            [place / "bin" / words[0], *words[1:]], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
