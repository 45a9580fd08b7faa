"""Going on behind a syntax error.

Where one missing token explains the error (a colon, an operand, a name behind a dot, closing brackets at the end of
an unfinished line), it is put in, and the statement keeps its place in the tree. Else the statement is given up: the
stack is cut back to the innermost place where a statement may stand, the tokens to the end of the line (and the block
behind it) are skipped, and an `ErrorStatement` takes their place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from oxlang.syntax.ast import ErrorStatement, Statement
from oxlang.syntax.build import Builder
from oxlang.syntax.layout import CLOSER, MAX_ERRORS, Tokens
from oxlang.syntax.mistakes import Slip, explain
from oxlang.syntax.tables import NONTERMINALS, ROWS, RULES, START, TERMINALS
from oxlang.syntax.words import BROKEN, DEDENT, END, INDENT, INT, NAME, NEWLINE, SKIP

Rule = tuple[int, int, Callable[..., Any]]
_COMPOUND = NONTERMINALS["compound"]
_STATEMENTS = NONTERMINALS["statements"]
_COLON, _DOT = TERMINALS[":"], TERMINALS["."]
_ACCEPT = -len(RULES)


def run_states(states: Sequence[int], kinds: Sequence[int]) -> list[int] | None:
    """The stack behind some tokens, or None where one of them is an error. The stack given stays as it is."""
    stack = list(states)
    for kind in kinds:
        while (action := ROWS[stack[-1]].get(kind, 0)) < 0:
            if action == _ACCEPT:
                return stack
            size, left, _ = RULES[-1 - action]
            if size:
                del stack[-size:]
            stack.append(ROWS[stack[-1]][left])
        if not action:
            return None
        stack.append(action)
    return stack


def acceptable(states: Sequence[int]) -> set[int]:
    """The kinds of tokens that may stand next."""
    return {kind for kind in ROWS[states[-1]] if kind <= END and run_states(states, [kind]) is not None}


class Recovery:
    """Works on the driver's own stacks, which it changes, and on the token lists, into which it puts tokens."""

    def __init__(
        self, tokens: Tokens, builder: Builder, rules: list[Rule], states: list[int], values: list[Any]
    ) -> None:
        self.tokens = tokens
        self.builder = builder
        self.rules = rules
        self.states = states
        self.values = values
        self.errors = 0
        self.result: list[Statement] = []

    def recover(self, index: int) -> int:
        """Handles the error at a token: reports it, repairs or skips. Gives where to go on; -1 for nowhere."""
        kinds = self.tokens.kinds
        if kinds[index] == END and self.states[-1] == START:
            self.result = []
            return -1
        self._finish_statement(index)
        self.errors += 1
        slip = None
        if kinds[index] != BROKEN:
            slip = explain(self.tokens, self.states, index, acceptable(self.states), self._previous())
            if slip.report and not self._in_open_bracket(index, mismatch=slip.code == "OX0111"):
                self.builder.diagnostics.append(slip.diagnostic(self.tokens))
                if kinds[index] == NEWLINE:
                    self._expect_continuation(index)
        if self.errors == MAX_ERRORS:
            return self._give_up()
        repaired = self._repair(index, slip)
        if repaired is not None:
            return repaired
        return self._skip(index)

    def _finish_statement(self, index: int) -> None:
        """Reduces the statement that ended before the token, if one did: what begins with it is the next one.

        The token is no lookahead of that reduction, since no statement begins with it; a name is one.
        """
        before = index - 1
        while before >= 0 and self.tokens.kinds[before] == SKIP:
            before -= 1
        if before < 0 or self.tokens.kinds[before] not in (NEWLINE, DEDENT):
            return
        after = run_states(self.states, [NAME])
        if after is None or len(after) < 2 or _COMPOUND not in ROWS[after[-2]]:
            return
        states, values = self.states, self.values
        while (action := ROWS[states[-1]].get(NAME, 0)) < 0:
            size, left, make = self.rules[action]
            parts = values[len(values) - size :]
            del values[len(values) - size :]
            values.append(make(*parts))
            del states[len(states) - size :]
            states.append(ROWS[states[-1]][left])

    # ---- repairs

    def _repair(self, index: int, slip: Slip | None) -> int | None:
        """Puts in what is missing, if that makes the token at `index` fit."""
        kind = self.tokens.kinds[index]
        if kind == BROKEN:
            return self._close(index)
        if slip is not None and not slip.repair:
            return None
        before = self.tokens.kinds[index - 1] if index else 0
        candidates: list[list[int]] = []
        if before == _DOT:
            candidates.append([NAME])
        if kind == NEWLINE and self.tokens.kinds[index + 1] == INDENT:
            candidates.append([_COLON])
        if kind not in (INDENT, DEDENT):
            candidates.append([INT])
        candidates.append([INDENT, TERMINALS["pass"], NEWLINE, DEDENT])
        for inserted in candidates:
            if run_states(self.states, [*inserted, kind]) is not None:
                self._insert(index, inserted)
                return index
        return None

    def _close(self, index: int) -> int | None:
        """Closes the brackets of a line that ends too early (its error is reported already)."""
        tokens = self.tokens
        following = next((kind for kind in tokens.kinds[index + 1 :] if kind != SKIP), END)
        if following not in (NEWLINE, END):
            return None
        brackets: list[str] = []
        for at in range(self._line_start(index), index):
            text = tokens.texts[at]
            if text in CLOSER:
                brackets.append(text)
            elif text in CLOSER.values() and brackets:
                brackets.pop()
        if not brackets:
            return None
        inserted: list[int] = []
        states: Sequence[int] = self.states
        for bracket in reversed(brackets):
            close = TERMINALS[CLOSER[bracket]]
            for more in ([close], [INT, close], [NAME, close], [_COLON, INT, close]):
                after = run_states(states, more)
                if after is not None:
                    inserted += more
                    states = after
                    break
            else:
                return None
        if run_states(states, [NEWLINE]) is None:
            return None
        tokens.kinds[index] = SKIP
        self._insert(index + 1, inserted)
        return index + 1

    def _insert(self, index: int, kinds: list[int]) -> None:
        tokens = self.tokens
        place = tokens.ends[index - 1] if index else 0
        tokens.kinds[index:index] = kinds
        tokens.texts[index:index] = [""] * len(kinds)
        tokens.starts[index:index] = [place] * len(kinds)
        tokens.ends[index:index] = [place] * len(kinds)

    # ---- giving a statement up

    def _skip(self, index: int) -> int:
        kinds = self.tokens.kinds
        states = self.states
        while len(states) > 1 and _COMPOUND not in ROWS[states[-1]]:
            states.pop()
            self.values.pop()
        begin = self._begin(index)
        at = index
        while kinds[at] not in (NEWLINE, END):
            if kinds[at] in (INDENT, DEDENT) and at > index:
                break
            at += 1
        if kinds[at] == NEWLINE:
            at += 1
        at = self._skip_block(at)
        if at == index:
            if kinds[at] == END:
                return self._give_up()
            if kinds[at] == DEDENT and run_states(states, [DEDENT]) is not None:
                return at
            at += 1
        last = at - 1
        while last > begin and kinds[last] in (NEWLINE, INDENT, DEDENT, SKIP, BROKEN):
            last -= 1
        start = self.tokens.starts[begin]
        self._add(ErrorStatement(start, max(start, self.tokens.ends[last])))
        return at

    def _skip_block(self, at: int) -> int:
        kinds = self.tokens.kinds
        if kinds[at] != INDENT:
            return at
        depth = 0
        while kinds[at] != END:
            if kinds[at] == INDENT:
                depth += 1
            elif kinds[at] == DEDENT:
                depth -= 1
                if depth == 0:
                    return at + 1
            at += 1
        return at

    def _begin(self, index: int) -> int:
        """The first token of the statement that is given up: behind the last one that the stack holds."""
        statements = self.values[-1]
        border = statements[-1].end if isinstance(statements, list) and statements else -1
        if border < 0 and isinstance(statements, int):
            border = self.tokens.ends[statements]
        at = index
        tokens = self.tokens
        while at > 0 and tokens.starts[at - 1] >= border and tokens.kinds[at - 1] not in (INDENT, DEDENT):
            at -= 1
        while at < index and tokens.kinds[at] in (SKIP, NEWLINE, INDENT, DEDENT, BROKEN):
            at += 1
        return at

    def _line_start(self, index: int) -> int:
        kinds = self.tokens.kinds
        at = index
        while at > 0 and kinds[at - 1] not in (NEWLINE, INDENT, DEDENT):
            at -= 1
        return at

    def _in_open_bracket(self, index: int, *, mismatch: bool) -> bool:
        """Whether an error is a consequence of a bracket that is never closed, which layout has reported.

        When the error stands before that bracket, or is a bracket of the wrong kind, it is the other way round, and the
        report of the bracket goes.
        """
        kinds = self.tokens.kinds
        at = index
        while kinds[at] not in (NEWLINE, END, BROKEN):
            at += 1
        if kinds[at] != BROKEN:
            return False
        begin, end = self.tokens.starts[self._line_start(index)], self.tokens.starts[at]
        diagnostics = self.builder.diagnostics
        for number, one in enumerate(diagnostics):
            if one.code.id == "OX0110" and one.span is not None and begin <= one.span.start <= end:
                if one.span.start < self.tokens.starts[index] and not mismatch:
                    return True
                del diagnostics[number]
                return False
        return False

    def _expect_continuation(self, index: int) -> None:
        """Takes back the report of an indented line behind a line that is not finished."""
        end = self.tokens.ends[index]
        diagnostics = self.builder.diagnostics
        for number, one in enumerate(diagnostics):
            if one.code.id == "OX0120" and one.span is not None and one.span.end == end:
                del diagnostics[number]
                return

    def _previous(self) -> Statement | None:
        """The statement before the one with the error, in the same block."""
        states, values = list(self.states), list(self.values)
        while len(states) > 1 and _COMPOUND not in ROWS[states[-1]]:
            states.pop()
            values.pop()
        statements = values[-1]
        return statements[-1] if isinstance(statements, list) and statements else None

    def _add(self, statement: Statement) -> None:
        """Puts a statement where the stack ends."""
        goto = ROWS[self.states[-1]].get(_STATEMENTS)
        if goto is None:
            self.values[-1].append(statement)
        else:
            self.states.append(goto)
            self.values.append([statement])

    def _give_up(self) -> int:
        """Ends the parse with the statements of the file that are there."""
        found = self.values[1] if len(self.values) > 1 else []
        self.result = found if isinstance(found, list) else []
        size = len(self.tokens.source.text)
        start = self.result[-1].end if self.result else 0
        self.result.append(ErrorStatement(start, size))
        return -1
