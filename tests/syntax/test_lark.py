"""The driver over the tables gives the trees of Lark's own driver."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from lark import Token, Tree
from lark.lexer import Lexer

from oxlang.bundled import bundled_path
from oxlang.source import SourceFile
from oxlang.syntax import grammar, tables
from oxlang.syntax.ast import Name
from oxlang.syntax.build import Builder
from oxlang.syntax.data import LiteralReader
from oxlang.syntax.layout import Tokens, tokenise
from oxlang.syntax.options import CONFIG
from oxlang.syntax.words import BYTES, END, NAME, SKIP
from tests.syntax.trees import dump, good

SAMPLES = sorted((bundled_path("tests", "syntax", "samples")).glob("*.star"))


class OurLexer(Lexer):
    """Gives our tokens to Lark; the value of a Lark token is the index of ours."""

    __future_interface__ = 1
    names: dict[str, str]
    tokens: Tokens

    def __init__(self, conf: Any) -> None:
        pass

    def lex(self, lexer_state: Any, parser_state: Any = None) -> Iterator[Token]:
        texts = {number: text for text, number in tables.TERMINALS.items()}
        for index, kind in enumerate(self.tokens.kinds):
            if kind not in (SKIP, END):
                yield Token(self.names[texts[kind]], str(index))


@pytest.fixture(scope="module")
def lark_parser() -> Any:
    parser = grammar.lark_parser(OurLexer)
    OurLexer.names = {text: name for name, text in grammar.terminal_names(parser).items()}
    for name in ("NAME", "INT", "FLOAT", "STRING", "BYTES", "NEWLINE", "INDENT", "DEDENT"):
        OurLexer.names[name] = name
    return parser


def build(tree: Tree[Token], builder: Builder) -> Any:
    """Runs our actions over a tree of Lark's."""
    actions = builder.actions()
    literals = LiteralReader(builder.tokens, builder)

    def value(node: Tree[Token] | Token) -> Any:
        if isinstance(node, Token):
            index = int(node)
            kind = builder.tokens.kinds[index]
            if kind == NAME:
                return Name(builder.starts[index], builder.ends[index], builder.texts[index])
            return literals.read(index, kind) if kind <= BYTES else index
        children = [value(child) for child in node.children]
        # An alternative without a name has the rule as a token; it passes its only value on.
        return children[0] if isinstance(node.data, Token) else actions[node.data](*children)

    return value(tree)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_same_tree(path: Any, lark_parser: Any) -> None:
    text = path.read_text(encoding="utf-8")
    tokens = tokenise(SourceFile("test.star", text), CONFIG)
    OurLexer.tokens = tokens
    statements = build(lark_parser.parse(text), Builder(tokens, CONFIG))
    assert dump(statements) == dump(good(text).statements)


def test_tables_are_current() -> None:
    assert grammar.main(["--check"]) == 0


def test_parsing_does_not_import_lark() -> None:
    import subprocess
    import sys

    program = "import sys, oxlang.syntax.parse; sys.exit('lark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
