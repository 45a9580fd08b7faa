"""Looking at the values of a program that stands still, and changing them.

What may be changed is what Starlark could change itself, and variables besides. Generated code relies on what it knows of
variables (`kinds`): a variable that always holds an integer does, and a list that never leaves its function has elements
of one kind. So a new value has the type of the old one, and functions stay; only where None or a value of the host
stands, of which nothing is ever known, anything may come.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Mapping
from types import FrameType
from typing import Any

from oxlang.diagnostics.model import OxError
from oxlang.interp.attributes import METHODS, get_attribute, set_attribute
from oxlang.interp.elements import set_index
from oxlang.interp.formatting import repr_of
from oxlang.interp.places import module_of
from oxlang.interp.shortening import shortened
from oxlang.interp.values import SDict, SList, Struct, type_name
from oxlang.records import dataclass
from oxlang.source import SourceFile

_KNOWN_INT_BITS = 63
"""Variables of loops over `range` are known to stay below 2**63."""


class Unchangeable(Exception):
    """A value cannot be put where it was asked for; the text says why."""


@dataclass(slots=True)
class Variable:
    """A name and its value, for display.

    Attributes:
        expression: what gives the value in the program; empty when nothing does.
        key: where it stands in the value or frame around it: an index, a key, a field, a name of generated code.
        frame: the frame whose variable it is.
    """

    name: str
    value: Any
    expression: str = ""
    key: Any = None
    frame: FrameType | None = None

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
        return bool(children(self.value, count=1))


def variables(frame: FrameType) -> list[Variable]:
    """Gives the variables of a frame: those of its function, or the module's globals."""
    return _shown(frame.f_locals, frame)


def module_variables(frame: FrameType) -> list[Variable]:
    """Gives the global variables that the function of a frame sees."""
    return _shown(frame.f_globals, None)


def _shown(scope: Mapping[str, Any], frame: FrameType | None) -> list[Variable]:
    found = []
    for name in scope:
        if not name.startswith(".") and name != "__builtins__":
            shown = name.removesuffix(".")
            found.append(Variable(shown, scope[name], shown, name, frame))
    return found


def children(value: Any, expression: str = "", start: int = 0, count: int = 1000) -> list[Variable]:
    """Gives the elements or fields of a value, as many as asked for; `expression` is what gives the value."""
    end = start + count
    if isinstance(value, (list, tuple)):
        return [
            Variable(f"[{at}]", one, f"{expression}[{at}]" if expression else "", at)
            for at, one in enumerate(value[start:end], start)
        ]
    if isinstance(value, dict):
        return [
            Variable(f"[{shortened(key, 60)}]", one, f"{expression}[{repr_of(key)}]" if expression and _is_plain(key) else "", key)
            for key, one in list(value.items())[start:end]
        ]
    if isinstance(value, Struct):
        fields = sorted(value.fields.items())[start:end]
    else:
        fields = list(_fields(value))[start:end]
    return [Variable(name, one, f"{expression}.{name}" if expression else "", name) for name, one in fields]


def _is_plain(key: Any) -> bool:
    return isinstance(key, (str, int, bytes))


def _fields(value: Any) -> list[tuple[str, Any]]:
    definition = getattr(type(value), "__starlark__", None)
    found = []
    for name, attribute in getattr(definition, "attributes", {}).items():
        if attribute.readable:
            try:
                found.append((name, get_attribute(value, name)))
            except OxError:
                continue
    return found


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


def names(frame: FrameType) -> list[str]:
    """Gives all names that an expression in a frame can begin with, sorted."""
    found = {one.name for one in (*variables(frame), *module_variables(frame))}
    found.update(name for name in frame.f_globals["__builtins__"] if not name.startswith((".", "_")))
    return sorted(found)


# ---- changing


def set_variable(frame: FrameType, old: Variable, new: Any) -> Any:
    """Gives a variable of a frame, or of its module, another value; gives what it holds then. Raises Unchangeable."""
    module = module_of(frame)
    assert module is not None
    new = _replacing(old.value, new)
    if old.frame is None or old.frame.f_locals is old.frame.f_globals:
        if module.frozen:
            raise Unchangeable(f"`{old.name}` is frozen, as its module has ended")
        frame.f_globals[old.key] = new
        return new
    old.frame.f_locals[old.key] = new
    if sys.version_info < (3, 13):
        # The dict of locals is a copy there, which is written back by nobody but tracing, and then for one frame.
        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(old.frame), ctypes.c_int(0))
    return new


def set_child(parent: Any, child: Variable, new: Any) -> Any:
    """Gives an element or attribute of a value another value. Raises OxError or Unchangeable."""
    if isinstance(parent, (list, dict, tuple)):
        if type(parent) in (list, dict):
            new = _replacing(child.value, new)
        set_index(parent, child.key, _whole(new))
        return parent[child.key]
    set_attribute(parent, child.key, _whole(new))
    return get_attribute(parent, child.key)


def _whole(value: Any) -> Any:
    """A list or dict of Starlark in place of one that generated code keeps for itself."""
    if type(value) is list:
        return SList(value)
    return SDict(value) if type(value) is dict else value


def _replacing(old: Any, new: Any) -> Any:
    """Gives a value in the shape in which it can take another one's place."""
    if callable(old) and type_name(old) in ("function", "builtin_function_or_method"):
        raise Unchangeable("a function cannot be replaced: calls of it are already bound")
    if old is None or (type(old) not in METHODS and type_name(old) not in ("bool", "range", "struct")):
        return _whole(new)
    if type_name(old) != type_name(new):
        raise Unchangeable(f"a value of type {type_name(old)} stands here, and one of type {type_name(new)} cannot take its place")
    if type(old) is int and old.bit_length() <= _KNOWN_INT_BITS < new.bit_length():
        raise Unchangeable(f"an int of more than {_KNOWN_INT_BITS} bits cannot take the place of a smaller one")
    if type(old) in (list, dict):
        return _own(old, new)
    return _whole(new)


def _own(old: Any, new: Any) -> Any:
    """A copy of a list or dict for a variable whose elements generated code may know the kind of."""
    inside, coming = (list(one.values()) if isinstance(one, dict) else list(one) for one in (old, new))
    known = {type_name(one) for one in inside}
    strange = next((one for one in coming if type_name(one) not in known or len(known) > 1), None)
    if coming and (strange is not None or not known):
        raise Unchangeable("the elements of this one have to be of the type that they have now")
    return dict(new) if isinstance(old, dict) else list(new)
