"""Slips in expressions: what is missing, or too much."""

from __future__ import annotations

from oxlang.syntax.layout import CLOSER, OPENER
from oxlang.syntax.mistakes import BINARY, KEYWORDS, VALUES, Place, Slip
from oxlang.syntax.words import BYTES, END, NAME, NEWLINE, RESERVED, STRING


def chained_assignment(p: Place) -> Slip | None:
    """`a = b = c`, and `=` inside expressions."""
    if p.text != "=":
        return None
    if not p.brackets and NEWLINE in p.expected:
        return p.slip(
            "OX0106",
            "one statement assigns once",
            label="second `=`",
            repair=False,
            help="write two assignments, or `==` to compare",
        )
    if p.bracket == "{" and (p.wants(":") or p.wants("}")):
        return p.slip(
            "OX0106",
            "a dict entry is written `key: value`",
            label="`=` in a dict",
            repair=False,
            help="write `:`; keys that are names need quotes",
            fix=("write `:`", p.start, p.end, ":"),
        )
    if p.wants_operand:
        return None
    return p.slip(
        "OX0106",
        "`=` cannot stand inside an expression",
        label="assigns; `==` compares",
        repair=False,
        help="write `==` to compare, or assign in a statement of its own",
        fix=("write `==`", p.start, p.end, "=="),
    )


def conditional(p: Place) -> Slip | None:
    """`a if b` without `else`, and its parts in another order."""
    if (
        p.text == "if"
        and p.wants_operand
        and p.index != p.first
        and p.before_text not in (":", "]", ")", "}")
    ):
        return p.slip(
            "OX0103",
            "a value is missing before `if`",
            label="a conditional expression begins with a value",
            repair=False,
            help="write `a if condition else b`",
        )
    if p.text == "else" and p.before_text == "if":
        return p.slip(
            "OX0103",
            "the condition is missing behind `if`",
            label="expected a condition before this",
            repair=False,
            help="write `a if condition else b`",
        )
    if p.text == "else" and p.index != p.first and NEWLINE in p.expected:
        return p.slip(
            "OX0105",
            "`else` without `if`",
            label="no condition stands before it",
            repair=False,
            help="write `a if condition else b`",
        )
    if not p.wants("else") or p.text == "else" or p.wants_operand:
        return None
    if p.kind in (NEWLINE, END) or p.text in (")", "]", "}", ",", ":"):
        return p.slip(
            "OX0114",
            "conditional expression without else clause",
            label="expected `else`",
            help="write `a if condition else b`; `None` is a value, too",
            repair=False,
        )
    if p.text == "for" and p.brackets:
        return p.slip(
            "OX0114",
            "conditional expression without else clause",
            label="expected `else`",
            help="a filter stands behind the loop: `[a for a in values if condition]`",
            repair=False,
        )
    return None


def generator(p: Place) -> Slip | None:
    """`f(x for x in y)` and set comprehensions."""
    if p.text != "for" or not p.brackets:
        return None
    if p.wants_operand and p.before_text in CLOSER:
        return p.slip(
            "OX0103",
            "a value is missing before `for`",
            label="a comprehension begins with the value of an item",
            repair=False,
            help="write `[item for item in values]`",
        )
    if p.bracket == "(":
        return p.slip(
            "OX0108",
            "Starlark has no generator expressions",
            label="needs square brackets",
            repair=False,
            help="make a list: `[… for … in …]`",
        )
    if p.bracket == "{":
        return p.slip(
            "OX0143",
            "Starlark has no set comprehensions",
            label="no `key: value` before it",
            repair=False,
            help="write `set([… for … in …])`, or `{key: value for … in …}` for a dict",
        )
    return None


def comprehension_tuple(p: Place) -> Slip | None:
    """`[x for x in 1, 2]`, `[x for x in y if a else b]`"""
    if p.text == "else" and p.brackets and p.wants("for") and p.wants("if") and not p.wants(","):
        return p.slip(
            "OX0100",
            p.got_want(),
            label="a filter has no `else`",
            notes=(),
            help="to choose a value, write `[a if condition else b for … in …]`",
            repair=False,
        )
    if p.text == "," and p.brackets and p.wants("for") and p.wants("if") and not p.wants(","):
        return p.slip(
            "OX0100",
            p.got_want(),
            label="a tuple needs parentheses here",
            notes=(),
            help="write `(a, b)`",
            repair=False,
        )
    return None


def unpacking(p: Place) -> Slip | None:
    """`[*a]`, `{**a}`, `a, *b = c`"""
    if p.text not in ("*", "**") or not p.wants_operand:
        return None
    if p.bracket == "{":
        return p.slip(
            "OX0108",
            "a dict cannot be unpacked in a dict",
            label="only arguments can be unpacked",
            help="write `a | b`",
            repair=False,
        )
    if p.bracket == "[" and p.before_text in ("[", ","):
        return p.slip(
            "OX0108",
            "a list cannot be unpacked in a list",
            label="only arguments can be unpacked",
            help="write `[…] + list`",
            repair=False,
        )
    if p.before_text not in BINARY and p.bracket != "(":
        return p.slip(
            "OX0100",
            p.got_want(),
            label="only arguments can be unpacked",
            notes=(),
            repair=False,
            help="name all parts, or take slices: `first, rest = x[0], x[1:]`",
        )
    return None


def unopened(p: Place) -> Slip | None:
    """A closing bracket without an opening one, or of the wrong kind."""
    if p.text not in OPENER or (p.wants_operand and p.bracket == OPENER[p.text]):
        return None
    if not p.brackets:
        shown = p.first_text
        if p.text == "}" and p.index == p.first:
            return p.slip(
                "OX0111",
                "unexpected '}'",
                label="closes nothing",
                help="blocks end where the indentation ends",
                repair=False,
                report=not p.after_error,
            )
        return p.slip(
            "OX0111",
            f"unexpected '{p.text}'",
            label="closes nothing",
            repair=False,
            help=f"take it away, or open it with `{OPENER[p.text]}`" if shown else None,
        )
    opened = p.brackets[-1]
    if p.bracket != OPENER[p.text]:
        opening = (p.tokens.starts[opened], p.tokens.ends[opened], "opened here")
        closer = CLOSER[p.bracket]
        # What closes another bracket further out is right: the inner one was forgotten.
        forgotten = OPENER[p.text] in [p.text_at(one) for one in p.brackets]
        end = p.tokens.ends[p.before]
        return p.slip(
            "OX0111",
            f"`{p.text}` does not close `{p.bracket}`",
            label=f"expected `{closer}`",
            labels=(opening,),
            help=f"write `{closer}` before it" if forgotten else f"write `{closer}`",
            repair=False,
            fix=(f"add `{closer}`", end, end, closer) if forgotten else (f"write `{closer}`", p.start, p.end, closer),
        )
    return None


def annotation(p: Place) -> Slip | None:
    """`x: int` without a value."""
    if (
        p.kind != NEWLINE
        or not p.wants("=")
        or p.brackets
        or p.wants(":")
        or p.kind_at(p.first) not in VALUES
    ):
        return None
    return p.slip(
        "OX0103",
        "a variable with a type needs a value",
        label="expected `=` and a value",
        repair=False,
        help="assign a value: `name: type = value`",
    )


def entry(p: Place) -> Slip | None:
    """`["a": 1]` and `{"a", 1}` mixtures."""
    if p.text == ":" and p.bracket == "[" and p.wants("]"):
        opened = p.neighbour(p.brackets[-1], -1)
        if opened < p.brackets[-1] and (p.kind_at(opened) in VALUES or p.text_at(opened) in OPENER):
            return p.slip(
                "OX0100",
                p.got_want(),
                label="a slice has three parts at most",
                notes=(),
                help="write `[start:stop:step]`",
                repair=False,
            )
        return p.slip(
            "OX0100",
            "a list has no keys",
            label="`:` in a list",
            help="write `{key: value}` for a dict",
            repair=False,
        )
    if p.text in (",", "}") and p.bracket == "{" and p.wants(":") and p.kind_at(p.before) in VALUES:
        return p.slip(
            "OX0100",
            "a dict entry needs `: value`",
            label="expected `:`",
            help="write `key: value` for each entry",
            repair=False,
        )
    if p.text == ":" and p.bracket == "(" and p.wants(")") and p.kind_at(p.before) == NAME:
        return p.slip(
            "OX0100",
            "an argument is given by name with `=`",
            label="`:` in a call",
            help=f"write `{p.before_text} = …`",
            repair=False,
            fix=("write `=`", p.start, p.end, " ="),
        )
    return None


def missing_operand(p: Place) -> Slip | None:
    """An operator, comma or dot with nothing behind it; two operators in a row."""
    before = p.before_text
    ended = p.kind in (NEWLINE, END) or p.text in OPENER or p.text in (",", ":", "=", ";")
    if before == "." and NAME in p.expected and not p.wants_operand:
        if p.kind in (NEWLINE, END) or p.kind not in KEYWORDS | {RESERVED}:
            return p.slip(
                "OX0103",
                "a name is missing behind `.`",
                start=p.tokens.starts[p.before],
                end=p.tokens.ends[p.before],
                label="expected the name of an attribute",
                help="write the name, or take the dot away",
            )
        return None
    if not p.wants_operand or p.before >= p.index:
        return None
    if ended or p.text in BINARY:
        if p.text == "," and before in ("(", "[", "{", ","):
            return p.slip(
                "OX0103",
                "a value is missing before `,`",
                label="unexpected comma",
                help="take the comma away",
                repair=False,
            )
        if (
            p.text in BINARY
            and p.text not in ("-", "+", "not")
            and (before in ("(", "[", "{", ",", "=") or p.index == p.first)
        ):
            return p.slip(
                "OX0103",
                f"`{p.text}` has no left operand",
                label=f"expected {p.wanted()[0]}",
                repair=False,
                help="an operator at the beginning of a line needs parentheses around the whole expression"
                if p.index == p.first
                else None,
            )
        if (
            before in BINARY
            or before in ("=", "if", "elif", "else", "while", "in", "lambda", ":", "~", "**")
            or before.endswith("=")
        ):
            where = "line" if p.kind in (NEWLINE, END) else p.found_nicely
            return p.slip(
                "OX0103",
                f"a value is missing behind `{before}`",
                start=p.tokens.starts[p.before],
                end=p.tokens.ends[p.before],
                label="expected a value behind this",
                help="an expression goes on in the next line only inside brackets"
                if where == "line" and before in BINARY
                else None,
            )
    return None


def two_values(p: Place) -> Slip | None:
    """Two values next to each other."""
    if p.wants("in") and not p.wants("=="):
        return None
    if p.kind not in VALUES and p.text not in ("lambda",) and p.text != "{":
        return None
    if (p.kind_at(p.before) not in VALUES and p.before_text not in OPENER) or p.wants_operand:
        return None
    if p.kind == STRING and p.kind_at(p.before) == STRING:
        place = p.tokens.ends[p.before]
        return p.slip(
            "OX0104",
            "Starlark does not join strings that stand next to each other",
            label="second string",
            repair=False,
            help="write `+` between them, or `,` between items",
            fix=("add `+`", place, place, " +"),
        )
    if p.kind == NAME and p.adjacent and p.kind_at(p.before) in (STRING, BYTES):
        other = '"' if p.before_text.endswith("'") else "'"
        return p.slip(
            "OX0104",
            f"the string ends before `{p.text}`",
            label="behind the closing quote",
            repair=False,
            help=f"put `{other}` around a string that contains quotes, or write a backslash before them",
        )
    if p.bracket == "{" and p.wants(":"):
        place = p.tokens.ends[p.before]
        return p.slip(
            "OX0104",
            f"`:` is missing before {p.found_nicely}",
            label="expected `:` before this",
            repair=False,
            help="write `key: value`",
            fix=("add `:`", place, place, ":"),
        )
    if p.brackets:
        place = p.tokens.ends[p.before]
        return p.slip(
            "OX0104",
            f"a comma is missing before {p.found_nicely}",
            label="expected `,` before this",
            repair=False,
            help="put a comma between the values",
            fix=("add `,`", place, place, ","),
        )
    if NEWLINE in p.expected:
        return p.slip(
            "OX0104",
            p.got_want(),
            label="a second value on the line",
            notes=(),
            repair=False,
            help="put an operator between the values, or start a new line",
        )
    return None


_NO_VALUE = {
    "load": "`load` is a statement of its own and gives no value",
    "def": "define the function in a statement before this one, or write `lambda …: …`",
}


def keyword_in_expression(p: Place) -> Slip | None:
    """A statement's keyword inside an expression."""
    if p.kind not in KEYWORDS or not p.wants_operand or p.index == p.first:
        return None
    if p.text in ("load", "def", "return", "pass", "break", "continue", "while", "elif"):
        return p.slip(
            "OX0107",
            p.got_want(),
            label=f"`{p.text}` is a keyword",
            notes=(),
            repair=False,
            help=_NO_VALUE.get(p.text, "statements have no value"),
        )
    return None


def semicolon(p: Place) -> Slip | None:
    """`;` without a statement before it."""
    if p.text == ";" and (p.index == p.first or p.before_text == ";"):
        return p.slip(
            "OX0100",
            "a statement is missing before `;`",
            label="unexpected `;`",
            help="take `;` away",
            repair=False,
        )
    return None


def not_in(p: Place) -> Slip | None:
    """`a not b`"""
    if p.before_text != "not" or not p.wants("in") or p.wants_operand:
        return None
    return p.slip(
        "OX0100",
        p.got_want(),
        label="expected `in`",
        notes=(),
        repair=False,
        help="write `a not in b` to look for an element, `a != b` to compare, or `a and not b`",
    )


def load_word(p: Place) -> Slip | None:
    """`load "x"`, `load("f", "x" as "y")`, `load("f", *)`"""
    if p.first_text == "load" and p.text == "as" and p.kind_at(p.before) == STRING:
        local = p.next_text.strip("\"'") or "name"
        return p.slip(
            "OX0142",
            "another name stands before what is loaded",
            label="`as` of Python",
            repair=False,
            help=f"write `{local} = {p.before_text}`",
        )
    if p.first_text == "load" and p.before_text == "*" and p.wants_operand:
        return p.slip(
            "OX0142",
            "`load` names everything that it loads",
            start=p.tokens.starts[p.before],
            end=p.tokens.ends[p.before],
            label="`*` of Python",
            repair=False,
            help='write the names: `load("module.star", "one", "other")`',
        )
    if p.before_text == "load" and p.before == p.first and p.text != "(":
        return p.slip(
            "OX0107",
            p.got_want(),
            label="`load` is a keyword",
            notes=(),
            repair=False,
            help='write `load("module.star", "name")`',
        )
    return None
