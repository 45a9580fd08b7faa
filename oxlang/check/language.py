"""Declarations of the language's own functions and methods, read from the very functions that evaluation calls.

They give hover, completion and signature help, and the types of results; their arguments are checked at run time only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from oxlang.declare.environment import Environment
from oxlang.declare.members import AttributeDef, FunctionDef, TypeDef

LANGUAGE = "language"
"""Origin of the types of the language."""

_EFFECTS = {"append", "clear", "extend", "insert", "pop", "remove", "popitem", "setdefault", "update", "add", "discard"}
_RESULTS = {
    "SList": "list", "SDict": "dict", "SSet": "set", "Bool": "bool", "Range": "range", "Elements": "iterable[string]",
}  # fmt: skip


class LanguageType(TypeDef):
    """A type of the language: its methods come from a table of functions."""

    __slots__ = ("_table",)

    def __init__(self, name: str, python_class: type, doc: str, table: Mapping[str, Callable[..., Any]]) -> None:
        super().__init__(name, python_class, origin=LANGUAGE)
        from oxlang.declare.docstring import Docstring

        self._doc = Docstring(summary=doc)
        self._table = table

    def _read(self) -> None:
        attributes: dict[str, AttributeDef] = {}
        self._attributes = attributes
        self._methods = {name: _function(name, made, self.name) for name, made in sorted(self._table.items())}


class LanguageModule(LanguageType):
    """A module of the language: its functions have no receiver."""

    __slots__ = ()

    def _read(self) -> None:
        self._attributes = {}
        self._methods = {name: _function(f"{self.name}.{name}", made) for name, made in sorted(self._table.items())}


def _function(name: str, implementation: Callable[..., Any], owner: str = "") -> FunctionDef:
    hint = getattr(implementation, "__annotations__", {}).get("return")
    known = _RESULTS.get(hint if isinstance(hint, str) else "")
    return FunctionDef(
        name, implementation, owner=owner, effect="mutates" if owner and name in _EFFECTS else "pure",
        annotations={"return": known} if known else _any_result(hint),
    )


def _any_result(hint: object) -> dict[str, Any]:
    """Results whose Python type has no Starlark name are any."""
    if not isinstance(hint, str) or hint in ("str", "int", "float", "bool", "bytes", "None", "list", "dict", "tuple"):
        return {}
    return {"return": "any"}


@lru_cache(maxsize=1)
def language_environment() -> Environment:
    """Gives the declarations of the language's functions and types."""
    from oxlang.interp.builtins import collections, core, json, string
    from oxlang.interp.values import Struct

    types = [
        LanguageType("string", str, "A text: a sequence of code points.", string.STRING_METHODS),
        LanguageType("bytes", bytes, "A sequence of numbers from 0 to 255.", string.BYTES_METHODS),
        LanguageType("list", list, "A sequence of values that can change.", collections.LIST_METHODS),
        LanguageType("dict", dict, "Values by keys, in the order in which the keys came.", collections.DICT_METHODS),
        LanguageType("set", set, "Different values, in the order in which they came.", collections.SET_METHODS),
        LanguageModule("json", Struct, "The module `json`: texts in the JavaScript Object Notation.", json.FUNCTIONS),
    ]
    return Environment(types=types, functions=[_function(name, made) for name, made in sorted(core.CORE.items())])
