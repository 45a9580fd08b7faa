"""Known slips: blocks, headers, and what is missing or too much in expressions. See slips.py."""

from __future__ import annotations

from oxlang.syntax.layout import (
    BYTES,
    CLOSER,
    DEDENT,
    END,
    FLOAT,
    INDENT,
    INT,
    NAME,
    NEWLINE,
    OPENER,
    RESERVED,
    SKIP,
    STRING,
)
from oxlang.syntax.mistakes import BLOCK_KEYWORDS, KEYWORDS, Place, Slip
from oxlang.syntax.tables import TERMINALS

_VALUES = frozenset({NAME, INT, FLOAT, STRING, BYTES})
_OPENERS = frozenset(TERMINALS[one] for one in "([{")
_BINARY = frozenset(
    {
        "+",
        "-",
        "*",
        "/",
        "//",
        "%",
        "|",
        "&",
        "^",
        "<<",
        ">>",
        "==",
        "!=",
        "<",
        ">",
        "<=",
        ">=",
        "and",
        "or",
        "in",
        "not",
    }
)

# ---- blocks


def branch(p: Place) -> Slip | None:
    """`else` or `elif` without `if`; `else if`."""
    if p.text in ("else", "elif") and p.kind in KEYWORDS and p.index == p.first:
        if p.after_error:
            return p.slip("OX0105", f"`{p.text}` without `if`", report=False, repair=False)
        return p.slip(
            "OX0105",
            f"`{p.text}` without `if`",
            label="no `if` stands before it at this indentation",
            repair=False,
            help=f"indent `{p.text}` like its `if`, with nothing but the block between them",
        )
    if p.text == "if" and p.before_text == "else" and p.wants(":"):
        start = p.tokens.starts[p.before]
        return p.slip(
            "OX0105",
            "`else if` is written `elif`",
            start=start,
            label="two words",
            help="write `elif`",
            repair=False,
            fix=("write `elif`", start, p.end, "elif"),
        )
    return None


_HEADER = {
    "def": "`def` line",
    "if": "`if`",
    "elif": "`elif`",
    "else": "`else`",
    "for": "`for` loop",
    "while": "`while` loop",
}


def missing_colon(p: Place) -> Slip | None:
    """A header without its colon; braces or `then` in its place."""
    if not p.wants(":") or p.brackets or p.kind_at(p.first) not in BLOCK_KEYWORDS:
        return None
    word = p.first_text
    what = _HEADER[word]
    place = p.tokens.ends[p.before]
    if p.text == "{" or (p.kind == NAME and p.text in ("then", "do")):
        return p.slip(
            "OX0101",
            f"the block of the {what} starts with `:`, not `{p.text}`",
            label="block of another language",
            help="end the line with `:` and indent the block",
            repair=False,
            fix=("write `:`", place, p.end, ":"),
        )
    if p.text == "=" and word in ("if", "elif", "while"):
        return p.slip(
            "OX0106",
            "`=` assigns; a condition compares with `==`",
            label="assignment in a condition",
            help="write `==`",
            repair=False,
            fix=("write `==`", p.start, p.end, "=="),
        )
    if p.kind == NEWLINE or p.kind in KEYWORDS or p.kind in _VALUES:
        return p.slip(
            "OX0101",
            f"the {what} lacks its `:`",
            start=place,
            end=max(place, p.end if p.kind != NEWLINE else place),
            label="`:` belongs here" if p.kind == NEWLINE else "`:` belongs before this",
            help="end the line with `:`",
            fix=("add `:`", place, place, ":"),
        )
    return None


def missing_block(p: Place) -> Slip | None:
    """A header without a block."""
    if INDENT not in p.expected or p.kind in (INDENT, NEWLINE):
        return None
    header = p.before
    while header > 0 and p.kind_at(header) in (NEWLINE, DEDENT, INDENT):
        header -= 1
    line = header
    while line > 0 and p.kind_at(line - 1) not in (NEWLINE, INDENT, DEDENT, SKIP):
        line -= 1
    word = p.text_at(line)
    what = _HEADER.get(word, "line")
    start, end = p.tokens.starts[line], p.tokens.ends[header]
    return p.slip(
        "OX0102",
        f"the {what} has no block",
        start=start,
        end=end,
        label="expected an indented block behind this line",
        help="indent what belongs to the block, or write `pass`",
    )


def function_header(p: Place) -> Slip | None:
    """`def f:`, `def (x):`, `def f(1):`, `def f(a b):`, `def a.b():`"""
    if p.first_text != "def":
        return None
    if p.before_text == "def":
        if p.text == "(":
            return p.slip(
                "OX0103",
                "the function has no name",
                label="expected its name",
                help="write `def name(…):`, or `lambda …: …` for a function without a name",
                repair=False,
            )
        return None
    if p.wants("(") and NAME not in p.expected and not p.wants_operand and not p.brackets:
        if p.text == ".":
            return p.slip(
                "OX0100",
                "a function's name is a single word",
                label="unexpected `.`",
                repair=False,
                help="methods cannot be added to values",
            )
        if p.text in (":", "->") or p.kind == NEWLINE:
            return p.slip(
                "OX0100",
                p.got_want(),
                label="parameters belong here, if only `()`",
                notes=(),
                repair=False,
                help="write `()` behind the name",
                fix=("add `()`", p.tokens.ends[p.before], p.tokens.ends[p.before], "()"),
            )
    named = p.kind == NAME and p.kind_at(p.before) == NAME
    if named and len(p.brackets) == 1 and p.wants(",") and p.text_at(p.neighbour(p.before, -1)) in ("(", ","):
        return p.slip(
            "OX0104",
            "two names next to each other",
            label="`,` belongs before this",
            repair=False,
            help="put a comma between parameters; a type stands behind `name:`",
        )
    if (
        len(p.brackets) == 1
        and NAME in p.expected
        and not p.wants_operand
        and p.before_text in ("(", ",")
        and p.kind != NEWLINE
    ):
        if p.kind in _VALUES or p.text in ("(", "[", "{"):
            return p.slip(
                "OX0100",
                f"a parameter is a name, not {p.found_nicely}",
                label="expected a name",
                repair=False,
                help="take values apart in the function's body",
            )
        if p.text == "/":
            return p.slip(
                "OX0108",
                "Starlark has no positional-only parameters",
                label="`/` of Python",
                help="take `/` away",
                repair=False,
            )
    return None


def loop_header(p: Place) -> Slip | None:
    """`for x of y:`, `for (i = 0; …)`, `for x = 1:`"""
    if (
        p.first_text != "for"
        or not p.wants("in")
        or len(p.brackets) > 1
        or (p.wants("==") and not p.brackets)
    ):
        return None
    if p.brackets and p.text != "=":
        return None
    if p.text == "=":
        return p.slip(
            "OX0109",
            "a `for` loop goes over a list or a range",
            label="expected `in`",
            repair=False,
            help="write `for i in range(n):`",
        )
    help = "write `for name in values:`"
    if p.text == ":" and p.kind_at(p.before) == NAME:
        help = f"write `in` and what to loop over: `for {p.before_text} in values:`"
    return p.slip("OX0100", p.got_want(), label="expected `in`", notes=(), help=help, repair=False)


def lambda_body(p: Place) -> Slip | None:
    """Statements or typed parameters in a lambda; a lambda where only an operand fits."""
    if (
        p.kind in KEYWORDS
        and p.text in ("return", "pass", "for", "if", "def")
        and p.before_text == ":"
        and p.wants_operand
    ):
        at = p.before
        while at > p.first and p.text_at(at) != "lambda":
            at -= 1
        if p.text_at(at) == "lambda":
            help = (
                "take `return` away: the value of the expression is returned"
                if p.text == "return"
                else "define a function with `def`"
            )
            return p.slip(
                "OX0100",
                "the body of a lambda is one expression",
                label=f"`{p.text}` is a statement",
                help=help,
                repair=False,
            )
    if p.text == "lambda" and not p.wants("lambda") and p.wants_operand:
        return p.slip(
            "OX0100",
            p.got_want(),
            label="a lambda needs parentheses here",
            notes=(),
            help="write `(lambda …: …)`",
            repair=False,
        )
    if p.before_text == "lambda" and p.text == "(":
        return p.slip(
            "OX0100",
            "the parameters of a lambda stand without parentheses",
            label="unexpected `(`",
            help="write `lambda x, y: …`",
            repair=False,
        )
    return None


# ---- expressions


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
    """`a if b` without `else`."""
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
    return None


def generator(p: Place) -> Slip | None:
    """`f(x for x in y)` and set comprehensions."""
    if p.text != "for" or not p.brackets:
        return None
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
    """`[x for x in 1, 2]`"""
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
    if p.before_text not in _BINARY and p.bracket != "(":
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
        return p.slip(
            "OX0111",
            f"`{p.text}` does not close `{p.bracket}`",
            label=f"expected `{CLOSER[p.bracket]}`",
            labels=(opening,),
            help=f"write `{CLOSER[p.bracket]}`",
            repair=False,
            fix=(f"write `{CLOSER[p.bracket]}`", p.start, p.end, CLOSER[p.bracket]),
        )
    return None


def annotation(p: Place) -> Slip | None:
    """`x: int` without a value."""
    if (
        p.kind != NEWLINE
        or not p.wants("=")
        or p.brackets
        or p.wants(":")
        or p.kind_at(p.first) not in _VALUES
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
        return p.slip(
            "OX0100",
            "a list has no keys",
            label="`:` in a list",
            help="write `{key: value}` for a dict",
            repair=False,
        )
    if p.text in (",", "}") and p.bracket == "{" and p.wants(":") and p.kind_at(p.before) in _VALUES:
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
    if ended or p.text in _BINARY:
        if p.text == "," and before in ("(", "[", "{", ","):
            return p.slip(
                "OX0103",
                "a value is missing before `,`",
                label="unexpected comma",
                help="take the comma away",
                repair=False,
            )
        if (
            p.text in _BINARY
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
            before in _BINARY
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
                if where == "line" and before in _BINARY
                else None,
            )
    return None


def two_values(p: Place) -> Slip | None:
    """Two values next to each other."""
    if p.kind not in _VALUES and p.text not in ("lambda",) and p.text != "{":
        return None
    if (p.kind_at(p.before) not in _VALUES and p.before_text not in OPENER) or p.wants_operand:
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
            help="`load` is a statement of its own and gives no value"
            if p.text == "load"
            else "statements have no value",
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


def load_word(p: Place) -> Slip | None:
    """`load = 1`, `load "x"`"""
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
