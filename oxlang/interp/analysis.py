"""What is known about a program before it runs: kinds of expressions, who calls whom, and what loops may change.

All answers are safe guesses: `None` for a kind, "unknown" for a call, "mutates" for a loop body whenever in doubt.
"""

from __future__ import annotations

from oxlang.records import dataclass, field
from oxlang.resolve.scopes import Binding, FunctionBlock, Program
from oxlang.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

Kind = str
"""`int`, `str`, `bool`, `list`, `dict`, `tuple`, `float`; unknown is None."""

_INT_BUILTINS = {"len", "int", "ord", "hash"}
_RESULTS = {
    "len": "int", "int": "int", "ord": "int", "hash": "int", "str": "str", "repr": "str", "type": "str", "chr": "str",
    "bool": "bool", "any": "bool", "all": "bool", "hasattr": "bool", "list": "list", "sorted": "list",
    "reversed": "list", "zip": "list", "enumerate": "list", "dir": "list", "dict": "dict", "tuple": "tuple",
}  # fmt: skip
COMPARISONS = frozenset(("==", "!=", "<", ">", "<=", ">=", "in", "not in"))

PURE_BUILTINS = frozenset((
    "abs", "any", "all", "bool", "bytes", "chr", "dict", "dir", "enumerate", "fail", "float", "getattr", "hasattr", "hash",
    "int", "len", "list", "ord", "print", "range", "repr", "reversed", "set", "str", "tuple", "type", "zip",
))  # fmt: skip
"""Universal functions that call nothing of the program and change nothing of it."""

CALLBACK_BUILTINS = frozenset(("sorted", "min", "max"))

PURE_METHODS = frozenset((
    "capitalize", "count", "elems", "endswith", "find", "format", "get", "index", "isalnum", "isalpha", "isdigit",
    "islower", "isspace", "istitle", "isupper", "items", "join", "keys", "lower", "lstrip", "partition", "removeprefix",
    "removesuffix", "replace", "rfind", "rindex", "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith",
    "strip", "title", "upper", "values", "union", "difference", "intersection", "issubset", "issuperset", "codepoints",
    "codepoint_ords", "elem_ords", "isdisjoint", "symmetric_difference",
))  # fmt: skip
MUTATING_METHODS = frozenset((
    "append", "extend", "insert", "pop", "remove", "clear", "setdefault", "update", "popitem", "add", "discard",
    "difference_update", "intersection_update", "symmetric_difference_update",
))  # fmt: skip


@dataclass(slots=True, eq=False)
class FunctionFacts:
    """What one function (or lambda) does, its nested functions not counted.

    Attributes:
        calls: functions of the program that it calls by name.
        unknown: whether it calls values whose identity is not known.
        mutates: whether it may change a value.
        guarded: whether a test for recursion is needed.
        height: length of the longest chain of known calls below it.
    """

    block: FunctionBlock
    calls: set[int] = field(default_factory=set)
    unknown: bool = False
    mutates: bool = False
    guarded: bool = False
    height: int = 0


def strip(node: ast.Expression) -> ast.Expression:
    """Gives the expression without parentheses around it."""
    while isinstance(node, ast.Parenthesised):
        node = node.inner
    return node


def expressions_of(node: ast.Node) -> Iterator[ast.Node]:
    """Gives all nodes below a node in no special order, without entering nested functions' bodies."""
    todo: list[ast.Node] = [node]
    while todo:
        one = todo.pop()
        yield one
        todo.extend(children(one))


def children(node: ast.Node) -> list[ast.Node]:
    """Gives the direct parts of a node; bodies of nested functions are left out, their defaults are not."""
    parts = _PARTS.get(type(node))
    return parts(node) if parts is not None else []


_PARTS: dict[type, Callable[[Any], list[ast.Node]]] = {
    ast.Binary: lambda node: [node.left, node.right],
    ast.Call: lambda node: [node.function, *[one.value for one in node.arguments]],
    ast.Attribute: lambda node: [node.value],
    ast.Parenthesised: lambda node: [node.inner],
    ast.Unary: lambda node: [node.operand],
    ast.ListExpression: lambda node: node.items,
    ast.TupleExpression: lambda node: node.items,
    ast.SetExpression: lambda node: node.items,
    ast.DictExpression: lambda node: [part for entry in node.entries for part in (entry.key, entry.value)],
    ast.DictEntry: lambda node: [node.key, node.value],
    ast.Conditional: lambda node: [node.condition, node.then, node.otherwise],
    ast.Index: lambda node: [node.value, node.index],
    ast.Slice: lambda node: [one for one in (node.value, node.lower, node.upper, node.step) if one is not None],
    ast.Comprehension: lambda node: [node.body, *node.clauses],
    ast.ForClause: lambda node: [node.target, node.iterable],
    ast.IfClause: lambda node: [node.condition],
    ast.Lambda: lambda node: [one.default for one in node.parameters if one.default is not None],
    ast.Def: lambda node: [one.default for one in node.parameters if one.default is not None],
    ast.ExpressionStatement: lambda node: [node.value],
    ast.Assignment: lambda node: [node.value, node.target],
    ast.If: lambda node: [node.condition, *node.then, *node.otherwise],
    ast.For: lambda node: [node.iterable, node.target, *node.body],
    ast.While: lambda node: [node.condition, *node.body],
    ast.Return: lambda node: [] if node.value is None else [node.value],
}


def statements_of(body: Iterable[ast.Node]) -> Iterator[ast.Node]:
    """Gives statements with those inside of `if`, `for` and `while`; other nodes are given as they are."""
    todo = list(body)
    while todo:
        one = todo.pop()
        yield one
        if isinstance(one, ast.If):
            todo.extend(one.then)
            todo.extend(one.otherwise)
        elif isinstance(one, (ast.For, ast.While)):
            todo.extend(one.body)


class Analysis:
    """Facts about one program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.kinds: dict[Binding, Kind | None] = {}
        self.bounded: set[Binding] = set()
        self.facts: dict[int, FunctionFacts] = {}
        self.owner: dict[int, FunctionFacts] = {}
        self.static: dict[Binding, int] = {}
        self._functions()
        self._calls()
        self._infer()

    # ---- functions

    def _functions(self) -> None:
        for block in self.program.functions:
            if not block.is_comprehension:
                self.facts[id(block.node)] = FunctionFacts(block)
        for block in self.program.functions:
            node = block.node
            if isinstance(node, ast.Def):
                binding = self.program.meaning.get(node.name)
                if binding is not None and len(binding.assignments) == 1 and binding.scope != "file":
                    self.static[binding] = id(node)

    def _calls(self) -> None:
        for facts in self.facts.values():
            node = facts.block.node
            bodies: list[ast.Node] = list(node.body) if isinstance(node, ast.Def) else [node.body]
            for body in bodies:
                for one in expressions_of(body):
                    self._note(facts, one)
        self._close()

    def _note(self, facts: FunctionFacts, node: ast.Node) -> None:
        if isinstance(node, ast.Call):
            self._note_call(facts, node)
        elif isinstance(node, ast.Assignment):
            if node.operator != "=" or not isinstance(strip(node.target), ast.Name):
                facts.mutates = True
        elif isinstance(node, ast.Attribute) and node.name.id not in PURE_METHODS:
            # Reading an attribute of a host value may run host code, which cannot call back into the program.
            pass

    def _note_call(self, facts: FunctionFacts, node: ast.Call) -> None:
        callee = strip(node.function)
        if isinstance(callee, ast.Attribute):
            name = callee.name.id
            if name in MUTATING_METHODS:
                facts.mutates = True
            elif name not in PURE_METHODS:
                facts.unknown = True
            return
        if isinstance(callee, ast.Name):
            binding = self.program.meaning.get(callee)
            if binding is not None:
                static = self.static.get(binding)
                if static is not None:
                    facts.calls.add(static)
                    return
                if binding.scope == "universal":
                    if callee.id in PURE_BUILTINS:
                        return
                    if callee.id in CALLBACK_BUILTINS:
                        self._note_callback(facts, node)
                        return
        facts.unknown = True

    def _note_callback(self, facts: FunctionFacts, node: ast.Call) -> None:
        for argument in node.arguments:
            if argument.kind == "named" and argument.name is not None and argument.name.id == "key":
                key = strip(argument.value)
                if isinstance(key, ast.Lambda):
                    facts.calls.add(id(key))
                    continue
                if isinstance(key, ast.Name):
                    binding = self.program.meaning.get(key)
                    if binding is not None and binding in self.static:
                        facts.calls.add(self.static[binding])
                        continue
                    if binding is not None and binding.scope == "universal" and key.id in PURE_BUILTINS:
                        continue
                facts.unknown = True
            elif argument.kind == "starstar":
                facts.unknown = True

    def _close(self) -> None:
        """Spreads unknown calls and mutation along known calls; finds circles."""
        changed = True
        while changed:
            changed = False
            for facts in self.facts.values():
                for called in facts.calls:
                    other = self.facts[called]
                    if other.unknown and not facts.unknown:
                        facts.unknown = changed = True
                    if other.mutates and not facts.mutates:
                        facts.mutates = changed = True
        state: dict[int, int] = {}
        for start in self.facts:
            self._visit(start, state)
        for facts in self.facts.values():
            facts.guarded = facts.guarded or facts.unknown

    def _visit(self, start: int, state: dict[int, int]) -> None:
        """Depth-first search without recursion; whoever closes a circle is guarded, and so is all of the circle."""
        if start in state:
            return
        path: list[tuple[int, Iterator[int]]] = [(start, iter(self.facts[start].calls))]
        state[start] = 1
        while path:
            node, rest = path[-1]
            following = next(rest, None)
            if following is None:
                state[node] = 2
                path.pop()
                facts = self.facts[node]
                facts.height = 1 + max((self.facts[one].height for one in facts.calls), default=-1)
                continue
            if state.get(following) == 1:
                inside = False
                for one, _ in path:
                    inside = inside or one == following
                    if inside:
                        self.facts[one].guarded = True
            elif following not in state:
                state[following] = 1
                path.append((following, iter(self.facts[following].calls)))

    # ---- what a loop body may change

    def may_mutate(self, nodes: list[ast.Node]) -> bool:
        """Says whether running the nodes may change a list, dict or set."""
        for node in nodes:
            for one in expressions_of(node):
                if isinstance(one, ast.Assignment):
                    target = strip(one.target)
                    if isinstance(target, (ast.Index, ast.Attribute)):
                        return True
                    if isinstance(target, (ast.ListExpression, ast.TupleExpression)) and any(
                        isinstance(part, (ast.Index, ast.Attribute)) for part in expressions_of(target)
                    ):
                        return True
                    if one.operator != "=" and self.kind(target) not in ("int", "str", "float"):
                        return True
                elif isinstance(one, ast.Call):
                    probe = FunctionFacts(FunctionBlock(_NOWHERE, "", None))
                    self._note_call(probe, one)
                    if probe.unknown or probe.mutates:
                        return True
                    if any(self.facts[called].mutates or self.facts[called].unknown for called in probe.calls):
                        return True
        return False

    def cost(self, nodes: list[ast.Node]) -> int:
        """Gives the steps that one pass over the nodes counts for."""
        return 1 + sum(1 for node in nodes for _ in expressions_of(node)) // 4

    # ---- kinds

    def _infer(self) -> None:
        """Infers kinds of variables from their assignments; starts optimistic and goes on until nothing changes."""
        sources: dict[Binding, list[ast.Expression | Kind | None]] = {}
        for block in self.program.functions:
            parameters: set[str] = set()
            if not isinstance(block.node, ast.Comprehension):
                parameters = {one.name.id for one in block.node.parameters if one.name is not None}
            for name, binding in block.bindings.items():
                sources[binding] = [None] if name in parameters else []
            body: list[ast.Node] = []
            if isinstance(block.node, ast.Def):
                body = list(block.node.body)
            elif isinstance(block.node, ast.Comprehension):
                body = list(block.node.clauses)
            for node in statements_of(body):
                self._sources(node, sources)
        if not self.program.options.global_reassign:
            for binding in self.program.globals.values():
                if binding.scope == "global" and len(binding.assignments) == 1:
                    sources[binding] = []
            for node in statements_of(self.program.file.statements):
                self._sources(node, sources)
        counted = {
            binding: found
            for binding, found in sources.items()
            if found and None not in found and len(found) >= len(binding.assignments)
        }
        self.bounded = {binding for binding, found in counted.items() if all(isinstance(one, str) for one in found)}
        self.kinds = dict.fromkeys(counted, "?")
        for _ in range(10):
            changed = False
            for binding, found in counted.items():
                kind = self._join(found)
                if kind != self.kinds[binding]:
                    self.kinds[binding] = kind
                    changed = True
            if not changed:
                break
        else:
            self.kinds.clear()
        self.kinds = {binding: kind for binding, kind in self.kinds.items() if kind not in (None, "?")}

    def _join(self, found: list[ast.Expression | Kind | None]) -> Kind | None:
        kinds = {one if one is None or isinstance(one, str) else self.kind(one) for one in found}
        kinds.discard("?")
        if not kinds:
            return "?"
        return kinds.pop() if len(kinds) == 1 else None

    def _sources(self, node: ast.Node, sources: dict[Binding, list[ast.Expression | Kind | None]]) -> None:
        match node:
            case ast.Assignment():
                target = strip(node.target)
                if isinstance(target, ast.Name) and node.operator != "=":
                    operator = node.operator[:-1]
                    combined = ast.Binary(node.start, node.end, target, operator, node.value, node.start)  # type: ignore[arg-type]
                    self._source(target, combined, sources)
                elif isinstance(target, ast.Name):
                    self._source(target, node.value, sources)
                elif isinstance(target, (ast.TupleExpression, ast.ListExpression)):
                    self._pattern(target, node.value, sources)
            case ast.For() | ast.ForClause():
                target = strip(node.target)
                element = self._element(strip(node.iterable))
                if isinstance(target, ast.Name):
                    self._source(target, element, sources)
                else:
                    self._enumerated(target, strip(node.iterable), sources)
            case ast.Def():
                binding = self.program.meaning.get(node.name)
                if binding is not None and binding in sources:
                    sources[binding].append(None)
            case ast.Load():
                for item in node.items:
                    self._source(item.local, None, sources)

    def _pattern(
        self, target: ast.Expression, value: ast.Expression, sources: dict[Binding, list[ast.Expression | Kind | None]]
    ) -> None:
        items = target.items if isinstance(target, (ast.TupleExpression, ast.ListExpression)) else []
        value = strip(value)
        values = value.items if isinstance(value, (ast.TupleExpression, ast.ListExpression)) else []
        paired = len(items) == len(values)
        for at, one in enumerate(items):
            inner = strip(one)
            if isinstance(inner, ast.Name):
                self._source(inner, values[at] if paired else None, sources)
            else:
                for name in expressions_of(inner):
                    if isinstance(name, ast.Name):
                        self._source(name, None, sources)

    def _enumerated(
        self, target: ast.Expression, iterable: ast.Expression, sources: dict[Binding, list[ast.Expression | Kind | None]]
    ) -> None:
        counted = self._universal_call(iterable) == "enumerate"
        items = target.items if isinstance(target, (ast.TupleExpression, ast.ListExpression)) else [target]
        for at, one in enumerate(items):
            inner = strip(one)
            if isinstance(inner, ast.Name):
                self._source(inner, "int" if counted and at == 0 and len(items) == 2 else None, sources)
            else:
                for name in expressions_of(inner):
                    if isinstance(name, ast.Name):
                        self._source(name, None, sources)

    def _source(
        self,
        name: ast.Name,
        value: ast.Expression | Kind | None,
        sources: dict[Binding, list[ast.Expression | Kind | None]],
    ) -> None:
        binding = self.program.meaning.get(name)
        if binding is not None and binding in sources:
            sources[binding].append(value)

    def _universal_call(self, node: ast.Expression) -> str | None:
        if isinstance(node, ast.Call) and isinstance(node.function, ast.Name):
            binding = self.program.meaning.get(node.function)
            if binding is not None and binding.scope == "universal":
                return node.function.id
        return None

    def _element(self, iterable: ast.Expression) -> Kind | None:
        if self._universal_call(iterable) == "range":
            return "int"
        return None

    def kind(self, node: ast.Expression) -> Kind | None:
        """Gives the kind of an expression's value, None when it is not known."""
        node = strip(node)
        match node:
            case ast.Literal_():
                return {int: "int", str: "str", float: "float", bytes: "bytes"}.get(type(node.value))
            case ast.Name():
                binding = self.program.meaning.get(node)
                if binding is None:
                    return None
                if binding.scope == "universal" and node.id in ("True", "False"):
                    return "bool"
                return self.kinds.get(binding)
            case ast.Binary():
                return self._binary(node)
            case ast.Unary():
                if node.operator == "not":
                    return "bool"
                inner = self.kind(node.operand)
                return inner if inner in ("int", "?") else None
            case ast.Call():
                name = self._universal_call(node)
                if name is not None:
                    return _RESULTS.get(name)
                callee = strip(node.function)
                if isinstance(callee, ast.Attribute) and self.kind(callee.value) == "str":
                    return _STRING_RESULTS.get(callee.name.id)
                return None
            case ast.ListExpression():
                return "list"
            case ast.Comprehension():
                return "dict" if isinstance(node.body, ast.DictEntry) else "list"
            case ast.DictExpression():
                return "dict"
            case ast.TupleExpression():
                return "tuple"
            case ast.Conditional():
                first, second = self.kind(node.then), self.kind(node.otherwise)
                if first == "?" or second == "?":
                    return second if first == "?" else first
                return first if first == second else None
        return None

    def _binary(self, node: ast.Binary) -> Kind | None:
        operator = node.operator
        if operator in COMPARISONS:
            return "bool"
        left, right = self.kind(node.left), self.kind(node.right)
        if operator in ("and", "or"):
            return left if left == right else None
        if left == "str" and operator == "%":
            return "str"
        if "?" in (left, right):
            other = right if left == "?" else left
            return other if other in ("?", "int", "str") and operator != "/" else None
        if operator in ("+", "-", "*", "//", "%", "&", "|", "^", "<<", ">>") and left == right == "int":
            return "int"
        if operator == "+" and left == right and left in ("str", "list", "tuple"):
            return left
        return None


_STRING_RESULTS = {
    "upper": "str", "lower": "str", "strip": "str", "lstrip": "str", "rstrip": "str", "replace": "str", "join": "str",
    "format": "str", "title": "str", "capitalize": "str", "removeprefix": "str", "removesuffix": "str", "find": "int",
    "rfind": "int", "count": "int", "index": "int", "rindex": "int", "split": "list", "rsplit": "list",
    "splitlines": "list", "partition": "tuple", "rpartition": "tuple",
}  # fmt: skip
_NOWHERE = ast.Lambda(0, 0, [], ast.Name(0, 0, ""))
