"""Room for evaluations: Python's own limit of frames, a thread with a larger stack, and less frequent collections.

Python allows 1000 frames of any kind in a process; how many of them a call of a program takes differs between its
versions. So the limit is raised for the time of an evaluation, to what its own limit of depth can need at most. Python
looks for circles whenever 700 (or 2000) values have been made; programs make many values and few circles, so the collector
waits for more of them while programs run.
"""

from __future__ import annotations

import gc
import sys
from _thread import allocate_lock, get_ident, stack_size, start_new_thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

LARGE = 2000
MAX_DEPTH = 100_000
_FRAMES = 8
_HOST_FRAMES = 2000
_STACK_BYTES = 8192
_COLLECT = 20_000

_lock = allocate_lock()
_users = 0
_before = 0
_collecting = (0, 0, 0)
_large: set[int] = set()


def widen(depth: int) -> None:
    """Raises Python's limit for an evaluation; `narrow` sets it back when the last one has ended."""
    global _users, _before, _collecting
    wanted = depth * _FRAMES + _HOST_FRAMES
    with _lock:
        now = sys.getrecursionlimit()
        if _users == 0:
            _before = now
            _collecting = gc.get_threshold()
            if 0 < _collecting[0] < _COLLECT:
                gc.set_threshold(_COLLECT, *_collecting[1:])
        _users += 1
        if now < wanted:
            sys.setrecursionlimit(wanted)


def narrow() -> None:
    """Ends the room of an evaluation."""
    global _users
    with _lock:
        _users -= 1
        if _users == 0:
            gc.set_threshold(*_collecting)
        if _users == 0 and sys.getrecursionlimit() != _before:
            try:
                sys.setrecursionlimit(_before)
            except RecursionError:
                # The host itself is deeper than that.
                return


def needs_stack(depth: int) -> bool:
    """Whether an evaluation of this depth should run in a thread with a larger stack."""
    return depth > LARGE and get_ident() not in _large


def on_large_stack(depth: int, function: Callable[[], Any], cancel: Callable[[str], None]) -> Any:
    """Calls a function in a thread whose stack is large enough, and gives its result.

    Args:
        depth: the limit of calls in calls.
        function: what to call.
        cancel: stops it when the waiting thread is interrupted.
    """
    outcome: list[Any] = []
    done = allocate_lock()
    done.acquire()
    trace, profile = sys.gettrace(), sys.getprofile()

    def work() -> None:
        _large.add(get_ident())
        try:
            sys.settrace(trace)
            sys.setprofile(profile)
            outcome.append((True, function()))
        except BaseException as problem:
            outcome.append((False, problem))
        finally:
            _large.discard(get_ident())
            done.release()

    with _lock:
        before = stack_size((16 << 20) + min(depth, MAX_DEPTH) * _STACK_BYTES)
        try:
            start_new_thread(work, ())
        finally:
            stack_size(before)
    try:
        done.acquire()
    except BaseException:
        cancel("interrupted")
        done.acquire()
        raise
    succeeded, result = outcome[0]
    if not succeeded:
        raise result
    return result
