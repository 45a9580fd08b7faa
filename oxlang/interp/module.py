"""Modules: running a program, calling its functions, and what is left when it has ended."""

from __future__ import annotations

import sys

from oxlang.diagnostics.model import OxError, error
from oxlang.interp.compiled import Compiled, as_entry, compile_source, table
from oxlang.interp.functions import BuiltinFunction
from oxlang.interp.stack import LARGE, narrow, needs_stack, on_large_stack, widen
from oxlang.interp.thread import CURRENT, Thread
from oxlang.interp.values import freeze, to_python, to_starlark
from oxlang.interp.watch import Stopped, Watch, stop
from oxlang.source import SourceFile, Span
from oxlang.syntax.options import CONFIG, LanguageOptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from oxlang.declare.environment import Environment
    from oxlang.syntax import ast

if hasattr(sys, "set_int_max_str_digits"):
    # Programs may write long integers; `operators` bounds their size.
    sys.set_int_max_str_digits(0)

__all__ = ["Module", "call", "load_source", "run", "to_python", "to_starlark"]


class Module:
    """What a program leaves behind. *Mutable* until it is frozen.

    Attributes:
        path: how the module is called in messages.
        source: its text.
        globals: the dictionary that the code runs in; names of ours begin with a dot.
        frozen: whether its values can no longer change.
        entries: modules of the programs that went on in this one (`run(into=…)`), by the file name of their code.
    """

    __slots__ = ("_ends", "_starts", "_tree", "compiled", "entries", "frozen", "globals", "options", "source", "thread")

    def __init__(self, compiled: Compiled, source: SourceFile, options: LanguageOptions, thread: Thread) -> None:
        self.compiled = compiled
        self.source = source
        self.options = options
        self.thread = thread
        self.frozen = False
        self.globals: dict[str, Any] = {}
        self.entries: dict[str, Module] = {}
        self._starts: Sequence[int] | None = None
        self._ends: Sequence[int] | None = None
        self._tree: ast.File | None = None

    @property
    def path(self) -> str:
        """The path of the source."""
        return self.source.path

    @property
    def global_names(self) -> tuple[str, ...]:
        """Every module-level name."""
        return self.compiled.global_names

    @property
    def loaded_names(self) -> tuple[str, ...]:
        """Module-level names that come from `load`."""
        return self.compiled.loaded_names

    def get(self, name: str) -> Any:
        """Gives the value of a global, exported or not. Raises KeyError for a name that is not bound."""
        for ident in (name, name + "."):
            if ident in self.globals:
                return self.globals[ident]
        raise KeyError(name)

    def exports(self) -> dict[str, Any]:
        """Gives the values that other modules may load."""
        found: dict[str, Any] = {}
        for name in self.compiled.exported:
            try:
                found[name] = self.get(name)
            except KeyError:
                continue
        return found

    def range(self, line: int) -> tuple[int, int]:
        """Gives the range of text of a place in the generated code."""
        if self._starts is None or self._ends is None:
            self._starts, self._ends = table(self.compiled.starts), table(self.compiled.ends)
        if not 0 <= line < len(self._starts):
            return 0, 0
        return self._starts[line], self._ends[line]

    def span(self, line: int) -> Span:
        """Gives the span of a place in the generated code."""
        start, end = self.range(line)
        return Span(self.source, start, end)

    def tree(self) -> ast.File:
        """Gives the syntax tree; parses again, as only failures and tools ask for it."""
        if self._tree is None:
            from oxlang.syntax.parse import parse

            self._tree = parse(self.source, self.options).file
        return self._tree

    def freeze(self) -> None:
        """Makes everything that the globals reach unchangeable."""
        if not self.frozen:
            self.frozen = True
            for name, value in self.globals.items():
                if not name.startswith("."):
                    freeze(value)


def predeclare(
    environment: Environment | None, constants: Mapping[str, Any] | None, thread: Thread
) -> dict[str, Any]:
    """Gives the predeclared names: declared functions, and the host's constants."""
    made: dict[str, Any] = {}
    if environment is not None:
        for name, definition in environment.functions.items():
            made[name] = BuiltinFunction(definition, thread)
    for name, value in (constants or {}).items():
        made[name] = to_starlark(value)
    return made


def run(
    compiled: Compiled,
    source: SourceFile,
    thread: Thread,
    predeclared: Mapping[str, Any],
    options: LanguageOptions,
    *,
    freeze_after: bool = True,
    into: Module | None = None,
) -> Module:
    """Runs a compiled program.

    Args:
        compiled: the program.
        source: its text, for places.
        thread: limits, output and the host's state.
        predeclared: values of the host's names.
        options: the language it was compiled for.
        freeze_after: whether its values are frozen at the end.
        into: a module to go on in, whose globals are shared (a session of the prompt).

    Raises OxError with place and call stack.
    """
    from oxlang.interp.runtime import environment

    module = Module(compiled, source, options, thread)
    if into is not None:
        compiled = module.compiled = as_entry(compiled, len(into.entries) + 1)
        into.entries[compiled.code.co_filename] = module
        module.globals = into.globals
    scope = module.globals
    loader = thread.loader

    def load(path: str, names: tuple[str, ...]) -> tuple[Any, ...]:
        if loader is None:
            raise error("OX0210", f"cannot load `{path}`: this program may not load files")
        return loader.load(path, names, module)

    if options.old_dialect:
        from oxlang.interp.builtins.core import config_type

        predeclared = {"type": config_type, **predeclared}
    if options.like_go:
        from oxlang.interp.builtins.like_go import names

        thread.like_go = True
        predeclared = {**names(thread, load), **predeclared}
    scope["__builtins__"] = environment(thread, predeclared, load)
    scope[".module"] = module if into is None else into
    for flag in compiled.flags:
        scope[flag] = False
    _guarded(thread, lambda: exec(compiled.code, scope))
    if freeze_after:
        module.freeze()
    thread.finished.append(module)
    return module


def _guarded(thread: Thread, body: Callable[[], Any]) -> Any:
    """Calls into generated code; what goes wrong becomes an OxError with place and call stack."""
    depth = thread.limits.depth
    if depth > LARGE and needs_stack(depth):
        return on_large_stack(depth, lambda: _guarded(thread, body), lambda reason: stop(thread, reason))
    with _Entered(thread):
        try:
            return body()
        except BaseException as problem:
            from oxlang.interp.failures import translate

            made = translate(problem, thread)
            if thread.like_go and isinstance(made, OxError):
                from oxlang.interp.builtins.like_go import make_readable

                make_readable(made)
            raise made  # noqa: B904  # translate sets the cause


class _Entered:
    """Makes a thread the running one, with its clock and its room, for the time of a `with` block."""

    __slots__ = ("clock", "previous", "thread")

    def __init__(self, thread: Thread) -> None:
        self.thread = thread
        self.previous = CURRENT.thread
        self.clock: Any = None

    def __enter__(self) -> None:
        thread = self.thread
        if thread.cancelled is not None:
            raise error("OX0409", f"evaluation stopped: {thread.cancelled}")
        if thread.watch is not None:
            # Called back by the host.
            try:
                thread.enter_callback()
            except OxError:
                thread.leave_callback()
                raise
        if thread.watch is None:
            thread.stopped = None
            self.clock = thread.watch = Watch(thread)
            widen(thread.limits.depth)
        self.previous, CURRENT.thread = CURRENT.thread, thread

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        thread = self.thread
        CURRENT.thread = self.previous
        if self.clock is None:
            thread.leave_callback()
            return
        self.clock.finish()
        thread.watch = None
        narrow()
        if kind is Stopped and thread.stopped is not None:
            # It arrived while another error was being put into words.
            raise thread.stopped from None


def call(thread: Thread, function: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None) -> Any:
    """Calls a Starlark function from Python; arguments and result are Starlark values.

    Raises OxError with place and call stack.
    """
    return _guarded(thread, lambda: function(*args, **(kwargs or {})))


def load_source(
    source: SourceFile,
    options: LanguageOptions = CONFIG,
    environment: Environment | None = None,
    thread: Thread | None = None,
    constants: Mapping[str, Any] | None = None,
    *,
    cache_dir: Path | str | None = None,
    note: Callable[[Path], None] | None = None,
    freeze_after: bool = True,
) -> Module:
    """Parses, resolves, compiles (or finds in the cache) and runs a text.

    Args:
        source: the text.
        options: the language.
        environment: declared functions of the host.
        thread: limits, output and the host's state; a fresh one by default.
        constants: values of the host's constants, by name; Python values are converted.
        cache_dir: where compiled programs are kept; nothing is kept without it.
        note: told the path of every file that `load` reads.
        freeze_after: whether the module's values are frozen when it has run.

    A thread without a loader gets one that reads files; loaded files see the functions and none of the constants.
    """
    thread = thread if thread is not None else Thread()
    if thread.loader is None:
        from oxlang.interp.loader import Loader

        Loader(thread, predeclare(environment, None, thread), options, cache_dir=cache_dir, note=note)
    predeclared = predeclare(environment, constants, thread)
    compiled = compile_source(source, options, predeclared, cache_dir)
    return run(compiled, source, thread, predeclared, options, freeze_after=freeze_after)

