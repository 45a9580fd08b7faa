"""Each folder of `examples/` is built, and its product is run where nothing of the build is left."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.e2e.conftest import Oxl, Product

pytestmark = pytest.mark.e2e


def test_hello(oxl: Oxl, example: Callable[[str], Path], moved: Callable[[Path, str], Product], triple: str) -> None:
    folder = example("hello")
    oxl("build", "--path", folder)
    product = moved(folder / "build" / triple / "debug" / "install", "hello")
    assert "hello" in product.run().lower()


@pytest.mark.network
def test_cli_app(oxl: Oxl, example: Callable[[str], Path], moved: Callable[[Path, str], Product], triple: str) -> None:
    folder = example("cli_app")
    oxl("build", "--path", folder)
    product = moved(folder / "build" / triple / "debug" / "install", "cli_app")
    assert "Usage" in product.run("--help")
    assert "Quercus robur" in product.run("trees", "--kind", "oak")
    assert product.run("fetch") == "200 5 bytes\n"


@pytest.mark.network
def test_numeric(oxl: Oxl, example: Callable[[str], Path], moved: Callable[[Path, str], Product], triple: str) -> None:
    folder = example("numeric")
    oxl("build", "--path", folder)
    product = moved(folder / "build" / triple / "debug" / "install", "numeric")
    assert product.run() == "slope 3.0, intercept 2.0\n"


def test_rust_project(oxl: Oxl, example: Callable[[str], Path], triple: str) -> None:
    """The user's own project: artifacts by `eval`, the program by plain cargo."""
    folder = example("rust_project")
    oxl("eval", folder / "pyoxidizer.bzl", "--target", "build-artifacts")
    artifacts = folder / "build" / triple / "debug" / "build-artifacts"
    environment = {
        **os.environ,
        "PYOXIDIZER_ARTIFACT_DIR": str(artifacts),
        "PYO3_CONFIG_FILE": str(artifacts / "pyo3-build-config-file.txt"),
    }
    subprocess.run(
        ["cargo", "build", "--quiet", "--no-default-features", "--features", "build-mode-prebuilt-artifacts"],
        cwd=folder,
        env=environment,
        check=True,
    )
    program = Path(os.environ.get("CARGO_TARGET_DIR", folder / "target")) / "debug" / "rust_project"
    told = subprocess.run([program, "you"], capture_output=True, text=True, check=True, env={}).stdout.splitlines()
    assert told[0] == "Rust 0.1.0 starts Python" and told[1].endswith("says hello, you")


Move = Callable[[Path, str], Product]


def test_daemon(oxl: Oxl, example: Callable[[str], Path], moved: Move, triple: str) -> None:
    """Work in other processes, with every start method."""
    folder = example("daemon")
    oxl("build", "--path", folder)
    product = moved(folder / "build" / triple / "debug" / "install", "workdaemon")
    for method in ("fork", "spawn", "forkserver"):
        told = product.run("--method", method, "2", "3").splitlines()
        assert told == ["2 d4735e3a265e", "3 4e07408562be", "done by other processes"]


def test_resource_callbacks(oxl: Oxl, example: Callable[[str], Path], moved: Move, triple: str) -> None:
    folder = example("resource_callbacks")
    oxl("build", "--path", folder)
    product = moved(folder / "build" / triple / "debug" / "install", "notes")
    assert product.run().splitlines() == ["Water the plants.", "tkinter is left out"]
    assert (product.program.parent / "share" / "notes" / "docs" / "today.txt").exists()


def test_several_executables(oxl: Oxl, example: Callable[[str], Path], moved: Move, triple: str) -> None:
    folder = example("several_executables")
    oxl("build", "--path", folder)
    product = moved(folder / "build" / triple / "debug" / "install", "count")
    assert product.run("a", "b", "c") == "3\n"
    assert Product(product.program.with_name("shout")).run("a", "b") == "A B\n"
    assert Product(product.program.with_name("shout")).run(status=1) == "\n"


def test_wheel_builder(oxl: Oxl, example: Callable[[str], Path], triple: str, tmp_path: Path) -> None:
    folder = example("wheel_builder")
    oxl("build", "--path", folder)
    [wheel] = (folder / "build" / triple / "debug" / "wheel").glob("*.whl")
    assert wheel.name == "greeting-1.0-py3-none-any.whl"
    code = "import greeting; print(greeting.greet('you'))"
    told = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(wheel)}, capture_output=True, text=True, check=True
    )
    assert told.stdout == "hello, you\n"


@pytest.mark.network
def test_web_service(oxl: Oxl, example: Callable[[str], Path], moved: Move, triple: str) -> None:
    folder = example("web_service")
    oxl("build", "--path", folder)
    product = moved(folder / "build" / triple / "debug" / "install", "web_service")
    assert product.run("--check") == "200 <p>This page was asked for 1 time.</p>\n"


@pytest.mark.network
def test_pyproject_app(oxl: Oxl, example: Callable[[str], Path], moved: Move, triple: str) -> None:
    folder = example("pyproject_app")
    oxl("build", "--path", folder)
    product = moved(folder / "build" / triple / "debug" / "install", "pyproject-app")
    assert product.run() == "1.2.3\nanswer = 42\n"


def test_rust_project_by_oxl(oxl: Oxl, example: Callable[[str], Path], moved: Move, triple: str) -> None:
    """`--rust-project` runs cargo in the project and places its program with the files it needs."""
    folder = example("rust_project")
    oxl("build", "--path", folder, "--rust-project", folder)
    product = moved(folder / "build" / triple / "debug" / "rust_project", "rust_project")
    told = product.run("you").splitlines()
    assert told[0] == "Rust 0.1.0 starts Python" and told[1].endswith("says hello, you")
    assert "Rust crate rust_project 0.1.0" in (product.program.with_name("COPYING.txt")).read_text()


def test_rust_embeds_python(example: Callable[[str], Path]) -> None:
    """A Rust program of one's own, by plain cargo."""
    folder = example("rust_embeds_python")
    environment = {**os.environ, "PYO3_PYTHON": sys.executable}
    subprocess.run(["cargo", "build", "--quiet", "--locked"], cwd=folder, env=environment, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR", folder / "target"))
    program = target / "debug" / "rust_embeds_python"
    told = subprocess.run([program, "--check"], capture_output=True, text=True, check=True, env={}).stdout
    style = "<style>body { font-family: sans-serif; margin: 3em; }</style>"
    assert told == f"<!doctype html><title>Rust</title>{style}<p>Hello Rust, request 1</p>\n"
    refused = subprocess.run([program, "--listen", "nowhere"], capture_output=True, text=True, env={})
    assert (refused.returncode, refused.stderr) == (1, "error: `nowhere` is no address and port\n")
    _serve(program)


def _serve(program: Path) -> None:
    """Asks a running server from several threads, for a page that there is and one that there is not."""
    with subprocess.Popen([program, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True, env={}) as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().removeprefix("serving on ").strip()
            with ThreadPoolExecutor(8) as pool:
                pages = list(pool.map(lambda number: urlopen(f"{address}{number}", timeout=30).read().decode(), range(16)))
            assert all(f"Hello {number}," in page for number, page in enumerate(pages))
            with pytest.raises(HTTPError) as caught:
                urlopen(f"{address}.hidden", timeout=30)
            assert caught.value.code == 404
        finally:
            server.kill()
