"""Slips of people who know other languages, Python above all: their operators and words."""

from __future__ import annotations

import re

from oxlang.syntax.layout import OPENER
from oxlang.syntax.mistakes import KEYWORDS, OPENERS, VALUES, Place, Slip
from oxlang.syntax.words import NAME, NEWLINE, RESERVED


def _joined(p: Place) -> tuple[str, int]:
    """The token and its neighbours without space between them, and where the text starts."""
    start = p.index
    text = p.text
    if p.adjacent and p.kind_at(p.before) not in VALUES | OPENERS:
        start = p.before
        text = p.before_text + text
    if p.next > p.index and p.tokens.starts[p.next] == p.end and p.kind_at(p.next) not in VALUES | OPENERS:
        text += p.next_text
    return text, p.tokens.starts[start]


_FOREIGN = {
    "&&": ("and", "write `and`"),
    "||": ("or", "write `or`"),
    "++": ("+= 1", "write `x += 1`"),
    "--": ("-= 1", "write `x -= 1`"),
    "===": ("==", "write `==`; Starlark compares types, too"),
    "!==": ("!=", "write `!=`"),
    "<>": ("!=", "write `!=`"),
    "=>": (">=", "write `>=` to compare, or `lambda x: …` for a function"),
    "=<": ("<=", "write `<=`"),
    "??": ("or", "write `a if a != None else b`"),
    ":=": ("=", "assign in a statement of its own"),
    "=:": ("=", "write `=`"),
    "::": (".", "write `.`"),
    "?.": (".", "ask with `if` first"),
    "**=": ("", "Starlark has no power operator"),
    "->": ("", "the type that a function gives stands behind `)` of its `def`"),
}


def foreign_operator(p: Place) -> Slip | None:
    """`&&`, `||`, `++`, `===`, `:=`, …"""
    text, start = _joined(p)
    for sign_, (_, help) in _FOREIGN.items():
        if sign_ not in text or len(sign_) < 2 or (sign_ == "->" and text != "->"):
            continue
        if sign_ == "--" and p.wants_operand and p.kind != NEWLINE:
            continue
        at = start + text.index(sign_)
        if sign_ == ":=":
            return p.slip(
                "OX0108",
                "Starlark has no assignment expressions",
                start=at,
                end=at + 2,
                label="`:=` of Python",
                help=help,
                repair=False,
            )
        return p.slip(
            "OX0109",
            f"`{sign_}` is not an operator",
            start=at,
            end=at + len(sign_),
            label="operator of another language" if sign_ != "->" else "",
            help=help,
            repair=False,
        )
    if (
        p.kind == NEWLINE
        and p.before_text in ("+", "-")
        and p.text_at(p.neighbour(p.before, -1)) == p.before_text
    ):
        sign_ = p.before_text * 2
        at = p.tokens.starts[p.before] - 1
        return p.slip(
            "OX0109",
            f"`{sign_}` is not an operator",
            start=at,
            end=at + 2,
            label="operator of another language",
            help=_FOREIGN[sign_][1],
            repair=False,
        )
    return None


def power(p: Place) -> Slip | None:
    """`a ** b`"""
    if p.text != "**" or (p.kind_at(p.before) not in VALUES and p.before_text not in OPENER):
        return None
    return p.slip(
        "OX0108",
        "Starlark has no power operator",
        label="`**` of Python",
        repair=False,
        help="multiply, or shift: `1 << n` is 2 to the power of n",
    )


def slash_comment(p: Place) -> Slip | None:
    """`// comment` and `/* comment */`"""
    text, start = _joined(p)
    if p.text in ("//", "/") and (
        text.startswith(("//", "/*")) and (p.index == p.first or text.startswith("/*"))
    ):
        return p.slip(
            "OX0109",
            "comments start with `#`",
            start=start,
            end=start + 2,
            label="comment of another language",
            help="write `#` before each line of the comment",
            repair=False,
        )
    return None


_PYTHON_WORDS = {
    "import": ("Starlark has no `import`", 'load values from another file: `load("file.star", "name")`'),
    "from": ("Starlark has no `from … import`", 'load values from another file: `load("file.star", "name")`'),
    "class": (
        "Starlark has no classes",
        "keep data in dicts or lists, and write functions that work on them",
    ),
    "try": (
        "Starlark has no exceptions",
        "check before: `if key in table:` or `table.get(key)`; an error ends the program",
    ),
    "except": ("Starlark has no exceptions", "check before; an error ends the program"),
    "finally": ("Starlark has no exceptions", "an error ends the program, so nothing has to be cleaned up"),
    "raise": ("Starlark has no exceptions", 'end the program with `fail("message")`'),
    "with": ("Starlark has no `with`", "there is nothing to close: write the statements of the block alone"),
    "assert": ("Starlark has no `assert`", 'write `if not condition: fail("message")`'),
    "del": (
        "Starlark has no `del`",
        "remove an item with `table.pop(key)` or `list.remove(value)`; names live as long as their block",
    ),
    "global": (
        "Starlark has no `global`",
        "functions cannot assign to global names: return the value, or change a list or dict",
    ),
    "nonlocal": (
        "Starlark has no `nonlocal`",
        "return the value, or change a list or dict of the outer function",
    ),
    "yield": ("Starlark has no generators", "collect the values in a list and return it"),
    "async": ("Starlark has no `async`", "write a normal function: everything runs in order"),
    "await": ("Starlark has no `await`", "call the function: everything runs in order"),
}


_CONFLICT = re.compile(r"(?:<<<<<<<|\|\|\|\|\|\|\||=======|>>>>>>>)(?=\s|$)")


def conflict(p: Place) -> Slip | None:
    """The lines that a merge leaves where it did not know what to take."""
    text = p.tokens.source.text
    start = text.rfind("\n", 0, p.start) + 1
    found = _CONFLICT.match(text, start)
    if found is None or p.start >= found.end():
        return None
    return p.slip(
        "OX0116",
        f"`{found.group()}` is a mark of a merge conflict",
        start=start,
        end=found.end(),
        label="put here by a merge",
        notes=(),
        help="keep the lines that are right, and delete the marks and the others",
        report=found.group() == "<<<<<<<" or re.search("^<<<<<<<", text[:start], re.MULTILINE) is None,
        repair=False,
    )


def async_function(p: Place) -> Slip | None:
    """`async def` and `await`, where the older parser has them as names."""
    if p.before_text not in ("async", "await") or p.kind_at(p.before) != NAME or p.adjacent or p.wants_operand:
        return None
    if p.text != "def" and (p.before_text == "async" or p.kind not in VALUES):
        return None
    message, help = _PYTHON_WORDS[p.before_text]
    start, end = p.tokens.starts[p.before], p.tokens.ends[p.before]
    return p.slip("OX0108", message, start=start, end=end, label="word of Python", help=help, repair=False)


def keyword_assigned(p: Place) -> Slip | None:
    """`def = 1`, `lambda += 1`"""
    if p.before != p.first or p.kind_at(p.first) not in KEYWORDS or p.text not in _ASSIGN:
        return None
    return _no_name(p, p.first, "keyword")


_ASSIGN = frozenset({"=", "+=", "-=", "*=", "/=", "//=", "%=", "&=", "|=", "^=", "<<=", ">>="})


def _no_name(p: Place, index: int, what: str) -> Slip:
    word = p.text_at(index)
    return p.slip(
        "OX0107",
        f"`{word}` is a {what}, not an identifier",
        start=p.tokens.starts[index],
        end=p.tokens.ends[index],
        label=what,
        repair=False,
        help=f"use another name, such as `{word}_`",
    )


def python_statement(p: Place) -> Slip | None:
    """Statements of Python: the reserved word stands first in its line, or the line began with it."""
    if p.kind != RESERVED:
        return None
    if p.index == p.first and p.next_text in _ASSIGN:
        return _no_name(p, p.index, "reserved word")
    if p.text in ("except", "finally") and p.after_error:
        return p.slip("OX0108", _PYTHON_WORDS[p.text][0], report=False, repair=False)
    if p.text in _PYTHON_WORDS and (p.index == p.first or p.text in ("yield", "await")):
        message, help = _PYTHON_WORDS[p.text]
        return p.slip(
            "OX0108",
            message,
            label="statement of Python" if p.index == p.first else "expression of Python",
            help=help,
            repair=False,
        )
    if p.text == "is" and not p.wants_operand:
        negated = p.next_text == "not"
        operator = "!=" if negated else "=="
        end = p.tokens.ends[p.next] if negated else p.end
        shown = "is not" if negated else "is"
        return p.slip(
            "OX0108",
            f"Starlark has no operator `{shown}`",
            end=end,
            label="operator of Python",
            help=f"write `{operator}`",
            repair=False,
            fix=(f"write `{operator}`", p.start, end, operator),
        )
    if p.text == "from" and p.before_text and p.first_text == "yield":
        return None
    if p.text == "raise" or p.text == "assert":
        return p.slip(
            "OX0108",
            _PYTHON_WORDS[p.text][0],
            label="statement of Python",
            help=_PYTHON_WORDS[p.text][1],
            repair=False,
        )
    return None


def word_as_name(p: Place) -> Slip | None:
    """A keyword or reserved word where a name belongs."""
    if p.kind != RESERVED and p.kind not in KEYWORDS:
        return None
    is_target = p.next_text in ("=", ",", ".", "(", "[") or p.wants("(") or not p.wants_operand
    name_only = NAME in p.expected and not p.wants_operand
    reserved = p.kind == RESERVED
    if not (name_only or reserved):
        return None
    what = "reserved word" if reserved else "keyword"
    if not (name_only or p.wants_operand) or (not is_target and not reserved):
        return None
    return _no_name(p, p.index, what)


_DECLARERS = frozenset({"let", "var", "const", "val", "auto", "my", "local", "export", "static", "final"})
_FUNCTION_WORDS = frozenset({"function", "func", "fn", "fun", "sub", "proc", "define"})


def foreign_statement(p: Place) -> Slip | None:
    """`let x = 1`, `function f()`, `print "x"`, `elseif`, `switch x:`, …"""
    if p.before != p.first or p.kind_at(p.first) != NAME or NEWLINE not in p.expected or p.adjacent:
        return None
    word = p.first_text
    start, end = p.tokens.starts[p.first], p.tokens.ends[p.first]
    if word in _DECLARERS and p.kind == NAME:
        return p.slip(
            "OX0109",
            f"Starlark does not declare variables with `{word}`",
            start=start,
            end=end,
            label="keyword of another language",
            help=f"assign alone: `{p.text} = …`",
            repair=False,
            fix=(f"take `{word}` away", start, p.start, ""),
        )
    if word in _FUNCTION_WORDS and p.kind == NAME:
        return p.slip(
            "OX0109",
            f"functions are defined with `def`, not `{word}`",
            start=start,
            end=end,
            label="keyword of another language",
            help=f"write `def {p.text}(…):`",
            repair=False,
            fix=("write `def`", start, end, "def"),
        )
    if word in ("print", "fail") and p.kind in VALUES:
        return p.slip(
            "OX0104",
            f"`{word}` is a function",
            label="argument without parentheses",
            help=f"write `{word}({p.text if len(p.text) < 30 else '…'})`",
            repair=False,
        )
    if word in ("elseif", "elsif", "elsf") and p.kind in VALUES | OPENERS:
        return p.slip(
            "OX0105",
            f"`{word}` is not a keyword",
            start=start,
            end=end,
            label="unknown word",
            help="write `elif`",
            repair=False,
            fix=("write `elif`", start, end, "elif"),
        )
    if word in ("switch", "match", "case") and p.kind in VALUES | OPENERS:
        return p.slip(
            "OX0109",
            f"Starlark has no `{word}` statement",
            start=start,
            end=end,
            label="statement of another language",
            help="write `if` and `elif`, or look the value up in a dict",
            repair=False,
        )
    if word in ("unless", "until", "repeat", "foreach", "then", "do", "begin") and p.kind in VALUES | OPENERS:
        return p.slip(
            "OX0109",
            f"Starlark has no `{word}`",
            start=start,
            end=end,
            label="keyword of another language",
            help="write `if not …:` or `for … in …:`",
            repair=False,
        )
    return None
