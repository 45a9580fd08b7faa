"""What to say about a syntax error: what was found, what could stand there, and the remedy for known slips.

`explain` asks the slips of `oxlang.syntax.slips` in order; the first that recognises the place gives the message.
Else the message is the general one. The note of each says `got …, want …`, in words that all Starlarks use.
`grammar/mistakes/` has an example of each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from oxlang.diagnostics.model import Diagnostic, Edit, Fix, Label, diagnostic
from oxlang.records import dataclass
from oxlang.source import Span
from oxlang.syntax.ast import ErrorStatement, Statement
from oxlang.syntax.layout import CLOSER, OPENER, Tokens
from oxlang.syntax.tables import TERMINALS
from oxlang.syntax.words import (
    BAD_STRING,
    BYTES,
    DEDENT,
    END,
    FLOAT,
    ILLEGAL,
    INDENT,
    INT,
    NAME,
    NEWLINE,
    RESERVED,
    SKIP,
    STRING,
)

_TEXTS = {number: name for name, number in TERMINALS.items()}
_NAMED = {
    NAME: "identifier",
    INT: "int literal",
    FLOAT: "float literal",
    STRING: "string literal",
    BYTES: "bytes literal",
    NEWLINE: "newline",
    INDENT: "indent",
    DEDENT: "outdent",
    END: "end of file",
}
_OPERATORS = frozenset(
    TERMINALS[text]
    for text in (
        "!=",
        "%",
        "&",
        "*",
        "+",
        "-",
        "/",
        "//",
        "<",
        "<<",
        "<=",
        "==",
        ">",
        ">=",
        ">>",
        "^",
        "|",
        ".",
        "(",
        "[",
    )
) | frozenset(TERMINALS[text] for text in ("and", "or", "not", "in", "if"))
_AUGMENTED = frozenset(
    TERMINALS[text] for text in TERMINALS if len(text) > 1 and text[-1] == "=" and text[0] in "+-*/%&|^<>"
)
_AUGMENTED -= {TERMINALS["<="], TERMINALS[">="]}
_COMMA, _COLON, _EQUAL = TERMINALS[","], TERMINALS[":"], TERMINALS["="]
KEYWORDS = frozenset(number for name, number in TERMINALS.items() if name.isalpha() and name.islower())
VALUES = frozenset({NAME, INT, FLOAT, STRING, BYTES})
OPENERS = frozenset(TERMINALS[one] for one in CLOSER)
BINARY = frozenset(
    {"+", "-", "*", "/", "//", "%", "|", "&", "^", "<<", ">>", "==", "!=", "<", ">", "<=", ">="}
) | frozenset({"and", "or", "in", "not"})
BLOCK_KEYWORDS = frozenset(TERMINALS[word] for word in ("def", "if", "elif", "else", "for", "while"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """One explained error.

    Attributes:
        start, end: the primary place.
        repair: whether putting in a missing token may mend it; else the statement is given up.
        report: false for a mere consequence of an earlier error.
    """

    code: str
    message: str
    start: int
    end: int
    label: str = ""
    help: str | None = None
    notes: tuple[str, ...] = ()
    labels: tuple[tuple[int, int, str], ...] = ()
    fix: tuple[str, int, int, str] | None = None
    repair: bool = True
    report: bool = True

    def diagnostic(self, tokens: Tokens) -> Diagnostic:
        """The slip as a diagnostic."""
        source = tokens.source
        fixes = []
        if self.fix is not None:
            title, start, end, text = self.fix
            fixes.append(Fix(title, (Edit(Span(source, start, end), text),)))
        return diagnostic(
            self.code,
            self.message,
            span=Span(source, self.start, self.end),
            label=self.label,
            help=self.help,
            notes=self.notes,
            labels=[Label(Span(source, start, end), text, primary=False) for start, end, text in self.labels],
            fixes=fixes,
        )


class Place:
    """Where an error is: the token that was found, its neighbours, and what was acceptable."""

    def __init__(
        self,
        tokens: Tokens,
        states: Sequence[int],
        index: int,
        expected: set[int],
        previous: Statement | None,
    ) -> None:
        self.tokens = tokens
        self.states = states
        self.index = index
        self.expected = expected
        self.previous = previous
        self.after_error = isinstance(previous, ErrorStatement)
        self.kind = tokens.kinds[index]
        self.text = tokens.texts[index] if self.kind not in (NEWLINE, INDENT, DEDENT, END) else ""
        self.start = tokens.starts[index]
        self.end = tokens.ends[index]
        if self.kind == NEWLINE:
            self.end = self.start
        self.before = self.neighbour(index, -1)
        self.next = self.neighbour(index, 1)
        self.first = index
        while self.first > 0 and tokens.kinds[self.first - 1] not in (NEWLINE, INDENT, DEDENT):
            self.first -= 1
        while self.first < index and tokens.kinds[self.first] == SKIP:
            self.first += 1
        self.brackets: list[int] = []
        for at in range(self.first, index):
            if tokens.texts[at] in CLOSER and tokens.kinds[at] != SKIP:
                self.brackets.append(at)
            elif tokens.texts[at] in OPENER and self.brackets:
                self.brackets.pop()

    def neighbour(self, index: int, step: int) -> int:
        """The next token in a direction that the parser sees; the first or last one at the ends."""
        kinds = self.tokens.kinds
        at = index + step
        while 0 < at < len(kinds) - 1 and kinds[at] == SKIP:
            at += step
        return min(max(at, 0), len(kinds) - 1)

    def kind_at(self, index: int) -> int:
        """Kind of a token."""
        return self.tokens.kinds[index]

    def text_at(self, index: int) -> str:
        """Text of a token; empty for layout tokens."""
        kind = self.tokens.kinds[index]
        return self.tokens.texts[index] if kind not in (NEWLINE, INDENT, DEDENT, END, SKIP) else ""

    @property
    def before_text(self) -> str:
        """Text of the token before."""
        return self.text_at(self.before)

    @property
    def next_text(self) -> str:
        """Text of the token behind."""
        return self.text_at(self.next)

    @property
    def first_text(self) -> str:
        """Text of the first token of the statement's line."""
        return self.text_at(self.first)

    @property
    def adjacent(self) -> bool:
        """Whether nothing stands between the token before and this one."""
        return self.before < self.index and self.tokens.ends[self.before] == self.start

    @property
    def bracket(self) -> str:
        """The innermost open bracket of the statement, or nothing."""
        return self.text_at(self.brackets[-1]) if self.brackets else ""

    def wants(self, text: str) -> bool:
        """Whether a terminal could stand here."""
        return TERMINALS[text] in self.expected

    @property
    def wants_operand(self) -> bool:
        """Whether a value could stand here."""
        return INT in self.expected

    @property
    def found(self) -> str:
        """What stands here, for `got …`."""
        if self.kind in _NAMED:
            return _NAMED[self.kind]
        if self.kind in KEYWORDS or self.kind == RESERVED:
            return self.text
        if self.kind == BAD_STRING:
            return "string literal"
        return f"'{self.text}'"

    @property
    def found_nicely(self) -> str:
        """What stands here, for a label."""
        if self.kind in (NEWLINE, INDENT, DEDENT, END):
            return {
                NEWLINE: "end of line",
                INDENT: "indentation",
                DEDENT: "end of block",
                END: "end of file",
            }[self.kind]
        shown = self.text if len(self.text) <= 30 else self.text[:27] + "…"
        return f"`{shown}`" if "\n" not in shown else _NAMED.get(self.kind, "this")

    def wanted(self) -> list[str]:
        """What could stand here, for `want …`: operators are left out, and many things get one name."""
        expected = set(self.expected)
        words: list[str] = []
        if TERMINALS["def"] in expected:
            return ["statement"]
        if INT in expected:
            words.append("primary expression")
            expected -= _STARTERS
        if len(expected) > 1:
            expected -= {TERMINALS["**"]}
        if expected & _ENDS - {_COMMA} or not words:
            clause = TERMINALS["for"] in expected and _COMMA not in expected
            hidden = _OPERATORS if expected - _OPERATORS else frozenset()
            kept = {TERMINALS["if"]} if clause else set()
            if TERMINALS["=="] not in expected:
                kept.add(TERMINALS["in"])
            expected -= hidden - kept
        if NEWLINE in expected:
            return [*words, "newline"]
        if _COLON in expected and TERMINALS["}"] in expected:
            expected = {_COLON}
        expected -= _AUGMENTED
        parameters = NAME in expected and INT not in self.expected
        order = {
            _COLON: 0,
            _COMMA: 1 if parameters else 3,
            TERMINALS["for"]: 5,
            TERMINALS["if"]: 6,
            NAME: 7,
            _EQUAL: 8,
        }
        for number in sorted(expected, key=lambda one: (order.get(one, 2), one)):
            name = _TEXTS[number]
            words.append(_NAMED.get(number, name if number in KEYWORDS else f"'{name}'"))
        return words

    def got_want(self) -> str:
        """The general note."""
        words = self.wanted()
        if not words:
            return f"got {self.found}"
        return f"got {self.found}, want {_join(words)}"

    def slip(self, code: str, message: str, **more: object) -> Slip:
        """A slip at this token; the general note comes with it."""
        defaults: dict[str, object] = {"start": self.start, "end": self.end, "notes": (self.got_want(),)}
        return Slip(code=code, message=message, **{**defaults, **more})  # type: ignore[arg-type]


_STARTERS = frozenset(
    {
        NAME,
        INT,
        FLOAT,
        STRING,
        BYTES,
        *(TERMINALS[one] for one in ("(", "[", "{", "-", "+", "~", "not", "lambda")),
    }
)
_ENDS = frozenset(
    {NEWLINE, _COMMA, _COLON, _EQUAL, *(TERMINALS[one] for one in (")", "]", "}", "else", "in", "for", ";"))}
)


def _join(words: Sequence[str]) -> str:
    if len(words) <= 2:
        return " or ".join(words)
    return f"{', '.join(words[:-1])}, or {words[-1]}"


Recogniser = Callable[[Place], "Slip | None"]


def explain(
    tokens: Tokens, states: Sequence[int], index: int, expected: set[int], previous: Statement | None
) -> Slip:
    """Explains the error at a token.

    Args:
        tokens: the tokens.
        states: the parser's stack, before the token.
        index: the token.
        expected: kinds of tokens that could stand there.
        previous: the statement before; if it was given up, this error may be a mere consequence.
    """
    from oxlang.syntax.slips import SLIPS

    place = Place(tokens, states, index, expected, previous)
    for recognise in SLIPS:
        slip = recognise(place)
        if slip is not None:
            return slip
    wanted = place.wanted()
    label = f"expected {_join(wanted)}" if wanted else ""
    if place.kind in (ILLEGAL, RESERVED):
        return place.slip(
            "OX0130" if place.kind == ILLEGAL else "OX0107", f"unexpected {place.found}", label=label
        )
    return place.slip("OX0100", place.got_want(), label=label, notes=())
