"""Known slips: characters, literals, and operators and words of other languages. See slips.py."""

from __future__ import annotations

from oxlang.syntax.layout import (
    BAD_STRING,
    BYTES,
    FLOAT,
    ILLEGAL,
    INT,
    NAME,
    NEWLINE,
    OPENER,
    RESERVED,
    STRING,
)
from oxlang.syntax.mistakes import KEYWORDS, Place, Slip
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

_QUOTES = {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "`": "'", "´": "'"}
_LOOKALIKES = {
    "–": "-",
    "—": "-",
    "−": "-",
    "×": "*",
    "÷": "/",
    "≠": "!=",
    "≤": "<=",
    "≥": ">=",
    "→": "->",
    "（": "(",
    "）": ")",
    "，": ",",
    "：": ":",
    "；": ";",
    "［": "[",
    "］": "]",
    "｛": "{",
    "｝": "}",
    "＝": "=",
    "…": "...",
}
_INVISIBLE = {
    "\u00a0": "no-break space",
    "\u200b": "zero-width space",
    "\u200c": "zero-width non-joiner",
    "\u200d": "zero-width joiner",
    "\ufeff": "byte order mark",
    "\u2028": "line separator",
    "\u2029": "paragraph separator",
    "\u3000": "ideographic space",
    "\u202f": "narrow no-break space",
    "\u2060": "word joiner",
    "\x00": "NUL character",
    "\x0b": "vertical tab",
}


# ---- characters


def unterminated_string(p: Place) -> Slip | None:
    """A string that is not closed."""
    if p.kind != BAD_STRING:
        return None
    body = p.text.lstrip("rb")
    quote = body[:3] if body[:3] in ('"""', "'''") else body[:1]
    end = p.tokens.source.text.rstrip("\r\n")
    if len(quote) == 3:
        message = "unexpected end of file in string"
        label = f"the string that begins here has no closing `{quote}`"
        return p.slip(
            "OX0131",
            message,
            end=p.start + len(p.text) - len(body) + 3,
            label=label,
            notes=(),
            help=f"close it with `{quote}`",
        )
    in_line_end = p.end < len(end)
    help = f"close it with `{quote}`"
    if in_line_end:
        help += f"; a string of several lines needs `{quote * 3}`"
    where = "newline" if in_line_end else "end of file"
    stop = p.end
    line_end = p.first - 1
    if (
        p.after_error
        and line_end > 0
        and p.kind_at(line_end - 1) == BAD_STRING
        and not any(char.isalnum() for char in body)
    ):
        return p.slip("OX0131", "the end of the string that is not closed above", report=False, repair=False)
    return p.slip(
        "OX0131",
        f"unexpected {where} in string",
        label=f"no closing `{quote}` on this line",
        notes=(),
        help=help,
        fix=(f"close the string with `{quote}`", stop, stop, quote),
        repair=False,
    )


def strange_character(p: Place) -> Slip | None:
    """Typographic quotes, invisible characters and look-alikes."""
    if p.kind != ILLEGAL:
        return None
    char = p.text
    if char in _QUOTES:
        straight = _QUOTES[char]
        return p.slip(
            "OX0130",
            f"`{char}` is a typographic quote",
            label=f"strings need `{straight}`",
            notes=(),
            help=f"write `{straight}` on both sides of the string",
        )
    if char in _INVISIBLE:
        return p.slip(
            "OX0130",
            f"invisible character U+{ord(char):04X} ({_INVISIBLE[char]})",
            label="stands here",
            notes=(),
            help="delete it, or write a normal space",
            fix=("replace it by a space", p.start, p.end, " "),
        )
    if char in _LOOKALIKES:
        plain = _LOOKALIKES[char]
        return p.slip(
            "OX0130",
            f"`{char}` is no operator, but looks like `{plain}`",
            label=f"write `{plain}`",
            notes=(),
            help=f"write `{plain}`",
            fix=(f"write `{plain}`", p.start, p.end, plain),
        )
    return None


def sign(p: Place) -> Slip | None:
    """ASCII characters that mean something in other languages only."""
    if p.kind != ILLEGAL:
        return None
    if p.text == "!":
        return p.slip(
            "OX0109",
            "`!` is not an operator",
            label="means nothing here",
            help="write `not`",
            repair=False,
            fix=("write `not`", p.start, p.end, "not "),
        )
    if p.text == "?":
        return p.slip(
            "OX0109",
            "`?` is not an operator",
            label="means nothing here",
            repair=False,
            help="write a choice as `a if condition else b`",
        )
    if p.text == "@":
        if p.index == p.first:
            return p.slip(
                "OX0108",
                "Starlark has no decorators",
                label="`@` starts no statement",
                repair=False,
                help="define the function, then assign: `f = decorator(f)` to another name",
            )
        return p.slip("OX0109", "`@` is not an operator", label="means nothing here", repair=False)
    if p.text == "$":
        return p.slip(
            "OX0130",
            "`$` means nothing outside of strings",
            label="unexpected character",
            repair=False,
            help="variables have no sign before their names; put text into a string with `%` or `.format()`",
        )
    if p.text == "\\":
        return p.slip(
            "OX0130",
            "unexpected `\\`",
            label="only a line end may follow a backslash",
            repair=False,
            notes=(),
            help="delete what stands behind the backslash, or put the expression in parentheses",
        )
    name = f"`{p.text}`" if p.text.isprintable() else f"U+{ord(p.text[0]):04X}"
    if len(p.text) > 1 or p.text.isalnum():
        return p.slip(
            "OX0130",
            f"{name} is not a name",
            label="a name consists of letters, digits and `_`",
            notes=(),
            help="use other characters",
        )
    return p.slip(
        "OX0130",
        f"unexpected character {name}",
        label="means nothing outside of strings",
        notes=(),
        repair=False,
    )


def string_prefix(p: Place) -> Slip | None:
    """f-strings and prefixes that Starlark lacks."""
    if p.kind not in (STRING, BAD_STRING, BYTES) or not p.adjacent or p.kind_at(p.before) != NAME:
        return None
    prefix = p.before_text
    start = p.tokens.starts[p.before]
    if prefix.lower() in ("f", "fr", "rf", "t"):
        return p.slip(
            "OX0108",
            "Starlark has no f-strings",
            start=start,
            label="formatted string of Python",
            repair=False,
            help='write `"{}".format(value)` or `"%s" % value`',
        )
    if prefix.lower() in ("u", "r", "b", "rb", "br", "ur"):
        small = prefix.lower().replace("u", "")
        return p.slip(
            "OX0108",
            f"`{prefix}` is no prefix of a string",
            start=start,
            label="only `r`, `b` and `rb` are",
            repair=False,
            help=f"write `{small}` before the quote" if small else "take it away: all strings are Unicode",
            fix=("correct the prefix", start, p.start, small),
        )
    return None


def number(p: Place) -> Slip | None:
    """Letters or digits right behind a number."""
    if (
        not p.adjacent
        or p.kind_at(p.before) not in (INT, FLOAT)
        or p.kind not in (NAME, INT, FLOAT, RESERVED)
    ):
        return None
    start = p.tokens.starts[p.before]
    whole = p.before_text + p.text
    base = p.before_text[:2].lower()
    help = "put a space or an operator between the number and the name"
    if p.text.startswith("_"):
        help = f"write the digits without `_`: `{whole.replace('_', '')}`"
    elif p.kind in (INT, FLOAT) and base in ("0o", "0b"):
        help = f"{'an octal' if base == '0o' else 'a binary'} number has the digits 0 to {7 if base == '0o' else 1}"
    elif p.kind == FLOAT:
        help = "a number has one decimal point; write a version as a string"
    elif base == "0x":
        help = "a hexadecimal number has the digits 0 to 9 and a to f"
    elif p.text in ("L", "l", "u", "U", "n"):
        help = "integers have any size and no suffix"
    elif p.text in ("j", "J"):
        help = "Starlark has no complex numbers"
    elif p.text in ("e", "E"):
        help = "an exponent needs digits: `1e9`"
    return p.slip(
        "OX0133",
        f"invalid number `{whole}`",
        start=start,
        label="number with something stuck to it",
        help=help,
        repair=False,
    )


# ---- operators of other languages


def _joined(p: Place) -> tuple[str, int]:
    """The token and its neighbours without space between them, and where the text starts."""
    start = p.index
    text = p.text
    if p.adjacent and p.kind_at(p.before) not in _VALUES | _OPENERS:
        start = p.before
        text = p.before_text + text
    if p.next > p.index and p.tokens.starts[p.next] == p.end and p.kind_at(p.next) not in _VALUES | _OPENERS:
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
    if p.text != "**" or (p.kind_at(p.before) not in _VALUES and p.before_text not in OPENER):
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


# ---- words

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


def python_statement(p: Place) -> Slip | None:
    """Statements of Python: the reserved word stands first in its line, or the line began with it."""
    if p.kind != RESERVED:
        return None
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
    return p.slip(
        "OX0107",
        f"`{p.text}` is a {what}, not an identifier",
        label=what,
        repair=False,
        help=f"use another name, such as `{p.text}_`",
    )


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
    if word in ("print", "fail") and p.kind in _VALUES:
        return p.slip(
            "OX0104",
            f"`{word}` is a function",
            label="argument without parentheses",
            help=f"write `{word}({p.text if len(p.text) < 30 else '…'})`",
            repair=False,
        )
    if word in ("elseif", "elsif", "elsf") and p.kind in _VALUES | _OPENERS:
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
    if word in ("switch", "match", "case") and p.kind in _VALUES | _OPENERS:
        return p.slip(
            "OX0109",
            f"Starlark has no `{word}` statement",
            start=start,
            end=end,
            label="statement of another language",
            help="write `if` and `elif`, or look the value up in a dict",
            repair=False,
        )
    if (
        word in ("unless", "until", "repeat", "foreach", "then", "do", "begin")
        and p.kind in _VALUES | _OPENERS
    ):
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
