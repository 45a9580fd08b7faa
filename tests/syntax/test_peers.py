"""What we take for Starlark and what starlark-go does, on damaged programs.

Runs where the package `starlark-go` is installed. Every disagreement must be `explained`.
"""

from __future__ import annotations

import random
import re
import time

import pytest

from oxlang.source import SourceFile
from oxlang.syntax import tables
from oxlang.syntax.ast import Assignment, Parameter
from oxlang.syntax.options import LanguageOptions
from oxlang.syntax.parse import Parsed, parse
from oxlang.syntax.visit import walk

pytestmark = pytest.mark.slow
OPTIONS = LanguageOptions(set=True, while_loops=True, top_level_control=True)
SECONDS = 20
WORDS = [
    *(text for text in tables.TERMINALS if not (text.isupper() and text.isalpha()) and text != "->"),
    *("a", "b", "f", "1", "2.5", '"s"', "'x'", 'b"y"', "\n", "\n  ", "\n  "),
]
PROGRAM = """\
def f(a, b=1, *c, d, **e):
  x = a if b else c
  for i, j in [1, 2]:
    if i: continue
    elif j: break
    else: pass
  return x, a[1:2], b[::2]
x = [a for a in b if c for d in e]
y = {a: b for a, b in c}
z = lambda a, *b: a + b * -c
f(a, b=1, *c, **d)
load("m", "a", b="c")
a.b[c] = (d, e)
t = a, b
u = not a in b and c not in d or e == f
w = {1: 2, "a": [],}
s = "a\\n\\x41\\u0041\\101" + r"\\d" + b"\\xff"
def g(): return 1; pass
while a: b()
n = 0x1f + 0o17 + 0b1 + 1e5 + .5 + 1.
"""
SIGNED_TARGET = re.compile(r"\bfor[^\n]*[-+~]")
LAMBDA_COMMA = re.compile(r"lambda[^\n:]*,\s*:")


def explained(text: str, ours: Parsed) -> bool:
    """Whether a disagreement is a known one.

    The specification's loop variables are primary expressions; Go's parser takes signs there, and its resolver rejects
    them. We take a comma behind the last parameter of a lambda, as Python does, and type annotations.
    """
    if ours.diagnostics:
        return SIGNED_TARGET.search(text) is not None
    annotated = any(
        isinstance(node, Assignment | Parameter) and node.annotation is not None for node in walk(ours.file)
    )
    return annotated or LAMBDA_COMMA.search(text) is not None


def damaged(random_: random.Random) -> str:
    """A program with one or two changes, or some words in a row."""
    kind = random_.random()
    if kind < 0.3:
        return " ".join(random_.choice(WORDS) for _ in range(random_.randrange(1, 9))) + "\n"
    text = random_.choice(PROGRAM.splitlines()) if kind < 0.8 else PROGRAM
    tokens = re.findall(r"\n *|\w+|\s+|\"[^\"]*\"|[^\w\s]", text)
    for _ in range(random_.randrange(1, 3)):
        at, change = random_.randrange(len(tokens)), random_.random()
        if change < 0.3 and len(tokens) > 1:
            del tokens[at]
        elif change < 0.6:
            tokens[at] = random_.choice(WORDS)
        elif change < 0.9:
            tokens.insert(at, f" {random_.choice(WORDS)} ")
        else:
            other = random_.randrange(len(tokens))
            tokens[at], tokens[other] = tokens[other], tokens[at]
    return "".join(tokens) + "\n"


def test_same_language_as_go() -> None:
    go = pytest.importorskip("starlark_go", reason="the package starlark-go is not installed")
    go.configure_starlark(allow_set=True, allow_global_reassign=True, allow_recursion=True)
    random_ = random.Random(11)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        text = damaged(random_)
        source = f"fail('stop here')\n{text}"
        try:
            go.Starlark().exec(source)
            theirs = None
        except go.SyntaxError as error:
            theirs = str(error)
        except go.StarlarkError:
            theirs = None
        ours = parse(SourceFile("peer.star", source), OPTIONS)
        if (theirs is None) != (not ours.diagnostics):
            assert explained(text, ours), (text, theirs, [one.message for one in ours.diagnostics])
