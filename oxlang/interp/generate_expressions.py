"""Expressions to Python expressions; see `generate`."""

from __future__ import annotations

import _ast as py
from itertools import islice

from oxlang.interp.analysis import COMPARISONS, Analysis, expressions_of, strip
from oxlang.interp.names import mangle
from oxlang.resolve.scopes import Binding
from oxlang.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from array import array
    from typing import Any

    from oxlang.syntax.options import LanguageOptions

    Place = dict[str, Any]

LOAD, STORE = py.Load(), py.Store()

_OPERATORS: dict[str, Any] = {
    "+": py.Add(), "-": py.Sub(), "*": py.Mult(), "//": py.FloorDiv(), "%": py.Mod(), "&": py.BitAnd(),
    "|": py.BitOr(), "^": py.BitXor(), "<<": py.LShift(), ">>": py.RShift(), "/": py.Div(),
}  # fmt: skip
_COMPARE: dict[str, Any] = {
    "==": py.Eq(), "!=": py.NotEq(), "<": py.Lt(), ">": py.Gt(), "<=": py.LtE(), ">=": py.GtE(), "in": py.In(),
    "not in": py.NotIn(),
}  # fmt: skip
_AND, _OR, _NOT = py.And(), py.Or(), py.Not()
_IS = py.Is()
HELPERS = {
    "+": ".add", "-": ".sub", "*": ".mul", "//": ".floordiv", "%": ".mod", "&": ".and", "|": ".or", "^": ".xor",
    "<<": ".lshift", ">>": ".rshift", "/": ".div",
}  # fmt: skip
_BOUND = 1 << 63


class ExpressionGenerator:
    """The part of `Generator` for expressions."""

    if TYPE_CHECKING:
        analysis: Analysis
        meaning: dict[ast.Name, Binding]
        options: LanguageOptions
        starts: array[int]
        ends: array[int]
        flags: list[str]
        renamed: frozenset[str]
        temporaries_allowed: bool
        last: Place

        def mark(self, start: int, end: int) -> Place: ...

        def place(self, node: ast.Node) -> Place: ...

        def lambda_(self, node: ast.Lambda) -> Any: ...

        def comprehension(self, node: ast.Comprehension, wrap: bool = True) -> Any: ...

        def call(self, node: ast.Call, test: bool) -> Any: ...

        def interpolation(self, template: ast.Literal_, right: ast.Expression, at: Place) -> Any: ...

    # ---- small pieces

    def name(self, ident: str, at: Place) -> py.Name:
        return py.Name(id=ident, ctx=LOAD, **at)

    def helper(self, ident: str, arguments: list[Any], at: Place) -> py.Call:
        return py.Call(func=py.Name(id=ident, ctx=LOAD, **at), args=arguments, keywords=[], **at)

    def constant(self, value: Any, at: Place) -> py.Constant:
        return py.Constant(value=value, **at)

    def type_is(self, atom: Any, kind: str, at: Place) -> py.Compare:
        return py.Compare(
            left=self.helper(".type", [atom], at), ops=[_IS], comparators=[self.name(kind, at)], **at
        )

    def python_name(self, node: ast.Name) -> str:
        """Gives the Python name of a variable."""
        ident = node.id
        if ident in self.renamed:
            binding = self.meaning.get(node)
            if binding is not None and binding.scope in ("global", "file"):
                return ident + "."
        binding = self.meaning.get(node)
        if binding is not None and binding.scope in ("universal", "predeclared"):
            return ident
        return mangle(ident)

    def is_simple(self, node: ast.Expression) -> bool:
        """Whether evaluating the expression twice is free of effects and cheap."""
        node = strip(node)
        return isinstance(node, (ast.Name, ast.Literal_))

    def atom(self, node: ast.Expression) -> tuple[Any, Any] | None:
        """Gives the expression for its first and for later uses; None when no temporary variable may be made."""
        if self.is_simple(node):
            return self.value(node), self.value(node)
        if not self.temporaries_allowed:
            return None
        at = self.place(node)
        ident = f".t{node.start}_{node.end}"
        first = py.NamedExpr(target=py.Name(id=ident, ctx=STORE, **at), value=self.value(node), **at)
        return first, self.name(ident, at)

    # ---- values

    def value(self, node: ast.Expression) -> Any:
        """Gives the Python expression for a Starlark value."""
        return _WRITERS[type(node)](self, node)

    def literal(self, node: ast.Literal_) -> Any:
        return py.Constant(value=node.value, **self.last)

    def parenthesised(self, node: ast.Parenthesised) -> Any:
        return self.value(node.inner)

    def attribute(self, node: ast.Attribute) -> Any:
        at = self.place(node)
        return self.helper(".attr", [self.value(node.value), self.constant(node.name.id, at)], at)

    def tuple_display(self, node: ast.TupleExpression) -> Any:
        return py.Tuple(elts=[self.value(one) for one in node.items], ctx=LOAD, **self.place(node))

    def conditional(self, node: ast.Conditional) -> Any:
        at = self.place(node)
        return py.IfExp(test=self.test(node.condition), body=self.value(node.then), orelse=self.value(node.otherwise), **at)

    def variable(self, node: ast.Name) -> Any:
        binding = self.meaning.get(node)
        if binding is not None and binding.scope == "universal":
            # Names of the language cannot be unbound, so they need no place of their own.
            if node.id == "None":
                return self.constant(None, self.last)
            if node.id == "True":
                return self.name(".TRUE", self.last)
            if node.id == "False":
                return self.name(".FALSE", self.last)
            return self.name(node.id, self.last)
        return self.name(self.python_name(node), self.place(node))

    def boolean(self, test: Any, at: Place) -> Any:
        """Gives Starlark's boolean for a Python truth."""
        return py.IfExp(test=test, body=self.name(".TRUE", at), orelse=self.name(".FALSE", at), **at)

    def list_display(self, node: ast.ListExpression) -> Any:
        at = self.place(node)
        items = [self.value(one) for one in node.items]
        if not items:
            return self.helper(".L", [], at)
        inner = py.Tuple(elts=items, ctx=LOAD, **at) if len(items) < 30 else py.List(elts=items, ctx=LOAD, **at)
        return self.helper(".L", [inner], at)

    def dict_display(self, node: ast.DictExpression) -> Any:
        at = self.place(node)
        if not node.entries:
            return self.helper(".D", [], at)
        keys = [strip(entry.key) for entry in node.entries]
        literal = [key.value for key in keys if isinstance(key, ast.Literal_)]
        if self.options.old_dialect or (len(literal) == len(keys) and len(set(literal)) == len(literal)):
            # In configs the last of equal keys wins, as it did in PyOxidizer.
            made = py.Dict(
                keys=[self.value(entry.key) for entry in node.entries],
                values=[self.value(entry.value) for entry in node.entries],
                **at,
            )
            return self.helper(".D", [made], at)
        flat = [self.value(part) for entry in node.entries for part in (entry.key, entry.value)]
        return self.helper(".dict", [py.Tuple(elts=flat, ctx=LOAD, **at)], at)

    def unary(self, node: ast.Unary) -> Any:
        at = self.place(node)
        if node.operator == "not":
            return py.IfExp(test=self.test(node.operand), body=self.name(".FALSE", at), orelse=self.name(".TRUE", at), **at)
        operand = strip(node.operand)
        if isinstance(operand, ast.Literal_) and isinstance(operand.value, (int, float)) and node.operator == "-":
            return self.constant(-operand.value, at)
        if self.analysis.kind(operand) == "int":
            operator: Any = {"-": py.USub(), "+": py.UAdd(), "~": py.Invert()}[node.operator]
            return py.UnaryOp(op=operator, operand=self.value(operand), **at)
        use = self.atom(operand) if node.operator == "-" else None
        if use is None:
            return self.helper(".unary", [self.value(operand), self.constant(node.operator, at)], at)
        return py.IfExp(
            test=self.type_is(use[0], ".int", at),
            body=py.UnaryOp(op=py.USub(), operand=use[1], **at),
            orelse=self.helper(".unary", [use[1], self.constant("-", at)], at),
            **at,
        )

    # ---- truth

    def test(self, node: ast.Expression) -> Any:
        """Gives a Python expression whose truth is the expression's."""
        node = strip(node)
        match node:
            case ast.Binary() if node.operator in ("and", "or"):
                operands = self.flat(node, node.operator)
                joined = _AND if node.operator == "and" else _OR
                return py.BoolOp(op=joined, values=[self.test(one) for one in operands], **self.place(node))
            case ast.Binary() if node.operator in COMPARISONS:
                return self.comparison(node)
            case ast.Unary() if node.operator == "not":
                return py.UnaryOp(op=_NOT, operand=self.test(node.operand), **self.place(node))
            case ast.Name():
                binding = self.meaning.get(node)
                if binding is not None and binding.scope == "universal" and node.id in ("True", "False"):
                    return self.constant(node.id == "True", self.place(node))
            case ast.Call():
                return self.call(node, test=True)
        return self.value(node)

    def flat(self, node: ast.Binary, operator: str) -> list[ast.Expression]:
        """Gives the operands of a chain `a and b and c`."""
        operands: list[ast.Expression] = []
        current: ast.Expression = node
        while isinstance(current, ast.Binary) and current.operator == operator:
            operands.append(current.right)
            current = current.left
        operands.append(current)
        operands.reverse()
        return operands

    def comparison(self, node: ast.Binary) -> Any:
        at = self.mark(node.start, node.end)
        left, right = strip(node.left), strip(node.right)
        operator = node.operator
        if (
            isinstance(left, ast.Name)
            and isinstance(right, ast.Name)
            and left.id == right.id
            and operator not in ("in", "not in")
            and self.analysis.kind(left) not in ("int", "str", "bool")
        ):
            return self.helper(".self", [self.value(left), self.constant(operator, at)], at)
        if operator in ("in", "not in"):
            return self.membership(node, left, right, at)
        if operator in ("==", "!="):
            typed = self.type_comparison(left, right, operator, at)
            if typed is not None:
                return typed
        if operator not in ("==", "!=") and not (
            (self.temporaries_allowed or self.is_simple(left)) and (self.temporaries_allowed or self.is_simple(right))
        ):
            return self.helper(".compare", [self.value(left), self.constant(operator, at), self.value(right)], at)
        if operator in ("==", "!="):
            first, second = self.value(left), self.value(right)
        else:
            first, second = self.atom(left)[0], self.atom(right)[0]  # type: ignore[index]  # both are allowed here
        return py.Compare(left=first, ops=[_COMPARE[operator]], comparators=[second], **at)

    def type_comparison(self, left: ast.Expression, right: ast.Expression, operator: str, at: Place) -> Any:
        """Gives `type(x) == "list"` as a test of the class, None for anything else."""
        if not isinstance(left, ast.Call) or not isinstance(left.function, ast.Name) or left.function.id != "type":
            return None
        binding = self.meaning.get(left.function)
        if binding is None or binding.scope != "universal" or len(left.arguments) != 1:
            return None
        if left.arguments[0].kind != "positional" or not isinstance(right, ast.Literal_):
            return None
        argument = left.arguments[0].value
        if right.value in ("int", "string", "tuple"):
            made: Any = self.type_is(self.value(argument), {"int": ".int", "string": ".str", "tuple": ".tuple"}[right.value], at)
        elif right.value == "NoneType":
            made = py.Compare(left=self.value(argument), ops=[_IS], comparators=[self.constant(None, at)], **at)
        elif right.value in ("list", "dict"):
            kind = self.name(".L" if right.value == "list" else ".D", at)
            made = self.helper(".isinstance", [self.value(argument), kind], at)
        else:
            return None
        return py.UnaryOp(op=_NOT, operand=made, **at) if operator == "!=" else made

    def membership(self, node: ast.Binary, left: ast.Expression, right: ast.Expression, at: Place) -> Any:
        if isinstance(right, (ast.ListExpression, ast.TupleExpression)):
            container: Any = py.Tuple(elts=[self.value(one) for one in right.items], ctx=LOAD, **at)
            return py.Compare(left=self.value(left), ops=[_COMPARE[node.operator]], comparators=[container], **at)
        first, second = self.atom(left), self.atom(right)
        if first is None or second is None:
            inside = self.helper(".in", [self.value(left), self.value(right)], at)
            return py.UnaryOp(op=_NOT, operand=inside, **at) if node.operator == "not in" else inside
        return py.Compare(left=first[0], ops=[_COMPARE[node.operator]], comparators=[second[0]], **at)

    # ---- operators

    def binary(self, node: ast.Binary) -> Any:
        operator = node.operator
        if operator in ("and", "or"):
            at = self.place(node)
            if self.analysis.kind(node) == "bool" and all(
                self.analysis.kind(one) == "bool" for one in self.flat(node, operator)
            ):
                return self.boolean(self.test(node), at)
            operands = self.flat(node, operator)
            return py.BoolOp(op=_AND if operator == "and" else _OR, values=[self.value(one) for one in operands], **at)
        if operator in COMPARISONS:
            at = self.place(node)
            return self.boolean(self.comparison(node), at)
        chain: list[ast.Binary] = []
        current: ast.Expression = node
        while isinstance(current, ast.Binary) and current.operator in HELPERS:
            chain.append(current)
            current = current.left
        if len(chain) > 60:
            # A long chain is folded in a loop: nested calls would overflow the stack of Python's compiler.
            at = self.place(node)
            chain.reverse()
            names = py.Tuple(elts=[self.constant(one.operator, at) for one in chain], ctx=LOAD, **at)
            values = [self.value(current), *(self.value(one.right) for one in chain)]
            return self.helper(".fold", [names, py.List(elts=values, ctx=LOAD, **at)], self.place(node))
        return self.arithmetic(node.operator, node.left, node.right, self.mark(node.start, node.end))

    def arithmetic(self, operator: str, left: ast.Expression, right: ast.Expression, at: Place) -> Any:
        """Gives `left operator right` for the arithmetic operators."""
        left, right = strip(left), strip(right)
        if operator == "%" and isinstance(left, ast.Literal_) and isinstance(left.value, str):
            made = self.interpolation(left, right, at)
            if made is not None:
                return made
        plain = self.plain(operator, left, right)
        if plain == "never":
            return self.helper(HELPERS[operator], [self.value(left), self.value(right)], at)
        if plain == "always":
            first, second = self.atom(left), self.atom(right)
            if first is None or second is None:
                return self.helper(HELPERS[operator], [self.value(left), self.value(right)], at)
            return py.BinOp(left=first[0], op=_OPERATORS[operator], right=second[0], **at)
        first = self.atom(left)
        if first is None:
            return self.helper(HELPERS[operator], [self.value(left), self.value(right)], at)
        tests: list[Any] = []
        if self.analysis.kind(left) != "int":
            tests.append(self.type_is(first[0], ".int", at))
        elif first[0] is not first[1] and isinstance(first[0], py.NamedExpr):
            tests.append(self.kept(first, at))
        if plain == "left" and tests and self.is_short(right):
            # Only one branch runs, so the right operand is evaluated once although it is written twice.
            body, general = self.value(right), self.value(right)
        else:
            second = self.atom(right)
            if second is None:
                return self.helper(HELPERS[operator], [self.value(left), self.value(right)], at)
            if isinstance(second[0], py.NamedExpr):
                if not tests and isinstance(first[0], py.NamedExpr):
                    tests.append(self.kept(first, at))
                elif tests:
                    # The right operand must be there whether or not the left one passes its test.
                    tests = [self.kept(first, at), *tests] if isinstance(first[0], py.NamedExpr) else tests
                    if isinstance(first[0], py.NamedExpr):
                        tests[1] = self.type_is(first[1], ".int", at) if self.analysis.kind(left) != "int" else tests[1]
                    position = 1 if isinstance(first[0], py.NamedExpr) else 0
                    tests.insert(position, self.kept(second, at))
                else:
                    tests.append(self.kept(second, at))
            if plain == "both" and self.analysis.kind(right) != "int":
                tests.append(self.type_is(second[1], ".int", at))
            body = general = second[1]
        if operator == "*" and not self.is_bounded(left) and not self.is_bounded(right):
            bound = self.constant(_BOUND, at)
            less = _COMPARE["<"]
            tests.append(
                py.Compare(left=self.constant(-_BOUND, at), ops=[less, less], comparators=[first[1], bound], **at)
            )
        if not tests:
            return py.BinOp(left=first[0], op=_OPERATORS[operator], right=body, **at)
        condition = tests[0] if len(tests) == 1 else py.BoolOp(op=_AND, values=tests, **at)
        return py.IfExp(
            test=condition,
            body=py.BinOp(left=first[1], op=_OPERATORS[operator], right=body, **at),
            orelse=self.helper(HELPERS[operator], [first[1], general], at),
            **at,
        )

    def kept(self, use: tuple[Any, Any], at: Place) -> Any:
        """Gives a test that is always true and evaluates an operand into its temporary variable."""
        return py.Compare(left=use[0], ops=[_IS], comparators=[use[1]], **at)

    def is_short(self, node: ast.Expression) -> bool:
        """Whether an expression is so short that writing it twice costs nothing."""
        parts = list(islice(expressions_of(node), 6))
        return len(parts) < 6 and not any(isinstance(one, (ast.Lambda, ast.Comprehension)) for one in parts)

    def is_bounded(self, node: ast.Expression) -> bool:
        """Whether an integer is below 2**64 for certain, so that a product with it grows little."""
        node = strip(node)
        if isinstance(node, ast.Literal_):
            return isinstance(node.value, int) and abs(node.value) < 1 << 62
        if isinstance(node, ast.Name):
            binding = self.meaning.get(node)
            return binding is not None and binding in self.analysis.bounded
        return False

    def plain(self, operator: str, left: ast.Expression, right: ast.Expression) -> str:
        """Says when Python's operator is right: `always`, when the `left` one is an integer, when `both` are, `never`."""
        left_kind, right_kind = self.analysis.kind(left), self.analysis.kind(right)
        if operator in ("/", "<<"):
            return "never"
        for kind in (left_kind, right_kind):
            if kind not in (None, "int", "str"):
                return "never"
        if operator == "+":
            if left_kind == "int":
                return "always"
            if (isinstance(left, ast.Literal_) and left_kind == "str") or (isinstance(right, ast.Literal_) and right_kind == "str"):
                return "always"
            return "never" if "str" in (left_kind, right_kind) else "left"
        if left_kind == "str" or right_kind == "str":
            return "never"
        both = left_kind == right_kind == "int"
        if operator == "-":
            return "always" if left_kind == "int" else "left"
        if operator in ("&", "|", "^", "%"):
            return "always" if both else "left"
        if operator == "*":
            return "always" if both and (self.is_bounded(left) or self.is_bounded(right)) else "both"
        return "always" if both else "both"

    # ---- element and part

    def index(self, node: ast.Index) -> Any:
        at = self.place(node)
        value, where = self.atom(node.value), self.atom(node.index)
        if value is None or where is None or isinstance(strip(node.value), ast.Literal_):
            return self.helper(".index", [self.value(node.value), self.value(node.index)], at)
        return py.Subscript(value=value[0], slice=where[0], ctx=LOAD, **at)

    def slice(self, node: ast.Slice) -> Any:
        at = self.place(node)
        none = self.constant(None, at)
        parts = [none if one is None else self.value(one) for one in (node.lower, node.upper, node.step)]
        if node.step is None:
            return self.helper(".part", [self.value(node.value), *parts[:2]], at)
        return self.helper(".slice", [self.value(node.value), *parts], at)


_WRITERS: dict[type, Any] = {
    ast.Name: ExpressionGenerator.variable,
    ast.Literal_: ExpressionGenerator.literal,
    ast.Parenthesised: ExpressionGenerator.parenthesised,
    ast.Call: lambda generator, node: generator.call(node, test=False),
    ast.Attribute: ExpressionGenerator.attribute,
    ast.Binary: ExpressionGenerator.binary,
    ast.Unary: ExpressionGenerator.unary,
    ast.Index: ExpressionGenerator.index,
    ast.Slice: ExpressionGenerator.slice,
    ast.ListExpression: ExpressionGenerator.list_display,
    ast.TupleExpression: ExpressionGenerator.tuple_display,
    ast.DictExpression: ExpressionGenerator.dict_display,
    ast.Conditional: ExpressionGenerator.conditional,
    ast.Lambda: lambda generator, node: generator.lambda_(node),
    ast.Comprehension: lambda generator, node: generator.comprehension(node),
}
