"""Large lists and dicts of nothing but literals: data in place of code.

Python's compiler takes most of the time of a file that is one table, and it needs a node for each value. Where a display
is evaluated once, what it holds is stored as marshal writes it, and `.data` (`elements.data_display`) makes the lists and
dicts of it. Nothing in such a display can fail, so no place is lost.

A list or dict is Python's own, or `(list or dict, inner)`: `inner` has what is not Python's own by index or key,
where the list or dict has None: lists and dicts that are written in the same way, and Starlark's booleans as Python's.
"""

from __future__ import annotations

import marshal

from oxlang.resolve.scopes import Binding
from oxlang.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LARGE = 1000
"""Displays of fewer characters are code: that is faster to run, and sooner compiled than the difference is worth."""
_MAX_DEPTH = 20
_REFUSED = object()


class DataWriter:
    """Writes the displays of one program.

    Attributes:
        meaning: what names stand for.
        keys_repeat: whether a dict may have a key twice; the last one wins.
    """

    def __init__(self, meaning: dict[ast.Name, Binding], keys_repeat: bool) -> None:
        self.meaning = meaning
        self.keys_repeat = keys_repeat
        self._refused: set[ast.Node] = set()

    def write(self, node: ast.ListExpression | ast.DictExpression) -> bytes | None:
        """Gives what `.data` reads, None for a display that is small or has anything but literals in it."""
        if node.end - node.start < LARGE:
            return None
        made = self._display(node, 0)
        return None if made is _REFUSED else marshal.dumps(made)

    def _display(self, node: ast.ListExpression | ast.DictExpression, depth: int) -> Any:
        # What is refused once is not tried again for its own sake, so no display is read more than twice.
        if depth > _MAX_DEPTH or node in self._refused:
            return _REFUSED
        made = self._dict(node, depth) if isinstance(node, ast.DictExpression) else self._list(node, depth)
        if made is _REFUSED:
            self._refused.add(node)
        return made

    def _list(self, node: ast.ListExpression, depth: int) -> Any:
        values: list[Any] = []
        inner: dict[int, Any] = {}
        for part in node.items:
            if part.__class__ is ast.Literal_:
                values.append(part.value)
                continue
            found = self._other(part, depth)
            if found is _REFUSED:
                return _REFUSED
            if found is not None:
                inner[len(values)] = found
            values.append(None)
        return (values, inner) if inner else values

    def _dict(self, node: ast.DictExpression, depth: int) -> Any:
        values: dict[Any, Any] = {}
        inner: dict[Any, Any] = {}
        for entry in node.entries:
            if entry.key.__class__ is not ast.Literal_:
                return _REFUSED
            key = entry.key.value
            if key in values:
                if not self.keys_repeat:
                    return _REFUSED
                inner.pop(key, None)
            if entry.value.__class__ is ast.Literal_:
                values[key] = entry.value.value
                continue
            found = self._other(entry.value, depth)
            if found is _REFUSED:
                return _REFUSED
            if found is not None:
                inner[key] = found
            values[key] = None
        return (values, inner) if inner else values

    def _other(self, node: ast.Expression, depth: int) -> Any:
        """Gives what is no literal: None, a boolean of Python, or a list or dict."""
        if isinstance(node, (ast.ListExpression, ast.DictExpression)):
            return self._display(node, depth + 1)
        if isinstance(node, ast.Name) and self._is_constant(node):
            return {"True": True, "False": False}.get(node.id)
        return _REFUSED

    def _is_constant(self, node: ast.Name) -> bool:
        binding = self.meaning.get(node)
        return binding is not None and binding.scope == "universal" and node.id in ("None", "True", "False")
