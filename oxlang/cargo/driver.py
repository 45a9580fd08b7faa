"""Runs cargo for a build action and copies the program that it made; a script of its own, started in a sandbox.

usage: driver.py CARGO TARGET_DIR PROGRAM OUTPUT -- CARGO-ARGUMENTS…

Cargo is first told to stay off the network: a lock file and downloaded crates are all it needs. Only when that fails
for want of crates is it run again with the network. PROGRAM is relative to TARGET_DIR. The folder is shared between
builds, so a lock is held from the start of cargo to the end of the copy.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import IO

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
    command = [cargo, *arguments[5:], "--target-dir", target_dir]
    os.makedirs(target_dir, exist_ok=True)
    with open(os.path.join(target_dir, ".oxl-lock"), "a+b") as lock:
        _hold(lock)
        status, text = _run([*command, "--offline"], quiet=True)
        if status != 0 and any(mark in text for mark in _WANTS_NETWORK):
            status, text = _run(command, quiet=False)
        elif status != 0:
            sys.stderr.write(text)
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
    sys.exit(main(sys.argv[1:]))
