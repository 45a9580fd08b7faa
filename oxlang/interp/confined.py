"""Lists and dicts that never leave the function that makes them.

Nobody else can see such a value, so it is neither frozen nor locked, and may be Python's own list or dict, which Python
reads and changes faster than a class of ours. A variable is confined when all that is assigned to it is made on the spot,
and each use reads or changes it in place. `return` is such a use: what is returned is made a value of Starlark.
"""

from __future__ import annotations

from oxlang.interp.nodes import expressions_of, items_of, strip
from oxlang.resolve.scopes import Binding, FunctionBlock
from oxlang.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from oxlang.interp.kinds import Kind, Kinds

MUTATING_METHODS = frozenset((
    "append", "extend", "insert", "pop", "remove", "clear", "setdefault", "update", "popitem", "add", "discard",
    "difference_update", "intersection_update", "symmetric_difference_update",
))  # fmt: skip
_METHODS = {
    "list": frozenset(("append", "clear", "extend", "index", "insert", "pop", "remove")),
    "dict": frozenset(("clear", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values")),
}
_READERS = frozenset((
    "all", "any", "bool", "dict", "enumerate", "len", "list", "max", "min", "repr", "reversed", "set", "sorted", "str", "tuple",
    "zip",
))  # fmt: skip
"""Universal functions that read a list or dict and keep nothing but its elements."""
_MAKERS = frozenset(("dict", "enumerate", "list", "reversed", "sorted", "zip"))
_TEXT_LISTS = frozenset(("rsplit", "split", "splitlines"))


class Confinement:
    """The confined variables of one program.

    Attributes:
        variables: each with what its elements come from (lists only); None among it stands for anything.
        plain: those of them that may hold Python's own list or dict.
        makers: functions that give a new list each time, by the identity of their `def`, with what its elements come from.
    """

    def __init__(self, kinds: Kinds) -> None:
        self.kinds = kinds
        self.meaning = kinds.program.meaning
        self.variables: dict[Binding, list[ast.Expression | Kind | None]] = {}
        self.plain: set[Binding] = set()
        self.makers: dict[int, list[ast.Expression | Kind | None]] = {}
        for block in kinds.program.functions:
            if isinstance(block.node, ast.Def):
                self._search(block, block.node)
                self._note_maker(block.node)

    def _search(self, block: FunctionBlock, node: ast.Def) -> None:
        candidates = [
            binding
            for binding in block.bindings.values()
            if binding.scope == "local" and self.kinds.kinds.get(binding) in _METHODS
        ]
        if not candidates:
            return
        assigned: dict[int, tuple[str, ast.Expression]] = {}
        for one in self.kinds.statements(node):
            if isinstance(one, ast.Assignment):
                self._assigned(one, assigned)
        made = [one for one in candidates if all(self._is_made(name, assigned) for name in one.assignments)]
        if not made:
            return
        everything = self.kinds.parts(node)
        allowed: set[int] = set()
        for part in everything:
            allow = _ALLOWING.get(part.__class__)
            if allow is not None:
                allow(self, part, allowed)
        found = [
            one for one in made if all(id(name) in allowed for name in one.uses if id(name) not in assigned)
        ]
        if not found:
            return
        for binding in found:
            self.variables[binding] = []
        for binding in found:
            for name in binding.assignments:
                if not isinstance(strip(assigned[id(name)][1]), ast.Call):
                    self.plain.add(binding)
                self._elements(assigned[id(name)][1], self.variables[binding])
        for part in everything:
            if part.__class__ in _CHANGING:
                self._changed(part)

    def _note_maker(self, node: ast.Def) -> None:
        if self.kinds.results.get(id(node)) != "list":
            return
        returned = [one.value for one in self.kinds.statements(node) if isinstance(one, ast.Return) and one.value is not None]
        names = [one if isinstance(one, ast.Name) else None for one in map(strip, returned)]
        for name, value in zip(names, returned, strict=True):
            if not self.is_fresh(value) and (name is None or self.meaning.get(name) not in self.variables):
                return
        found: list[ast.Expression | Kind | None] = []
        for value in returned:
            self._elements(value, found)
        self.makers[id(node)] = found

    def _made_by(self, node: ast.Call) -> list[ast.Expression | Kind | None] | None:
        """Gives what the elements of a call's result come from, when it is a new list of a function of the program."""
        callee = strip(node.function)
        binding = self.meaning.get(callee) if isinstance(callee, ast.Name) else None
        return None if binding is None else self.makers.get(self.kinds.static.get(binding, 0))

    def _assigned(self, node: ast.Assignment, assigned: dict[int, tuple[str, ast.Expression]]) -> None:
        target, value = strip(node.target), strip(node.value)
        if isinstance(target, ast.Name):
            assigned[id(target)] = (node.operator, node.value)
            return
        items, values = items_of(target), items_of(value)
        if items is not None and values is not None and len(items) == len(values) and node.operator == "=":
            for one, given in zip(map(strip, items), values, strict=True):
                if isinstance(one, ast.Name):
                    assigned[id(one)] = ("=", given)

    def _is_made(self, name: ast.Name, assigned: dict[int, tuple[str, ast.Expression]]) -> bool:
        operator, value = assigned.get(id(name), ("", name))
        if operator == "=":
            return self.is_fresh(value)
        kind = self.kinds.kind(name)
        return (operator == "+=" and kind == "list") or (operator == "|=" and kind == "dict")

    def is_fresh(self, node: ast.Expression) -> bool:
        """Whether an expression makes a list or dict that nobody else has."""
        node = strip(node)
        match node:
            case ast.ListExpression() | ast.Comprehension() | ast.DictExpression():
                return True
            case ast.Slice():
                return self.kinds.kind(node) == "list"
            case ast.Binary():
                return node.operator in ("+", "*") and self.kinds.kind(node) == "list"
            case ast.Conditional():
                return self.is_fresh(node.then) and self.is_fresh(node.otherwise)
            case ast.Call():
                callee = strip(node.function)
                if isinstance(callee, ast.Attribute):
                    return self.kinds.kind(node) == "list"
                return self.kinds.universal_call(node) in _MAKERS or self._made_by(node) is not None
        return False

    # ---- uses

    def _name(self, node: ast.Expression, allowed: set[int]) -> None:
        node = strip(node)
        if isinstance(node, ast.Name):
            allowed.add(id(node))

    def _test(self, node: ast.Expression, allowed: set[int]) -> None:
        node = strip(node)
        if isinstance(node, ast.Binary) and node.operator in ("and", "or"):
            self._test(node.left, allowed)
            self._test(node.right, allowed)
        elif isinstance(node, ast.Unary) and node.operator == "not":
            self._test(node.operand, allowed)
        else:
            self._name(node, allowed)

    def _allow_part(self, node: ast.Index | ast.Slice, allowed: set[int]) -> None:
        self._name(node.value, allowed)

    def _allow_binary(self, node: ast.Binary, allowed: set[int]) -> None:
        if node.operator not in ("and", "or"):
            self._name(node.left, allowed)
            self._name(node.right, allowed)

    def _allow_unary(self, node: ast.Unary, allowed: set[int]) -> None:
        if node.operator == "not":
            self._test(node.operand, allowed)

    def _allow_condition(self, node: ast.If | ast.While | ast.Conditional | ast.IfClause, allowed: set[int]) -> None:
        self._test(node.condition, allowed)

    def _allow_comprehension(self, node: ast.Comprehension, allowed: set[int]) -> None:
        for clause in node.clauses:
            if isinstance(clause, ast.ForClause):
                self._allow_loop(clause.iterable, [node], allowed)

    def _allow_assignment(self, node: ast.Assignment, allowed: set[int]) -> None:
        if node.operator != "=" or items_of(strip(node.target)) is not None:
            self._name(node.value, allowed)

    def _allow_return(self, node: ast.Return, allowed: set[int]) -> None:
        value = None if node.value is None else strip(node.value)
        if isinstance(value, ast.Name):
            allowed.add(id(value))
        elif isinstance(value, ast.TupleExpression):
            names = [one.id for one in map(strip, value.items) if isinstance(one, ast.Name)]
            for one in map(strip, value.items):
                if isinstance(one, ast.Name) and names.count(one.id) == 1:
                    allowed.add(id(one))

    def _allow_call(self, node: ast.Call, allowed: set[int]) -> None:
        callee = strip(node.function)
        if isinstance(callee, ast.Attribute):
            if callee.name.id in _METHODS.get(self.kinds.kind(callee.value) or "", ()):
                self._name(callee.value, allowed)
            return
        name = self.kinds.universal_call(node)
        if name in _READERS and (name not in ("min", "max") or len(node.arguments) == 1 or node.arguments[1].kind == "named"):
            # With more arguments the result is one of them.
            for one in node.arguments:
                if one.kind == "positional":
                    self._name(one.value, allowed)

    def _allow_loop(self, iterable: ast.Expression, body: Iterable[ast.Node], allowed: set[int]) -> None:
        name = strip(iterable)
        if isinstance(name, ast.Name):
            binding = self.meaning.get(name)
            if binding is not None and not self.is_changed(binding, body):
                allowed.add(id(name))

    def is_changed(self, binding: Binding, nodes: Iterable[ast.Node]) -> bool:
        """Whether nodes change what a confined variable stands for."""
        for node in nodes:
            for part in expressions_of(node):
                if part.__class__ in _CHANGING and self._changes(binding, part):
                    return True
        return False

    def _changes(self, binding: Binding, node: ast.Node) -> bool:
        if isinstance(node, ast.Call):
            callee = strip(node.function)
            return (
                isinstance(callee, ast.Attribute)
                and callee.name.id in MUTATING_METHODS
                and self._is(callee.value, binding)
            )
        if isinstance(node, ast.Assignment):
            target = strip(node.target)
            if node.operator != "=" and self._is(target, binding):
                return True
            return any(isinstance(one, ast.Index) and self._is(one.value, binding) for one in expressions_of(target))
        if isinstance(node, (ast.For, ast.ForClause)):
            return any(isinstance(one, ast.Index) and self._is(one.value, binding) for one in expressions_of(node.target))
        return False

    def _is(self, node: ast.Expression, binding: Binding) -> bool:
        node = strip(node)
        return isinstance(node, ast.Name) and self.meaning.get(node) is binding

    # ---- elements

    def _elements(self, node: ast.Expression, found: list[ast.Expression | Kind | None]) -> None:
        """Adds what the elements of a list come from."""
        node = strip(node)
        match node:
            case ast.ListExpression():
                found.extend(node.items)
            case ast.Comprehension() if not isinstance(node.body, ast.DictEntry):
                found.append(node.body)
            case ast.Binary() if node.operator == "*":
                self._elements(node.left if self.kinds.kind(node.left) == "list" else node.right, found)
            case ast.Binary() if node.operator == "+":
                self._elements(node.left, found)
                self._elements(node.right, found)
            case ast.Slice():
                self._elements(node.value, found)
            case ast.Conditional():
                self._elements(node.then, found)
                self._elements(node.otherwise, found)
            case ast.Name():
                found.append(element_of(node))
            case ast.Call():
                self._made_elements(node, found)
            case _:
                found.append(None)

    def _made_elements(self, node: ast.Call, found: list[ast.Expression | Kind | None]) -> None:
        callee = strip(node.function)
        name = self.kinds.universal_call(node)
        made = self._made_by(node)
        if made is not None:
            found.extend(made)
        elif isinstance(callee, ast.Attribute) and callee.name.id in _TEXT_LISTS:
            found.append("str" if self.kinds.kind(callee.value) == "str" else None)
        elif name in ("enumerate", "zip"):
            found.append("tuple")
        elif name in ("list", "sorted", "reversed") and len(node.arguments) >= 1:
            inner = strip(node.arguments[0].value)
            is_range = self.kinds.universal_call(inner) == "range"
            if is_range:
                found.append("int")
            elif self.kinds.kind(inner) == "list":
                self._elements(inner, found)
            else:
                found.append(None)
        elif name != "list":
            found.append(None)

    def _changed(self, node: ast.Node) -> None:
        """Adds what a node puts into lists that are confined."""
        if isinstance(node, ast.Assignment):
            target = strip(node.target)
            items, values = items_of(target), items_of(strip(node.value))
            if items is None:
                operator = node.operator.removesuffix("=")
                value: ast.Expression | None = node.value
                if operator and isinstance(target, ast.Index):
                    value = ast.Binary(node.start, node.end, target, operator, node.value, node.start)  # type: ignore[arg-type]
                self._stored(target, value)
            else:
                paired = values is not None and len(values) == len(items)
                for at, one in enumerate(items):
                    self._stored(strip(one), values[at] if paired and values is not None else None)
        elif isinstance(node, (ast.For, ast.ForClause)):
            for part in expressions_of(node.target):
                if isinstance(part, ast.Index):
                    self._stored(part, None)
        elif isinstance(node, ast.Call):
            callee = strip(node.function)
            if isinstance(callee, ast.Attribute) and callee.name.id in ("append", "insert", "extend"):
                found = self._sources(callee.value)
                if found is not None:
                    given = [one.value for one in node.arguments]
                    if callee.name.id == "extend" and given:
                        self._elements(given[0], found)
                    else:
                        found.extend(given[-1:])

    def _stored(self, target: ast.Expression, value: ast.Expression | None) -> None:
        if isinstance(target, ast.Index):
            found = self._sources(target.value)
            if found is not None:
                found.append(value)
        else:
            for part in expressions_of(target):
                if isinstance(part, ast.Index) and part is not target:
                    self._stored(part, None)

    def _sources(self, node: ast.Expression) -> list[ast.Expression | Kind | None] | None:
        node = strip(node)
        binding = self.meaning.get(node) if isinstance(node, ast.Name) else None
        return None if binding is None else self.variables.get(binding)


def element_of(name: ast.Name) -> ast.Index:
    """Gives an expression for any element of what a variable stands for."""
    return ast.Index(name.start, name.end, name, ast.Literal_(name.start, name.end, 0))


_ALLOWING: dict[type, Callable[[Confinement, Any, set[int]], None]] = {
    ast.Index: Confinement._allow_part,
    ast.Slice: Confinement._allow_part,
    ast.Binary: Confinement._allow_binary,
    ast.Unary: Confinement._allow_unary,
    ast.If: Confinement._allow_condition,
    ast.While: Confinement._allow_condition,
    ast.Conditional: Confinement._allow_condition,
    ast.IfClause: Confinement._allow_condition,
    ast.ExpressionStatement: lambda found, node, allowed: found._name(node.value, allowed),
    ast.Call: Confinement._allow_call,
    ast.For: lambda found, node, allowed: found._allow_loop(node.iterable, node.body, allowed),
    ast.Comprehension: Confinement._allow_comprehension,
    ast.Assignment: Confinement._allow_assignment,
    ast.Return: Confinement._allow_return,
}
"""What notes the names in a node that only read or change in place what they stand for."""
_CHANGING = frozenset((ast.Assignment, ast.For, ast.ForClause, ast.Call))
"""Nodes that put something into lists."""
