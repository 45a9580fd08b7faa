"""Runs a process as the leader of its own group, so that it can be ended with all its children."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from oxlang.engine.cancel import Cancelled, CancelToken
from oxlang.records import dataclass

_POLL_S = 0.1
_GRACE_S = 2.0
_LINGER_S = 0.5
_READ_BYTES = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """How a process ended: its status, negative for a signal; its outputs lie in the given files."""

    exit_code: int


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
    """Runs a process to its end.

    Standard input is empty. Both outputs are written to files; lines of standard error also go to `on_line`. When they
    are `joined`, standard output goes where standard error goes, in the order of both.
    Raises OSError when the program cannot be started, `Cancelled` after it was ended on request.
    """
    with open(stdout, "wb", buffering=0) as out, open(stderr, "wb", buffering=0) as err:
        process = subprocess.Popen(
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if joined else out,
            stderr=subprocess.STDOUT if joined else subprocess.PIPE,
            env=dict(env),
            cwd=folder,
            start_new_session=True,
        )
        told = process.stdout if joined else process.stderr
        assert told is not None
        try:
            _follow(process, told, err.write, on_line, cancel)
        except BaseException:
            end_group(process)
            raise
        finally:
            told.close()
        end_group(process)
    return Completed(exit_code=process.returncode)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and everything it started: asks first, then kills."""
    _signal_group(process.pid, signal.SIGTERM)
    if process.poll() is None:
        try:
            process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            pass
    _signal_group(process.pid, signal.SIGKILL)
    process.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        pass


def _follow(
    process: subprocess.Popen[bytes],
    told: IO[bytes],
    write: Callable[[bytes], int | None],
    on_line: Callable[[str], None],
    cancel: CancelToken,
) -> None:
    descriptor = told.fileno()
    os.set_blocking(descriptor, False)
    rest = b""
    ended_at = 0.0
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while True:
            if cancel.is_set:
                raise Cancelled
            # A child that outlives the process may hold the pipe open; it is not waited for.
            if process.poll() is not None:
                ended_at = ended_at or time.monotonic()
                if time.monotonic() - ended_at > _LINGER_S:
                    break
            if not selector.select(_POLL_S):
                continue
            data = os.read(descriptor, _READ_BYTES)
            if not data:
                break
            write(data)
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                on_line(line.decode("utf-8", "replace").rstrip("\r"))
    while process.poll() is None:
        if cancel.wait(0.002):
            raise Cancelled
