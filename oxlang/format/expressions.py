"""Expressions to layouts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from oxlang.format.comments import Comments, choices, row
from oxlang.format.layout import (
    HARD_LINE,
    SOFT_LINE,
    SPACE_LINE,
    Doc,
    Group,
    IfBroken,
    Indent,
    Suffix,
    join,
)
from oxlang.syntax.ast import (
    Argument,
    Attribute,
    Binary,
    Call,
    Comment,
    Comprehension,
    Conditional,
    DictEntry,
    DictExpression,
    Expression,
    File,
    ForClause,
    IfClause,
    Index,
    Lambda,
    ListExpression,
    Literal_,
    Load,
    LoadItem,
    Name,
    Node,
    Parameter,
    Parenthesised,
    SetExpression,
    Slice,
    TupleExpression,
    Unary,
)

_COMMENT = re.compile(r"#[^\r\n]*")
_LINE_END = re.compile(r"\r\n?|\n")
_CONTAINERS = (ListExpression, DictExpression, SetExpression, Comprehension)


class Expressions:
    """Makes layouts of expressions of one file; `printed` counts the comments in them."""

    def __init__(self, file: File, comments: Comments) -> None:
        self.text = file.source.text
        self.comments = comments
        self.printed = 0

    # ---- comments and items

    def comment(self, comment: Comment) -> str:
        """The text of a comment, which is counted as printed."""
        self.printed += 1
        return comment.text.rstrip()

    def behind(self, node: object) -> list[Doc]:
        """The comments behind a node, as suffixes."""
        return [Suffix("  " + self.comment(one)) for one in self.comments.behind.get(id(node), ())]

    def before(self, node: object) -> list[Doc]:
        """The comments before a node, each with its line end."""
        found: list[Doc] = []
        for one in self.comments.before.get(id(node), ()):
            found += [self.comment(one), HARD_LINE]
        return found

    def with_comments(self, node: Node, doc: Doc) -> Doc:
        """A layout between the comments of its node."""
        before, behind = self.before(node), self.behind(node)
        return [*before, doc, *behind] if before or behind else doc

    def blank_between(self, start: int, end: int) -> bool:
        """Whether the text has an empty line between two offsets; comments may stand there, too."""
        part = self.text[start:end]
        first = _LINE_END.search(part)
        if first is None:
            return False
        second = _LINE_END.search(part, first.end())
        return second is not None and part[first.end() : second.start()].strip() == ""

    def brackets(
        self,
        node: Node,
        open: str,
        close: str,
        start: int,
        items: Sequence[Node],
        docs: Sequence[Doc],
        comma: str = ",",
    ) -> Doc:
        """Items between brackets: on one line, or one item a line with a comma behind the last.

        Args:
            node: the node, for comments at the end of the brackets.
            open, close: the brackets.
            start: offset behind the opening bracket.
            items: the nodes of the items.
            docs: their layouts.
            comma: what stands behind the last item when the brackets are broken.
        """
        inside = self.comments.inside.get(id(node), ())
        if not items and not inside:
            return open + close
        content: list[Doc] = [SOFT_LINE]
        at = start
        for number, (item, doc) in enumerate(zip(items, docs, strict=True)):
            last = number == len(items) - 1
            before = self.comments.before.get(id(item), [])
            begin = min(before[0].start, item.start) if before else item.start
            if number:
                content.append(SPACE_LINE)
                if self.blank_between(at, begin):
                    content.append(HARD_LINE)
            content += self.before(item)
            content.append(doc)
            content.append((IfBroken(comma) if comma else "") if last else ",")
            behind = self.comments.behind.get(id(item), [])
            content += self.behind(item)
            at = behind[-1].end if behind else item.end
        for number, one in enumerate(inside):
            if number or items:
                content.append(HARD_LINE)
                if self.blank_between(at, one.start):
                    content.append(HARD_LINE)
            content.append(self.comment(one))
            at = one.end
        kept = bool(items) and comma == "," and self.ends_in_comma(items[-1].end, node)
        return Group([open, Indent(content), HARD_LINE if inside else SOFT_LINE, close], broken=kept)

    def ends_in_comma(self, start: int, node: Node) -> bool:
        """Whether a comma and a line end stand behind the last item: then the writer wants one item a line."""
        end = node.end
        rest = _COMMENT.sub("", self.text[start:end])
        before_close = re.match(r"[\s\\]*,[\s\\]*", rest)
        return before_close is not None and _LINE_END.search(before_close.group()) is not None

    # ---- expressions

    def expression(self, node: Expression, inside: bool) -> Doc:
        """The layout of an expression; `inside` of brackets a line may end at an operator."""
        match node:
            case Name():
                return node.id
            case Literal_():
                return self.literal(node)
            case Parenthesised():
                inner = self.content(node.inner)
                return self.brackets(node, "(", ")", node.start + 1, [node.inner], [inner], comma="")
            case TupleExpression(parenthesised=True):
                docs = [self.item(one) for one in node.items]
                if len(docs) == 1:
                    docs = [[docs[0], ","]]
                    return self.brackets(node, "(", ")", node.start + 1, node.items, docs, comma="")
                return self.brackets(node, "(", ")", node.start + 1, node.items, docs)
            case TupleExpression():
                parts = join(", ", (self.expression(one, inside) for one in node.items))
                return [*parts, ","] if len(node.items) == 1 else parts
            case ListExpression():
                return self.brackets(
                    node, "[", "]", node.start + 1, node.items, [self.item(one) for one in node.items]
                )
            case SetExpression():
                return self.brackets(
                    node, "{", "}", node.start + 1, node.items, [self.item(one) for one in node.items]
                )
            case DictExpression():
                docs = [self.entry(one) for one in node.entries]
                return self.brackets(node, "{", "}", node.start + 1, node.entries, docs)
            case Comprehension():
                return self.comprehension(node)
            case Unary():
                return self.unary(node, inside)
            case Binary() | Conditional():
                content = self.content(node) if inside else self.flat_row(node)
                return Group(content) if inside else content
            case Lambda():
                return self.lambda_(node, inside)
            case Attribute() | Call() | Index() | Slice():
                return self.postfix(node, inside)
            case _:
                return self.text[node.start : node.end]

    def item(self, node: Expression) -> Doc:
        """An expression as an item of brackets."""
        return self.expression(node, True)

    def content(self, node: Expression) -> Doc:
        """An expression whose operators break together with the brackets around it."""
        if isinstance(node, Binary):
            parts = [(f"{operator} " if operator else "", operand) for operator, operand in row(node)]
        elif isinstance(node, Conditional):
            parts = [(f"{word} " if word else "", part) for word, part in choices(node)]
        else:
            return self.expression(node, True)
        return join(SPACE_LINE, (self.operand(sign, operand) for sign, operand in parts))

    def operand(self, sign: str, node: Expression) -> Doc:
        before = self.before(node)
        return [*before, sign, self.expression(node, True), *self.behind(node)]

    def flat_row(self, node: Expression) -> Doc:
        """Operators outside of brackets: the line cannot end there."""
        if isinstance(node, Binary):
            parts = [f"{operator} " if operator else "" for operator, _ in row(node)]
            operands = [operand for _, operand in row(node)]
        else:
            assert isinstance(node, Conditional)
            parts = [f"{word} " if word else "" for word, _ in choices(node)]
            operands = [part for _, part in choices(node)]
        return join(
            " ", ([sign, self.expression(one, False)] for sign, one in zip(parts, operands, strict=True))
        )

    def value(self, node: Expression) -> Doc:
        """An expression of a statement: operators get parentheses when they do not fit on the line."""
        if isinstance(node, Binary | Conditional) and not self.ends_in_brackets(node):
            content = self.content(node)
            return Group([IfBroken("("), Indent([SOFT_LINE, content]), SOFT_LINE, IfBroken(")")])
        return self.expression(node, False)

    def ends_in_brackets(self, node: Expression) -> bool:
        """Whether the last operand has brackets that can be broken instead."""
        if isinstance(node, Binary):
            return self.ends_in_brackets(node.right)
        if isinstance(node, Conditional):
            return self.ends_in_brackets(node.otherwise)
        if isinstance(node, Call):
            return bool(node.arguments)
        if isinstance(node, ListExpression | SetExpression | TupleExpression):
            return bool(node.items)
        if isinstance(node, DictExpression):
            return bool(node.entries)
        return isinstance(node, Comprehension | Parenthesised)

    def unary(self, node: Unary, inside: bool) -> Doc:
        signs = ""
        operand: Expression = node
        while isinstance(operand, Unary):
            signs += "not " if operand.operator == "not" else operand.operator
            operand = operand.operand
        return [signs, self.expression(operand, inside)]

    def lambda_(self, node: Lambda, inside: bool) -> Doc:
        if not node.parameters:
            return ["lambda: ", self.expression(node.body, inside)]
        parameters = join(", ", (self.parameter(one, inside) for one in node.parameters))
        return ["lambda ", *parameters, ": ", self.expression(node.body, inside)]

    def parameter(self, node: Parameter, inside: bool = True) -> Doc:
        """A parameter of a function (whose list is in parentheses) or of a lambda (which need not be)."""
        sign = {"star": "*", "starstar": "**", "bare-star": "*", "normal": ""}[node.kind]
        found: list[Doc] = [sign, node.name.id if node.name else ""]
        if node.annotation is not None:
            found += [": ", self.expression(node.annotation, True)]
        if node.default is not None:
            found += [" = " if node.annotation is not None else "=", self.expression(node.default, inside)]
        return found

    def entry(self, node: DictEntry) -> Doc:
        return [self.item(node.key), ": ", self.item(node.value)]

    def comprehension(self, node: Comprehension) -> Doc:
        open, close = ("{", "}") if isinstance(node.body, DictEntry) else ("[", "]")
        body = self.entry(node.body) if isinstance(node.body, DictEntry) else self.item(node.body)
        parts: list[Doc] = [self.with_comments(node.body, body)]
        parts += [self.with_comments(one, self.clause(one)) for one in node.clauses]
        inside = self.comments.inside.get(id(node), ())
        parts += [self.comment(one) for one in inside]
        content = [SOFT_LINE, *join(HARD_LINE if inside else SPACE_LINE, parts)]
        return Group([open, Indent(content), SOFT_LINE, close])

    def clause(self, node: ForClause | IfClause) -> Doc:
        if isinstance(node, IfClause):
            return ["if ", self.expression(node.condition, True)]
        return ["for ", self.expression(node.target, True), " in ", self.expression(node.iterable, True)]

    # ---- calls, attributes, items

    def postfix(self, node: Expression, inside: bool) -> Doc:
        """A row of calls, attributes and items, without recursion along it."""
        row: list[Expression] = []
        one: Expression = node
        while isinstance(one, Attribute | Call | Index | Slice):
            row.append(one)
            one = one.function if isinstance(one, Call) else one.value
        found: list[Doc] = [self.expression(one, inside)]
        if isinstance(row[-1], Attribute) and isinstance(one, Literal_) and isinstance(one.value, int):
            found.append(" ")  # `1.x` would begin with a number
        for part in reversed(row):
            match part:
                case Attribute():
                    found += [".", part.name.id]
                case Call():
                    found.append(self.arguments(part))
                case Index():
                    found += ["[", self.expression(part.index, True), "]"]
                case Slice():
                    found += ["[", *self.slice_parts(part), "]"]
        return found

    def slice_parts(self, node: Slice) -> list[Doc]:
        parts = (node.lower, node.upper, node.step)
        plain = all(one is None or isinstance(one, Name | Literal_ | Attribute | Unary) for one in parts)
        found: list[Doc] = []
        for number, one in enumerate(parts):
            if number == 2 and one is None:
                break
            if number:
                found.append(":" if plain or not found else " :")
            if one is not None:
                found += ["" if plain or not found else " ", self.expression(one, True)]
        return found

    def arguments(self, node: Call) -> Doc:
        """The arguments of a call; brackets as the only argument stay on the line of the call."""
        only = node.arguments[0] if len(node.arguments) == 1 else None
        if (
            only is not None
            and only.kind == "positional"
            and isinstance(only.value, _CONTAINERS)
            and not any(id(only) in table for table in (self.comments.before, self.comments.behind))
            and id(node) not in self.comments.inside
        ):
            return ["(", self.item(only.value), ")"]
        docs = [self.argument(one) for one in node.arguments]
        return self.brackets(node, "(", ")", node.open + 1, node.arguments, docs)

    def argument(self, node: Argument) -> Doc:
        value = self.item(node.value)
        if node.kind == "named":
            assert node.name is not None
            return [node.name.id, "=", value]
        return [{"positional": "", "star": "*", "starstar": "**"}[node.kind], value]

    def load(self, node: Load) -> Doc:
        """A load statement."""
        items: list[Node] = [node.module, *node.items]
        docs: list[Doc] = [self.literal(node.module), *(self.load_item(one) for one in node.items)]
        start = self.text.index("(", node.start) + 1
        return ["load", self.brackets(node, "(", ")", start, items, docs)]

    def load_item(self, node: LoadItem) -> Doc:
        imported = self.string(self.text[node.imported_start : node.imported_end])
        if node.local.start == node.imported_start:
            return imported
        return [node.local.id, "=", imported]

    # ---- literals

    def literal(self, node: Literal_) -> str:
        """The text of a literal; strings get double quotes where that needs no escape."""
        text = self.text[node.start : node.end]
        return self.string(text) if isinstance(node.value, str | bytes) else text

    def string(self, text: str) -> str:
        """A string token with the usual quotes."""
        prefix = text[: len(text) - len(text.lstrip("rb"))]
        body = text[len(prefix) :]
        quote = 3 if body.startswith("'''") else 1
        if not body.startswith("'") or '"' in body or "\\'" in body or "\\" in body[-quote - 1 : -quote]:
            return text
        return prefix + '"' * quote + body[quote:-quote] + '"' * quote
