"""Text to tokens: one master regex, then indentation, brackets and comments.

The text is split by one regular expression, so finding tokens, classifying them and adding up their offsets all run
in C. A token of kind `LINE` is a line end with all that can follow it before the next statement: the comment in
front of it, blank lines, lines of comments, and the indentation of the next line. A second pass looks at brackets and
line ends alone: it turns a line end inside brackets into `SKIP` (which the parser steps over), and inserts `INDENT`
and `DEDENT`.

The pass also finds brackets that nobody closes: at a word that only starts statements, or, at the end of the file,
by going back to the first line behind the bracket that is not indented more than the bracket's line. There it inserts
`BROKEN`, a token that no state accepts and whose error is already reported.
"""

from __future__ import annotations

import re
from itertools import accumulate

from oxlang.diagnostics.model import Diagnostic, Label, diagnostic
from oxlang.records import dataclass, field
from oxlang.source import SourceFile, Span
from oxlang.syntax.ast import Comment
from oxlang.syntax.options import LanguageOptions
from oxlang.syntax.tables import TERMINALS
from oxlang.syntax.utf8 import encoded
from oxlang.syntax.words import (
    BROKEN,
    BYTES,
    DEDENT,
    END,
    INDENT,
    JOIN,
    LINE,
    NAME,
    NEWLINE,
    OLD_WORDS,
    RESERVED,
    SKIP,
    WORDS,
    Kinds,
)

_FIRST_SPECIAL = TERMINALS["("]
_FIRST_CLOSE = TERMINALS[")"]
_COMMA = TERMINALS[","]
_CLOSE = {TERMINALS[one] for one in ")]}"}
CLOSER = {"(": ")", "[": "]", "{": "}"}
OPENER = {close: open for open, close in CLOSER.items()}

MAX_NESTING = 200
"""Brackets in brackets. Whoever walks the tree by recursion relies on it."""
MAX_BLOCKS = 100
"""Blocks in blocks."""
MAX_CHAIN = 1000
"""How deep operators, calls, attributes and conditionals in a row may make the tree of one line, with its brackets."""
MAX_ERRORS = 100
"""How many errors of a text are shown; behind the last one the text is given up."""
_MAX_RESUMES = 20
"""How often the text behind an unclosed bracket is looked at again; keeps broken files linear."""

_QUOTED = (
    r"\"\"\"[^\"\\]*(?:(?:\\[\s\S]|\"(?!\"\"))[^\"\\]*)*(?:\"\"\")?"
    r"|'''[^'\\]*(?:(?:\\[\s\S]|'(?!''))[^'\\]*)*(?:''')?"
    r"|\"[^\"\\\r\n]*(?:\\(?:\r\n|[\s\S])[^\"\\\r\n]*)*\"?"
    r"|'[^'\\\r\n]*(?:\\(?:\r\n|[\s\S])[^'\\\r\n]*)*'?"
)
_TOKEN = re.compile(
    r"([(),\[\]{}:]"
    r"|(?![rb]{1,2}[\"'])[^\W\d]\w*"
    rf"|(?:rb?|br?)?(?:{_QUOTED})"
    r"|(?:#[^\r\n]*)?(?:\r\n?|\n)(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n?|\n))*[ \t\f]*"
    r"|0[xX][0-9a-fA-F]*|0[oO][0-7]*|0[bB][01]*"
    r"|(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[0-9]+(?:[eE][+-]?[0-9]+)?"
    r"|//=?|<<=?|>>=?|\*\*|->|[-+*/%&|^=!<>]=|\\(?:\r\n?|\n)|[^ \t\f])"
)
_COMMENT = re.compile(r"#[^\r\n]*")
_LINE_END = re.compile(r"\r\n?|\n")
_BLOCK_WORDS = frozenset(TERMINALS[word] for word in ("def", "if", "elif", "else", "for", "while"))
_STATEMENT_WORDS = frozenset(
    TERMINALS[word] for word in ("def", "load", "return", "pass", "break", "continue", "while", "elif")
)


@dataclass(slots=True)
class Tokens:
    """The tokens of a text as parallel lists, the last one END, and what was met on the way."""

    source: SourceFile
    kinds: list[int]
    texts: list[str]
    starts: list[int]
    ends: list[int]
    comments: list[Comment] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def span(self, index: int) -> Span:
        """The place of a token."""
        return Span(self.source, self.starts[index], self.ends[index])


def tokenise(source: SourceFile, options: LanguageOptions) -> Tokens:
    """Gives the tokens of a text. Never fails: what is no token has the kind `ILLEGAL` or `BAD_STRING`."""
    text = source.text
    size = len(text)
    # A line end in front makes the first line like all others, and one behind saves a case at the end.
    parts = _TOKEN.split(f"\n{text}\n")
    offsets = list(accumulate(map(len, parts), initial=-1))
    texts = parts[1::2]
    kinds = list(map(Kinds(OLD_WORDS if options.old_dialect else WORDS).__getitem__, texts))
    starts = offsets[1::2]
    ends = offsets[2::2]
    starts.pop()
    starts[0] = 0
    ends[-1] = size
    if starts[-1] > size:
        starts[-1] = size
    if kinds[-1] != LINE:
        kinds.append(LINE)
        texts.append("\n")
        starts.append(size)
        ends.append(size)
    tokens = Tokens(source, kinds, texts, starts, ends)
    if len(kinds) > 1 and texts[1] == "\ufeff":
        kinds[1] = SKIP
    _Layout(tokens, options).run()
    if options.like_go and not text.isascii():
        # Names become strings: keys of `**kwargs`, fields of structs.
        tokens.texts = [encoded(one) if kind == NAME else one for one, kind in zip(tokens.texts, tokens.kinds, strict=True)]
    return tokens


class _Layout:
    """The second pass; see the module's docstring."""

    def __init__(self, tokens: Tokens, options: LanguageOptions) -> None:
        self.tokens = tokens
        self.old = options.old_dialect
        self.brackets: list[int] = []
        self.levels: list[tuple[int, int]] = [(0, 0)]
        self.same: dict[int, int] = {}
        self.insertions: list[tuple[int, list[int]]] = []
        self.resumed = 0
        self.widths: dict[str, tuple[int, int]] = {}

    def run(self) -> None:
        """Sets the kinds and inserts layout tokens."""
        kinds = self.tokens.kinds
        special = [index for index, kind in enumerate(kinds) if kind >= _FIRST_SPECIAL]
        line_first = 1
        again = special
        while again:
            resume, line_first = self._brackets_and_lines(again, line_first)
            again = special[special.index(resume) + 1 :] if resume else []
        self._comments(special)
        size = len(self.tokens.source.text)
        kinds.append(END)
        self.tokens.texts.append("")
        self.tokens.starts.append(size)
        self.tokens.ends.append(size)
        self._insert()

    # ---- brackets

    def _brackets_and_lines(self, special: list[int], line_first: int) -> tuple[int, int]:
        """The pass from some place on. Gives the line end to begin again behind, if any, and where its line begins."""
        kinds, texts = self.tokens.kinds, self.tokens.texts
        last = len(kinds) - 1
        brackets, widths, level = self.brackets, self.widths, self.levels[-1]
        for index in special:
            kind = kinds[index]
            if kind < _FIRST_CLOSE:
                brackets.append(index)
                if len(brackets) == MAX_NESTING + 1:
                    self._too_deep(index, "brackets", MAX_NESTING)
                    self.insertions.append((index, [BROKEN]))
            elif kind < NEWLINE:
                if brackets:
                    brackets.pop()
            elif kind == JOIN:
                kinds[index] = SKIP
            elif kind in (LINE, SKIP) and texts[index][0] in "\r\n#":
                if not brackets:
                    if (
                        widths.get(texts[index]) == level
                        and kinds[line_first] != SKIP
                        and 0 < index - line_first < MAX_CHAIN
                        and index != last
                    ):
                        kinds[index] = NEWLINE  # what `_line` does with most lines
                    else:
                        self._line(index, line_first)
                        level = self.levels[-1]
                    line_first = index + 1
                elif index == last:
                    resume = self._resume(brackets[0])
                    self._unclosed(*((brackets[-1], last) if resume == last else (brackets[0], resume + 1)))
                    self.insertions = [one for one in self.insertions if one[0] < resume]
                    self._break(resume, line_first)
                    return (resume if resume < last else 0), resume + 1
                elif self._starts_statement(index + 1, brackets[-1]):
                    self._unclosed(brackets[-1], index + 1)
                    self._break(index, line_first)
                    level = self.levels[-1]
                    line_first = index + 1
                else:
                    kinds[index] = SKIP
        return 0, line_first

    def _break(self, index: int, line_first: int) -> None:
        """Ends the line with an open bracket at a line end."""
        self.brackets.clear()
        self.insertions.append((index, [BROKEN]))
        self._line(index, line_first)

    def _starts_statement(self, index: int, bracket: int) -> bool:
        kinds = self.tokens.kinds
        kind = kinds[index]
        if kind in _STATEMENT_WORDS:
            return True
        return (
            kind == NAME
            and kinds[bracket] != TERMINALS["("]
            and kinds[index + 1] == TERMINALS["="]
            and self._width(self.tokens.texts[index - 1])[0] <= self.levels[-1][0]
        )

    def _resume(self, bracket: int) -> int:
        """The line end behind an unclosed bracket where statements go on; the last one when there is none."""
        kinds, texts = self.tokens.kinds, self.tokens.texts
        limit = self.levels[-1][0]
        last = len(kinds) - 1
        self.resumed += 1
        if self.resumed > _MAX_RESUMES:
            return last
        for index in range(bracket + 1, last):
            if (
                kinds[index] not in (SKIP, LINE)
                or texts[index][0] not in "\r\n#"
                or kinds[index + 1] in _CLOSE
            ):
                continue
            if self._width(texts[index])[0] <= limit:
                return index
        return last

    def _unclosed(self, bracket: int, found: int) -> None:
        tokens = self.tokens
        text = tokens.texts[bracket]
        ended = found >= len(tokens.kinds) - 1
        size = len(tokens.source.text)
        what = "end of file" if ended else f"`{tokens.texts[found]}`"
        got = "end of file" if ended else "identifier" if tokens.kinds[found] == NAME else tokens.texts[found]
        place = Span(tokens.source, size, size) if ended else tokens.span(found)
        tokens.diagnostics.append(
            diagnostic(
                "OX0110",
                f"`{text}` is never closed",
                span=tokens.span(bracket),
                label="opened here",
                labels=[Label(place, f"{what} instead of `{CLOSER[text]}`", primary=False)],
                notes=[f"got {got}, want '{CLOSER[text]}'"],
                help=f"add `{CLOSER[text]}` where the {_BRACKET_NAMES[text]} should end",
            )
        )

    # ---- indentation

    def _width(self, text: str) -> tuple[int, int]:
        """Columns of the indentation behind the last line end: with tabs to multiples of 8, and with tabs as 1."""
        known = self.widths.get(text)
        if known is None:
            known = self.widths[text] = self._measure(text)
        return known

    @staticmethod
    def _measure(text: str) -> tuple[int, int]:
        indentation = text[max(text.rfind("\n"), text.rfind("\r")) + 1 :]
        if "\t" not in indentation and "\f" not in indentation:
            return len(indentation), len(indentation)
        indentation = indentation.rpartition("\f")[2]
        return len(indentation.expandtabs(8)), len(indentation)

    def _line(self, index: int, line_first: int) -> None:
        """A line end outside of brackets: NEWLINE (but for the first, empty line), then INDENT or DEDENTs."""
        tokens = self.tokens
        kinds = tokens.kinds
        last = index == len(kinds) - 1
        empty = line_first >= index or (
            kinds[line_first] == SKIP and all(kind == SKIP for kind in kinds[line_first:index])
        )
        kinds[index] = SKIP if empty else NEWLINE
        if index - line_first > MAX_CHAIN and self._chain(line_first, index) > MAX_CHAIN:
            self._too_deep(line_first, "operators or calls", MAX_CHAIN)
            self.insertions.append((line_first, [BROKEN]))
        width, narrow = (0, 0) if last else self._width(tokens.texts[index])
        if (width, narrow) == self.levels[-1]:
            return
        level, level_narrow = self.levels[-1]
        if width == level:
            if narrow != level_narrow and not self.old:
                self._mixed(index)
            return
        if width > level:
            self._deeper(index, line_first, (width, narrow), empty)
            return
        if self.same.get(width) == len(self.levels) and not last:
            return
        dedents = sum(level > width for level, _ in self.levels)
        if width != self.levels[-1 - dedents][0]:
            self.same[width] = len(self.levels)
            tokens.diagnostics.append(
                diagnostic(
                    "OX0121",
                    "unindent does not match any outer indentation level",
                    span=self._indentation(index),
                    label=f"{width} columns",
                    notes=[f"the blocks around this line are indented by {self._outer()} columns", *self._tabs(index)],
                    help="indent the line like the block that it belongs to",
                )
            )
            return
        if narrow != self.levels[-1 - dedents][1] and not self.old:
            self._mixed(index)
        del self.levels[len(self.levels) - dedents :]
        self.same = {one: depth for one, depth in self.same.items() if depth <= len(self.levels)}
        self.insertions.append((index + 1, [DEDENT] * dedents))

    def _deeper(self, index: int, line_first: int, width: tuple[int, int], empty: bool) -> None:
        tokens = self.tokens
        kinds = tokens.kinds
        before = index - 1
        while before > line_first and kinds[before] == SKIP:
            before -= 1
        if empty or (kinds[before] != TERMINALS[":"] and kinds[line_first] not in _BLOCK_WORDS | {RESERVED}):
            if self.same.get(width[0]) != len(self.levels):
                self.same[width[0]] = len(self.levels)
                tokens.diagnostics.append(
                    diagnostic(
                        "OX0120",
                        "this line is indented, but it starts no block",
                        span=self._indentation(index),
                        label="unexpected indentation",
                        notes=["unexpected indent: only lines behind a line that ends in `:` are indented more", *self._tabs(index)],
                        help="indent with spaces only" if self._tabs(index) else "take the indentation away",
                    )
                )
            return
        if width[1] <= self.levels[-1][1] and not self.old:
            self._mixed(index)
        self.levels.append(width)
        if len(self.levels) == MAX_BLOCKS + 2:
            self._too_deep(index + 1, "blocks", MAX_BLOCKS)
            self.insertions.append((index, [BROKEN]))
        self.insertions.append((index + 1, [INDENT]))

    def _indentation(self, index: int) -> Span:
        """The place of the indentation at the end of a line token."""
        end = self.tokens.ends[index]
        text = self.tokens.texts[index]
        width = len(text) - max(text.rfind("\n"), text.rfind("\r")) - 1
        return Span(self.tokens.source, end - width, end)

    def _tabs(self, index: int) -> list[str]:
        """Notes about tabs in the indentation of a line."""
        note = "the line is indented with a tab, which reaches to the next multiple of 8 columns"
        return [note] if "\t" in self._indentation(index).text else []

    def _outer(self) -> str:
        return ", ".join(str(level) for level, _ in self.levels)

    def _mixed(self, index: int) -> None:
        self.tokens.diagnostics.append(
            diagnostic(
                "OX0122",
                "tabs and spaces are mixed in the indentation",
                span=self._indentation(index),
                label="looks the same only when a tab is 8 columns wide",
                help="indent with spaces only",
            )
        )

    def _too_deep(self, index: int, what: str, limit: int) -> None:
        self.tokens.diagnostics.append(
            diagnostic(
                "OX0190",
                f"{what} are nested too deeply",
                span=self.tokens.span(index),
                label=f"the limit is {limit} levels",
                help="give the inner parts names of their own",
            )
        )

    def _chain(self, first: int, last: int) -> int:
        """An upper bound of the depth of the tree of a line: what is in a row, and around it, at the worst place."""
        outer: list[int] = []
        current = total = worst = 0
        for kind in [one for one in self.tokens.kinds[first:last] if one > BYTES and one != SKIP]:
            if kind == _COMMA:
                total -= current
                current = 0
            elif _FIRST_CLOSE <= kind < NEWLINE:
                total -= current
                current = outer.pop() + 1 if outer else 0
                total += 1
            else:
                current += 1
                total += 1
                if _FIRST_SPECIAL <= kind < _FIRST_CLOSE:
                    outer.append(current)
                    current = 0
                if total > worst:
                    worst = total
        return worst

    # ---- results

    def _comments(self, special: list[int]) -> None:
        """Collects comments; they stand in line tokens only."""
        tokens = self.tokens
        comments = tokens.comments
        texts = tokens.texts
        for index in [one for one in special if "#" in texts[one]]:
            text = texts[index]
            if text[0] not in "\r\n#":
                continue
            shift = tokens.starts[index] if index else -1
            first_end = _LINE_END.search(text)
            border = first_end.start() if first_end else len(text)
            for found in _COMMENT.finditer(text):
                own = found.start() > border
                comments.append(Comment(found.start() + shift, found.end() + shift, found.group(), own))

    def _insert(self) -> None:
        """Puts the layout tokens into the lists."""
        if not self.insertions:
            return
        tokens = self.tokens
        kinds: list[int] = []
        texts: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        done = 0
        for index, inserted in sorted(self.insertions, key=lambda one: one[0]):
            kinds += tokens.kinds[done:index]
            texts += tokens.texts[done:index]
            starts += tokens.starts[done:index]
            ends += tokens.ends[done:index]
            place = tokens.starts[index] if index < len(tokens.starts) else len(tokens.source.text)
            kinds += inserted
            texts += [""] * len(inserted)
            starts += [place] * len(inserted)
            ends += [place] * len(inserted)
            done = index
        tokens.kinds = kinds + tokens.kinds[done:]
        tokens.texts = texts + tokens.texts[done:]
        tokens.starts = starts + tokens.starts[done:]
        tokens.ends = ends + tokens.ends[done:]


_BRACKET_NAMES = {"(": "parenthesis", "[": "list or index", "{": "dict"}
