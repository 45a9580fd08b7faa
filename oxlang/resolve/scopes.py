"""What names mean: bindings, the blocks that hold them, and the resolved program."""

from __future__ import annotations

from oxlang.diagnostics.model import Diagnostic
from oxlang.records import dataclass, field
from oxlang.syntax import ast
from oxlang.syntax.options import LanguageOptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Scope = Literal["local", "cell", "free", "global", "file", "predeclared", "universal", "undefined"]


@dataclass(slots=True, eq=False)
class Binding:
    """A variable.

    Attributes:
        name: as written.
        scope: where it lives. A `cell` is a local that nested functions use; such uses are seen through the same
            object. `file` bindings come from `load`.
        slot: number of the variable within its block, in order of first binding.
        first: the name that binds it first; None for predeclared and universal names.
        function: the block that owns it, None for the module and outer blocks.
        assignments: every name node that binds it, the first included.
        uses: every name node that reads it.
    """

    name: str
    scope: Scope
    slot: int = 0
    first: ast.Name | None = None
    function: FunctionBlock | None = None
    assignments: list[ast.Name] = field(default_factory=list)
    uses: list[ast.Name] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class FunctionBlock:
    """A `def`, a `lambda` or a comprehension with its own variables.

    Attributes:
        node: the syntax node.
        name: name of a `def`; `lambda` or `comprehension` otherwise.
        parent: enclosing function block; None at the top level.
        bindings: variables by name.
        free: names of enclosing functions' variables that are used here.
    """

    node: ast.Def | ast.Lambda | ast.Comprehension
    name: str
    parent: FunctionBlock | None
    bindings: dict[str, Binding] = field(default_factory=dict)
    free: dict[str, Binding] = field(default_factory=dict)

    @property
    def is_comprehension(self) -> bool:
        """Whether the block is a comprehension, which is no function of its own."""
        return isinstance(self.node, ast.Comprehension)


@dataclass(slots=True, eq=False)
class Program:
    """A file whose names are resolved.

    Attributes:
        file: the tree.
        options: the language it was read in.
        globals: module-level variables by name, those of `load` included.
        functions: every function block in order of text.
        loads: every load statement.
        meaning: the binding of each name node, uses and assignments alike.
        outside: predeclared and universal names that are used.
        diagnostics: what is wrong.
    """

    file: ast.File
    options: LanguageOptions
    globals: dict[str, Binding] = field(default_factory=dict)
    functions: list[FunctionBlock] = field(default_factory=list)
    loads: list[ast.Load] = field(default_factory=list)
    meaning: dict[ast.Name, Binding] = field(default_factory=dict)
    outside: dict[str, Binding] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def exported(self) -> list[str]:
        """Names that other modules may load."""
        bind_globally = self.options.load_binds_globally
        return [
            name
            for name, binding in self.globals.items()
            if not name.startswith("_") and (binding.scope == "global" or bind_globally)
        ]

    def release(self) -> None:
        """Breaks the circles of blocks and their variables, so that all is freed without a collection; the end of it."""
        for block in self.functions:
            block.bindings.clear()

    def visible_at(self, offset: int) -> dict[str, Binding]:
        """Gives the variables that can be named at an offset, innermost first wins (predeclared ones excluded)."""
        found: dict[str, Binding] = {}
        inner = [block for block in self.functions if block.node.start <= offset <= block.node.end]
        for block in sorted(inner, key=lambda one: one.node.end - one.node.start):
            for name, binding in block.bindings.items():
                found.setdefault(name, binding)
        for name, binding in self.globals.items():
            found.setdefault(name, binding)
        return found
