"""What users see when something is wrong: the whole command line, with golden texts.

Nothing here needs a network or a real Rust: pip is told to use no index, and cargo is a script that fails.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from oxlang.cli.dispatch import dispatch
from tests.support.golden import assert_golden

GOLDEN = Path(__file__).parent / "golden"

PROGRAM = """
    def make():
        dist = default_python_distribution()
        exe = dist.to_python_executable(name = "app")
        {line}
        return exe

    register_target("exe", make)
    resolve_targets()
"""

CONFIGS = {
    "syntax": """
        def make(
            return FileManifest()

        register_target("exe", make)
    """,
    "unknown-name": """
        def make():
            return FileManifst()

        register_target("exe", make)
        resolve_targets()
    """,
    "wrong-argument": PROGRAM.format(line="exe.pip_install(packages = ['x'])"),
    "exception-in-target": """
        def divide(number):
            return 1 // number

        def make():
            return divide(len([]))

        register_target("exe", make)
        resolve_targets()
    """,
    "missing-file": PROGRAM.format(
        line="exe.add_python_resources(exe.read_package_root(CWD + '/src', ['app']))"
    ),
    "pip-failure": PROGRAM.format(
        line="exe.add_python_resources(exe.pip_install(['--no-index', 'nowhere==1']))"
    ),
    "missing-variable": """
        VERSION = VARS["version"]
    """,
    "missing-variable-is-none": """
        def make(version):
            return "v" + version

        make(VARS.get("version"))
    """,
    "not-buildable": """
        register_target("exe", lambda: 1)
        resolve_targets()
    """,
}


class Place:
    """A project whose cargo fails, and the command line in it."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder = folder / "project"
        self.tools = folder / "bin"
        self.folder.mkdir()
        self.tools.mkdir()
        self._capsys = capsys
        self.tool(
            "rustc",
            'if [ "$1" = -vV ]; then printf "rustc 1.95.0\\nrelease: 1.95.0\\nhost: x86_64-unknown-linux-gnu\\n"; fi',
        )
        self.tool(
            "cargo",
            'if [ "$1" = -V ]; then echo "cargo 1.95.0"; else echo "error[E0433]: no such thing" >&2; exit 101; fi',
        )
        for name in list(os.environ):
            if name.startswith(("PYOXIDIZER_", "RUST", "CARGO")) or name in (
                "OUT_DIR",
                "VIRTUAL_ENV",
                "PYO3_PYTHON",
            ):
                monkeypatch.delenv(name)
        monkeypatch.setenv("PYOXIDIZER_CACHE_DIR", str(folder / "cache"))
        monkeypatch.setenv("OXL_PYTHON", sys.executable)
        monkeypatch.setenv("PATH", f"{self.tools}:/usr/bin:/bin")
        monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.chdir(self.folder)
        self._folder = folder

    def tool(self, name: str, script: str) -> None:
        place = self.tools / name
        place.write_text(f"#!/bin/sh\n{script}\n")
        place.chmod(0o755)

    def fails(self, *words: str, config: str | None = None, name: str) -> None:
        """Runs a command that has to fail with status 1, and compares what it says."""
        if config is not None:
            (self.folder / "pyoxidizer.bzl").write_text(textwrap.dedent(config).lstrip("\n"))
        status = dispatch(list(words))
        told = self._capsys.readouterr()
        assert status == 1
        assert told.out == ""
        assert "Traceback" not in told.err
        assert not list(self.folder.rglob("build/*/*/*/*"))
        assert_golden(GOLDEN / f"{name}.txt", self._plain(told.err))

    def _plain(self, text: str) -> str:
        """The text without what differs between machines and runs."""
        text = text.replace(str(self._folder), "$TMP").replace(sys.executable, "$PYTHON")
        text = re.sub(r"\$TMP/cache/\S*", "$CACHE", text)
        text = re.sub(r"^(done|failed|begin): .*\n", "", text, flags=re.MULTILINE)
        text = re.sub(r"note: command: .*", "note: command: …", text)
        text = re.sub(r"(last lines of its output:)\n(?:(?!   =|error)\s+.*\n)+", r"\1 …\n", text)
        return re.sub(r"\d\.\d+\.\d+", "X.Y.Z", text)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Place:
    return Place(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize("name", CONFIGS)
def test_config(place: Place, name: str) -> None:
    # One action at a time: what else would fail at the same time differs from run to run.
    place.fails("build", "--jobs", "1", config=CONFIGS[name], name=name)


def test_rust_compile_failure(place: Place) -> None:
    place.fails("build", config=PROGRAM.format(line="pass"), name="rust-compile-failure")


def test_no_rust(place: Place) -> None:
    (place.tools / "cargo").unlink()
    place.fails("build", config=PROGRAM.format(line="pass"), name="no-rust")


def test_no_python(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OXL_PYTHON", str(place.tools / "nothing"))
    place.fails("build", config=PROGRAM.format(line="pass"), name="no-python")


def test_no_config(place: Place) -> None:
    place.fails("build", name="no-config")


def test_unknown_target(place: Place) -> None:
    config = "register_target('exe', lambda: FileManifest())\nresolve_targets()\n"
    place.fails("build", "ex", config=config, name="unknown-target")


def test_variable_given_twice(place: Place) -> None:
    place.fails("build", "--var", "A", "1", "--var", "A", "2", config="", name="variable-twice")


def test_unwritable_cache(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    (place.folder / "file").write_text("")
    monkeypatch.setenv("PYOXIDIZER_CACHE_DIR", str(place.folder / "file" / "cache"))
    config = """
        def make():
            files = FileManifest()
            files.add_file(FileContent(filename = "a", content = "a"))
            return files
        register_target("files", make)
        resolve_targets()
    """
    place.fails("build", config=config, name="unwritable-cache")


def test_unwritable_output(place: Place) -> None:
    (place.folder / "build").write_text("a file")
    config = """
        def make():
            files = FileManifest()
            files.add_file(FileContent(filename = "a", content = "a"))
            return files
        register_target("files", make)
        resolve_targets()
    """
    place.fails("build", config=config, name="unwritable-output")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_build(place: Place, number: signal.Signals) -> None:
    started = place.folder / "started"
    place.tool("cargo", f'if [ "$1" = -V ]; then echo "cargo 1.95.0"; else touch {started}; sleep 60; fi')
    (place.folder / "pyoxidizer.bzl").write_text(textwrap.dedent(PROGRAM.format(line="pass")).lstrip("\n"))
    scratch = place.folder / "scratch"
    scratch.mkdir()
    build = subprocess.Popen(
        [sys.executable, "-m", "oxlang", "build"],
        env={**os.environ, "TMPDIR": str(scratch), "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not started.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    build.send_signal(number)
    out, err = build.communicate(timeout=30)
    assert (build.returncode, out) == (130, "")
    assert err.endswith("error: interrupted\n")
    assert "Traceback" not in err
    assert list(scratch.iterdir()) == []
    assert not (place.folder / "build").exists()
