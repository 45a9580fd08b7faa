"""Slips of characters and literals: what is no token, or is one by accident."""

from __future__ import annotations

from oxlang.syntax.mistakes import Place, Slip
from oxlang.syntax.words import BAD_STRING, BYTES, FLOAT, ILLEGAL, INT, NAME, RESERVED, STRING

_QUOTES = {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "´": "'"}
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
    if char == "`":
        return p.slip(
            "OX0130",
            "a backtick is no quote",
            label="unexpected backtick",
            notes=(),
            repair=False,
            help='put `"` around strings',
        )
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
        wide = " " if char.isspace() else None
        return p.slip(
            "OX0130",
            f"invisible character U+{ord(char):04X} ({_INVISIBLE[char]})",
            label="stands here",
            notes=(),
            help="delete it" if wide is None else "delete it, or write a normal space",
            fix=("delete it", p.start, p.end, "") if wide is None else ("replace it by a space", p.start, p.end, " "),
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
    """Letters or digits right behind a number; a number behind a dot."""
    if p.adjacent and p.kind == FLOAT and p.text[0] == "." and p.kind_at(p.before) in (NAME, STRING):
        return p.slip(
            "OX0133",
            f"`{p.text[1:]}` is not the name of an attribute",
            label="a name begins with a letter or `_`",
            repair=False,
            help=f"write `[{p.text[1:]}]` for an item",
        )
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
