"""What the parts of the code generator know of each other.

Each part is a class in a module of its own, and `Generator` is all of them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from array import array
    from typing import Any

    from oxlang.interp.analysis import Analysis
    from oxlang.interp.generate_data import DataWriter
    from oxlang.interp.pynodes import Place
    from oxlang.resolve.scopes import Binding
    from oxlang.syntax import ast
    from oxlang.syntax.options import LanguageOptions


class Parts:
    """The base of each part; declares what the others give."""

    if TYPE_CHECKING:
        analysis: Analysis
        comprehensions: int
        data: DataWriter
        deepest: int
        ends: array[int]
        flags: list[str]
        last: Place
        loops: int
        meaning: dict[ast.Name, Binding]
        options: LanguageOptions
        own_methods: frozenset[str]
        renamed: frozenset[str]
        runs_once: bool
        starts: array[int]
        temporaries_allowed: bool

        def arithmetic(self, operator: str, left: ast.Expression, right: ast.Expression, at: Place) -> Any: ...

        def atom(self, node: ast.Expression) -> tuple[Any, Any] | None: ...

        def block(self, statements: list[ast.Statement], at: Place) -> list[Any]: ...

        def boolean(self, test: Any, at: Place) -> Any: ...

        def call(self, node: ast.Call, test: bool, bare: bool = False) -> Any: ...

        def comprehension(self, node: ast.Comprehension, wrap: bool = True) -> Any: ...

        def definition(self, node: ast.Def) -> Any: ...

        def fresh(self, node: ast.Expression) -> Any: ...

        def index_target(self, node: ast.Index) -> Any: ...

        def interpolation(self, template: ast.Literal_, right: ast.Expression, at: Place) -> Any: ...

        def is_confined(self, node: ast.Expression) -> bool: ...

        def is_pure(self, node: ast.Expression) -> bool: ...

        def is_short(self, node: ast.Expression) -> bool: ...

        def is_short_text(self, text: Any, at: Place) -> Any: ...

        def is_simple(self, node: ast.Expression) -> bool: ...

        def lambda_(self, node: ast.Lambda) -> Any: ...

        def leaving(self, node: ast.Expression) -> Any: ...

        def loop(self, node: ast.For, out: list[Any]) -> None: ...

        def mark(self, start: int, end: int) -> Place: ...

        def operands(self, *nodes: ast.Expression) -> list[Any] | None: ...

        def place(self, node: ast.Node) -> Place: ...

        def python_name(self, node: ast.Name) -> str: ...

        def statement(self, node: ast.Statement, out: list[Any]) -> None: ...

        def store(self, target: ast.Expression, value: Any, at: Place, out: list[Any]) -> None: ...

        def store_items(self, items: list[ast.Expression], value: Any, at: Place, out: list[Any]) -> None: ...

        def test(self, node: ast.Expression) -> Any: ...

        def unpacked(self, target: ast.Expression, value: Any, at: Place) -> Any: ...

        def value(self, node: ast.Expression) -> Any: ...

        def while_loop(self, node: ast.While, out: list[Any]) -> None: ...
