"""Nodes of Python's syntax tree, made quickly.

The constructors of `_ast` look each keyword up among the fields of the class, which takes three times as long as all the
rest of making a node. Here a node gets its fields and its place as the dictionary that they end up in anyway.
"""

from __future__ import annotations

import _ast as py

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Place = dict[str, Any]

_new: Any = py.AST.__new__
LOAD = py.Load()
STORE = py.Store()
_IS = [py.Is()]
_NOTHING: list[Any] = []


def named(ident: str, at: Place) -> py.Name:
    """Gives a name that is read."""
    node: py.Name = _new(py.Name)
    node.__dict__ = {"id": ident, "ctx": LOAD, **at}
    return node


def stored(ident: str, at: Place) -> py.Name:
    """Gives a name that is assigned."""
    node: py.Name = _new(py.Name)
    node.__dict__ = {"id": ident, "ctx": STORE, **at}
    return node


def constant(value: Any, at: Place) -> py.Constant:
    """Gives a constant."""
    node: py.Constant = _new(py.Constant)
    node.__dict__ = {"value": value, "kind": None, **at}
    return node


def called(ident: str, arguments: list[Any], at: Place) -> py.Call:
    """Gives the call of a function by its name, with positional arguments."""
    node: py.Call = _new(py.Call)
    node.__dict__ = {"func": named(ident, at), "args": arguments, "keywords": _NOTHING, **at}
    return node


def type_is(value: Any, kind: str, at: Place) -> py.Compare:
    """Gives the test of a value's type."""
    node: py.Compare = _new(py.Compare)
    node.__dict__ = {"left": called(".type", [value], at), "ops": _IS, "comparators": [named(kind, at)], **at}
    return node
