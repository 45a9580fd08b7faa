"""Which part of the tree each comment stays with.

Comments can be printed at statements, at the items of brackets, at the operands of a row of operators, and at the
clauses of a comprehension. A comment goes to the innermost such place: behind the part that ends on its line, else
before the part that follows, else to the end of the brackets or block. Behind a block, its column tells how far out
it belongs. A comment at a place of another kind goes to the part around it.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from oxlang.records import dataclass, field
from oxlang.syntax.ast import (
    Binary,
    Call,
    Comment,
    Comprehension,
    Conditional,
    Def,
    DictExpression,
    Expression,
    File,
    For,
    If,
    ListExpression,
    Load,
    Node,
    Parenthesised,
    SetExpression,
    Statement,
    TupleExpression,
    While,
)
from oxlang.syntax.build import PRECEDENCE
from oxlang.syntax.visit import children

_BRACKETS = (ListExpression, DictExpression, SetExpression, Parenthesised, Comprehension, Load)
_ROWS = (Binary, Conditional)
_BLANKS = re.compile(r"[ \t]*")


@dataclass(slots=True)
class Comments:
    """The comments of a file by the `id` of the node that they stay with; *mutable*, as attaching fills it.

    Attributes:
        before: on lines of their own before a node.
        behind: at the end of a node's line; several of a statement only, of which the last has room there.
        inside: on lines of their own at the end of brackets, of a block (`id` of its last statement is not used:
            the block is named by the `id` of its list), or of the file.
        header: behind the first line of a compound statement.
        branch: before `else` and behind it, by the `id` of the `If`.
    """

    before: dict[int, list[Comment]] = field(default_factory=dict)
    behind: dict[int, list[Comment]] = field(default_factory=dict)
    inside: dict[int, list[Comment]] = field(default_factory=dict)
    header: dict[int, list[Comment]] = field(default_factory=dict)
    before_else: dict[int, list[Comment]] = field(default_factory=dict)
    behind_else: dict[int, list[Comment]] = field(default_factory=dict)


def attach(file: File) -> Comments:
    """Finds a place for every comment of a file."""
    return _Attacher(file).run()


def _put(table: dict[int, list[Comment]], key: object, comment: Comment) -> None:
    table.setdefault(id(key), []).append(comment)


class _Attacher:
    def __init__(self, file: File) -> None:
        self.file = file
        self.text = file.source.text
        self.found = Comments()
        self.known: dict[int, tuple[list[Node], list[int]]] = {}
        self.known_places: dict[int, tuple[list[Node], list[int]]] = {}

    def run(self) -> Comments:
        for comment in self.file.comments:
            self.block(self.file, self.file.statements, comment)
        return self.found

    def parts(self, node: Node) -> tuple[list[Node], list[int]]:
        """The children of a node and where they start."""
        known = self.known.get(id(node))
        if known is None:
            nodes = children(node)
            known = self.known[id(node)] = (nodes, [one.start for one in nodes])
        return known

    def column(self, offset: int) -> int:
        """Columns before the text of the line of an offset."""
        start = max(self.text.rfind("\n", 0, offset), self.text.rfind("\r", 0, offset)) + 1
        blank = _BLANKS.match(self.text, start)
        assert blank is not None
        return len(blank.group().expandtabs(8))

    def same_line(self, start: int, end: int) -> bool:
        """Whether no line ends between two offsets."""
        part = self.text[start:end]
        return "\n" not in part and "\r" not in part

    # ---- statements

    def block(self, owner: Node, statements: list[Statement], comment: Comment) -> None:
        """Attaches a comment that is somewhere in a block, or behind it."""
        at = bisect_right(statements, comment.start, key=lambda one: one.start) - 1
        if at < 0:
            _put(self.found.before, statements[0], comment) if statements else _put(
                self.found.inside, owner, comment
            )
            return
        statement = statements[at]
        if comment.start < statement.end:
            self.statement(statement, comment)
            return
        if not comment.own_line:
            # The last line of a compound statement is that of its last inner statement.
            while (body := last_block(statement)) is not None:
                statement = body[-1]
            _put(self.found.behind, statement, comment)
            return
        column = self.column(comment.start)
        inner: Statement = statement
        while (body := last_block(inner)) is not None and column > self.column(inner.start):
            last = body[-1]
            if last_block(last) is None or column <= self.column(last.start):
                _put(self.found.inside, body, comment)
                return
            inner = last
        if at + 1 < len(statements):
            _put(self.found.before, statements[at + 1], comment)
        else:
            _put(self.found.inside, statements if owner is not self.file else owner, comment)

    def statement(self, node: Statement, comment: Comment) -> None:
        """Attaches a comment between the start and the end of a statement."""
        match node:
            case If():
                self.compound(node, node.condition.end, node.then, comment)
            case For():
                self.compound(node, node.iterable.end, node.body, comment)
            case While():
                self.compound(node, node.condition.end, node.body, comment)
            case Def():
                if comment.start >= node.header_end:
                    self.compound(node, node.header_end, node.body, comment)
                else:
                    self.expression(node, comment)
            case _:
                self.expression(node, comment)

    def compound(self, node: Statement, header_end: int, body: list[Statement], comment: Comment) -> None:
        if comment.start < header_end:
            self.expression(node, comment)
        elif comment.start < body[0].start and not comment.own_line:
            _put(self.found.header, node, comment)
        elif isinstance(node, If) and node.otherwise and comment.start > body[-1].end:
            self.branch(node, comment)
        else:
            self.block(node, body, comment)

    def branch(self, node: If, comment: Comment) -> None:
        """Attaches a comment behind the first block of an `if` that has another."""
        first = node.otherwise[0]
        if isinstance(first, If) and first.is_elif:
            word = first.start
        else:
            word = self.else_word(node.then[-1].end, first.start)
        if comment.start < word:
            if not comment.own_line:
                self.block(node, node.then, comment)
            elif self.column(comment.start) > self.column(node.start):
                _put(self.found.inside, node.then, comment)
            elif word == first.start:
                _put(self.found.before, first, comment)
            else:
                _put(self.found.before_else, node, comment)
        elif word == first.start:
            self.block(node, node.otherwise, comment)
        elif comment.start < first.start and not comment.own_line:
            _put(self.found.behind_else, node, comment)
        else:
            self.block(node, node.otherwise, comment)

    def else_word(self, start: int, end: int) -> int:
        """Where `else` stands between two statements; words in comments do not count."""
        at = start
        for comment in self.file.comments:
            if comment.end <= start:
                continue
            if comment.start >= end:
                break
            found = self.text.find("else", at, comment.start)
            if found >= 0:
                return found
            at = comment.end
        return self.text.find("else", at, end)

    # ---- expressions

    def expression(self, statement: Statement, comment: Comment) -> None:
        """Attaches a comment inside the brackets of a statement (or of its header)."""
        path: list[Node] = [statement]
        while True:
            nodes, starts = self.parts(path[-1])
            at = bisect_right(starts, comment.start) - 1
            if at < 0 or nodes[at].end <= comment.start or isinstance(nodes[at], Statement):
                break
            path.append(nodes[at])
        for place in range(len(path) - 1, -1, -1):
            if self.place(path[place], path[place + 1] if place + 1 < len(path) else None, comment):
                return
        _put(self.found.before if comment.own_line else self.found.behind, statement, comment)

    def places(self, node: Node, comment: Comment) -> tuple[list[Node], list[int]] | None:
        """The parts of a node that comments can be printed at, and where they start; None when there are none."""
        if isinstance(node, Call):
            if comment.start < node.open:
                return None
        elif isinstance(node, Def):
            if node.returns is not None and comment.start >= node.returns.start:
                return None
        elif isinstance(node, TupleExpression):
            if not node.parenthesised:
                return None
        elif not isinstance(node, _BRACKETS + _ROWS):
            return None
        known = self.known_places.get(id(node))
        if known is None:
            parts: list[Node]
            if isinstance(node, Call):
                parts = list(node.arguments)
            elif isinstance(node, Def):
                parts = list(node.parameters)
            elif isinstance(node, _ROWS):
                parts = list(row_parts(node))
            else:
                parts = self.parts(node)[0]
            known = self.known_places[id(node)] = (parts, [one.start for one in parts])
        return known

    def place(self, node: Node, inner: Node | None, comment: Comment) -> bool:
        """Attaches a comment to a part of a node, if comments can be printed there."""
        found = self.places(node, comment)
        if found is None:
            return False
        parts, starts = found
        at = bisect_right(starts, comment.start)
        before = parts[at - 1] if at else None
        following = parts[at] if at < len(parts) else None
        if isinstance(node, _ROWS) and inner is parts[-1] and not comment.own_line:
            return False  # it will stand behind the whole row, so it belongs to what holds the row
        if before is not None and before is inner:
            if comment.own_line:
                _put(self.found.before, inner, comment)
            else:
                self.behind(before, comment)
        elif before is not None and not comment.own_line and self.same_line(before.end, comment.start):
            self.behind(before, comment)
        elif following is not None:
            _put(self.found.before, following, comment)
        elif isinstance(node, _ROWS):
            return False
        else:
            _put(self.found.inside, node, comment)
        return True


    def behind(self, part: Node, comment: Comment) -> None:
        """Attaches a comment to the end of a part's line; there is room for one, so that an earlier one goes before it."""
        earlier = self.found.behind.pop(id(part), [])
        if earlier:
            self.found.before[id(part)] = sorted(
                [*self.found.before.get(id(part), ()), *earlier], key=lambda one: one.start
            )
        self.found.behind[id(part)] = [comment]


def last_block(statement: Statement) -> list[Statement] | None:
    """The last block of a compound statement, None for a simple one."""
    if isinstance(statement, If):
        return statement.otherwise or statement.then
    if isinstance(statement, For | While | Def):
        return statement.body
    return None


def row(node: Binary) -> list[tuple[str, Expression]]:
    """The operands of operators of one precedence in a row, each with the operator before it (none for the first)."""
    level = PRECEDENCE[node.operator]
    found: list[tuple[str, Expression]] = []
    left: Expression = node
    while isinstance(left, Binary) and PRECEDENCE[left.operator] == level:
        found.append((left.operator, left.right))
        left = left.left
    found.append(("", left))
    found.reverse()
    return found


def choices(node: Conditional) -> list[tuple[str, Expression]]:
    """The parts of a conditional and of those in its last part, each with the word before it."""
    found: list[tuple[str, Expression]] = [("", node.then), ("if", node.condition)]
    last = node.otherwise
    while isinstance(last, Conditional):
        found += [("else", last.then), ("if", last.condition)]
        last = last.otherwise
    return [*found, ("else", last)]


def row_parts(node: Expression) -> list[Expression]:
    """The operands of a row of operators, or the parts of conditionals."""
    if isinstance(node, Binary):
        return [operand for _, operand in row(node)]
    return [part for _, part in choices(node)] if isinstance(node, Conditional) else [node]
