"""From a resolved program to a module of Python's `ast`.

Names of the program stay as they are unless Python gives them a meaning (`__builtins__`, `None`); names of ours begin
with a dot, which no program can write. Line numbers of the generated code are numbers of places: entry `n` of the table
is the range of text that instruction belongs to, on every version of Python.

An expression whose Python meaning is right only for some types is written as a test of the type with the quick form and a
call of the general operation, for example `a + b if type(a) is int else .add(a, b)`. Operands that are used twice are
names, literals, or temporary variables. When the quick form fails, `failures` runs the general operation on the same
operands to get the exact message.
"""

from __future__ import annotations

import _ast as py
from array import array

from oxlang.interp.analysis import Analysis
from oxlang.interp.generate_calls import CallGenerator
from oxlang.interp.generate_data import DataWriter
from oxlang.interp.generate_expressions import ExpressionGenerator
from oxlang.interp.generate_functions import FunctionGenerator
from oxlang.interp.generate_loops import LoopGenerator
from oxlang.interp.generate_operators import OperatorGenerator
from oxlang.interp.generate_statements import DEEPEST, StatementGenerator
from oxlang.records import dataclass
from oxlang.resolve.scopes import Program
from oxlang.syntax import ast
from oxlang.syntax.options import LanguageOptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@dataclass(slots=True)
class Generated:
    """Generated code before compilation.

    Attributes:
        module: tree for `compile`.
        starts, ends: the table of places.
        flags: variables that say whether a function is running; False at first.
    """

    module: py.Module
    starts: array[int]
    ends: array[int]
    flags: tuple[str, ...]


class Generator(
    ExpressionGenerator, OperatorGenerator, CallGenerator, StatementGenerator, LoopGenerator, FunctionGenerator
):
    """Writes the code of one program."""

    def __init__(self, program: Program, shadowing: frozenset[str]) -> None:
        self.program = program
        self.analysis = Analysis(program)
        self.meaning = program.meaning
        self.options = program.options
        self.own_methods = _own_methods(program.options)
        self.starts: array[int] = array("I", [0])
        self.ends: array[int] = array("I", [0])
        self.flags: list[str] = []
        self.data = DataWriter(self.meaning, self.options.old_dialect)
        self.runs_once = False
        self.temporaries_allowed = False
        self.comprehensions = 0
        self.loops = 0
        self.deepest = 0
        self.last = self.mark(0, 0)
        self.renamed = frozenset() if program.options.global_reassign else shadowing & program.globals.keys()

    def generate(self) -> Generated:
        """Gives the code."""
        body: list[Any] = []
        for statement in self.program.file.statements:
            self.runs_once = isinstance(statement, (ast.Assignment, ast.ExpressionStatement))
            self.statement(statement, body)
        module = py.Module(body=body, type_ignores=[])
        if self.deepest > DEEPEST:
            from oxlang.interp.outline import outline

            outline(module)
        return Generated(module, self.starts, self.ends, tuple(self.flags))

    def mark(self, start: int, end: int) -> dict[str, Any]:
        """Gives the location arguments for a node of a range of text.

        Python 3.10 takes the line of a method call from an end, later ones do well without them.
        """
        number = len(self.starts)
        self.starts.append(start)
        self.ends.append(end)
        self.last = at = {"lineno": number, "col_offset": 0, "end_lineno": number, "end_col_offset": 0}
        return at

    def place(self, node: ast.Node) -> dict[str, Any]:
        """Gives the location arguments for a node."""
        number = len(self.starts)
        self.starts.append(node.start)
        self.ends.append(node.end)
        self.last = at = {"lineno": number, "col_offset": 0, "end_lineno": number, "end_col_offset": 0}
        return at


def _own_methods(options: LanguageOptions) -> frozenset[str]:
    """Gives the methods of strings that Python's do not stand for under the options."""
    if not options.like_go:
        return frozenset()
    from oxlang.interp.builtins.like_go import METHODS

    return frozenset(METHODS)


def generate(program: Program, shadowing: frozenset[str]) -> Generated:
    """Generates the code of a program.

    Args:
        program: resolved without errors.
        shadowing: predeclared and universal names; globals of these names are renamed.
    """
    generator = Generator(program, shadowing)
    made = generator.generate()
    generator.analysis.release()
    return made
