"""Cancelling: one flag that running steps look at."""

from __future__ import annotations

from threading import Event as Flag


class Cancelled(Exception):
    """Ends a step after an interrupt or the failure of another; users never see it."""


class CancelToken:
    """Set once, when the user interrupts or a step has failed."""

    def __init__(self) -> None:
        self._flag = Flag()

    @property
    def is_set(self) -> bool:
        return self._flag.is_set()

    def set(self) -> None:
        self._flag.set()

    def check(self) -> None:
        """Raises `Cancelled` once the flag is set."""
        if self._flag.is_set():
            raise Cancelled

    def wait(self, timeout_s: float) -> bool:
        """Waits for the flag; tells whether it is set."""
        return self._flag.wait(timeout_s)
