"""Statements and comprehensions to Python; see `generate`."""

from __future__ import annotations

import _ast as py

from oxlang.interp.analysis import Analysis, strip
from oxlang.interp.generate_expressions import HELPERS, LOAD, STORE
from oxlang.resolve.scopes import Binding
from oxlang.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from oxlang.interp.generate_expressions import Place
    from oxlang.syntax.options import LanguageOptions

_IN_PLACE = {"+": ".iadd", "|": ".ior", "&": ".iand", "^": ".ixor", "-": ".isub"}
_SHORT = 4096
DEEPEST = 16
"""Blocks in blocks of one function: Python's limit, 20, less those that guards and inlined comprehensions may add."""


class StatementGenerator:
    """The part of `Generator` for statements and comprehensions."""

    if TYPE_CHECKING:
        analysis: Analysis
        meaning: dict[ast.Name, Binding]
        options: LanguageOptions
        temporaries_allowed: bool
        loops: int
        deepest: int

        def mark(self, start: int, end: int) -> Place: ...

        def place(self, node: ast.Node) -> Place: ...

        def value(self, node: ast.Expression) -> Any: ...

        def test(self, node: ast.Expression) -> Any: ...

        def name(self, ident: str, at: Place) -> py.Name: ...

        def helper(self, ident: str, arguments: list[Any], at: Place) -> py.Call: ...

        def constant(self, value: Any, at: Place) -> py.Constant: ...

        def type_is(self, atom: Any, kind: str, at: Place) -> py.Compare: ...

        def is_simple(self, node: ast.Expression) -> bool: ...

        def python_name(self, node: ast.Name) -> str: ...

        def definition(self, node: ast.Def) -> Any: ...

        def arithmetic(self, operator: str, left: ast.Expression, right: ast.Expression, at: Place) -> Any: ...

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
                value = None if node.value is None else self.value(node.value)
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
        names = py.Tuple(elts=[self.constant(item.imported, at) for item in node.items], ctx=LOAD, **at)
        values = self.helper(".load", [self.constant(node.module.value, at), names], at)
        targets = py.Tuple(
            elts=[py.Name(id=self.python_name(item.local), ctx=STORE, **at) for item in node.items], ctx=STORE, **at
        )
        out.append(py.Assign(targets=[targets], value=values, **at))

    # ---- assignment

    def assignment(self, node: ast.Assignment, out: list[Any]) -> None:
        target, value = strip(node.target), strip(node.value)
        items = _items(target)
        if items is not None:
            at = self.place(node)
            values = _items(value) if isinstance(value, ast.TupleExpression) else None
            if values is not None and len(values) == len(items) and items and all(_items(one) is None for one in items):
                made: Any = py.Tuple(elts=[self.value(one) for one in values], ctx=LOAD, **at)
            else:
                made = self.unpacked(target, self.value(node.value), at)
            self.store_items(items, made, at, out)
            return
        self.store(target, self.value(node.value), self.place(node), out)

    def unpacked(self, target: ast.Expression, value: Any, at: Place) -> Any:
        """Gives a tuple with exactly as many elements as the target has, or fails."""
        items = _items(target) or []
        return self.helper(".unpack", [value, self.constant(len(items), at)], at)

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
                elements.append(py.Name(id=self.python_name(inner), ctx=STORE, **self.place(inner)))
            elif isinstance(inner, ast.Index) and not later:
                elements.append(self.index_target(inner))
            else:
                ident = f".u{one.start}_{one.end}"
                elements.append(py.Name(id=ident, ctx=STORE, **at))
                later.append((inner, ident))
        out.append(py.Assign(targets=[py.Tuple(elts=elements, ctx=STORE, **at)], value=value, **at))
        for inner, ident in later:
            nested = _items(inner)
            if nested is not None:
                self.store_items(nested, self.unpacked(inner, self.name(ident, at), at), at, out)
            else:
                self.store(inner, self.name(ident, at), at, out)

    def index_target(self, node: ast.Index) -> Any:
        return py.Subscript(value=self.value(node.value), slice=self.value(node.index), ctx=STORE, **self.place(node))

    def store(self, target: ast.Expression, value: Any, at: Place, out: list[Any]) -> None:
        match target:
            case ast.Name():
                out.append(
                    py.Assign(
                        targets=[py.Name(id=self.python_name(target), ctx=STORE, **self.place(target))], value=value, **at
                    )
                )
            case ast.Index():
                place = self.place(target)
                if self.is_simple(target.value) and self.is_simple(target.index):
                    out.append(py.Assign(targets=[self.index_target(target)], value=value, **place))
                else:
                    ident = f".v{target.start}_{target.end}"
                    out.append(py.Assign(targets=[py.Name(id=ident, ctx=STORE, **place)], value=value, **place))
                    arguments = [self.value(target.value), self.value(target.index), self.name(ident, place)]
                    out.append(py.Expr(value=self.helper(".set_index", arguments, place), **place))
            case ast.Attribute():
                # The value is evaluated before the object, as the specification has it.
                place = self.place(target)
                ident = f".v{target.start}_{target.end}"
                out.append(py.Assign(targets=[py.Name(id=ident, ctx=STORE, **place)], value=value, **place))
                arguments = [self.value(target.value), self.constant(target.name.id, place), self.name(ident, place)]
                out.append(py.Expr(value=self.helper(".set_attr", arguments, place), **place))
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
            owner, where = self.temporary(target.value, out), self.temporary(target.index, out)
            old, new = f".e{target.start}_{target.end}", self.temporary(node.value, out, load_first=False)
            place = self.place(target)
            read = py.Subscript(value=owner[1], slice=where[1], ctx=LOAD, **place)
            if owner[0] and where[0]:
                out.append(py.Assign(targets=[py.Name(id=old, ctx=STORE, **place)], value=read, **place))
            else:
                got = self.helper(".index", [owner[1], where[1]], place)
                out.append(py.Assign(targets=[py.Name(id=old, ctx=STORE, **place)], value=got, **place))
            out.extend(new[2])
            combined = self.in_place(operator, self.name(old, at), new[1], at)
            if owner[0] and where[0]:
                store = py.Subscript(value=owner[1], slice=where[1], ctx=STORE, **place)
                out.append(py.Assign(targets=[store], value=combined, **place))
            else:
                out.append(py.Expr(value=self.helper(".set_index", [owner[1], where[1], combined], place), **place))
            return
        if isinstance(target, ast.Attribute):
            owner = self.temporary(target.value, out)
            place = self.place(target)
            name = self.constant(target.name.id, place)
            old = f".e{target.start}_{target.end}"
            got = self.helper(".attr", [owner[1], name], place)
            out.append(py.Assign(targets=[py.Name(id=old, ctx=STORE, **place)], value=got, **place))
            new = self.temporary(node.value, out)
            combined = self.in_place(operator, self.name(old, at), new[1], at)
            out.append(py.Expr(value=self.helper(".set_attr", [owner[1], name, combined], place), **place))
            return
        raise AssertionError(type(target).__name__)

    def temporary(
        self, node: ast.Expression, out: list[Any], load_first: bool = True
    ) -> tuple[bool, Any, list[Any]]:
        """Gives (is simple, expression to use, statements that make it); with `load_first` they are written at once."""
        if self.is_simple(node):
            return True, self.value(node), []
        at = self.place(node)
        ident = f".t{node.start}_{node.end}"
        made = [py.Assign(targets=[py.Name(id=ident, ctx=STORE, **at)], value=self.value(node), **at)]
        if load_first:
            out.extend(made)
            made = []
        return False, self.name(ident, at), made

    def in_place(self, operator: str, left: Any, right: Any, at: Place) -> Any:
        """Gives `left operator= right` for two names."""
        helper = _IN_PLACE.get(operator, HELPERS[operator])
        general = self.helper(helper, [left, right], at)
        if operator not in ("+", "-"):
            return general
        quick = py.BinOp(left=left, op=py.Add() if operator == "+" else py.Sub(), right=right, **at)
        return py.IfExp(test=self.type_is(left, ".int", at), body=quick, orelse=general, **at)

    def augmented_name(
        self, target: ast.Name, operator: str, node: ast.Assignment, at: Place, out: list[Any]
    ) -> None:
        ident = self.python_name(target)
        store = py.Name(id=ident, ctx=STORE, **self.place(target))
        load = py.Name(id=ident, ctx=LOAD, **self.place(target))
        kind = self.analysis.kind(target)
        if kind in ("int", "str") and not (kind == "str" and operator == "+"):
            out.append(py.Assign(targets=[store], value=self.arithmetic(operator, target, node.value, at), **at))
            return
        value_kind = self.analysis.kind(node.value)
        right = self.temporary(node.value, [], load_first=False)
        if operator == "+" and not right[0]:
            # The old value is read first, so that an unbound variable is found before the right side is evaluated.
            out.append(py.Expr(value=load, **self.place(target)))
        out.extend(right[2])
        helper = _IN_PLACE.get(operator, HELPERS[operator])
        general: list[Any] = [py.Assign(targets=[store], value=self.helper(helper, [load, right[1]], at), **at)]
        if operator != "+":
            out.extend(general)
            return
        quick: list[Any] = [py.AugAssign(target=store, op=py.Add(), value=right[1], **at)]
        texts = py.BoolOp(
            op=py.And(),
            values=[
                self.type_is(load, ".str", at),
                self.type_is(right[1], ".str", at),
                py.Compare(
                    left=self.helper(".len", [right[1]], at),
                    ops=[py.Lt()],
                    comparators=[self.constant(_SHORT, at)],
                    **at,
                ),
            ],
            **at,
        )
        if value_kind not in (None, "str"):
            numbers = [py.If(test=self.type_is(load, ".int", at), body=quick, orelse=general, **at)]
            out.extend(numbers if value_kind == "int" else general)
            return
        as_text = py.If(test=texts, body=quick, orelse=general, **at)
        if kind == "str" or value_kind == "str":
            out.append(as_text)
        else:
            out.append(py.If(test=self.type_is(load, ".int", at), body=quick, orelse=[as_text], **at))

    # ---- loops

    def iterable(self, node: ast.Expression, body: list[ast.Node], at: Place) -> Any:
        """Gives the Python iterable for a loop over a value; charges steps, and locks when the body may change it."""
        inner = strip(node)
        cost = self.constant(self.analysis.cost(body), at)
        if isinstance(inner, ast.Call) and isinstance(inner.function, ast.Name):
            binding = self.meaning.get(inner.function)
            plain = all(one.kind == "positional" for one in inner.arguments)
            if binding is not None and binding.scope == "universal" and plain and 1 <= len(inner.arguments) <= 3:
                if inner.function.id == "range":
                    return self.helper(".range", [cost, *(self.value(one.value) for one in inner.arguments)], at)
                if inner.function.id in ("enumerate", "zip", "sorted", "reversed"):
                    # The result is fresh: nobody else can change it.
                    return self.helper(".iterate", [self.value(inner), cost], at)
        if isinstance(inner, (ast.ListExpression, ast.TupleExpression)):
            made = py.Tuple(elts=[self.value(one) for one in inner.items], ctx=LOAD, **at)
            return self.helper(".iterate", [made, cost], at)
        if isinstance(inner, ast.Call) and isinstance(inner.function, ast.Attribute) and not inner.arguments:
            name = inner.function.name.id
            if name in ("items", "keys", "values"):
                value = self.value(inner.function.value)
                locks = self.analysis.may_mutate(body)
                helper = f".copy_{name}" if locks else f".view_{name}"
                return self.helper(helper, [value, cost], at)
        if isinstance(inner, (ast.Comprehension, ast.DictExpression)):
            return self.helper(".iterate", [self.value(inner), cost], at)
        helper = ".iterate_locked" if self.analysis.may_mutate(body) else ".iterate"
        return self.helper(helper, [self.value(node), cost], at)

    def needs_check(self, iterable: ast.Expression) -> bool:
        """Whether elements of the iterable may be something else than tuples of two."""
        inner = strip(iterable)
        if isinstance(inner, ast.Call) and isinstance(inner.function, ast.Attribute) and inner.function.name.id == "items":
            return bool(inner.arguments)
        if isinstance(inner, ast.Call) and isinstance(inner.function, ast.Name):
            binding = self.meaning.get(inner.function)
            if binding is not None and binding.scope == "universal" and inner.function.id in ("enumerate", "zip"):
                return inner.function.id == "zip" and len(inner.arguments) != 2
        return True

    def loop(self, node: ast.For, out: list[Any]) -> None:
        at = self.place(node.iterable)
        self.temporaries_allowed = True
        iterable = self.iterable(node.iterable, list(node.body), at)
        target = strip(node.target)
        items = _items(target)
        place = self.place(node.target)
        body: list[Any] = []
        if isinstance(target, ast.Name):
            variable: Any = py.Name(id=self.python_name(target), ctx=STORE, **place)
        else:
            ident = f".i{node.target.start}_{node.target.end}"
            variable = py.Name(id=ident, ctx=STORE, **place)
            if items is None:
                self.store(target, self.name(ident, place), place, body)
            else:
                names = [strip(one) for one in items]
                if len(items) == 2 and all(isinstance(one, ast.Name) for one in names):
                    if not self.needs_check(node.iterable):
                        variable = py.Tuple(
                            elts=[py.Name(id=self.python_name(one), ctx=STORE, **place) for one in names if isinstance(one, ast.Name)],
                            ctx=STORE,
                            **place,
                        )
                    else:
                        self.store_items(items, self.tuple_or_unpacked(target, ident, place), place, body)
                else:
                    self.store_items(items, self.tuple_or_unpacked(target, ident, place), place, body)
        self.loops += 1
        self.deepest = max(self.deepest, self.loops)
        for statement in node.body:
            self.statement(statement, body)
        self.loops -= 1
        out.append(py.For(target=variable, iter=iterable, body=body or [py.Pass(**at)], orelse=[], **at))

    def tuple_or_unpacked(self, target: ast.Expression, ident: str, at: Place) -> Any:
        """Gives the loop variable itself when it is a tuple of the right length, else what `.unpack` makes of it."""
        items = _items(target) or []
        if any(not isinstance(strip(one), ast.Name) for one in items) or not items:
            return self.unpacked(target, self.name(ident, at), at)
        is_tuple = self.type_is(self.name(ident, at), ".tuple", at)
        return py.IfExp(
            test=is_tuple, body=self.name(ident, at), orelse=self.unpacked(target, self.name(ident, at), at), **at
        )

    def while_loop(self, node: ast.While, out: list[Any]) -> None:
        at = self.place(node.condition)
        cost = self.constant(self.analysis.cost([*node.body, node.condition]), at)
        test = py.BoolOp(op=py.And(), values=[self.helper(".tick", [cost], at), self.test(node.condition)], **at)
        self.loops += 1
        self.deepest = max(self.deepest, self.loops)
        out.append(py.While(test=test, body=self.block(node.body, at), orelse=[], **at))
        self.loops -= 1

    def comprehension(self, node: ast.Comprehension, wrap: bool = True) -> Any:
        at = self.place(node)
        outer = self.temporaries_allowed
        clauses: list[py.comprehension] = []
        rest: list[ast.Node] = [node.body, *node.clauses[1:]]
        for number, clause in enumerate(node.clauses):
            if isinstance(clause, ast.IfClause):
                clauses[-1].ifs.append(self.test(clause.condition))
                continue
            place = self.place(clause.iterable)
            self.temporaries_allowed = False
            following: list[ast.Node] = rest if number == 0 else [node.body, *node.clauses[number + 1 :]]
            iterable = self.iterable(clause.iterable, following, place)
            self.temporaries_allowed = outer
            clauses.extend(self.comprehension_target(clause, iterable, place))
        if isinstance(node.body, ast.DictEntry):
            made: Any = py.DictComp(
                key=self.value(node.body.key), value=self.value(node.body.value), generators=clauses, **at
            )
            return self.helper(".D", [made], at)
        listed = py.ListComp(elt=self.value(node.body), generators=clauses, **at)
        return self.helper(".L", [listed], at) if wrap else listed

    def comprehension_target(self, clause: ast.ForClause, iterable: Any, at: Place) -> list[py.comprehension]:
        target = strip(clause.target)
        items = _items(target)

        def clause_of(variable: Any, source: Any) -> py.comprehension:
            return py.comprehension(target=variable, iter=source, ifs=[], is_async=0)

        if isinstance(target, ast.Name):
            return [clause_of(py.Name(id=self.python_name(target), ctx=STORE, **at), iterable)]
        if isinstance(target, ast.Index):
            return [clause_of(self.index_target(target), iterable)]
        if items is None:
            ident = f".i{target.start}_{target.end}"
            made = clause_of(py.Name(id=ident, ctx=STORE, **at), iterable)
            assert isinstance(target, ast.Attribute)
            arguments = [self.value(target.value), self.constant(target.name.id, at), self.name(ident, at)]
            assign = self.helper(".set_attr", arguments, at)
            made.ifs.append(py.Compare(left=assign, ops=[py.Is()], comparators=[self.constant(None, at)], **at))
            return [made]
        checked = iterable
        if self.needs_check(clause.iterable) or len(items) != 2:
            checked = self.helper(".pairs", [iterable, self.constant(len(items), at)], at)
        if items and all(isinstance(strip(one), ast.Name) for one in items):
            return [clause_of(self.target_tuple(items, at), checked)]
        # Nested patterns: each level unpacks in a clause of its own over a single value.
        return self.nested_clauses(items, checked, at, clause_of)

    def target_tuple(self, items: list[ast.Expression], at: Place) -> Any:
        return py.Tuple(
            elts=[py.Name(id=self.python_name(one), ctx=STORE, **at) for one in map(strip, items) if isinstance(one, ast.Name)],
            ctx=STORE,
            **at,
        )

    def nested_clauses(self, items: list[ast.Expression], iterable: Any, at: Place, clause_of: Any) -> list[py.comprehension]:
        if not items:
            return [clause_of(py.Name(id=".nothing", ctx=STORE, **at), iterable)]
        elements: list[Any] = []
        later: list[tuple[list[ast.Expression], str]] = []
        for one in items:
            inner = strip(one)
            nested = _items(inner)
            if isinstance(inner, ast.Name):
                elements.append(py.Name(id=self.python_name(inner), ctx=STORE, **at))
            elif isinstance(inner, ast.Index):
                elements.append(self.index_target(inner))
            elif nested is not None:
                ident = f".i{one.start}_{one.end}"
                elements.append(py.Name(id=ident, ctx=STORE, **at))
                later.append((nested, ident))
            else:
                raise AssertionError(type(inner).__name__)
        made = [clause_of(py.Tuple(elts=elements, ctx=STORE, **at), iterable)]
        for nested, ident in later:
            single = self.helper(".pairs", [py.Tuple(elts=[self.name(ident, at)], ctx=LOAD, **at), self.constant(len(nested), at)], at)
            made.extend(self.nested_clauses(nested, single, at, clause_of))
        return made


def _items(node: ast.Expression) -> list[ast.Expression] | None:
    """Gives the parts of a list or tuple pattern."""
    return node.items if isinstance(node, (ast.ListExpression, ast.TupleExpression)) else None
