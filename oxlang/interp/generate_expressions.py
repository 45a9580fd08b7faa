"""Expressions to Python expressions; see `generate`."""

from __future__ import annotations

import _ast as py

from oxlang.interp.generate_operators import HELPERS, OperatorGenerator
from oxlang.interp.generate_parts import Parts
from oxlang.interp.names import mangle
from oxlang.interp.nodes import strip
from oxlang.interp.pynodes import LOAD, called, constant, named, stored, type_is
from oxlang.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from oxlang.interp.pynodes import Place

_PURE_DEPTH = 4


class ExpressionGenerator(Parts):
    """The part of `Generator` for expressions."""

    # ---- small pieces

    def python_name(self, node: ast.Name) -> str:
        """Gives the Python name of a variable."""
        ident = node.id
        binding = self.meaning.get(node)
        scope = None if binding is None else binding.scope
        if ident in self.renamed and scope in ("global", "file"):
            return ident + "."
        return ident if scope in ("universal", "predeclared") else mangle(ident)

    def is_simple(self, node: ast.Expression) -> bool:
        """Whether evaluating the expression twice is free of effects and cheap."""
        node = strip(node)
        return isinstance(node, (ast.Name, ast.Literal_))

    def atom(self, node: ast.Expression, read_only: bool = False) -> tuple[Any, Any] | None:
        """Gives the expression for its first and for later uses; None when no temporary variable may be made.

        With `read_only` a list that is made here may be Python's own.
        """
        if self.is_simple(node):
            return self.value(node), self.value(node)
        if not self.temporaries_allowed:
            return None
        at = self.place(node)
        ident = f".t{node.start}_{node.end}"
        made = self.fresh(node) if read_only else self.value(node)
        first = py.NamedExpr(target=stored(ident, at), value=made, **at)
        return first, named(ident, at)

    def is_pure(self, node: ast.Expression, depth: int = _PURE_DEPTH) -> bool:
        """Whether `replay` can evaluate the expression again when an operation on its value has failed."""
        node = strip(node)
        match node:
            case ast.Name() | ast.Literal_():
                return True
            case ast.Index():
                return depth > 0 and self.is_pure(node.value, depth - 1) and self.is_pure(node.index, depth - 1)
            case ast.Binary():
                if node.operator not in HELPERS or depth == 0:
                    return False
                return self.is_pure(node.left, depth - 1) and self.is_pure(node.right, depth - 1)
            case ast.Unary():
                return node.operator != "not" and depth > 0 and self.is_pure(node.operand, depth - 1)
            case ast.Call():
                is_len = self.analysis.universal_call(node) == "len" and len(node.arguments) == 1
                return is_len and depth > 0 and self.is_pure(node.arguments[0].value, depth - 1)
        return False

    def operands(self, *nodes: ast.Expression, read_only: bool = False) -> list[Any] | None:
        """Gives the operands of an operation that is written in place, each used once.

        What `replay` cannot evaluate again is kept in temporary variables: all of them, as one operand could change what
        another one was. None when no temporary variable may be made.
        """
        if all(self.is_pure(one) for one in nodes):
            return [self.value(one) for one in nodes]
        if not self.temporaries_allowed:
            return None
        kept = [self.atom(one, read_only) for one in nodes]
        return [use[0] for use in kept if use is not None]

    # ---- values

    def value(self, node: ast.Expression) -> Any:
        """Gives the Python expression for a Starlark value."""
        return _WRITERS[type(node)](self, node)

    def literal(self, node: ast.Literal_) -> Any:
        return constant(node.value, self.last)

    def parenthesised(self, node: ast.Parenthesised) -> Any:
        return self.value(node.inner)

    def attribute(self, node: ast.Attribute) -> Any:
        at = self.place(node)
        return called(".attr", [self.value(node.value), constant(node.name.id, at)], at)

    def tuple_display(self, node: ast.TupleExpression, write: Callable[[ast.Expression], Any] | None = None) -> Any:
        """Gives a tuple; tuples in tuples are weighed (`nesting`), and elements that are no tuples should not pay for it.

        Args:
            node: the display.
            write: gives the expression for an element that is not weighed; `value` by default.
        """
        at = self.place(node)
        write = write or self.value
        unknown = [one for one in node.items if self.analysis.kind(one) in (None, "tuple")]
        if not unknown:
            return py.Tuple(elts=[write(one) for one in node.items], ctx=LOAD, **at)
        simple = all(self.is_simple(one) for one in unknown)
        if len(unknown) > 3 or not (simple or (self.temporaries_allowed and not self.comprehensions)):
            return called(".weighed", [py.Tuple(elts=[write(one) for one in node.items], ctx=LOAD, **at)], at)
        elements: list[Any] = []
        tests: list[Any] = []
        for one in node.items:
            use = self.atom(one) if one in unknown else None
            elements.append(write(one) if use is None else use[0])
            if use is not None:
                tests.append(py.UnaryOp(op=py.Not(), operand=type_is(use[1], ".tuple", at), **at))
        made: Any = py.Tuple(elts=elements, ctx=LOAD, **at)
        if not simple:
            ident = f".w{node.start}_{node.end}"
            tests.insert(0, py.NamedExpr(target=stored(ident, at), value=made, **at))
            made = named(ident, at)
        test = tests[0] if len(tests) == 1 else py.BoolOp(op=py.And(), values=tests, **at)
        return py.IfExp(test=test, body=made, orelse=called(".weighed", [made], at), **at)

    def conditional(self, node: ast.Conditional) -> Any:
        at = self.place(node)
        return py.IfExp(test=self.test(node.condition), body=self.value(node.then), orelse=self.value(node.otherwise), **at)

    def variable(self, node: ast.Name) -> Any:
        binding = self.meaning.get(node)
        if binding is not None and binding.scope == "universal":
            # Names of the language cannot be unbound, so they need no place of their own.
            if node.id == "None":
                return constant(None, self.last)
            if node.id == "True":
                return named(".TRUE", self.last)
            if node.id == "False":
                return named(".FALSE", self.last)
            return named(node.id, self.last)
        return named(self.python_name(node), self.place(node))

    def boolean(self, test: Any, at: Place) -> Any:
        """Gives Starlark's boolean for a Python truth."""
        return py.IfExp(test=test, body=named(".TRUE", at), orelse=named(".FALSE", at), **at)

    def as_data(self, node: ast.ListExpression | ast.DictExpression) -> Any:
        """Gives a large display of literals that is evaluated once, None for any other."""
        written = self.data.write(node) if self.runs_once and not self.comprehensions else None
        if written is None:
            return None
        at = self.place(node)
        return called(".data", [constant(written, at)], at)

    def list_display(self, node: ast.ListExpression) -> Any:
        data = self.as_data(node)
        if data is not None:
            return data
        at = self.place(node)
        items = [self.value(one) for one in node.items]
        if not items:
            return called(".L", [], at)
        inner = py.Tuple(elts=items, ctx=LOAD, **at) if len(items) < 30 else py.List(elts=items, ctx=LOAD, **at)
        return called(".L", [inner], at)

    def dict_display(self, node: ast.DictExpression) -> Any:
        data = self.as_data(node)
        if data is not None:
            return data
        at = self.place(node)
        if not node.entries:
            return called(".D", [], at)
        made = self.dict_entries(node, at)
        if made is not None:
            return called(".D", [made], at)
        flat = [self.value(part) for entry in node.entries for part in (entry.key, entry.value)]
        return called(".dict", [py.Tuple(elts=flat, ctx=LOAD, **at)], at)

    def dict_entries(self, node: ast.DictExpression, at: Place) -> py.Dict | None:
        """Gives Python's dict, None when two keys could be equal, which is an error."""
        keys = [strip(entry.key) for entry in node.entries]
        literal = [key.value for key in keys if isinstance(key, ast.Literal_)]
        if not self.options.old_dialect and not (len(literal) == len(keys) and len(set(literal)) == len(literal)):
            return None
        # In configs the last of equal keys wins, as it did in PyOxidizer.
        return py.Dict(
            keys=[self.value(entry.key) for entry in node.entries],
            values=[self.value(entry.value) for entry in node.entries],
            **at,
        )

    # ---- lists and dicts that nobody else sees

    def is_confined(self, node: ast.Expression) -> bool:
        """Whether an expression is a variable whose list or dict never leaves the function."""
        node = strip(node)
        binding = self.meaning.get(node) if isinstance(node, ast.Name) else None
        return binding is not None and binding in self.analysis.confined.variables

    def fresh(self, node: ast.Expression) -> Any:
        """Gives a value that nobody else sees: a list or dict that is made here may be Python's own."""
        node = strip(node)
        match node:
            case ast.ListExpression():
                return py.List(elts=[self.value(one) for one in node.items], ctx=LOAD, **self.place(node))
            case ast.Comprehension():
                return self.comprehension(node, wrap=False)
            case ast.DictExpression():
                made = self.dict_entries(node, self.place(node))
                return self.value(node) if made is None else made
            case ast.Conditional():
                at = self.place(node)
                return py.IfExp(
                    test=self.test(node.condition), body=self.fresh(node.then), orelse=self.fresh(node.otherwise), **at
                )
            case ast.Call():
                return self.call(node, test=False, bare=True)
            case ast.Slice() if self.analysis.kind(node) == "list":
                return self.slice(node, wrap=False)
            case ast.Binary() if node.operator == "*" and isinstance(strip(node.left), ast.ListExpression):
                at = self.place(node)
                return called(".mul", [self.fresh(node.left), self.value(node.right)], at)
        return self.value(node)

    def leaving(self, node: ast.Expression) -> Any:
        """Gives a value that leaves the function: a confined one becomes a value of Starlark."""
        inner = strip(node)
        if isinstance(inner, ast.TupleExpression):
            return self.tuple_display(inner, self.leaving)
        binding = self.meaning.get(inner) if isinstance(inner, ast.Name) else None
        if binding is None or binding not in self.analysis.confined.plain:
            return self.value(node)
        kind = ".L" if self.analysis.kind(inner) == "list" else ".D"
        return called(kind, [self.value(inner)], self.place(inner))

    # ---- element and part

    def index(self, node: ast.Index) -> Any:
        at = self.place(node)
        # An element of bytes may not be Python's.
        general = self.options.like_go and self.analysis.kind(node.value) not in ("str", "list", "dict", "tuple")
        general = general or isinstance(strip(node.value), ast.Literal_)
        both = None if general else self.operands(node.value, node.index, read_only=True)
        if both is None:
            return called(".index", [self.value(node.value), self.value(node.index)], at)
        return py.Subscript(value=both[0], slice=both[1], ctx=LOAD, **at)

    def slice(self, node: ast.Slice, wrap: bool = True) -> Any:
        at = self.place(node)
        kind = self.analysis.kind(node.value)
        bounds = [one for one in (node.lower, node.upper, node.step) if one is not None]
        certain = not self.comprehensions or all(self.analysis.kind(one) == "int" for one in bounds)
        if kind in ("str", "list") and certain and not isinstance(strip(node.value), ast.Literal_):
            kept = self.operands(node.value, *bounds)
            if kept is not None:
                rest = iter(kept[1:])
                parts = [None if one is None else next(rest) for one in (node.lower, node.upper, node.step)]
                made = self.sliced(kept[0], parts, at)
                return called(".L", [made], at) if kind == "list" and wrap else made
        given = self.bounds(node, at)
        if node.step is not None:
            return called(".slice", [self.value(node.value), *given], at)
        allowed = self.temporaries_allowed or all(self.is_simple(one) for one in bounds)
        quick = kind is None and certain and allowed and all(self.is_short(one) for one in bounds)
        use = self.atom(node.value) if quick else None
        if use is None:
            return called(".part", [self.value(node.value), *given[:2]], at)
        parts = [None if one is None else self.atom(one) for one in (node.lower, node.upper, None)]
        made = self.sliced(use[1], [None if part is None else part[0] for part in parts], at)
        general = called(".part", [use[1], *given[:2]], at)
        return py.IfExp(test=type_is(use[0], ".str", at), body=made, orelse=general, **at)

    def bounds(self, node: ast.Slice, at: Place) -> list[Any]:
        none = constant(None, at)
        return [none if one is None else self.value(one) for one in (node.lower, node.upper, node.step)]

    def sliced(self, value: Any, parts: list[Any], at: Place) -> Any:
        lower, upper, step = parts
        return py.Subscript(value=value, slice=py.Slice(lower=lower, upper=upper, step=step, **at), ctx=LOAD, **at)


_WRITERS: dict[type, Any] = {
    ast.Name: ExpressionGenerator.variable,
    ast.Literal_: ExpressionGenerator.literal,
    ast.Parenthesised: ExpressionGenerator.parenthesised,
    ast.Call: lambda generator, node: generator.call(node, test=False),
    ast.Attribute: ExpressionGenerator.attribute,
    ast.Binary: OperatorGenerator.binary,
    ast.Unary: OperatorGenerator.unary,
    ast.Index: ExpressionGenerator.index,
    ast.Slice: lambda generator, node: generator.slice(node),
    ast.ListExpression: ExpressionGenerator.list_display,
    ast.TupleExpression: lambda generator, node: generator.tuple_display(node),
    ast.DictExpression: ExpressionGenerator.dict_display,
    ast.Conditional: ExpressionGenerator.conditional,
    ast.Lambda: lambda generator, node: generator.lambda_(node),
    ast.Comprehension: lambda generator, node: generator.comprehension(node),
}
