"""From text to code: what is left behind, and what generated code says of its places."""

from __future__ import annotations

import _ast as py
import ast
import gc

from oxlang.interp.front import analyse, compile_program, universal_names
from oxlang.interp.generate import generate
from oxlang.source import SourceFile
from oxlang.syntax.options import STANDARD

PROGRAM = """
def outer(a, *rest, **named):
    found = [x for x in a if x not in rest]
    def inner(b = [1, 2.5, "three"], *, c = None):
        for x, y in named.items():
            found.append({x: "%s %d" % (y, len(a)), "key": -b[0] * 2})
        return found[1:] if c else lambda d: (d, inner)
    return inner
"""


def test_trees_are_freed_without_the_collector() -> None:
    # What happens once in a process has happened before.
    compile_program(SourceFile("f.star", PROGRAM), STANDARD, ())
    gc.collect()
    gc.disable()
    try:
        compile_program(SourceFile("f.star", PROGRAM), STANDARD, ())
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_the_collector_is_left_as_it_was() -> None:
    for is_on in (True, False):
        (gc.enable if is_on else gc.disable)()
        try:
            compile_program(SourceFile("f.star", PROGRAM), STANDARD, ())
            assert gc.isenabled() is is_on
        finally:
            gc.enable()


def test_nodes_have_the_fields_of_their_class() -> None:
    program = analyse(SourceFile("f.star", PROGRAM), STANDARD, ())
    for node in ast.walk(generate(program, universal_names(STANDARD)).module):
        missing = [one for one in node._fields if one != "type_comment" and one not in node.__dict__]
        assert not missing, (node, missing)
        if isinstance(node, (py.expr, py.stmt)):
            assert node.end_lineno == node.lineno > 0
