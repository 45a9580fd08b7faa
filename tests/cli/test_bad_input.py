"""Bad input: each mistake gives its diagnostic and status 1; never a traceback, nothing half-written."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.support import Ended, process
from tests.support.golden import assert_golden

GOLDEN = Path(__file__).parent / "golden"

CONFIGS = {
    "wrong-syntax": """
def make_exe(:
    dist = default_python_distribution()
    return dist.to_python_executable(name="x"

x = = 3
""",
    "unknown-name": """
def make():
    return FileManifst()

register_target("a", make)
resolve_targets()
""",
    "wrong-argument": """
def make():
    dist = default_python_distribution()
    return dist.to_python_executable(nme = "x")

register_target("a", make)
resolve_targets()
""",
    "wrong-value": """
def make():
    policy = default_python_distribution().make_python_packaging_policy()
    policy.extension_module_filter = "minimum"

register_target("a", make)
resolve_targets()
""",
    "exception-in-target": """
def inner(values, index):
    return values[index]

def make():
    return inner([1, 2], 7)

register_target("a", make)
resolve_targets()
""",
    "fail": """
def make():
    fail("this config needs --var", "version")

register_target("a", make)
resolve_targets()
""",
    "missing-file": """
def make():
    exe = default_python_distribution().to_python_executable(name = "x")
    exe.add_python_resources(exe.read_package_root(CWD + "/nothing", ["pkg"]))
    return exe

register_target("a", make)
resolve_targets()
""",
    "missing-module": """
load("nothing.star", "helper")
""",
    "unbuildable": """
def make():
    return 3

register_target("a", make)
resolve_targets()
""",
    "target-cycle": """
def make(x):
    return x

register_target("a", make, depends = ["b"])
register_target("b", make, depends = ["a"])
resolve_targets()
""",
    "unresolved": """
def make():
    return FileManifest()

register_target("a", make)
""",
}

FILES = """
def make():
    m = FileManifest()
    m.add_file(FileContent(filename = "a.txt", content = "hello"))
    return m

register_target("a", make)
resolve_targets()
"""

PIP = """
def make():
    exe = default_python_distribution().to_python_executable(name = "x")
    for resource in exe.pip_install([CWD + "/broken-1.0-py3-none-any.whl"]):
        print(resource)
    return exe

register_target("a", make)
resolve_targets()
"""

EXE = """
def make():
    return default_python_distribution().to_python_executable(name = "x")

register_target("a", make)
resolve_targets()
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("PYOXIDIZER_CONFIG", "OUT_DIR", "PYO3_PYTHON", "OXL_PYTHON", "VIRTUAL_ENV"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYOXIDIZER_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    (tmp_path / "app").mkdir()
    return tmp_path / "app"


def build(home: Path, text: str, *words: str, env: dict[str, str] | None = None) -> Ended:
    (home / "pyoxidizer.bzl").write_text(text.lstrip("\n"))
    return process("build", *words, cwd=home, env=env)


def assert_bad(home: Path, ended: Ended, name: str) -> None:
    """Status 1, the golden text on stderr, nothing on stdout, nothing left behind."""
    assert ended.status == 1, ended.err
    assert ended.out == ""
    assert "Traceback" not in ended.err
    assert ended.err.startswith("error: ") or "\nerror: " in ended.err
    assert not list((home.parent / "tmp").iterdir())
    if (home / "build").is_dir():
        assert not [one for one in (home / "build").rglob("*") if one.is_file()]
    assert_golden(GOLDEN / f"{name}.txt", normal(ended.err, home))


def normal(text: str, home: Path) -> str:
    """Takes out what differs from machine to machine."""
    text = text.replace(str(home), "$DIR").replace(str(home.parent), "$TOP")
    text = re.sub(r"\(\d+\.\d s\)", "(0.0 s)", text)
    text = re.sub(r"[a-z0-9_]+-[a-z]+-linux-(gnu|musl)", "$TRIPLE", text)
    text = re.sub(r"(?<= )/\S*/(uv|pip|cargo|python[\d.]*)(?= )", r"$BIN/\1", text)
    text = re.sub(r"python3\.\d+", "python3", text)
    return re.sub(r"\d\.\d+\.\d+", "$VERSION", text)


@pytest.mark.parametrize("name", list(CONFIGS))
def test_config(home: Path, name: str) -> None:
    assert_bad(home, build(home, CONFIGS[name]), name)


def test_unknown_target(home: Path) -> None:
    assert_bad(home, build(home, FILES, "b"), "unknown-target")


def test_no_config(home: Path) -> None:
    ended = process("build", "--path", str(home), cwd=home)
    assert_bad(home, ended, "no-config")


def test_not_utf8(home: Path) -> None:
    (home / "pyoxidizer.bzl").write_bytes(b"x = 1\ny = '\xff'\n")
    assert_bad(home, process("list-targets", cwd=home), "not-utf8")


def test_variable_twice(home: Path) -> None:
    assert_bad(home, build(home, FILES, "--var", "A", "1", "--var-env", "A", "B"), "variable-twice")


def test_unwritable_folder(home: Path) -> None:
    (home / "build").write_text("a file where the folder should be")
    assert_bad(home, build(home, FILES), "unwritable-folder")


def test_unwritable_cache(home: Path) -> None:
    (home.parent / "cache").write_text("a file where the folder should be")
    assert_bad(home, build(home, FILES), "unwritable-cache")


def test_pip_fails(home: Path) -> None:
    (home / "broken-1.0-py3-none-any.whl").write_text("this is no wheel")
    ended = build(home, PIP)
    assert ended.status == 1
    assert "[OX0620]" in ended.err
    assert "pyoxidizer.bzl:3:21" in ended.err
    assert "Traceback" not in ended.err
    assert not list((home.parent / "tmp").iterdir())


def test_no_rust(home: Path) -> None:
    ended = build(home, EXE, env={"PATH": "/nonexistent", "RUSTC": ""})
    assert ended.status == 1
    assert "error: cargo executable not found; is Rust installed and in PATH?" in ended.err


def test_no_python(home: Path) -> None:
    ended = build(home, EXE, env={"OXL_PYTHON": "/nonexistent/python"})
    assert ended.status == 1
    assert "/nonexistent/python" in ended.err
    assert "\nerror: " in ended.err


def test_no_libpython(home: Path) -> None:
    """An interpreter that says its libpython is where there is none, as one that was built without it does."""
    wrapper = home.parent / "python3"
    hidden = 's#"(LIBDIR|LIBPL|INSTSONAME|LIBRARY|LDLIBRARY)": "[^"]*"#"\\1": "/nonexistent"#g'
    script(wrapper, f'"{sys.executable}" "$@" | sed -E \'{hidden}\'')
    ended = build(home, EXE, env={"OXL_PYTHON": str(wrapper)})
    assert ended.status == 1
    assert re.search(r"^error: Python 3\.\d+\.\d+ has no libpython that programs can be linked with \[OX0614\]", ended.err, re.M)
    assert "install a Python with a libpython (`--enable-shared`, or the -dev package)" in ended.err
    assert "pyoxidizer.bzl:" in ended.err


def test_rust_does_not_compile(home: Path) -> None:
    tools = home.parent / "tools"
    tools.mkdir()
    script(tools / "rustc", 'printf "rustc 1.95.0\\nrelease: 1.95.0\\nhost: x86_64-unknown-linux-gnu\\n"')
    script(
        tools / "cargo",
        'if [ "$1" = "-V" ]; then echo "cargo 1.95.0"; exit 0; fi\necho "error: could not compile it" >&2\nexit 101',
    )
    ended = build(home, EXE, env={"PATH": f"{tools}:{os.environ['PATH']}"})
    assert ended.status == 1
    assert "[OX0810]" in ended.err
    assert "error: could not compile it" in ended.err
    assert "Traceback" not in ended.err
    assert not (home / "build").exists()
    assert not list((home.parent / "tmp").iterdir())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(home: Path, number: signal.Signals) -> None:
    tools = home.parent / "tools"
    tools.mkdir()
    script(tools / "rustc", 'printf "rustc 1.95.0\\nrelease: 1.95.0\\nhost: x86_64-unknown-linux-gnu\\n"')
    started = home.parent / "started"
    script(tools / "cargo", f'if [ "$1" = "-V" ]; then echo "cargo 1.95.0"; exit 0; fi\ntouch {started}\nexec sleep 60')
    (home / "pyoxidizer.bzl").write_text(EXE)
    running = subprocess.Popen(
        [sys.executable, "-m", "oxlang", "build"], cwd=home, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}, preexec_fn=as_in_a_terminal,
    )
    until = time.monotonic() + 60
    while not started.exists() and time.monotonic() < until:
        time.sleep(0.05)
    running.send_signal(number)
    _, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert err.splitlines()[-1].startswith("error: ") or "error: " in err
    assert "Traceback" not in err
    assert not (home / "build").exists()
    assert not list((home.parent / "tmp").iterdir())


def is_gone(process: int) -> bool:
    """Whether a process ends within seconds; one that is dead stays in the table until its new parent looks."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("command", ["list-targets", "vendor"])
def test_every_command_can_be_ended(home: Path, command: str, number: signal.Signals) -> None:
    """Also one that builds nothing: what it has started ends with it, and nothing temporary stays."""
    started, tools = home.parent / "started", home.parent / "tools"
    tools.mkdir()
    script(tools / "rustc", 'printf "rustc 1.95.0\\nrelease: 1.95.0\\nhost: x86_64-unknown-linux-gnu\\n"')
    script(tools / "cargo", f'if [ "$1" = "-V" ]; then echo "cargo 1.95.0"; exit 0; fi\necho $$ > {started}\nexec sleep 60')
    (home / "Cargo.toml").write_text('[package]\nname = "a"\n')
    loop = "for i in range(1000000000):\n    pass\n"
    (home / "pyoxidizer.bzl").write_text(f"print('started')\n{loop}")
    running = subprocess.Popen(
        [sys.executable, "-m", "oxlang", command], cwd=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}, preexec_fn=as_in_a_terminal,
    )
    assert running.stderr is not None
    if command == "list-targets":
        assert running.stderr.readline() == "started\n"
    until = time.monotonic() + 60
    while command == "vendor" and not has_text(started) and time.monotonic() < until:
        time.sleep(0.05)
    running.send_signal(number)
    _, err = running.communicate(timeout=30)
    assert (running.returncode, err) == (130, "error: interrupted\n")
    assert not list((home.parent / "tmp").iterdir())
    if command == "vendor":
        assert is_gone(int(started.read_text()))


def as_in_a_terminal() -> None:
    """Takes back that whoever runs the tests ignores signals (`nohup`, `&` in a script), which children inherit."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def has_text(path: Path) -> bool:
    """Whether a file was written: a shell makes it first and then writes."""
    return path.exists() and path.stat().st_size > 0


def script(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
