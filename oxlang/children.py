"""Processes that a command starts by itself and waits for: what ends the command ends them.

A signal that comes while a process is being started would lose it: the process runs, and nobody knows it yet. So signals wait
until it is known.
"""

from __future__ import annotations

from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from subprocess import Popen
    from typing import Any

_GRACE_S = 5.0


@contextmanager
def started(command: Sequence[str], **options: Any) -> Iterator[Popen[Any]]:
    """Starts a process, with the options of `subprocess.Popen`; ends it when the body ends by an exception.

    Raises OSError when the program cannot be started.
    """
    import subprocess

    process: Popen[Any] | None = None
    try:
        with _signals_held():
            process = subprocess.Popen(command, **options)
        yield process
    except BaseException:
        if process is not None:
            _end(process)
        raise
    finally:
        # Closes pipes, and waits.
        if process is not None:
            process.__exit__(None, None, None)


def _end(process: Popen[Any]) -> None:
    import subprocess

    process.terminate()
    try:
        process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def _signals_held() -> Iterator[None]:
    """Handles signals that come during the body when it has ended. Other threads than the main one get none."""
    import signal
    import threading

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught: list[int] = []
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {
        number: signal.signal(number, lambda number, frame: caught.append(number))
        for number in numbers
        if callable(signal.getsignal(number))
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if caught:
            signal.raise_signal(caught[0])
