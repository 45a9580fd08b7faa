"""Fields and methods of values.

What a name after a dot means is decided here alone: by tables for the language's types, by the declarations for the
host's. Python attributes of values are never reached in any other way.
"""

from __future__ import annotations

from oxlang.diagnostics.model import OxError, error
from oxlang.interp.builtins.collections import DICT_METHODS, LIST_METHODS, SET_METHODS
from oxlang.interp.builtins.string import BYTES_METHODS, STRING_METHODS
from oxlang.interp.formatting import quote
from oxlang.interp.thread import CURRENT
from oxlang.interp.values import (
    FrozenDict,
    FrozenList,
    FrozenSet,
    Kind,
    LockedDict,
    LockedList,
    LockedSet,
    SDict,
    SList,
    SSet,
    Struct,
    to_starlark,
    type_name,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_NOTHING: dict[str, Callable[..., Any]] = {}
METHODS: dict[type, dict[str, Callable[..., Any]]] = {
    str: STRING_METHODS,
    bytes: BYTES_METHODS,
    SList: LIST_METHODS,
    FrozenList: LIST_METHODS,
    LockedList: LIST_METHODS,
    list: LIST_METHODS,
    dict: DICT_METHODS,
    SDict: DICT_METHODS,
    FrozenDict: DICT_METHODS,
    LockedDict: DICT_METHODS,
    SSet: SET_METHODS,
    FrozenSet: SET_METHODS,
    LockedSet: SET_METHODS,
    int: _NOTHING,
    float: _NOTHING,
    tuple: _NOTHING,
}
"""Methods of the language's types; each takes the receiver first."""

for _kind, _table in (("string", STRING_METHODS), ("bytes", BYTES_METHODS), ("list", LIST_METHODS),
                      ("dict", DICT_METHODS), ("set", SET_METHODS)):  # fmt: skip
    for _name, _function in _table.items():
        _function.__name__ = _name
        _function.__qualname__ = f"built-in {_name}"


class BoundMethod:
    """A method of a value, taken without calling it."""

    __slots__ = ("call", "name", "receiver")
    __starlark__ = Kind("builtin_function_or_method")

    def __init__(self, receiver: Any, name: str, call: Callable[..., Any]) -> None:
        self.receiver = receiver
        self.name = name
        self.call = call

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self.call(self.receiver, *args, **kwargs)

    def starlark_repr(self) -> str:
        """Gives `<built-in method append of list value>`."""
        return f"<built-in method {self.name} of {type_name(self.receiver)} value>"


class HostMethod:
    """A declared method of a host value."""

    __slots__ = ("definition", "receiver")
    __starlark__ = Kind("builtin_function_or_method")

    def __init__(self, receiver: Any, definition: Any) -> None:
        self.receiver = receiver
        self.definition = definition

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return to_starlark(self.definition.call(CURRENT.thread.extra, self.receiver, args, kwargs))

    def starlark_repr(self) -> str:
        """Gives `<built-in method build of FileManifest value>`."""
        return f"<built-in method {self.definition.name} of {type_name(self.receiver)} value>"


def declared(value: Any) -> Any:
    """Gives the `TypeDef` of a host value, None for values of the language."""
    definition = getattr(type(value), "__starlark__", None)
    return definition if hasattr(definition, "attribute") else None


def get_attribute(value: Any, name: str) -> Any:
    """`value.name`. Raises OX0354 or what the declaration says."""
    table = METHODS.get(type(value))
    if table is not None:
        method = table.get(name)
        if method is None:
            raise no_attribute(value, name)
        return BoundMethod(value, name, method)
    if type(value) is Struct:
        try:
            return value.fields[name]
        except KeyError:
            raise no_attribute(value, name) from None
    definition = declared(value)
    if definition is not None:
        attribute = definition.attribute(name)
        if attribute is not None:
            return to_starlark(attribute.get(value, CURRENT.thread.extra))
        method = definition.method(name)
        if method is not None:
            return HostMethod(value, method)
        raise definition.unknown(name)
    own = getattr(type(value), "starlark_attribute", None)
    if own is not None:
        found = own(value, name)
        if found is not None:
            return found
    raise no_attribute(value, name)


def set_attribute(value: Any, name: str, new: Any) -> None:
    """`value.name = new`. Raises OX0354 or what the declaration says."""
    definition = declared(value)
    if definition is None:
        own = getattr(type(value), "starlark_assign", None)
        if own is not None:
            own(value, name, new)
            return
        if type(value) is Struct and name in value.fields:
            raise error("OX0350", f"can't assign to .{name} field of {type_name(value)}", help="fields of a struct cannot change; make a new one")
        raise error(
            "OX0354",
            f"can't assign to .{name} field of {type_name(value)}",
            help="a dict holds named values that can change" if isinstance(value, SDict) else None,
        )
    attribute = definition.attribute(name)
    if attribute is None:
        raise definition.not_assignable(name)
    attribute.set(value, new, CURRENT.thread.extra)


def call_method(value: Any, name: str, /, *args: Any, **kwargs: Any) -> Any:
    """`value.name(*args, **kwargs)`"""
    table = METHODS.get(type(value))
    if table is not None:
        method = table.get(name)
        if method is None:
            raise no_attribute(value, name)
        return method(value, *args, **kwargs)
    definition = declared(value)
    if definition is not None:
        found = definition.method(name)
        if found is not None:
            return to_starlark(found.call(CURRENT.thread.extra, value, args, kwargs))
    return call_value(get_attribute(value, name), args, kwargs)


def call_value(function: Any, args: Any, kwargs: Any) -> Any:
    """Calls a value; apart, so that a failure to bind arguments is seen in this frame."""
    return function(*args, **kwargs)


def has_attribute(value: Any, name: str) -> bool:
    """Whether the value has a field or method of the name that can be read."""
    table = METHODS.get(type(value))
    if table is not None:
        return name in table
    if type(value) is Struct:
        return name in value.fields
    definition = declared(value)
    if definition is not None:
        attribute = definition.attribute(name)
        return bool(attribute.readable) if attribute is not None else definition.method(name) is not None
    own = getattr(type(value), "starlark_names", None)
    return own is not None and name in own(value)


def attribute_names(value: Any) -> list[str]:
    """Gives the sorted names for `dir`."""
    table = METHODS.get(type(value))
    if table is not None:
        return sorted(table)
    if type(value) is Struct:
        return sorted(value.fields)
    definition = declared(value)
    if definition is not None:
        return sorted(definition.methods)
    own = getattr(type(value), "starlark_names", None)
    return sorted(own(value)) if own is not None else []


def no_attribute(value: Any, name: str) -> OxError:
    """Makes the error for a field or method that a value does not have."""
    from oxlang.diagnostics.spelling import nearest

    near = nearest(name, attribute_names(value))
    hint = f" (did you mean .{near}?)" if near else ""
    help = f"did you mean `{near}`?" if near else None
    if near is None and isinstance(value, SDict) and name in value:
        help = f"write `x[{quote(name)}]`"
    elif value is not None:
        from oxlang.interp.hints import method_help

        help = method_help(type_name(value), name) or help
    if callable(value) and near is None:
        help = "the value is a function: call it with `(…)` to get its result"
    if value is None:
        help = "the value is None: what a function without `return` gives, or a method that changes something in place"
    what = type_name(value)
    shown, notes = "", []
    if type(value) is Struct:
        from oxlang.interp.shortening import shortened

        notes.append(f"the value is {shortened(value)}")
        if value.kind != "struct":
            shown = f' "{value.name}"'
    return error("OX0354", f"{what}{shown} has no .{name} field or method{hint}", help=help, notes=notes)
