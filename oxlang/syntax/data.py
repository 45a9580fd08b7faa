"""Literals, and lists and dicts of nothing else.

Such data are most of the text of large files, and need no tables: `LiteralReader.read_data` reads them in a loop of
its own, three times as fast. A test compares its trees with those of the tables.
"""

from __future__ import annotations

from oxlang.syntax.ast import (
    DictEntry,
    DictExpression,
    ErrorExpression,
    Expression,
    ListExpression,
    Literal_,
    Name,
)
from oxlang.syntax.build import Builder
from oxlang.syntax.layout import Tokens
from oxlang.syntax.literals import Problem, number_value, string_value
from oxlang.syntax.tables import TERMINALS
from oxlang.syntax.utf8 import encoded
from oxlang.syntax.words import BYTES, FLOAT, INT, NAME, SKIP, STRING, is_plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_OPEN_DICT, _CLOSE_DICT, _CLOSE_LIST = TERMINALS["{"], TERMINALS["}"], TERMINALS["]"]
_COMMA, _COLON = TERMINALS[","], TERMINALS[":"]
OPENS_DATA = frozenset({TERMINALS["["], TERMINALS["{"]})
"""Brackets that data can begin with, where a value is expected."""
_NO_VALUE = Problem(0, 0, "OX0103", "a token that recovery put in")


class LiteralReader:
    """Makes literal nodes; `known` holds the values of good literals by text, which repeat in most files."""

    def __init__(self, tokens: Tokens, builder: Builder) -> None:
        self.tokens = tokens
        self.builder = builder
        self.known: dict[str, int | float | str | bytes] = {}
        self.no_data: set[int] = set()

    def read(self, index: int, kind: int) -> Literal_ | ErrorExpression:
        """The node of a token; an empty one, which recovery puts in, stands for an operand that is missing."""
        text, start, end = self.tokens.texts[index], self.tokens.starts[index], self.tokens.ends[index]
        if not text:
            return ErrorExpression(start, end)
        value, problem = self.value(text, kind)
        source = self.tokens.source.text
        if problem is None:
            self.known[text] = value
        elif kind in (STRING, BYTES) or not source[end : end + 1].isalnum():
            # A letter or digit right behind a number is an error that says more.
            self.builder.report(
                problem.code, problem.message, start + problem.start, start + problem.end, help=problem.help
            )
        return Literal_(start, end, value)

    def value(self, text: str, kind: int) -> tuple[int | float | str | bytes, Problem | None]:
        """The value of a token and what is wrong with it."""
        old = self.builder.options.old_dialect
        if kind in (INT, FLOAT):
            return number_value(text, old=old)
        value: str | bytes
        problem: Problem | None
        value, problem = (text[1:-1], None) if is_plain(text) else string_value(text, old=old)
        if self.builder.options.like_go and isinstance(value, str):
            value = encoded(value)
        return value, problem

    def read_data(self, index: int) -> tuple[Expression, int] | None:
        """Reads a list or dict, nested or not, of nothing but literals and names.

        Args:
            index: its opening bracket.

        Returns:
            The tree that the tables would make, and the token behind it. None for anything else; the brackets that
            were open then are not tried again, so that no text is read more than twice.
        """
        if index in self.no_data:
            return None
        tokens, known = self.tokens, self.known
        kinds, texts, starts, ends = tokens.kinds, tokens.texts, tokens.starts, tokens.ends
        outer: list[tuple[list[Any], bool, Expression | None, int]] = []
        items: list[Any] = []
        in_dict = kinds[index] == _OPEN_DICT
        key: Expression | None = None
        opened = index
        at = index + 1
        node: Any
        while True:
            text = texts[at]
            kind = kinds[at]
            value = known.get(text)
            if value is not None:
                node = Literal_(starts[at], ends[at], value)
            elif kind == SKIP:
                at += 1
                continue
            elif kind == NAME:
                node = Name(starts[at], ends[at], text)
            elif kind <= BYTES:
                value, problem = self.value(text, kind) if text else (0, _NO_VALUE)
                if problem is not None:
                    break
                known[text] = value
                node = Literal_(starts[at], ends[at], value)
            elif kind in OPENS_DATA:
                outer.append((items, in_dict, key, opened))
                items, in_dict, key, opened = [], kind == _OPEN_DICT, None, at
                at += 1
                continue
            elif kind == (_CLOSE_DICT if in_dict else _CLOSE_LIST) and key is None:
                node = (DictExpression if in_dict else ListExpression)(starts[opened], ends[at], items)
                if not outer:
                    return node, at + 1
                items, in_dict, key, opened = outer.pop()
            else:
                break
            at += 1
            while True:  # behind a value
                kind = kinds[at]
                if kind == _COMMA:
                    if in_dict:
                        if key is None:
                            return self._give_up(opened, outer)
                        node = DictEntry(key.start, node.end, key, node)
                        key = None
                    items.append(node)
                    at += 1
                    break
                if kind == SKIP:
                    at += 1
                elif kind == _COLON and in_dict and key is None:
                    key = node
                    at += 1
                    break
                elif kind == (_CLOSE_DICT if in_dict else _CLOSE_LIST) and (key is not None) == in_dict:
                    if key is not None:
                        node = DictEntry(key.start, node.end, key, node)
                    items.append(node)
                    node = (DictExpression if in_dict else ListExpression)(starts[opened], ends[at], items)
                    at += 1
                    if not outer:
                        return node, at
                    items, in_dict, key, opened = outer.pop()
                else:
                    return self._give_up(opened, outer)
        return self._give_up(opened, outer)

    def _give_up(
        self, opened: int, outer: list[tuple[list[Any], bool, Expression | None, int]]
    ) -> tuple[Expression, int] | None:
        self.no_data.add(opened)
        self.no_data.update(level[3] for level in outer)
        return None
