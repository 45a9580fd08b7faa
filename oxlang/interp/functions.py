"""Functions of the host as Starlark values."""

from __future__ import annotations

from oxlang.interp.values import Kind, to_starlark

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from oxlang.declare.members import FunctionDef
    from oxlang.interp.thread import Thread


class BuiltinFunction:
    """A declared function, bound to the thread whose `extra` it gets."""

    __slots__ = ("definition", "thread")
    __starlark__ = Kind("builtin_function_or_method")

    def __init__(self, definition: FunctionDef, thread: Thread) -> None:
        self.definition = definition
        self.thread = thread

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return to_starlark(self.definition.call(self.thread.extra, None, args, kwargs))

    @property
    def __name__(self) -> str:
        return self.definition.name

    def starlark_repr(self) -> str:
        """Gives `<built-in function register_target>`."""
        return f"<built-in function {self.definition.name}>"

    def starlark_names(self) -> list[str]:
        """Gives nothing: functions have no fields."""
        return []
