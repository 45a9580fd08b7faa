"""Loops and comprehensions to Python; see `generate`."""

from __future__ import annotations

import _ast as py

from oxlang.interp.generate_parts import Parts
from oxlang.interp.nodes import items_of, statements_of, strip
from oxlang.interp.pynodes import LOAD, STORE, called, constant, named, stored, type_is
from oxlang.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from oxlang.interp.pynodes import Place


class LoopGenerator(Parts):
    """The part of `Generator` for loops and comprehensions."""

    # ---- loops

    def iterable(self, node: ast.Expression, body: list[ast.Node], at: Place, target: ast.Expression) -> Any:
        """Gives the Python iterable for a loop over a value; charges steps, and locks when the body may change it."""
        inner = strip(node)
        cost = constant(self.analysis.cost(body), at)
        # What is left behind of a loop that ends early is not charged.
        until = "_until" if any(isinstance(one, (ast.Break, ast.Return)) for one in statements_of(body)) else ""
        if isinstance(inner, ast.Call) and isinstance(inner.function, ast.Name):
            binding = self.meaning.get(inner.function)
            plain = all(one.kind == "positional" for one in inner.arguments)
            if binding is not None and binding.scope == "universal" and plain and 1 <= len(inner.arguments) <= 3:
                if inner.function.id == "range":
                    return called(f".range{until}", [cost, *(self.value(one.value) for one in inner.arguments)], at)
                if inner.function.id in ("enumerate", "zip", "sorted", "reversed"):
                    # The result is fresh: nobody else can change it.
                    taken_apart = items_of(strip(target)) is not None and len(inner.arguments) == 1
                    if inner.function.id == "enumerate" and taken_apart and not self.changes(inner.arguments[0].value, body):
                        return called(f".view_enumerate{until}", [self.fresh(inner.arguments[0].value), cost], at)
                    return called(f".iterate{until}", [self.value(inner), cost], at)
        if isinstance(inner, (ast.ListExpression, ast.TupleExpression)):
            made = py.Tuple(elts=[self.value(one) for one in inner.items], ctx=LOAD, **at)
            return called(".iterate", [made, cost], at)
        if isinstance(inner, ast.Call) and isinstance(inner.function, ast.Attribute) and not inner.arguments:
            name = inner.function.name.id
            if name == "items" and items_of(strip(target)) is None:
                # Pairs that are kept whole are made by the method, which weighs them.
                return called(f".iterate{until}", [self.value(inner), cost], at)
            if name in ("items", "keys", "values"):
                value = self.value(inner.function.value)
                helper = f".copy_{name}{until}" if self.changes(inner.function.value, body) else f".view_{name}{until}"
                return called(helper, [value, cost], at)
        is_split = isinstance(inner, ast.Call) and self.analysis.confined.is_fresh(inner)
        if is_split or isinstance(inner, (ast.Comprehension, ast.DictExpression, ast.Slice)):
            return called(f".iterate{until}", [self.fresh(inner), cost], at)
        helper = f".iterate_locked{until}" if self.changes(inner, body) else f".iterate{until}"
        return called(helper, [self.value(node), cost], at)

    def changes(self, iterable: ast.Expression, body: list[ast.Node]) -> bool:
        """Whether running the body may change what an expression stands for."""
        inner = strip(iterable)
        if self.is_confined(inner):
            assert isinstance(inner, ast.Name)
            return self.analysis.confined.is_changed(self.meaning[inner], body)
        return self.analysis.may_mutate(body)

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
        iterable = self.iterable(node.iterable, list(node.body), at, node.target)
        target = strip(node.target)
        items = items_of(target)
        place = self.place(node.target)
        body: list[Any] = []
        if isinstance(target, ast.Name):
            variable: Any = stored(self.python_name(target), place)
        else:
            ident = f".i{node.target.start}_{node.target.end}"
            variable = stored(ident, place)
            if items is None:
                self.store(target, named(ident, place), place, body)
            else:
                names = [strip(one) for one in items]
                if len(items) == 2 and all(isinstance(one, ast.Name) for one in names):
                    if not self.needs_check(node.iterable):
                        variable = py.Tuple(
                            elts=[stored(self.python_name(one), place) for one in names if isinstance(one, ast.Name)],
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
        items = items_of(target) or []
        if any(not isinstance(strip(one), ast.Name) for one in items) or not items:
            return self.unpacked(target, named(ident, at), at)
        is_tuple = type_is(named(ident, at), ".tuple", at)
        return py.IfExp(
            test=is_tuple, body=named(ident, at), orelse=self.unpacked(target, named(ident, at), at), **at
        )

    def while_loop(self, node: ast.While, out: list[Any]) -> None:
        at = self.place(node.condition)
        cost = constant(self.analysis.cost([*node.body, node.condition]), at)
        test = py.BoolOp(op=py.And(), values=[called(".tick", [cost], at), self.test(node.condition)], **at)
        self.loops += 1
        self.deepest = max(self.deepest, self.loops)
        out.append(py.While(test=test, body=self.block(node.body, at), orelse=[], **at))
        self.loops -= 1

    def comprehension(self, node: ast.Comprehension, wrap: bool = True) -> Any:
        at = self.place(node)
        outer = self.temporaries_allowed
        self.comprehensions += 1
        clauses: list[py.comprehension] = []
        rest: list[ast.Node] = [node.body, *node.clauses[1:]]
        for number, clause in enumerate(node.clauses):
            if isinstance(clause, ast.IfClause):
                clauses[-1].ifs.append(self.test(clause.condition))
                continue
            place = self.place(clause.iterable)
            self.temporaries_allowed = False
            following: list[ast.Node] = rest if number == 0 else [node.body, *node.clauses[number + 1 :]]
            iterable = self.iterable(clause.iterable, following, place, clause.target)
            self.temporaries_allowed = outer
            clauses.extend(self.comprehension_target(clause, iterable, place))
        made: Any
        if isinstance(node.body, ast.DictEntry):
            key, value = self.value(node.body.key), self.value(node.body.value)
            made, kind = py.DictComp(key=key, value=value, generators=clauses, **at), ".D"
        else:
            made, kind = py.ListComp(elt=self.value(node.body), generators=clauses, **at), ".L"
        self.comprehensions -= 1
        return called(kind, [made], at) if wrap else made

    def comprehension_target(self, clause: ast.ForClause, iterable: Any, at: Place) -> list[py.comprehension]:
        target = strip(clause.target)
        items = items_of(target)

        def clause_of(variable: Any, source: Any) -> py.comprehension:
            return py.comprehension(target=variable, iter=source, ifs=[], is_async=0)

        if isinstance(target, ast.Name):
            return [clause_of(stored(self.python_name(target), at), iterable)]
        if isinstance(target, ast.Index):
            return [clause_of(self.index_target(target), iterable)]
        if isinstance(target, ast.Attribute):
            ident = f".i{target.start}_{target.end}"
            made = clause_of(stored(ident, at), iterable)
            made.ifs.append(self.attribute_assigned(target, ident, at))
            return [made]
        assert items is not None
        checked = iterable
        if self.needs_check(clause.iterable) or len(items) != 2:
            checked = called(".pairs", [iterable, constant(len(items), at)], at)
        if items and all(isinstance(strip(one), ast.Name) for one in items):
            return [clause_of(self.target_tuple(items, at), checked)]
        # Nested patterns: each level unpacks in a clause of its own over a single value.
        return self.nested_clauses(items, checked, at, clause_of)

    def attribute_assigned(self, target: ast.Attribute, ident: str, at: Place) -> Any:
        """Gives a condition that is always true and assigns a variable to an attribute."""
        arguments = [self.value(target.value), constant(target.name.id, at), named(ident, at)]
        assign = called(".set_attr", arguments, at)
        return py.Compare(left=assign, ops=[py.Is()], comparators=[constant(None, at)], **at)

    def target_tuple(self, items: list[ast.Expression], at: Place) -> Any:
        return py.Tuple(
            elts=[stored(self.python_name(one), at) for one in map(strip, items) if isinstance(one, ast.Name)],
            ctx=STORE,
            **at,
        )

    def nested_clauses(self, items: list[ast.Expression], iterable: Any, at: Place, clause_of: Any) -> list[py.comprehension]:
        if not items:
            return [clause_of(stored(".nothing", at), iterable)]
        elements: list[Any] = []
        later: list[tuple[list[ast.Expression], str]] = []
        conditions: list[Any] = []
        for one in items:
            inner = strip(one)
            nested = items_of(inner)
            ident = f".i{one.start}_{one.end}"
            if isinstance(inner, ast.Name):
                elements.append(stored(self.python_name(inner), at))
            elif isinstance(inner, ast.Index):
                elements.append(self.index_target(inner))
            elif isinstance(inner, ast.Attribute):
                elements.append(stored(ident, at))
                conditions.append(self.attribute_assigned(inner, ident, at))
            else:
                assert nested is not None
                elements.append(stored(ident, at))
                later.append((nested, ident))
        made = [clause_of(py.Tuple(elts=elements, ctx=STORE, **at), iterable)]
        made[0].ifs.extend(conditions)
        for nested, ident in later:
            single = called(".pairs", [py.Tuple(elts=[named(ident, at)], ctx=LOAD, **at), constant(len(nested), at)], at)
            made.extend(self.nested_clauses(nested, single, at, clause_of))
        return made
