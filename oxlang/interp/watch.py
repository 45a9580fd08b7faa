"""Stops a running evaluation from outside: cancellation and the wall-clock limit.

Generated code holds no test for this. The interpreter of Python is asked to raise an exception in the thread that
evaluates (`PyThreadState_SetAsyncExc`), which costs nothing until it happens.
"""

from __future__ import annotations

from _thread import allocate_lock, get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    import threading

    from oxlang.interp.thread import Thread


class Stopped(BaseException):
    """Arrives in the evaluating thread; `run` and `call` turn it into OX0409."""


class Watch:
    """The clock of one evaluation; also remembers which thread of the process it runs in."""

    def __init__(self, thread: Thread) -> None:
        self.thread = thread
        self.ident = get_ident()
        self.lock = allocate_lock()
        self.done = False
        self.timer: threading.Timer | None = None
        seconds = thread.limits.seconds
        if seconds is not None:
            import threading

            self.timer = threading.Timer(seconds, self.expire)
            self.timer.daemon = True
            self.timer.start()

    def expire(self) -> None:
        """The time is over."""
        self.thread.cancelled = f"it ran longer than {self.thread.limits.seconds:g} seconds"
        self.interrupt()

    def interrupt(self) -> None:
        """Raises `Stopped` in the evaluating thread unless it has finished."""
        import ctypes

        with self.lock:
            if not self.done:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.ident), ctypes.py_object(Stopped))

    def finish(self) -> None:
        """The evaluation is over; nothing is raised any more."""
        with self.lock:
            self.done = True
        if self.timer is not None:
            self.timer.cancel()


def stop(thread: Thread) -> None:
    """Interrupts a thread that runs; one that has not begun refuses to begin."""
    watch = thread.watch
    if watch is not None:
        watch.interrupt()
