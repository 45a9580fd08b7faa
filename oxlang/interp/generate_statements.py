"""Statements to Python; see `generate`."""

from __future__ import annotations

import _ast as py

from oxlang.interp.generate_operators import HELPERS, OPERATORS
from oxlang.interp.generate_parts import Parts
from oxlang.interp.nodes import items_of, strip
from oxlang.interp.pynodes import LOAD, STORE, called, constant, named, stored, type_is
from oxlang.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from oxlang.interp.pynodes import Place

_IN_PLACE = {"+": ".iadd", "|": ".ior", "&": ".iand", "^": ".ixor", "-": ".isub"}
DEEPEST = 16
"""Blocks in blocks of one function: Python's limit, 20, less those that guards and inlined comprehensions may add."""


class StatementGenerator(Parts):
    """The part of `Generator` for statements."""

    # ---- statements

    def block(self, statements: list[ast.Statement], at: Place) -> list[Any]:
        body: list[Any] = []
        for statement in statements:
            self.statement(statement, body)
        return body or [py.Pass(**at)]

    def statement(self, node: ast.Statement, out: list[Any]) -> None:
        self.temporaries_allowed = True
        self.place(node)
        match node:
            case ast.ExpressionStatement():
                if not isinstance(strip(node.value), ast.Literal_):
                    out.append(py.Expr(value=self.value(node.value), **self.place(node)))
            case ast.Assignment():
                if node.operator == "=":
                    self.assignment(node, out)
                else:
                    self.augmented(node, out)
            case ast.If():
                at = self.place(node.condition)
                condition = self.test(node.condition)
                then = self.block(node.then, at)
                otherwise = self.block(node.otherwise, at) if node.otherwise else []
                out.append(py.If(test=condition, body=then, orelse=otherwise, **at))
            case ast.For():
                self.loop(node, out)
            case ast.While():
                self.while_loop(node, out)
            case ast.Def():
                out.append(self.definition(node))
            case ast.Return():
                value = None if node.value is None else self.leaving(node.value)
                out.append(py.Return(value=value, **self.place(node)))
            case ast.Pass():
                out.append(py.Pass(**self.place(node)))
            case ast.Break():
                out.append(py.Break(**self.place(node)))
            case ast.Continue():
                out.append(py.Continue(**self.place(node)))
            case ast.Load():
                self.load(node, out)

    def load(self, node: ast.Load, out: list[Any]) -> None:
        at = self.place(node.module)
        names = py.Tuple(elts=[constant(item.imported, at) for item in node.items], ctx=LOAD, **at)
        values = called(".load", [constant(node.module.value, at), names], at)
        targets = py.Tuple(
            elts=[stored(self.python_name(item.local), at) for item in node.items], ctx=STORE, **at
        )
        out.append(py.Assign(targets=[targets], value=values, **at))

    # ---- assignment

    def assignment(self, node: ast.Assignment, out: list[Any]) -> None:
        target, value = strip(node.target), strip(node.value)
        items = items_of(target)
        if items is not None:
            at = self.place(node)
            values = items_of(value) if isinstance(value, ast.TupleExpression) else None
            if values is not None and len(values) == len(items) and items and all(items_of(one) is None for one in items):
                made: Any = py.Tuple(elts=[self.value(one) for one in values], ctx=LOAD, **at)
            else:
                made = self.unpacked_value(target, node.value, at)
            self.store_items(items, made, at, out)
            return
        made = self.fresh(node.value) if self.is_confined(target) else self.value(node.value)
        self.store(target, made, self.place(node), out)

    def unpacked(self, target: ast.Expression, value: Any, at: Place) -> Any:
        """Gives a tuple with exactly as many elements as the target has, or fails."""
        items = items_of(target) or []
        return called(".unpack", [value, constant(len(items), at)], at)

    def unpacked_value(self, target: ast.Expression, value: ast.Expression, at: Place) -> Any:
        """Gives a tuple as it is, and of anything else what `.unpack` makes of it; Python counts the elements."""
        if not items_of(target):
            return self.unpacked(target, self.value(value), at)
        use = self.atom(value)
        assert use is not None
        if self.analysis.kind(value) in ("tuple", "list"):
            return use[0]
        is_tuple = type_is(use[0], ".tuple", at)
        return py.IfExp(test=is_tuple, body=use[1], orelse=self.unpacked(target, use[1], at), **at)

    def store_items(self, items: list[ast.Expression], value: Any, at: Place, out: list[Any]) -> None:
        """Assigns the elements of a sequence, nested targets in turn."""
        if not items:
            out.append(py.Expr(value=value, **at))
            return
        elements: list[Any] = []
        later: list[tuple[ast.Expression, str]] = []
        for one in items:
            inner = strip(one)
            if isinstance(inner, ast.Name) and not later:
                elements.append(stored(self.python_name(inner), self.place(inner)))
            elif isinstance(inner, ast.Index) and not later:
                elements.append(self.index_target(inner))
            else:
                ident = f".u{one.start}_{one.end}"
                elements.append(stored(ident, at))
                later.append((inner, ident))
        out.append(py.Assign(targets=[py.Tuple(elts=elements, ctx=STORE, **at)], value=value, **at))
        for inner, ident in later:
            nested = items_of(inner)
            if nested is not None:
                self.store_items(nested, self.unpacked(inner, named(ident, at), at), at, out)
            else:
                self.store(inner, named(ident, at), at, out)

    def index_target(self, node: ast.Index) -> Any:
        return py.Subscript(value=self.value(node.value), slice=self.value(node.index), ctx=STORE, **self.place(node))

    def kept_target(self, node: ast.Index, ctx: Any = STORE) -> Any:
        """Gives `x[i]` whose parts can be found again when it fails."""
        both = self.operands(node.value, node.index)
        assert both is not None
        return py.Subscript(value=both[0], slice=both[1], ctx=ctx, **self.place(node))

    def store(self, target: ast.Expression, value: Any, at: Place, out: list[Any]) -> None:
        match target:
            case ast.Name():
                out.append(
                    py.Assign(
                        targets=[stored(self.python_name(target), self.place(target))], value=value, **at
                    )
                )
            case ast.Index():
                place = self.place(target)
                if isinstance(strip(target.value), (ast.Literal_, ast.TupleExpression)):
                    # Python's compiler would warn about what cannot work.
                    ident = f".v{target.start}_{target.end}"
                    out.append(py.Assign(targets=[stored(ident, place)], value=value, **place))
                    arguments = [self.value(target.value), self.value(target.index), named(ident, place)]
                    out.append(py.Expr(value=called(".set_index", arguments, place), **place))
                else:
                    out.append(py.Assign(targets=[self.kept_target(target)], value=value, **place))
            case ast.Attribute():
                # The value is evaluated before the object, as the specification has it.
                place = self.place(target)
                ident = f".v{target.start}_{target.end}"
                out.append(py.Assign(targets=[stored(ident, place)], value=value, **place))
                arguments = [self.value(target.value), constant(target.name.id, place), named(ident, place)]
                out.append(py.Expr(value=called(".set_attr", arguments, place), **place))
            case _:
                raise AssertionError(type(target).__name__)

    def augmented(self, node: ast.Assignment, out: list[Any]) -> None:
        target = strip(node.target)
        operator = node.operator[:-1]
        at = self.place(node)
        if isinstance(target, ast.Name):
            self.augmented_name(target, operator, node, at, out)
            return
        if isinstance(target, ast.Index):
            self.augmented_index(target, operator, node, at, out)
            return
        if isinstance(target, ast.Attribute):
            owner = self.temporary(target.value, out)
            place = self.place(target)
            name = constant(target.name.id, place)
            old = f".e{target.start}_{target.end}"
            got = called(".attr", [owner[1], name], place)
            out.append(py.Assign(targets=[stored(old, place)], value=got, **place))
            new = self.temporary(node.value, out)
            combined = self.in_place(operator, named(old, at), new[1], node.value, at)
            out.append(py.Expr(value=called(".set_attr", [owner[1], name, combined], place), **place))
            return
        raise AssertionError(type(target).__name__)

    def augmented_index(
        self, target: ast.Index, operator: str, node: ast.Assignment, at: Place, out: list[Any]
    ) -> None:
        if operator in ("+", "-") and self.analysis.kind(node.value) == "int" and self.is_pure(node.value):
            # Lists, texts and all else that is no number refuse an integer here as they do in Starlark.
            quick: Any = py.AugAssign(
                target=self.kept_target(target), op=OPERATORS[operator], value=self.value(node.value), **at
            )
            out.append(quick)
            return
        owner, where = self.temporary(target.value, out), self.temporary(target.index, out)
        old, new = f".e{target.start}_{target.end}", self.temporary(node.value, out, load_first=False)
        place = self.place(target)
        read = py.Subscript(value=owner[1], slice=where[1], ctx=LOAD, **place)
        out.append(py.Assign(targets=[stored(old, place)], value=read, **place))
        out.extend(new[2])
        combined = self.in_place(operator, named(old, at), new[1], node.value, at)
        store = py.Subscript(value=owner[1], slice=where[1], ctx=STORE, **place)
        out.append(py.Assign(targets=[store], value=combined, **place))

    def temporary(
        self, node: ast.Expression, out: list[Any], load_first: bool = True
    ) -> tuple[bool, Any, list[Any]]:
        """Gives (is simple, expression to use, statements that make it); with `load_first` they are written at once."""
        if self.is_simple(node):
            return True, self.value(node), []
        at = self.place(node)
        ident = f".t{node.start}_{node.end}"
        made = [py.Assign(targets=[stored(ident, at)], value=self.value(node), **at)]
        if load_first:
            out.extend(made)
            made = []
        return False, named(ident, at), made

    def in_place(self, operator: str, left: Any, right: Any, value: ast.Expression, at: Place) -> Any:
        """Gives `left operator= right` for two names; `value` is what the right one stands for."""
        helper = _IN_PLACE.get(operator, HELPERS[operator])
        general = called(helper, [left, right], at)
        if operator not in ("+", "-"):
            return general
        quick = py.BinOp(left=left, op=OPERATORS[operator], right=right, **at)
        if self.analysis.kind(value) == "int":
            return quick
        return py.IfExp(test=type_is(left, ".int", at), body=quick, orelse=general, **at)

    def augmented_name(
        self, target: ast.Name, operator: str, node: ast.Assignment, at: Place, out: list[Any]
    ) -> None:
        ident = self.python_name(target)
        store = stored(ident, self.place(target))
        load = named(ident, self.place(target))
        kind, value_kind = self.analysis.kind(target), self.analysis.kind(node.value)
        if (kind == "str" and operator != "+") or kind == "int" or (kind == "num" and operator not in ("+", "-")):
            out.append(py.Assign(targets=[store], value=self.arithmetic(operator, target, node.value, at), **at))
            return
        right = self.temporary(node.value, [], load_first=False)
        if operator in ("+", "-") and not right[0]:
            # The old value is read first, so that an unbound variable is found before the right side is evaluated.
            out.append(py.Expr(value=load, **self.place(target)))
        out.extend(right[2])
        helper = _IN_PLACE.get(operator, HELPERS[operator])
        general: list[Any] = [py.Assign(targets=[store], value=called(helper, [load, right[1]], at), **at)]
        if operator not in ("+", "-") or kind not in (None, "num", "str"):
            # Python would extend a list by the letters of a text.
            out.extend(general)
            return
        quick: list[Any] = [py.AugAssign(target=store, op=OPERATORS[operator], value=right[1], **at)]
        if value_kind == "int" or (isinstance(strip(node.value), ast.Literal_) and value_kind == "str"):
            out.extend(quick)
        elif kind == "num" or (operator == "-" and value_kind is None):
            out.append(py.If(test=type_is(load, ".int", at), body=quick, orelse=general, **at))
        elif operator == "-" or value_kind not in (None, "str", "num"):
            out.extend(general)
        else:
            self.augmented_sum(load, right[1], kind, value_kind, quick, general, at, out)

    def augmented_sum(
        self, load: Any, right: Any, kind: str | None, value_kind: str | None, quick: list[Any], general: list[Any],
        at: Place, out: list[Any],
    ) -> None:  # fmt: skip
        """Gives `load += right` for texts, numbers and values that may be either."""
        short = self.is_short_text(right, at)
        if value_kind == "str" or kind == "str":
            if value_kind != "str":
                short = py.BoolOp(op=py.And(), values=[type_is(right, ".str", at), short], **at)
            out.append(py.If(test=short, body=quick, orelse=general, **at))
            return
        is_number = type_is(load, ".int", at)
        if value_kind == "num":
            out.append(py.If(test=is_number, body=quick, orelse=general, **at))
            return
        texts = py.BoolOp(op=py.And(), values=[type_is(load, ".str", at), type_is(right, ".str", at), short], **at)
        as_text = py.If(test=texts, body=quick, orelse=general, **at)
        out.append(py.If(test=is_number, body=quick, orelse=[as_text], **at))
