"""Slips in blocks and the lines that begin them."""

from __future__ import annotations

from oxlang.syntax.ast import For, While
from oxlang.syntax.mistakes import BLOCK_KEYWORDS, KEYWORDS, VALUES, Place, Slip
from oxlang.syntax.words import DEDENT, INDENT, NAME, NEWLINE, SKIP


def branch(p: Place) -> Slip | None:
    """`else` or `elif` without `if`; `else if`."""
    if p.text in ("else", "elif") and p.kind in KEYWORDS and p.index == p.first:
        loop = {For: "for", While: "while"}.get(type(p.previous)) if p.text == "else" else None
        if loop is not None:
            return p.slip(
                "OX0108",
                f"`{loop}` loops have no `else`",
                label="branch of Python",
                repair=False,
                help="set a variable in the loop, and look at it with `if` behind the loop",
            )
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
    if p.kind == NEWLINE or p.kind in KEYWORDS or p.kind in VALUES:
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
        if p.text[:1].isdigit():
            return p.slip(
                "OX0100", p.got_want(), label="no name", notes=(), repair=False,
                help="a name begins with a letter or `_`; digits may follow",
            )  # fmt: skip
        return None
    named_now = p.text_at(p.neighbour(p.before, -1)) == "def"
    if named_now and p.wants("(") and not p.brackets:
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
        if p.kind in VALUES or p.text in ("(", "[", "{"):
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
    """`for in y:`, `for x of y:`, `for (i = 0; …)`, `for x = 1:`"""
    if p.text == "in" and p.before_text == "for":
        help = "write `for name in values`"
        return p.slip("OX0103", "the loop has no variable", label="expected a name before this", help=help, repair=False)
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
    """Statements or typed parameters in a lambda, nothing in its line; a lambda where only an operand fits."""
    if p.kind == NEWLINE and p.before_text == ":" and p.wants_operand and not p.brackets:
        words = [p.text_at(at) for at in range(p.first, p.before)]
        if "lambda" in words:
            return p.slip(
                "OX0103",
                "the lambda has no body",
                start=p.tokens.starts[p.before],
                end=p.tokens.ends[p.before],
                label="expected an expression behind this",
                help="write one expression on the same line, or define a function with `def`",
                repair=False,
            )
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
