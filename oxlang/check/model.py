"""What checking gives: types, declarations and targets of a file, and what is wrong with its calls and attributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from oxlang.declare.environment import ConstantDef, Environment
from oxlang.declare.members import AttributeDef, FunctionDef, TypeDef
from oxlang.declare.types import Ty
from oxlang.diagnostics.model import Diagnostic
from oxlang.records import dataclass, field
from oxlang.resolve.scopes import Program
from oxlang.syntax import ast

if TYPE_CHECKING:
    from oxlang.check.infer import Inference

Declaration = FunctionDef | AttributeDef | ConstantDef | TypeDef


@dataclass(frozen=True, slots=True, eq=False)
class RegisteredTarget:
    """A call of `register_target` whose name is written out.

    Attributes:
        name: of the target.
        call: the call.
        name_node: the text of the name.
        function: the target's function, if it is defined in this file.
        depends: names and nodes of the targets it depends on, as far as they are written out.
        depends_known: whether `depends` is written out entirely.
        default: whether it is made the default target.
    """

    name: str
    call: ast.Call
    name_node: ast.Expression
    function: ast.Def | ast.Lambda | None
    depends: tuple[tuple[str, ast.Expression], ...] = ()
    depends_known: bool = True
    default: bool = False


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Checked:
    """A checked file.

    Attributes:
        program: the resolved program.
        environment: names that the file may use.
        targets: the registered targets in order of text.
        modules: checked files by the text of the `load` that names them.
    """

    program: Program
    environment: Environment
    inference: Inference = field(repr=False)
    targets: tuple[RegisteredTarget, ...] = ()
    modules: Mapping[str, Checked] = field(default_factory=dict)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Findings about calls, attributes and loads; names and syntax are reported by resolver and parser."""
        from oxlang.check.calls import findings
        from oxlang.check.loads import load_findings

        return (*load_findings(self), *findings(self.inference))

    @property
    def nodes(self) -> list[ast.Node]:
        """Every node of the file, outer before inner, by place."""
        return self.inference.facts.nodes

    def type_of(self, node: ast.Expression) -> Ty:
        """Gives the type of an expression; any when it is not known."""
        return self.inference.type_of(node)

    def declaration(self, node: ast.Expression) -> Declaration | None:
        """Gives the declaration that a name or an attribute stands for, if it is one of the environment."""
        return self.inference.declaration(node)
