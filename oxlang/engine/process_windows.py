"""Runs a process in its own group on Windows; a whole tree of processes is ended by `taskkill`."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from oxlang.engine.cancel import Cancelled, CancelToken
from oxlang.engine.process_posix import Completed

_POLL_S = 0.1
_NEW_GROUP = 0x00000200


def run_process(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    folder: Path,
    stdout: Path,
    stderr: Path,
    on_line: Callable[[str], None],
    cancel: CancelToken,
    joined: bool = False,
) -> Completed:
    """Runs a process to its end; as `process_posix.run_process`, but lines are passed on when it has ended."""
    with open(stdout, "wb", buffering=0) as out, open(stderr, "wb", buffering=0) as err:
        process = subprocess.Popen(
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=err if joined else out,
            stderr=err,
            env=dict(env),
            cwd=folder,
            creationflags=_NEW_GROUP,
        )
        while process.poll() is None:
            if cancel.wait(_POLL_S):
                subprocess.run(
                    ["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False
                )
                process.wait()
                raise Cancelled
    for line in stderr.read_text("utf-8", "replace").splitlines():
        on_line(line)
    return Completed(exit_code=process.returncode)
