"""Text to tree: `parse(source, options)`.

`drive` runs the LALR(1) tables over the tokens. Nothing is recursive, so no input overflows a stack. Where the table
has no entry, `Recovery` decides how to go on; the tokens of kind `SKIP` come that way, too, which costs the good path
nothing.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oxlang.diagnostics.model import Diagnostic
from oxlang.source import SourceFile
from oxlang.syntax.ast import ErrorExpression, ExpressionStatement, File, Literal_, Name, Statement
from oxlang.syntax.build import Builder
from oxlang.syntax.layout import BYTES, FLOAT, INT, MAX_ERRORS, NAME, SKIP, STRING, Tokens, tokenise
from oxlang.syntax.literals import Problem, number_value, string_value
from oxlang.syntax.options import LanguageOptions
from oxlang.syntax.tables import ROWS, RULES, START

if TYPE_CHECKING:
    from oxlang.syntax.recover import Recovery


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """The tree of a text and what is wrong in it. The tree is whole only if there are no diagnostics."""

    file: File
    diagnostics: tuple[Diagnostic, ...]


def parse(source: SourceFile, options: LanguageOptions) -> Parsed:
    """Parses a text. Never raises: what cannot be read is in the diagnostics, sorted by place.

    The cyclic garbage collector is off meanwhile: a tree has no cycles, and looking for them takes a third of the
    time of a large file.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        tokens = tokenise(source, options)
        builder = Builder(tokens, options)
        builder.diagnostics = tokens.diagnostics
        statements = drive(tokens, builder)
    finally:
        if collecting:
            gc.enable()
    diagnostics = builder.diagnostics
    if len(diagnostics) > 1:
        diagnostics.sort(key=_place)
        del diagnostics[MAX_ERRORS:]
    file = File(0, len(source.text), source, statements, tokens.comments, _docstring(statements))
    return Parsed(file=file, diagnostics=tuple(diagnostics))


def _place(diagnostic: Diagnostic) -> int:
    span = diagnostic.span
    return span.start if span is not None else 0


def _docstring(statements: list[Statement]) -> Literal_ | None:
    if statements and isinstance(statements[0], ExpressionStatement):
        value = statements[0].value
        if isinstance(value, Literal_) and isinstance(value.value, str):
            return value
    return None


def _rules(actions: dict[str, Callable[..., Any]]) -> list[tuple[int, int, Callable[..., Any]]]:
    """The rules so that the (negative) number of a rule is its index."""
    found = [(size, left, actions.get(name, _accept)) for size, left, name in RULES]
    found.reverse()
    return found


def _accept(*values: Any) -> Any:
    raise AssertionError("the accepting rule is no step")


def drive(tokens: Tokens, builder: Builder) -> list[Statement]:
    """Runs the tables; gives the statements of the file."""
    kinds, texts, starts, ends = tokens.kinds, tokens.texts, tokens.starts, tokens.ends
    rows = ROWS
    rules = _rules(builder.actions())
    states = [START]
    values: list[Any] = [None]
    push_state, pop_state, push_value, pop_value = states.append, states.pop, values.append, values.pop
    row = rows[START]
    literal = LiteralReader(tokens, builder)
    known = literal.known
    recovery: Recovery | None = None
    at = 0
    while True:
        for index in range(at, len(kinds)):
            kind = kinds[index]
            while (action := row.get(kind, 0)) < 0:
                size, left, make = rules[action]
                if size == 3:
                    third = pop_value()
                    second = pop_value()
                    values[-1] = make(values[-1], second, third)
                    del states[-2:]
                elif size == 1:
                    values[-1] = make(values[-1])
                elif size == 2:
                    second = pop_value()
                    values[-1] = make(values[-1], second)
                    pop_state()
                elif size < 0:
                    result: list[Statement] = values[-1]
                    return result
                else:
                    parts = values[-size:]
                    del values[-size:]
                    push_value(make(*parts))
                    del states[1 - size :]
                states[-1] = action = rows[states[-2]][left]
                row = rows[action]
            if action:
                push_state(action)
                row = rows[action]
                if kind > BYTES:
                    push_value(index)
                elif kind == NAME:
                    push_value(Name(starts[index], ends[index], texts[index]))
                else:
                    value = known.get(texts[index])
                    if value is not None:
                        push_value(Literal_(starts[index], ends[index], value))
                    else:
                        push_value(literal.read(index, kind))
            elif kind != SKIP:
                break
        else:
            return []
        if recovery is None:
            from oxlang.syntax.recover import Recovery  # most files have no errors

            recovery = Recovery(tokens, builder, rules, states, values)
        at = recovery.recover(index)
        if at < 0:
            return recovery.result
        row = rows[states[-1]]


class LiteralReader:
    """Makes literal nodes; `known` holds the values of good literals by text, which repeat in most files."""

    def __init__(self, tokens: Tokens, builder: Builder) -> None:
        self.tokens = tokens
        self.builder = builder
        self.known: dict[str, int | float | str | bytes] = {}

    def read(self, index: int, kind: int) -> Literal_ | ErrorExpression:
        """The node of a token; an empty one, which recovery puts in, stands for an operand that is missing."""
        text, start, end = self.tokens.texts[index], self.tokens.starts[index], self.tokens.ends[index]
        if not text:
            return ErrorExpression(start, end)
        old = self.builder.options.old_dialect
        value: int | float | str | bytes
        problem: Problem | None
        if kind in (INT, FLOAT):
            value, problem = number_value(text, old=old)
        else:
            value, problem = string_value(text, old=old)
        source = self.tokens.source.text
        if problem is None:
            self.known[text] = value
        elif kind in (STRING, BYTES) or not source[end : end + 1].isalnum():
            # A letter or digit right behind a number is an error that says more.
            self.builder.report(
                problem.code, problem.message, start + problem.start, start + problem.end, help=problem.help
            )
        return Literal_(start, end, value)
