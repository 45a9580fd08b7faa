"""Statements to lines of text."""

from __future__ import annotations

from collections.abc import Sequence

from oxlang.format.comments import Comments
from oxlang.format.expressions import Expressions
from oxlang.format.layout import INDENT, Doc, render
from oxlang.syntax.ast import (
    Assignment,
    Break,
    Comment,
    Continue,
    Def,
    ExpressionStatement,
    File,
    For,
    If,
    Load,
    Pass,
    Return,
    Statement,
    TupleExpression,
    While,
)

_TOP_BLANKS = 2
_BLOCK_BLANKS = 1


class Printer:
    """Prints one file. `end` is the offset behind what has been printed last, from which blank lines are counted."""

    def __init__(self, file: File, comments: Comments) -> None:
        self.file = file
        self.text = file.source.text
        self.comments = comments
        self.expressions = Expressions(file, comments)
        self.lines: list[str] = []
        self.end = 0
        self.fresh = True
        self.last: Statement | None = None

    def run(self) -> str:
        """The text of the file."""
        self.statements(self.file.statements, 0)
        self.own_lines(self.comments.inside.get(id(self.file), ()), 0)
        return "\n".join(self.lines) + "\n" if self.lines else ""

    # ---- lines

    def blanks(self, start: int, level: int, minimum: int) -> None:
        """Keeps the blank lines before an offset, within limits; the first line of a block has none."""
        if self.fresh:
            self.fresh = False
            return
        between = self.text[self.end : start]
        found = between.count("\n") if "\n" in between else between.count("\r")
        most = _BLOCK_BLANKS if level else _TOP_BLANKS
        self.lines.extend([""] * max(minimum, min(most, found - 1)))

    def own_lines(self, comments: Sequence[Comment], level: int, minimum: int = 0) -> None:
        """Comments on lines of their own."""
        for comment in comments:
            self.blanks(comment.start, level, minimum)
            minimum = 0
            self.lines.append(INDENT * level + self.expressions.comment(comment))
            self.end = comment.end

    def line(self, doc: Doc, level: int, behind: Sequence[Comment] = ()) -> None:
        """One logical line and the comment at its end; further ones stand on lines before it."""
        text = INDENT * level + render(doc, level)
        shown = [self.expressions.comment(one) for one in behind]
        self.lines.extend(INDENT * level + one for one in shown[:-1])
        self.lines.append("  ".join([text, *shown[-1:]]))

    # ---- statements

    def statements(self, statements: Sequence[Statement], level: int) -> None:
        """The statements of a block and the comments around them."""
        for number, statement in enumerate(statements):
            before = self.comments.before.get(id(statement), ())
            minimum = self.separation(self.last if number else None, statement)
            self.own_lines(before, level, minimum)
            if isinstance(statement, If) and statement.is_elif:
                raise AssertionError("an elif is printed with its if")
            self.blanks(statement.start, level, 0 if before else minimum)
            self.statement(statement, level)
            behind = self.comments.behind.get(id(statement), ())
            self.end = max(self.end, behind[-1].end if behind else statement.end)
            self.last = statement
        self.own_lines(self.comments.inside.get(id(statements), ()), level)

    @staticmethod
    def separation(before: Statement | None, statement: Statement) -> int:
        """Blank lines that two statements need between them."""
        if before is None:
            return 0
        if isinstance(before, Def) or isinstance(statement, Def):
            return 1
        return 1 if isinstance(before, Load) and not isinstance(statement, Load) else 0

    def block(self, body: Sequence[Statement], level: int) -> None:
        """The block of a compound statement."""
        self.fresh = True
        self.statements(body, level)
        self.fresh = False

    def statement(self, node: Statement, level: int) -> None:
        """A statement with its blocks."""
        value = self.expressions.value
        expression = self.expressions.expression
        match node:
            case If():
                self.if_(node, level)
            case For():
                target = expression(node.target, False)
                self.line(["for ", target, " in ", value(node.iterable), ":"], level, self.header(node))
                self.block(node.body, level + 1)
            case While():
                self.line(["while ", value(node.condition), ":"], level, self.header(node))
                self.block(node.body, level + 1)
            case Def():
                self.line(self.def_line(node), level, self.header(node))
                self.block(node.body, level + 1)
            case _:
                self.line(self.simple(node), level, self.comments.behind.get(id(node), ()))

    def header(self, node: Statement) -> Sequence[Comment]:
        """The comments at the end of the first line of a compound statement."""
        return (*self.comments.header.get(id(node), ()), *self.comments.behind.get(id(node), ()))

    def if_(self, node: If, level: int) -> None:
        """`if` with its branches; a row of `elif`s without recursion."""
        word = "if "
        while True:
            self.line([word, self.expressions.value(node.condition), ":"], level, self.header(node))
            self.block(node.then, level + 1)
            self.own_lines(self.comments.before_else.get(id(node), ()), level)
            if not node.otherwise:
                return
            first = node.otherwise[0]
            if isinstance(first, If) and first.is_elif:
                self.own_lines(self.comments.before.get(id(first), ()), level)
                node, word = first, "elif "
                continue
            self.line("else:", level, self.comments.behind_else.get(id(node), ()))
            self.block(node.otherwise, level + 1)
            return

    def def_line(self, node: Def) -> Doc:
        docs = [self.expressions.parameter(one) for one in node.parameters]
        start = node.name.end + 1
        parameters = self.expressions.brackets(node, "(", ")", start, node.parameters, docs)
        found: list[Doc] = ["def ", node.name.id, parameters]
        if node.returns is not None:
            found += [" -> ", self.expressions.expression(node.returns, False)]
        return [*found, ":"]

    def simple(self, node: Statement) -> Doc:
        """A statement of one line."""
        match node:
            case ExpressionStatement():
                return self.expressions.expression(node.value, False)
            case Assignment():
                target = self.expressions.expression(node.target, False)
                found: list[Doc] = [target]
                if node.annotation is not None:
                    found += [": ", self.expressions.expression(node.annotation, False)]
                return [*found, f" {node.operator} ", self.right(node)]
            case Pass():
                return "pass"
            case Break():
                return "break"
            case Continue():
                return "continue"
            case Return(value=None):
                return "return"
            case Return(value=value):
                assert value is not None
                return ["return ", self.expressions.value(value)]
            case Load():
                return self.expressions.load(node)
        raise AssertionError(f"no statement of a whole tree: {type(node).__name__}")

    def right(self, node: Assignment) -> Doc:
        if isinstance(node.value, TupleExpression):
            return self.expressions.expression(node.value, False)
        return self.expressions.value(node.value)
