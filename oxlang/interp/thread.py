"""A thread of evaluation: limits, output, the host's state, and where it is.

Steps are charged where a loop begins (its length times the static cost of its body; a part of it at a time where the loop may
end early) and where deep functions are entered; nothing is counted within a loop. Memory is charged by the operations that can make much of it at once. Calls in
calls are counted by functions that may be entered again and by long chains of calls.
"""

from __future__ import annotations

from oxlang.diagnostics.model import OxError, error
from oxlang.records import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from oxlang.interp.loader import Loader
    from oxlang.interp.module import Module
    from oxlang.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much an evaluation may take.

    Attributes:
        steps: loop iterations times the size of their bodies, roughly one simple operation each.
        memory_bytes: sum of what large operations (repetition, concatenation, conversions, ranges written out) allocate.
        value_bytes: the largest single value.
        depth: calls in calls; one by a built-in function (`sorted(key = …)`) counts as ten. Values in values, where
            they are written out.
        seconds: wall clock; None for no limit.

    `memory_bytes` also bounds by how much the process may grow, where the system says how large it is (`watch`).
    """

    steps: int = 2_000_000_000
    depth: int = 1000
    memory_bytes: int = 4 << 30
    value_bytes: int = 256 << 20
    seconds: float | None = 3600.0


DEFAULT_LIMITS = Limits()
CALLBACK_DEPTH = 10
MAX_CALLBACKS = 150
"""Each takes of a stack that some versions of Python do not let grow."""
_FIRST_STEPS = 100_000


class Thread:
    """One evaluation. *Mutable*: counters go down, and modules are added, while it runs.

    Attributes:
        out: gets each text that `print` writes, without the line end.
        extra: the host's state, handed to declared functions as `ctx`.
        loader: resolves `load`; None when a program may not load.
        finished: modules that have run to their end, in order.
        heavy: tuples of many tuples; see `nesting`.
        callbacks: functions of the program that built-in functions or the host are calling now.
        compared, hashed: values in values that are being compared or hashed; see `comparing`.
        like_go: strings hold bytes (`LanguageOptions.like_go`); set by the program that runs.
    """

    __slots__ = (
        "callbacks", "cancelled", "compared", "depth", "extra", "finished", "hashed", "heavy", "later", "like_go", "limits",
        "loader", "memory", "name", "out", "steps", "stopped", "watch",
    )  # fmt: skip

    def __init__(
        self,
        out: Callable[[str], None] | None = None,
        extra: Any = None,
        limits: Limits = DEFAULT_LIMITS,
        loader: Loader | None = None,
        name: str = "main",
    ) -> None:
        self.out = out if out is not None else print
        self.extra = extra
        self.limits = limits
        self.loader = loader
        self.name = name
        # The first steps are granted without a clock; who takes more of them is watched (`more_steps`).
        self.steps = min(limits.steps, _FIRST_STEPS)
        self.later = limits.steps - self.steps
        self.depth = limits.depth
        self.callbacks = self.compared = self.hashed = 0
        self.memory = limits.memory_bytes
        self.cancelled: str | None = None
        self.stopped: OxError | None = None
        self.finished: list[Module] = []
        self.heavy: dict[int, tuple[tuple[Any, ...], int, int]] = {}
        self.watch: Any = None
        self.like_go = False

    def span(self) -> Span | None:
        """Gives the place of the innermost running call in user code."""
        from oxlang.interp.places import current_span

        return current_span()

    def charge_memory(self, size_bytes: int) -> None:
        """Takes memory from what is left. Raises OX0407."""
        if size_bytes > self.limits.value_bytes:
            raise too_large(size_bytes, self.limits.value_bytes)
        self.memory -= size_bytes
        if self.memory < 0:
            raise error(
                "OX0407",
                f"evaluation allocates more than {self.limits.memory_bytes >> 20} MiB in large values",
                help=MORE_MEMORY,
            )

    def more_steps(self) -> None:
        """Grants the steps behind the first ones, under the eyes of the clock. Raises OX0406."""
        self.steps += self.later
        self.later = 0
        if self.steps < 0:
            raise too_many_steps(self.limits.steps)
        if self.watch is not None:
            self.watch.begin()

    def enter(self, levels: int = 1) -> None:
        """Goes deeper. Raises OX0408; `leave` takes it back, also then."""
        self.depth -= levels
        if self.depth < 0:
            raise too_deep(self.limits.depth)

    def leave(self, levels: int = 1) -> None:
        """Comes back from `enter`."""
        self.depth += levels

    def enter_callback(self) -> None:
        """Goes deeper by way of a built-in function or the host. Raises OX0408; `leave_callback` takes it back, also then."""
        self.callbacks += 1
        self.enter(CALLBACK_DEPTH)
        if self.callbacks > MAX_CALLBACKS:
            raise error(
                "OX0408", f"Starlark stack overflow: calls by built-in functions are nested more than {MAX_CALLBACKS} deep",
                help="does the recursion end? a function that calls itself directly may go deeper",
            )  # fmt: skip

    def leave_callback(self) -> None:
        """Comes back from `enter_callback`."""
        self.callbacks -= 1
        self.leave(CALLBACK_DEPTH)

    def cancel(self, reason: str = "cancelled") -> None:
        """Stops the evaluation from another thread of the process; it ends with OX0409."""
        from oxlang.interp.watch import stop

        self.cancelled = reason
        stop(self, reason)


def too_many_steps(limit: int) -> OxError:
    """Makes the error for an evaluation that does not end in time."""
    return error(
        "OX0406",
        f"evaluation takes more than {limit:,} steps",
        help="is a loop longer than it was meant to be? `--max-steps` sets the limit",
    )


CALLS_TOO_DEEP = "Starlark stack overflow: calls are nested more than "
MORE_MEMORY = "`--max-memory` sets the limit, if the program is right"


def too_deep(limit: int) -> OxError:
    """Makes the error for calls in calls in calls."""
    return error(
        "OX0408", f"{CALLS_TOO_DEEP}{limit:,} deep", help="does the recursion end? `--max-depth` sets the limit"
    )


def too_nested(limit: int) -> OxError:
    """Makes the error for values in values in values."""
    return error("OX0408", f"values are nested more than {limit:,} deep", help="`--max-depth` sets the limit")


def too_large(size_bytes: int, limit: int) -> OxError:
    """Makes the error for one value that is too large."""
    return error(
        "OX0407", f"a value of {size_bytes:,} bytes is larger than the limit of {limit:,} bytes",
        help="a value may take a sixteenth of `--max-memory`",
    )  # fmt: skip


class _Current:
    """The thread that evaluates now; operations that need no thread otherwise charge memory to it."""

    __slots__ = ("thread",)

    def __init__(self) -> None:
        self.thread = Thread()


CURRENT = _Current()


def charge(size_bytes: int) -> None:
    """Charges memory to the running thread. Raises OX0407."""
    CURRENT.thread.charge_memory(size_bytes)
