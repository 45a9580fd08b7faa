"""Runs cargo for a build action and copies the program that it made; a script of its own, started in a sandbox.

usage: driver.py CARGO TARGET_DIR PROGRAM OUTPUT -- CARGO-ARGUMENTS…

Cargo is first told to stay off the network: a lock file and downloaded crates are all it needs. Only when that fails
for want of crates is it run again with the network. PROGRAM is relative to TARGET_DIR. The folder is shared between
builds, so a lock is held from the start of cargo to the end of the copy.

Cargo knows packages by their paths, and sandboxes have a new path each time. So the project in the working directory is
laid out in a fixed place, where files that are as they were are not touched: then cargo compiles what has changed, and
the folder does not grow with every build. The project's own files go when it is built; our crates and the settings of
PyO3, which dependencies look at, stay.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from typing import IO

_PLACE = "oxl-project"
_SETTINGS = "PYO3_CONFIG_FILE"
_TOLD = (_SETTINGS, "RUSTC", "RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "SDKROOT")

_WANTS_NETWORK = (
    "--offline was specified",
    "you may want to run with the --offline",
    "can't checkout from",
    "failed to download",
    "no matching package",
    "unable to update",
    "failed to get",
)


def main(arguments: list[str]) -> int:
    cargo, target_dir, program, output = arguments[:4]
    if trouble := _trouble(target_dir):
        sys.stderr.write(
            f"error: cargo cannot build below `{target_dir}`, because the path has {trouble}; "
            "set `PYOXIDIZER_CACHE_DIR` to another folder\n"
        )
        return 1
    os.makedirs(target_dir, exist_ok=True)
    with open(os.path.join(target_dir, ".oxl-lock"), "a+b") as lock:
        _hold(lock)
        place = os.path.join(os.path.abspath(target_dir), _PLACE)
        settings = os.environ.get(_SETTINGS, "")
        lay_out(os.getcwd(), place)
        if settings:
            os.environ[_SETTINGS] = os.path.join(place, os.path.basename(settings))
        command = [cargo, *arguments[5:], "--manifest-path", os.path.join(place, "Cargo.toml")]
        command += ["--target-dir", target_dir]
        sys.stderr.write(f"build command: {_shown(command)}\n")
        try:
            status = _build(command)
        finally:
            _remove(place, but=("vendor", os.path.basename(settings)))
        if status != 0:
            return status
        made = os.path.join(target_dir, program)
        if not os.path.isfile(made):
            sys.stderr.write(f"error: cargo made no program `{program}`\n")
            return 1
        os.makedirs(os.path.dirname(os.path.abspath(output)), exist_ok=True)
        shutil.copyfile(made, output)
        shutil.copymode(made, output)
    return 0


def _shown(command: Sequence[str]) -> str:
    """Gives a command as it would be typed, after the variables that decide what cargo builds."""
    names = sorted(name for name in os.environ if name in _TOLD or name.startswith("CARGO_TARGET_"))
    words = [f"{name}={shlex.quote(os.environ[name])}" for name in names]
    return " ".join([*words, *map(shlex.quote, command)])


def _trouble(path: str) -> str:
    """Says what in a path cargo cannot work with; nothing for most paths."""
    if os.pathsep in path:
        return f"a `{os.pathsep}`"
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return "bytes that are no UTF-8"
    return ""


def lay_out(source: str, place: str) -> None:
    """Makes a folder the same as another; files with the same content keep their times."""
    wanted: set[str] = set()
    for folder, names, files in os.walk(source):
        inside = os.path.relpath(folder, source)
        os.makedirs(os.path.join(place, inside), exist_ok=True)
        wanted.update(os.path.normpath(os.path.join(inside, name)) for name in (*names, *files))
        for name in files:
            with open(os.path.join(folder, name), "rb") as stream:
                content = stream.read()
            path = os.path.join(place, inside, name)
            if _content(path) != content:
                with open(path, "wb") as copy:
                    copy.write(content)
    for folder, names, files in os.walk(place, topdown=False):
        inside = os.path.relpath(folder, place)
        for name in (*names, *files):
            if os.path.normpath(os.path.join(inside, name)) not in wanted:
                _delete(os.path.join(folder, name))


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except OSError:
        return None


def _remove(place: str, but: Sequence[str]) -> None:
    for name in os.listdir(place) if os.path.isdir(place) else ():
        if name not in but:
            _delete(os.path.join(place, name))


def _delete(path: str) -> None:
    if os.path.isdir(path):
        shutil.rmtree(path, ignore_errors=True)
    else:
        os.unlink(path)


def _build(command: list[str]) -> int:
    """Runs cargo without the network, with it if it has to be; gives its status."""
    status, text = _run([*command, "--offline"], quiet=True)
    if status != 0 and any(mark in text for mark in _WANTS_NETWORK):
        status, _ = _run(command, quiet=False)
    elif status != 0:
        sys.stderr.write(text)
    return status


def _run(command: list[str], *, quiet: bool) -> tuple[int, str]:
    """Runs cargo; gives its status and what it wrote to standard error, which is passed on line by line."""
    child = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, encoding="utf-8", errors="replace"
    )
    lines: list[str] = []
    assert child.stderr is not None
    for line in child.stderr:
        lines.append(line)
        if not quiet or line.lstrip().startswith(("Compiling", "Finished", "Blocking", "warning")):
            sys.stderr.write(line)
            sys.stderr.flush()
    return child.wait(), "".join(lines)


def _hold(lock: IO[bytes]) -> None:
    if os.name == "nt":
        import msvcrt

        lock.seek(0)
        msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except OSError as failure:
        sys.exit(f"error: {failure.strerror or failure}: `{failure.filename or sys.argv[2]}`")
