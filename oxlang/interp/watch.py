"""Stops a running evaluation from outside: cancellation, the wall-clock limit, and the size of the process.

Generated code holds no test for this. The interpreter of Python is asked to raise an exception in the thread that
evaluates (`PyThreadState_SetAsyncExc`), which costs nothing until it happens. A second thread looks at clock and memory
some times a second; it begins when an evaluation has taken its first steps, so that short ones never have it.
"""

from __future__ import annotations

import time
from _thread import allocate_lock, get_ident, start_new_thread

from oxlang.diagnostics.model import error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from oxlang.diagnostics.model import OxError
    from oxlang.interp.thread import Thread

_INTERVAL = 0.05
_SHORT = 60.0


class Stopped(BaseException):
    """Arrives in the evaluating thread; `run` and `call` turn it into OX0407 or OX0409."""


class Watch:
    """The clock of one evaluation; also remembers which thread of the process it runs in."""

    __slots__ = ("begun", "done", "ended", "ident", "lock", "raised", "size", "thread", "until")

    def __init__(self, thread: Thread) -> None:
        self.thread = thread
        self.ident = get_ident()
        self.lock = allocate_lock()
        self.ended = allocate_lock()
        self.begun = self.done = self.raised = False
        self.size = 0
        seconds = thread.limits.seconds
        self.until = None if seconds is None else time.monotonic() + seconds
        if seconds is not None and seconds < _SHORT:
            self.begin()

    def begin(self) -> None:
        """Begins to look; a second call does nothing."""
        if not self.begun:
            self.begun = True
            self.size = process_size()
            self.ended.acquire()
            start_new_thread(self.look, ())

    def look(self) -> None:
        """Looks at clock and memory until the evaluation is over; runs in a thread of its own."""
        limits = self.thread.limits
        while True:
            rest = _INTERVAL if self.until is None else min(_INTERVAL, max(self.until - time.monotonic(), 0.001))
            if self.ended.acquire(timeout=rest) or self.done:
                return
            if self.until is not None and time.monotonic() >= self.until:
                self.interrupt(out_of_time(limits.seconds or 0))
            elif self.size and process_size() - self.size > limits.memory_bytes:
                self.interrupt(out_of_memory(limits.memory_bytes))

    def interrupt(self, reason: OxError) -> None:
        """Raises `Stopped` in the evaluating thread unless it has finished."""
        import ctypes

        with self.lock:
            if not self.done and not self.raised:
                self.raised = True
                self.thread.stopped = reason
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.ident), ctypes.py_object(Stopped))

    def finish(self) -> None:
        """The evaluation is over; nothing is raised any more."""
        while not self.done:
            try:
                with self.lock:
                    self.done = True
                    if self.begun:
                        self.ended.release()
            except Stopped:
                continue
        if self.raised:
            # One that has not arrived yet would arrive in code of the host; it comes where a loop begins again.
            try:
                for _ in range(100):
                    pass
            except Stopped:
                return


def out_of_time(seconds: float) -> OxError:
    """Makes the error for an evaluation that takes too long."""
    return error(
        "OX0409", f"evaluation stopped: it ran longer than {seconds:g} seconds", help="`--max-time` sets the limit"
    )


def out_of_memory(limit: int) -> OxError:
    """Makes the error for an evaluation that makes the process too large."""
    from oxlang.interp.thread import MORE_MEMORY

    return error("OX0407", f"evaluation takes more than {limit >> 20} MiB of memory", help=MORE_MEMORY)


def process_size() -> int:
    """Gives the bytes of memory that the process has in use; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", "rb", 0) as file:
            return int(file.read().split()[1]) * 4096
    except (OSError, ValueError, IndexError):
        return 0


def stop(thread: Thread, reason: str) -> None:
    """Interrupts a thread that runs; one that has not begun refuses to begin."""
    watch = thread.watch
    if watch is not None:
        watch.interrupt(error("OX0409", f"evaluation stopped: {reason}"))
