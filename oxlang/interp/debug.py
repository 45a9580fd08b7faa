"""The core of a debugger: breakpoints, stepping, looking at variables.

The program runs in the thread that calls `run`; whenever it stops, `on_stop` is called there and says how to go on. A
server of the Debug Adapter Protocol blocks in `on_stop` until the editor has decided.

    def on_stop(stop: Stop) -> Command: …
    debugger = Debugger(on_stop)
    debugger.set_breakpoints("config.bzl", [Breakpoint(line=3)])
    with debugger: load_source(…)
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from types import FrameType
from typing import Any, Literal

from oxlang.diagnostics.model import OxError
from oxlang.interp.formatting import repr_of
from oxlang.interp.places import is_inner, module_of
from oxlang.interp.shortening import shortened
from oxlang.interp.values import Struct, type_name
from oxlang.records import dataclass, field
from oxlang.source import SourceFile, Span

Command = Literal["continue", "step-in", "step-over", "step-out", "stop"]
Reason = Literal["breakpoint", "step", "exception", "pause", "entry"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakpoint:
    """A place to stop at.

    Attributes:
        line: zero-based line.
        condition: expression that must be true; one that fails counts as true, so that the mistake is seen.
        hits: stop from this hit on.
        message: in place of stopping, this text is told; `{expression}` in it is replaced by the value.
    """

    line: int
    condition: str = ""
    hits: int = 1
    message: str = ""


@dataclass(slots=True)
class Variable:
    """A name and its value, for display; `children` says whether there is something inside."""

    name: str
    value: Any

    @property
    def text(self) -> str:
        """The text of the value, shortened."""
        return shortened(self.value, 200)

    @property
    def type(self) -> str:
        """The name of the value's type."""
        return type_name(self.value)

    @property
    def has_children(self) -> bool:
        """Whether the value has elements or fields."""
        return isinstance(self.value, (list, dict, tuple, Struct)) and bool(len(children(self.value, 1)))


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
        self.hits: dict[tuple[str, int], int] = {}
        self.pausing = False
        self.mode: Command = "step-in" if stop_on_entry else "continue"
        self.entering = stop_on_entry
        self.depth = 0
        self.last: dict[int, int] = {}
        self.seen: BaseException | None = None

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
        return self._event if module_of(frame) is not None else None

    def _event(self, frame: FrameType, event: str, argument: Any) -> Any:
        module = module_of(frame)
        if module is None:
            return None
        if event == "line":
            span = module.span(frame.f_lineno)
            if span.end > span.start:
                self._line(frame, span)
        elif event == "return":
            self.last.pop(id(frame), None)
        elif event == "exception" and self.stop_on_errors:
            problem = argument[1]
            known = self.seen is problem or (self.seen is not None and problem is not None and problem.__cause__ is self.seen)
            if isinstance(problem, Exception) and not isinstance(problem, StopIteration) and not known:
                self.seen = problem
                self._stop("exception", frame, problem)
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
        self.last[id(owner)] = line
        hit = self._breakpoint(span.file.path, line)
        if hit is not None and self._applies(hit, span.file.path, frame):
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

    def _applies(self, hit: Breakpoint, path: str, frame: FrameType) -> bool:
        if hit.condition:
            try:
                if not evaluate(hit.condition, frame):
                    return False
            except OxError:
                pass
        key = (path, hit.line)
        self.hits[key] = self.hits.get(key, 0) + 1
        if self.hits[key] < hit.hits:
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


def variables(frame: FrameType) -> list[Variable]:
    """Gives the variables of a frame: those of its function, or the module's globals."""
    return _shown(frame.f_locals)


def module_variables(frame: FrameType) -> list[Variable]:
    """Gives the global variables that the function of a frame sees."""
    return _shown(frame.f_globals)


def _shown(scope: Mapping[str, Any]) -> list[Variable]:
    names = [name for name in scope if not name.startswith(".") and name != "__builtins__"]
    return [Variable(name.removesuffix("."), scope[name]) for name in names]


def children(value: Any, limit: int = 1000) -> list[Variable]:
    """Gives the elements or fields of a value, the first ones of many."""
    if isinstance(value, (list, tuple)):
        return [Variable(f"[{at}]", one) for at, one in enumerate(value[:limit])]
    if isinstance(value, dict):
        return [Variable(f"[{shortened(key, 60)}]", one) for key, one in list(value.items())[:limit]]
    if isinstance(value, Struct):
        return [Variable(name, one) for name, one in sorted(value.fields.items())[:limit]]
    definition = getattr(type(value), "__starlark__", None)
    found = []
    for name, attribute in getattr(definition, "attributes", {}).items():
        if attribute.readable:
            from oxlang.interp.attributes import get_attribute

            try:
                found.append(Variable(name, get_attribute(value, name)))
            except OxError:
                continue
    return found[:limit]


def evaluate(expression: str, frame: FrameType) -> Any:
    """Gives the value of an expression among the variables of a frame. Raises OxError."""
    from oxlang.interp.front import compile_program
    from oxlang.interp.module import Module, call

    module = module_of(frame)
    assert module is not None
    locals_ = {name: value for name, value in frame.f_locals.items() if not name.startswith(".") and name != "__builtins__"}
    options = module.options
    source = SourceFile("<debug>", f"(\n{expression}\n)\n")
    known = {name.removesuffix(".") for name in (*frame.f_globals, *locals_) if not name.startswith(".") and name != "__builtins__"}
    builtins = frame.f_globals["__builtins__"]
    predeclared = [name for name in builtins if not name.startswith(".")]
    compiled = compile_program(source, options, predeclared, known, result="result.")
    scope = {**frame.f_globals, **locals_}
    scope[".module"] = inner = Module(compiled, source, options, module.thread)
    inner.globals = scope
    for flag in compiled.flags:
        scope[flag] = False

    def run() -> None:
        exec(compiled.code, scope)

    call(module.thread, run)
    return scope.get("result.")
