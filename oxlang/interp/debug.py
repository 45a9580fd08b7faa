"""The core of a debugger: breakpoints, stepping, looking at variables.

The program runs in the thread that calls `run`; whenever it stops, `on_stop` is called there and says how to go on. A
server of the Debug Adapter Protocol blocks in `on_stop` until the editor has decided.

    def on_stop(stop: Stop) -> Command: …
    debugger = Debugger(on_stop)
    debugger.set_breakpoints("config.bzl", [Breakpoint(line=3)])
    with debugger: load_source(…)
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Iterable
from pathlib import PurePath
from types import FrameType
from typing import Any, Literal

from oxlang.diagnostics.model import OxError
from oxlang.interp.debug_values import Variable, evaluate, variables
from oxlang.interp.formatting import repr_of
from oxlang.interp.places import is_inner, module_of
from oxlang.records import dataclass, field
from oxlang.source import Span

Command = Literal["continue", "step-in", "step-over", "step-out", "stop"]
Reason = Literal["breakpoint", "function breakpoint", "step", "exception", "pause", "entry"]


_COUNTS: dict[str, Callable[[int, int], bool]] = {
    "": operator.ge, ">=": operator.ge, ">": operator.gt, "=": operator.eq, "==": operator.eq, "<": operator.lt,
    "<=": operator.le, "%": lambda count, number: number > 0 and count % number == 0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hits:
    """Which hits of a breakpoint stop: `comparison` is one of `>=`, `>`, `==`, `<=`, `<` and `%` (every so many)."""

    comparison: str = ">="
    number: int = 1

    @staticmethod
    def read(text: str) -> Hits | None:
        """Reads `5`, `== 5`, `% 5` …; a number alone means "from this hit on". None for anything else."""
        text = text.strip()
        number = text.lstrip("<>=%")
        sign = text[: len(text) - len(number)]
        number = number.strip()
        if not text:
            return Hits()
        return Hits(sign, int(number)) if sign in _COUNTS and number.isascii() and number.isdigit() else None

    def stop(self, count: int) -> bool:
        """Whether the hit of this number, from one, stops."""
        return _COUNTS[self.comparison](count, self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakpoint:
    """A place to stop at.

    Attributes:
        line: zero-based line; of no meaning for a function.
        condition: expression that must be true; one that fails counts as true, so that the mistake is seen.
        hits: which hits stop.
        message: in place of stopping, this text is told; `{expression}` in it is replaced by the value.
    """

    line: int
    condition: str = ""
    hits: Hits = Hits()
    message: str = ""


@dataclass(slots=True)
class StackFrame:
    """One level of the call stack; `python` is the frame that runs it."""

    function: str
    span: Span
    python: FrameType
    variables: list[Variable] = field(default_factory=list)


@dataclass(slots=True)
class Stop:
    """Why and where the program stopped; frames innermost first."""

    reason: Reason
    frames: list[StackFrame]
    error: BaseException | None = None


class Stopping(BaseException):
    """Ends the program when the user stops the debugger."""


class Debugger:
    """Runs programs under control. *Mutable*: breakpoints may change while the program stands still.

    Args:
        on_stop: called in the running thread; gives the next command.
        tell: gets the texts of breakpoints with a message.
        stop_on_entry: whether to stop at the first statement.
        stop_on_errors: whether to stop where an error arises.
    """

    def __init__(
        self,
        on_stop: Callable[[Stop], Command],
        tell: Callable[[str], None] = lambda text: None,
        stop_on_entry: bool = False,
        stop_on_errors: bool = True,
    ) -> None:
        self.on_stop = on_stop
        self.tell = tell
        self.stop_on_errors = stop_on_errors
        self.breakpoints: dict[str, dict[int, Breakpoint]] = {}
        self.functions: dict[str, Breakpoint] = {}
        self.hits: dict[tuple[str, int | str], int] = {}
        self.files: dict[str, None] = {}
        self.pausing = False
        self.mode: Command = "step-in" if stop_on_entry else "continue"
        self.entering = stop_on_entry
        self.depth = 0
        self.last: dict[int, int] = {}
        self.failing = False

    def set_breakpoints(self, path: str, breakpoints: Iterable[Breakpoint]) -> None:
        """Replaces the breakpoints of a file; paths are compared by their last parts when one is relative."""
        self.breakpoints[path] = {one.line: one for one in breakpoints}

    def pause(self) -> None:
        """Stops at the next statement; may be called from another thread."""
        self.pausing = True

    def __enter__(self) -> Debugger:
        sys.settrace(self._call)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    # ---- events

    def _call(self, frame: FrameType, event: str, argument: Any) -> Any:
        module = module_of(frame)
        if module is None:
            return None
        self.files.setdefault(module.path)
        return self._event

    def _event(self, frame: FrameType, event: str, argument: Any) -> Any:
        module = module_of(frame)
        if module is None:
            return None
        if event == "line":
            span = module.span(frame.f_lineno)
            if span.end > span.start and not _enters(frame):
                # No statement follows an error but when the host caught it.
                self.failing = False
                self._line(frame, span)
        elif event == "return":
            self.last.pop(id(frame), None)
        elif event == "exception" and self.stop_on_errors and not self.failing:
            problem = argument[1]
            if isinstance(problem, Exception) and not isinstance(problem, StopIteration):
                from oxlang.interp.failures import foretell

                self.failing = True
                self._stop("exception", frame, foretell(problem, argument[2]) or problem)
        return self._event

    def _line(self, frame: FrameType, span: Span) -> None:
        line = span.begin.line
        depth = _depth(frame)
        owner = frame
        while is_inner(owner.f_code.co_name) and owner.f_back is not None:
            owner = owner.f_back
        # A line that goes on after a call or in a comprehension is no new visit, but it is where stepping out ends.
        if self.last.get(id(owner)) == line and not (self.mode == "step-out" and depth < self.depth):
            return
        entered = id(owner) not in self.last
        self.last[id(owner)] = line
        path = span.file.path
        if entered and self.functions:
            name = owner.f_code.co_name.removesuffix(".")
            called = self.functions.get(name)
            if called is not None and self._applies(called, (path, name), frame):
                self._stop("function breakpoint", frame)
                return
        hit = self._breakpoint(path, line)
        if hit is not None and self._applies(hit, (path, line), frame):
            self._stop("breakpoint", frame)
            return
        if self.pausing:
            self.pausing = False
            self._stop("pause", frame)
            return
        if (
            self.mode == "step-in"
            or (self.mode == "step-over" and depth <= self.depth)
            or (self.mode == "step-out" and depth < self.depth)
        ):
            self._stop("entry" if self.entering else "step", frame)

    def _breakpoint(self, path: str, line: int) -> Breakpoint | None:
        for known, by_line in self.breakpoints.items():
            if line in by_line and _same_file(known, path):
                return by_line[line]
        return None

    def _applies(self, hit: Breakpoint, place: tuple[str, int | str], frame: FrameType) -> bool:
        if hit.condition:
            try:
                if not evaluate(hit.condition, frame):
                    return False
            except OxError:
                pass
        self.hits[place] = self.hits.get(place, 0) + 1
        if not hit.hits.stop(self.hits[place]):
            return False
        if hit.message:
            self.tell(_filled(hit.message, frame))
            return False
        return True

    def _stop(self, reason: Reason, frame: FrameType, problem: BaseException | None = None) -> None:
        self.entering = False
        sys.settrace(None)
        try:
            command = self.on_stop(Stop(reason, stack(frame), problem))
        finally:
            sys.settrace(self._call)
        self.mode = command
        self.depth = _depth(frame)
        if command == "stop":
            raise Stopping


def _enters(frame: FrameType) -> bool:
    """Whether Python only makes room for a function's variables; its place is then the whole `def`."""
    code = frame.f_code
    return frame.f_lineno == code.co_firstlineno and code.co_name not in ("<module>", "<lambda>") and not is_inner(code.co_name)


def _same_file(one: str, other: str) -> bool:
    first, second = PurePath(one), PurePath(other)
    if first.is_absolute() and second.is_absolute():
        return first == second
    count = min(len(first.parts), len(second.parts))
    return count > 0 and first.parts[-count:] == second.parts[-count:]


def _depth(frame: FrameType) -> int:
    depth = 0
    current: FrameType | None = frame
    while current is not None:
        if module_of(current) is not None and not is_inner(current.f_code.co_name):
            depth += 1
        current = current.f_back
    return depth


def _filled(message: str, frame: FrameType) -> str:
    parts = []
    for at, part in enumerate(message.replace("}", "{").split("{")):
        if at % 2 == 0:
            parts.append(part)
            continue
        try:
            parts.append(repr_of(evaluate(part, frame)))
        except OxError as problem:
            parts.append(f"<{problem}>")
    return "".join(parts)


# ---- looking


def stack(frame: FrameType) -> list[StackFrame]:
    """Gives the call stack of user code, innermost first."""
    found: list[StackFrame] = []
    current: FrameType | None = frame
    inner: list[Variable] = []
    place: Span | None = None
    while current is not None:
        module = module_of(current)
        if module is not None:
            name = current.f_code.co_name
            here = place or module.span(current.f_lineno)
            if is_inner(name):
                # A comprehension shows its variables and its place in the frame of its function.
                inner = [*inner, *variables(current)]
                place = here
            else:
                shown = "<toplevel>" if name == "<module>" else "lambda" if name == "<lambda>" else name.removesuffix(".")
                found.append(StackFrame(shown, here, current, [*inner, *variables(current)]))
                inner, place = [], None
        current = current.f_back
    return found
