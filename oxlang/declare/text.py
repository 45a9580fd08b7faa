"""Names of Starlark types and the text of values, as far as declarations need them (messages, "str" attributes)."""

from __future__ import annotations

from oxlang.declare.booleans import Bool

_NAMES: dict[type, str] = {
    type(None): "NoneType",
    Bool: "bool",
    bool: "bool",
    int: "int",
    float: "float",
    str: "string",
    bytes: "bytes",
    tuple: "tuple",
    list: "list",
    dict: "dict",
    set: "set",
    frozenset: "set",
    range: "range",
}
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def type_name(value: object) -> str:
    """Gives what Starlark's `type(value)` gives."""
    cls = type(value)
    found = _NAMES.get(cls)
    if found is not None:
        return found
    declared = getattr(cls, "__starlark__", None)
    name = getattr(declared, "name", None)
    if isinstance(name, str):
        return name
    for known, label in _NAMES.items():
        if isinstance(value, known):
            return label
    if callable(value):
        return "function"
    return cls.__name__


def with_article(name: str) -> str:
    """Gives "an int", "a string"; NoneType is "None"."""
    if name == "NoneType":
        return "None"
    return f"an {name}" if name[:1].lower() in "aeio" else f"a {name}"


def text_of(value: object) -> str:
    """Gives Starlark's `str(value)`: strings as they are, strings inside collections in double quotes."""
    return value if isinstance(value, str) else repr_of(value)


def repr_of(value: object) -> str:
    """Gives Starlark's `repr(value)`."""
    if value is None or isinstance(value, (bool, Bool, int)):
        return str(value)
    if isinstance(value, str):
        return '"' + "".join(_ESCAPES.get(one, one) for one in value) + '"'
    if isinstance(value, tuple):
        inner = ", ".join(repr_of(one) for one in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, list):
        return "[" + ", ".join(repr_of(one) for one in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{repr_of(key)}: {repr_of(item)}" for key, item in value.items()) + "}"
    declared = getattr(type(value), "__starlark__", None)
    if declared is not None:
        return f"<{type_name(value)}>"
    return str(value)


def shortened(value: object, limit: int = 40) -> str:
    """Gives the text of a value for a message, cut in the middle of nothing longer than `limit`."""
    text = repr_of(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
