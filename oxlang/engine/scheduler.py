"""Runs nodes in parallel as their inputs become ready.

Worker threads take from a ready queue: processes first (they are what takes long), then in the order of the walk.
After a failure nothing new is started. What runs gets a moment, so that errors that belong together are shown together;
then the cancel token is set, which ends running processes with their groups. An interrupt sets it at once, and is raised
again when the workers have stopped.
"""

from __future__ import annotations

import heapq
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Condition, Thread
from types import FrameType

from oxlang.engine.cancel import Cancelled, CancelToken
from oxlang.graph.nodes import Node

_POLL_S = 0.5
_MOMENT_S = 0.2


class Scheduler:
    """Runs one set of nodes; made anew for each build.

    Args:
        nodes: what to run, inputs before users; inputs that are not among them are ready already.
        step: runs one node; called in a worker thread.
        jobs: how many may run at once.
        cancel: set on interrupt, and soon after a failure.
    """

    def __init__(
        self, nodes: Sequence[Node], step: Callable[[Node], None], jobs: int, cancel: CancelToken
    ) -> None:
        self._step = step
        self._cancel = cancel
        self._changed = Condition()
        self._ready: list[tuple[int, int, Node]] = []
        self._waits: dict[str, int] = {}
        self._users: dict[str, list[Node]] = {}
        self._order = {node.id: index for index, node in enumerate(nodes)}
        self._left = len(nodes)
        self._running = 0
        self._failures: list[Exception] = []
        self._failed_at = 0.0
        self._jobs = max(1, min(jobs, len(nodes)))
        for node in nodes:
            needed = {one.node.id for one in node.dependencies()} & self._order.keys()
            self._waits[node.id] = len(needed)
            for ident in needed:
                self._users.setdefault(ident, []).append(node)
            if not needed:
                self._push(node)

    def run(self) -> list[Exception]:
        """Runs everything; gives the failures in the order in which they happened."""
        with _terminating_interrupts():
            return self._run()

    def _run(self) -> list[Exception]:
        workers = [Thread(target=self._work, name=f"oxlang-{n}", daemon=True) for n in range(self._jobs)]
        for worker in workers:
            worker.start()
        try:
            with self._changed:
                while not self._is_over():
                    self._changed.wait(self._pause_s())
        except BaseException:
            self._cancel.set()
            with self._changed:
                self._changed.notify_all()
            for worker in workers:
                worker.join()
            raise
        for worker in workers:
            worker.join()
        return self._failures

    def _pause_s(self) -> float:
        """Gives how long to wait for a change; sets the token when the moment after a failure has passed."""
        if not self._failures or self._cancel.is_set:
            return _POLL_S
        left = self._failed_at + _MOMENT_S - time.monotonic()
        if left > 0:
            return left
        self._cancel.set()
        return _POLL_S

    def _is_over(self) -> bool:
        stopped = bool(self._failures) or self._cancel.is_set
        return self._left == 0 or (stopped and self._running == 0)

    def _push(self, node: Node) -> None:
        heapq.heappush(self._ready, (0 if node.kind in ("run", "fetch") else 1, self._order[node.id], node))

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._ready and not self._is_over() and not self._stopped():
                    self._changed.wait(_POLL_S)
                if not self._ready or self._stopped():
                    self._changed.notify_all()
                    return
                node = heapq.heappop(self._ready)[2]
                self._running += 1
            failure: Exception | None = None
            try:
                self._step(node)
            except Cancelled:
                self._cancel.set()
            except Exception as problem:
                failure = problem
            with self._changed:
                self._running -= 1
                self._left -= 1
                if failure is not None:
                    self._failed_at = self._failed_at or time.monotonic()
                    self._failures.append(failure)
                elif not self._cancel.is_set:
                    for user in self._users.get(node.id, ()):
                        self._waits[user.id] -= 1
                        if not self._waits[user.id]:
                            self._push(user)
                self._changed.notify_all()

    def _stopped(self) -> bool:
        return bool(self._failures) or self._cancel.is_set


@contextmanager
def _terminating_interrupts() -> Iterator[None]:
    """Lets a request to terminate end running processes as Ctrl-C does; signals can be caught in the main thread only."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
