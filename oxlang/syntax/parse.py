"""Text to tree: `parse(source, options)`.

`drive` runs the LALR(1) tables over the tokens. Nothing is recursive, so no input overflows a stack. Where the table
has no entry, `Recovery` decides how to go on; the tokens of kind `SKIP` come that way, too, which costs the good path
nothing.
"""

from __future__ import annotations

import gc

from oxlang.diagnostics.model import Diagnostic
from oxlang.records import dataclass
from oxlang.source import SourceFile
from oxlang.syntax.ast import ExpressionStatement, File, Literal_, Name, Statement
from oxlang.syntax.build import Builder
from oxlang.syntax.data import OPENS_DATA, LiteralReader
from oxlang.syntax.layout import MAX_ERRORS, Tokens, tokenise
from oxlang.syntax.options import LanguageOptions
from oxlang.syntax.tables import NONTERMINALS, ROWS, RULES, START
from oxlang.syntax.words import BYTES, NAME, SKIP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from oxlang.syntax.recover import Recovery

_OPERAND = NONTERMINALS["operand"]


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
        diagnostics = sorted(_without_consequences(diagnostics), key=_place)
        del diagnostics[MAX_ERRORS:]
    file = File(0, len(source.text), source, statements, tokens.comments, _docstring(statements))
    return Parsed(file=file, diagnostics=tuple(diagnostics))


def _without_consequences(found: list[Diagnostic]) -> list[Diagnostic]:
    """Leaves out what stands behind a mark of a merge: both versions of the lines are there, which seldom fit."""
    marks = [_place(one) for one in found if one.code.id == "OX0116"]
    return [one for one in found if not marks or _place(one) <= marks[0] or one.code.id == "OX0116"]


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
    opens_data = OPENS_DATA
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
                    if (
                        kind in opens_data
                        and _OPERAND in rows[states[-2]]
                        and (data := literal.read_data(index)) is not None
                    ):
                        values[-1], at = data
                        states[-1] = action = rows[states[-2]][_OPERAND]
                        row = rows[action]
                        break
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
        if at > index:
            continue  # behind a list or dict of literals
        if recovery is None:
            from oxlang.syntax.recover import Recovery  # most files have no errors

            recovery = Recovery(tokens, builder, rules, states, values)
        at = recovery.recover(index)
        if at < 0:
            return recovery.result
        row = rows[states[-1]]
