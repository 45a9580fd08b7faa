"""What is known about a program before it runs: who calls whom, and what loops may change; see also `kinds`.

All answers are safe guesses: `None` for a kind, "unknown" for a call, "mutates" for a loop body whenever in doubt.
"""

from __future__ import annotations

from oxlang.interp.confined import MUTATING_METHODS
from oxlang.interp.kinds import NUMBERS, Kinds
from oxlang.interp.nodes import expressions_of, strip
from oxlang.records import dataclass, field
from oxlang.resolve.scopes import FunctionBlock, Program
from oxlang.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

PURE_BUILTINS = frozenset((
    "abs", "any", "all", "bool", "bytes", "chr", "dict", "dir", "enumerate", "fail", "float", "getattr", "hasattr", "hash",
    "int", "len", "list", "ord", "print", "range", "repr", "reversed", "set", "str", "tuple", "type", "zip",
))  # fmt: skip
"""Universal functions that call nothing of the program and change nothing of it."""

_UNCHANGEABLE = NUMBERS | {"str", "bool", "tuple", "bytes"}

CALLBACK_BUILTINS = frozenset(("sorted", "min", "max"))

PURE_METHODS = frozenset((
    "capitalize", "count", "elems", "endswith", "find", "format", "get", "index", "isalnum", "isalpha", "isdigit",
    "islower", "isspace", "istitle", "isupper", "items", "join", "keys", "lower", "lstrip", "partition", "removeprefix",
    "removesuffix", "replace", "rfind", "rindex", "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith",
    "strip", "title", "upper", "values", "union", "difference", "intersection", "issubset", "issuperset", "codepoints",
    "codepoint_ords", "elem_ords", "isdisjoint", "symmetric_difference",
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


class Analysis(Kinds):
    """Facts about one program."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.facts: dict[int, FunctionFacts] = {
            id(block.node): FunctionFacts(block) for block in program.functions if not block.is_comprehension
        }
        self._calls()

    def _calls(self) -> None:
        for facts in self.facts.values():
            for one in self.parts(facts.block.node):
                # Reading an attribute of a host value may run host code, which cannot call back into the program.
                if isinstance(one, ast.Call):
                    self._note_call(facts, one)
                elif isinstance(one, ast.Assignment):
                    facts.mutates = facts.mutates or self._may_change(one)
        self._close()

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
                    if self._may_change(one):
                        return True
                elif isinstance(one, ast.Call):
                    probe = FunctionFacts(FunctionBlock(_NOWHERE, "", None))
                    self._note_call(probe, one)
                    if probe.unknown or probe.mutates:
                        return True
                    if any(self.facts[called].mutates or self.facts[called].unknown for called in probe.calls):
                        return True
        return False

    def _may_change(self, node: ast.Assignment) -> bool:
        """Whether an assignment may change a value, and not just what a variable stands for."""
        target = strip(node.target)
        if isinstance(target, ast.Name):
            return node.operator != "=" and self.kind(target) not in _UNCHANGEABLE
        return any(isinstance(part, (ast.Index, ast.Attribute)) for part in expressions_of(target))

    def cost(self, nodes: list[ast.Node]) -> int:
        """Gives the steps that one pass over the nodes counts for."""
        return 1 + sum(len(expressions_of(node)) for node in nodes) // 4


_NOWHERE = ast.Lambda(0, 0, [], ast.Name(0, 0, ""))
