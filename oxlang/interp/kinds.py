"""Kinds of values that are known before a program runs.

A variable has a kind when all that is ever assigned to it has that kind; a function of the program has one when all that
it returns has. The search starts with "everything has any kind" and goes on until nothing changes, so that circles
(`x = x + 1`) keep the kind they begin with. What is not certain has no kind (None).
"""

from __future__ import annotations

from oxlang.interp.confined import Confinement, element_of
from oxlang.interp.nodes import expressions_of, items_of, statements_of, strip
from oxlang.resolve.scopes import Binding, Program
from oxlang.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    Sources = dict[Binding, list["ast.Expression | Kind | None"]]

Kind = str
"""`int`, `str`, `bool`, `list`, `dict`, `tuple`, `float`, `bytes`; unknown is None.

`num` is what an integer plus or minus something gives: a number (or a value of the host), never a container or text.
"""

COMPARISONS = frozenset(("==", "!=", "<", ">", "<=", ">=", "in", "not in"))
NUMBERS = frozenset(("int", "num", "float"))
_ROUNDS = 40

_RESULTS = {
    "len": "int", "int": "int", "ord": "int", "hash": "int", "str": "str", "repr": "str", "type": "str", "chr": "str",
    "bool": "bool", "any": "bool", "all": "bool", "hasattr": "bool", "list": "list", "sorted": "list",
    "reversed": "list", "zip": "list", "enumerate": "list", "dir": "list", "dict": "dict", "tuple": "tuple",
    "float": "float",
}  # fmt: skip
_STRING_RESULTS = {
    "upper": "str", "lower": "str", "strip": "str", "lstrip": "str", "rstrip": "str", "replace": "str", "join": "str",
    "format": "str", "title": "str", "capitalize": "str", "removeprefix": "str", "removesuffix": "str", "find": "int",
    "rfind": "int", "count": "int", "index": "int", "rindex": "int", "split": "list", "rsplit": "list",
    "splitlines": "list", "partition": "tuple", "rpartition": "tuple", "startswith": "bool", "endswith": "bool",
    "isalnum": "bool", "isalpha": "bool", "isdigit": "bool", "islower": "bool", "isspace": "bool", "istitle": "bool",
    "isupper": "bool",
}  # fmt: skip
_PARTS = frozenset(("partition", "rpartition"))
_DICT_RESULTS = {"keys": "list", "values": "list", "items": "list", "popitem": "tuple"}
_OF_LITERALS = {int: "int", str: "str", float: "float", bytes: "bytes"}
_SAME = {"abs": 1, "min": 2, "max": 2}
"""Functions that give an integer for so many integers."""


class Kinds:
    """The kinds of one program's variables, functions and expressions.

    Attributes:
        kinds: of variables.
        results: of what functions return, by the identity of their `def`.
        bounded: variables that only loops over `range` assign, so that they are below 2**63.
        confined: variables whose lists and dicts never leave their function.
        elements: kinds of the elements of such lists.
        static: functions that a name always stands for, by the identity of their `def`.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.kinds: dict[Binding, Kind | None] = {}
        self.results: dict[int, Kind | None] = {}
        self.bounded: set[Binding] = set()
        self.elements: dict[Binding, Kind | None] = {}
        self.static: dict[Binding, int] = {}
        self._parts: dict[ast.Node, list[ast.Node]] = {}
        self._statements: dict[ast.Node, list[ast.Node]] = {}
        self._functions()
        self._infer()

    def release(self) -> None:
        """Breaks the circle of both analyses, so that all is freed without a collection; the end of both."""
        del self.confined

    def parts(self, node: ast.Def | ast.Lambda | ast.Comprehension) -> list[ast.Node]:
        """Gives all nodes of a function's body but names and literals, without those of the functions in it."""
        found = self._parts.get(node)
        if found is None:
            bodies = node.body if isinstance(node, ast.Def) else [node.body]
            found = self._parts[node] = [
                part for one in bodies for part in expressions_of(one) if part.__class__ not in _LEAVES
            ]
        return found

    def statements(self, node: ast.Def) -> list[ast.Node]:
        """Gives the statements of a function that bind, return or change something."""
        found = self._statements.get(node)
        if found is None:
            found = self._statements[node] = [one for one in self.parts(node) if one.__class__ in _STATEMENTS]
        return found

    def _functions(self) -> None:
        for block in self.program.functions:
            node = block.node
            if isinstance(node, ast.Def):
                binding = self.program.meaning.get(node.name)
                if binding is not None and len(binding.assignments) == 1 and binding.scope != "file":
                    self.static[binding] = id(node)

    def _infer(self) -> None:
        """Infers kinds of variables from their assignments, and of functions from what they return."""
        sources: Sources = {}
        returned: dict[int, list[ast.Expression | Kind | None]] = {}
        # Later entries of a session may bind names of the module again.
        closed = not self.program.options.global_reassign
        known = set(self.static.values()) if closed else set()
        for block in self.program.functions:
            parameters: set[str] = set()
            if not isinstance(block.node, ast.Comprehension):
                parameters = {one.name.id for one in block.node.parameters if one.name is not None}
            for name, binding in block.bindings.items():
                sources[binding] = [None] if name in parameters else []
            if isinstance(block.node, ast.Def):
                self._all_sources(self.statements(block.node), sources)
                if id(block.node) in known:
                    returned[id(block.node)] = self._returned(block.node)
            elif isinstance(block.node, ast.Comprehension):
                self._all_sources(block.node.clauses, sources)
        if closed:
            for binding in self.program.globals.values():
                if binding.scope == "global" and len(binding.assignments) == 1:
                    sources[binding] = []
            self._all_sources(statements_of(self.program.file.statements), sources)
        counted = {
            binding: found
            for binding, found in sources.items()
            if found and None not in found and len(found) >= len(binding.assignments)
        }
        self.bounded = {binding for binding, found in counted.items() if all(isinstance(one, str) for one in found)}
        returned = {node: found for node, found in returned.items() if None not in found}
        self._settle(counted, returned, {})
        self.confined = Confinement(self)
        inside = {one: found for one, found in self.confined.variables.items() if self.kinds.get(one) == "list"}
        if inside:
            self._settle(counted, returned, inside)

    def _settle(
        self, sources: Sources, returned: dict[int, list[ast.Expression | Kind | None]], inside: Sources
    ) -> None:
        """Computes kinds again and again until nothing changes."""
        self.kinds = dict.fromkeys(sources, "?")
        self.results = dict.fromkeys(returned, "?")
        self.elements = dict.fromkeys(inside, "?")
        for _ in range(_ROUNDS):
            changed = False
            for known, given in ((self.kinds, sources), (self.elements, inside)):
                for binding, found in given.items():
                    kind = self._join(found)
                    if kind != known[binding]:
                        known[binding] = kind
                        changed = True
            for node, found in returned.items():
                kind = self._join(found)
                if kind != self.results[node]:
                    self.results[node] = kind
                    changed = True
            if not changed:
                break
        else:
            self.kinds.clear()
            self.results.clear()
            self.elements.clear()
        self.kinds = {binding: kind for binding, kind in self.kinds.items() if kind not in (None, "?")}
        self.results = {node: kind for node, kind in self.results.items() if kind not in (None, "?")}
        self.elements = {binding: kind for binding, kind in self.elements.items() if kind not in (None, "?")}

    def _returned(self, node: ast.Def) -> list[ast.Expression | Kind | None]:
        """Gives what a function returns; None is among it when it may end without a value."""
        found: list[ast.Expression | Kind | None] = [] if self._ends(node.body) else [None]
        found += [one.value for one in self.statements(node) if isinstance(one, ast.Return)]
        return found

    def _ends(self, body: list[ast.Statement]) -> bool:
        """Whether statements never run past their end."""
        last = body[-1] if body else None
        if isinstance(last, ast.If):
            return bool(last.otherwise) and self._ends(last.then) and self._ends(last.otherwise)
        if isinstance(last, ast.ExpressionStatement):
            return self.universal_call(strip(last.value)) == "fail"
        return isinstance(last, ast.Return)

    def _join(self, found: list[ast.Expression | Kind | None]) -> Kind | None:
        kinds = {one if one is None or isinstance(one, str) else self.kind(one) for one in found}
        kinds.discard("?")
        if not kinds:
            return "?"
        if len(kinds) == 1:
            return kinds.pop()
        return "num" if kinds <= NUMBERS else None

    # ---- where variables get their values

    def _all_sources(self, nodes: Iterable[ast.Node], sources: Sources) -> None:
        """Notes what statements and clauses of comprehensions assign to variables."""
        for node in nodes:
            note = _SOURCES.get(node.__class__)
            if note is not None:
                note(self, node, sources)

    def _assignment(self, node: ast.Assignment, sources: Sources) -> None:
        target = strip(node.target)
        if isinstance(target, ast.Name) and node.operator != "=":
            operator = node.operator[:-1]
            combined = ast.Binary(node.start, node.end, target, operator, node.value, node.start)  # type: ignore[arg-type]
            self._source(target, combined, sources)
        elif isinstance(target, ast.Name):
            self._source(target, node.value, sources)
        elif isinstance(target, (ast.TupleExpression, ast.ListExpression)):
            self._pattern(target, node.value, sources)

    def _loop(self, node: ast.For | ast.ForClause, sources: Sources) -> None:
        target, iterable = strip(node.target), strip(node.iterable)
        if isinstance(target, ast.Name):
            self._source(target, self._element(iterable), sources)
        else:
            self._enumerated(target, iterable, sources)

    def _definition(self, node: ast.Def, sources: Sources) -> None:
        self._source(node.name, None, sources)

    def _load(self, node: ast.Load, sources: Sources) -> None:
        for item in node.items:
            self._source(item.local, None, sources)

    def _element(self, iterable: ast.Expression) -> ast.Expression | Kind | None:
        if isinstance(iterable, ast.Name):
            return element_of(iterable)
        return "int" if self.universal_call(iterable) == "range" else None

    def _pattern(self, target: ast.Expression, value: ast.Expression, sources: Sources) -> None:
        items = target.items if isinstance(target, (ast.TupleExpression, ast.ListExpression)) else []
        value = strip(value)
        values: list[ast.Expression] | list[None] = []
        if isinstance(value, (ast.TupleExpression, ast.ListExpression)):
            values = value.items
        paired = len(items) == len(values)
        # The parts of a text are texts; where the value is none, `partition` is another method or fails.
        parted = isinstance(value, ast.Call) and isinstance(value.function, ast.Attribute) and value.function.name.id in _PARTS
        for at, one in enumerate(items):
            inner = strip(one)
            if isinstance(inner, ast.Name):
                given: ast.Expression | Kind | None = values[at] if paired else None
                if parted and isinstance(value, ast.Call):
                    given = ast.Index(value.start, value.end, value, ast.Literal_(value.start, value.start, at))
                self._source(inner, given, sources)
            else:
                self._unknown(inner, sources)

    def _enumerated(self, target: ast.Expression, iterable: ast.Expression, sources: Sources) -> None:
        counted = self.universal_call(iterable) == "enumerate"
        arguments = iterable.arguments if isinstance(iterable, ast.Call) else []
        element = self._element(strip(arguments[0].value)) if counted and len(arguments) == 1 else None
        items = target.items if isinstance(target, (ast.TupleExpression, ast.ListExpression)) else [target]
        for at, one in enumerate(items):
            inner = strip(one)
            if isinstance(inner, ast.Name):
                known = counted and len(items) == 2
                self._source(inner, ("int" if at == 0 else element) if known else None, sources)
            else:
                self._unknown(inner, sources)

    def _unknown(self, target: ast.Expression, sources: Sources) -> None:
        """Notes that the variables of a pattern may get anything."""
        inner = strip(target)
        if isinstance(inner, ast.Name):
            self._source(inner, None, sources)
        for one in items_of(inner) or ():
            self._unknown(one, sources)

    def _source(self, name: ast.Name, value: ast.Expression | Kind | None, sources: Sources) -> None:
        binding = self.program.meaning.get(name)
        if binding is not None and binding in sources:
            sources[binding].append(value)

    # ---- expressions

    def universal_call(self, node: ast.Expression) -> str | None:
        """Gives the name of the universal function that an expression calls, None for anything else."""
        if isinstance(node, ast.Call) and isinstance(node.function, ast.Name):
            binding = self.program.meaning.get(node.function)
            if binding is not None and binding.scope == "universal":
                return node.function.id
        return None

    def kind(self, node: ast.Expression) -> Kind | None:
        """Gives the kind of an expression's value, None when it is not known."""
        find = _KIND_OF.get(node.__class__)
        return None if find is None else find(self, node)

    def _name(self, node: ast.Name) -> Kind | None:
        binding = self.program.meaning.get(node)
        if binding is None:
            return None
        if binding.scope == "universal" and node.id in ("True", "False"):
            return "bool"
        return self.kinds.get(binding)

    def _unary(self, node: ast.Unary) -> Kind | None:
        if node.operator == "not":
            return "bool"
        inner = self.kind(node.operand)
        return inner if inner in ("int", "?") else None

    def _slice(self, node: ast.Slice) -> Kind | None:
        inner = self.kind(node.value)
        return inner if inner in ("str", "list", "tuple", "bytes", "?") else None

    def _conditional(self, node: ast.Conditional) -> Kind | None:
        first, second = self.kind(node.then), self.kind(node.otherwise)
        if first == "?" or second == "?":
            return second if first == "?" else first
        if first in NUMBERS and second in NUMBERS and first != second:
            return "num"
        return first if first == second else None

    def _indexed(self, node: ast.Index) -> Kind | None:
        value = strip(node.value)
        binding = self.program.meaning.get(value) if isinstance(value, ast.Name) else None
        if binding is not None and binding in self.elements:
            return self.elements[binding]
        inner = self.kind(value)
        if inner == "tuple" and isinstance(value, ast.Call) and isinstance(value.function, ast.Attribute):
            return "str" if value.function.name.id in _PARTS else None
        return inner if inner in ("str", "?") else None

    def _called(self, node: ast.Call) -> Kind | None:
        callee = strip(node.function)
        if isinstance(callee, ast.Attribute):
            receiver = self.kind(callee.value)
            if receiver == "str":
                return _STRING_RESULTS.get(callee.name.id)
            return _DICT_RESULTS.get(callee.name.id) if receiver == "dict" else None
        if not isinstance(callee, ast.Name):
            return None
        binding = self.program.meaning.get(callee)
        if binding is None:
            return None
        if binding.scope != "universal":
            static = self.static.get(binding)
            return None if static is None else self.results.get(static)
        least = _SAME.get(callee.id)
        if least is not None and len(node.arguments) >= least:
            kinds = {self.kind(one.value) if one.kind == "positional" else None for one in node.arguments}
            return "int" if kinds == {"int"} else None
        return _RESULTS.get(callee.id)

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
            if None in (left, right) and operator in ("+", "-"):
                return "?"
            other = right if left == "?" else left
            if other in ("list", "tuple"):
                return other if operator in ("+", "*") else None
            return other if other in ("?", "int", "str", "num") and operator != "/" else None
        if operator in ("+", "-", "*", "//", "%", "&", "|", "^", "<<", ">>") and left == right == "int":
            return "int"
        if operator == "+" and "str" in (left, right):
            return "str"
        if operator in ("+", "*"):
            for kind in ("list", "tuple"):
                if left == kind or (right == kind and (operator == "+" or left == "int")):
                    return kind
        if operator == "*" and "str" in (left, right):
            return "str"
        if operator in ("+", "-") and (left in NUMBERS or right in NUMBERS):
            return "num"
        return None


_LEAVES = frozenset((ast.Name, ast.Literal_))
_STATEMENTS = frozenset((ast.Assignment, ast.For, ast.Def, ast.Load, ast.Return))
_SOURCES: dict[type, Callable[[Kinds, Any, Sources], None]] = {
    ast.Assignment: Kinds._assignment,
    ast.For: Kinds._loop,
    ast.ForClause: Kinds._loop,
    ast.Def: Kinds._definition,
    ast.Load: Kinds._load,
}
"""What notes where variables get their values."""
_KIND_OF: dict[type, Callable[[Kinds, Any], Kind | None]] = {
    ast.Literal_: lambda found, node: _OF_LITERALS.get(node.value.__class__),
    ast.Name: Kinds._name,
    ast.Parenthesised: lambda found, node: found.kind(node.inner),
    ast.Binary: Kinds._binary,
    ast.Unary: Kinds._unary,
    ast.Call: Kinds._called,
    ast.ListExpression: lambda found, node: "list",
    ast.Comprehension: lambda found, node: "dict" if isinstance(node.body, ast.DictEntry) else "list",
    ast.DictExpression: lambda found, node: "dict",
    ast.TupleExpression: lambda found, node: "tuple",
    ast.Slice: Kinds._slice,
    ast.Index: Kinds._indexed,
    ast.Conditional: Kinds._conditional,
}
