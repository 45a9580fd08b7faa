"""Expressions to Python expressions; see `generate`."""

from __future__ import annotations

import _ast as py
from typing import TYPE_CHECKING, Any

from oxlang.interp.analysis import COMPARISONS, Analysis, strip
from oxlang.resolve.scopes import Binding
from oxlang.syntax import ast

if TYPE_CHECKING:
    from array import array

    from oxlang.syntax.options import LanguageOptions

LOAD, STORE = py.Load(), py.Store()
Place = dict[str, Any]

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

# String methods that Python runs with the same meaning, by the number of arguments that are texts for certain.
_STRING_PLAIN = {"upper": (0,), "lower": (0,), "strip": (0, 1), "lstrip": (0, 1), "rstrip": (0, 1), "replace": (2,)}
_STRING_TEST = {"startswith": (1,), "endswith": (1,)}
_STRING_COUNT = {"find": (1,), "count": (1,), "rfind": (1,)}
_STRING_LIST = {"split": (0, 1)}
_LIST_ONE = {"append"}
_DICT_GET = {"get": (1, 2)}


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
        depth: int

        def mark(self, start: int, end: int) -> Place: ...

        def place(self, node: ast.Node) -> Place: ...

        def lambda_(self, node: ast.Lambda) -> Any: ...

        def comprehension(self, node: ast.Comprehension) -> Any: ...

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
        from oxlang.interp.generate import mangle

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
        match node:
            case ast.Name():
                return self.variable(node)
            case ast.Literal_():
                return self.constant(node.value, self.place(node))
            case ast.Parenthesised():
                return self.value(node.inner)
            case ast.Call():
                return self.call(node, test=False)
            case ast.Attribute():
                at = self.mark(node.start, node.end)
                return self.helper(".attr", [self.value(node.value), self.constant(node.name.id, at)], at)
            case ast.Binary():
                return self.binary(node)
            case ast.Unary():
                return self.unary(node)
            case ast.Index():
                return self.index(node)
            case ast.Slice():
                return self.slice(node)
            case ast.ListExpression():
                return self.list_display(node)
            case ast.TupleExpression():
                return py.Tuple(elts=[self.value(one) for one in node.items], ctx=LOAD, **self.place(node))
            case ast.DictExpression():
                return self.dict_display(node)
            case ast.Conditional():
                at = self.place(node)
                return py.IfExp(
                    test=self.test(node.condition), body=self.value(node.then), orelse=self.value(node.otherwise), **at
                )
            case ast.Lambda():
                return self.lambda_(node)
            case ast.Comprehension():
                return self.comprehension(node)
        raise AssertionError(type(node).__name__)

    def variable(self, node: ast.Name) -> Any:
        at = self.place(node)
        binding = self.meaning.get(node)
        if binding is not None and binding.scope == "universal":
            if node.id == "None":
                return self.constant(None, at)
            if node.id == "True":
                return self.name(".TRUE", at)
            if node.id == "False":
                return self.name(".FALSE", at)
        return self.name(self.python_name(node), at)

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
        if len(literal) == len(keys) and len(set(literal)) == len(literal):
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
        return self.helper(".unary", [self.value(operand), self.constant(node.operator, at)], at)

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
        if operator not in ("==", "!=") and not (
            (self.temporaries_allowed or self.is_simple(left)) and (self.temporaries_allowed or self.is_simple(right))
        ):
            return self.helper(".compare", [self.value(left), self.constant(operator, at), self.value(right)], at)
        if operator in ("==", "!="):
            first, second = self.value(left), self.value(right)
        else:
            first, second = self.atom(left)[0], self.atom(right)[0]  # type: ignore[index]  # both are allowed here
        return py.Compare(left=first, ops=[_COMPARE[operator]], comparators=[second], **at)

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
        while isinstance(current, ast.Binary) and current.operator in HELPERS and len(chain) < 5000:
            chain.append(current)
            current = current.left
        if len(chain) > 60:
            # A long chain, built without nesting the generator's own calls.
            built = self.value(current)
            for one in reversed(chain):
                at = self.place(one)
                built = self.helper(HELPERS[one.operator], [built, self.value(one.right)], at)
            return built
        return self.arithmetic(node.operator, node.left, node.right, self.mark(node.start, node.end))

    def arithmetic(self, operator: str, left: ast.Expression, right: ast.Expression, at: Place) -> Any:
        """Gives `left operator right` for the arithmetic operators."""
        left, right = strip(left), strip(right)
        plain = self.plain(operator, left, right)
        if plain == "never":
            return self.helper(HELPERS[operator], [self.value(left), self.value(right)], at)
        first, second = self.atom(left), self.atom(right)
        if first is None or second is None:
            return self.helper(HELPERS[operator], [self.value(left), self.value(right)], at)
        if plain == "always":
            return py.BinOp(left=first[0], op=_OPERATORS[operator], right=second[0], **at)
        # Operands are evaluated once, left to right, in the test; the quick and the general form use them again.
        tests: list[Any] = [
            py.Compare(left=use[0], ops=[_IS], comparators=[use[1]], **at)
            for use in (first, second)
            if isinstance(use[0], py.NamedExpr)
        ]
        if self.analysis.kind(left) != "int":
            tests.append(self.type_is(first[1], ".int", at))
        if self.analysis.kind(right) != "int" and plain == "both":
            tests.append(self.type_is(second[1], ".int", at))
        if operator == "*" and not self.small(left) and not self.small(right):
            bound = self.constant(_BOUND, at)
            less = _COMPARE["<"]
            tests.append(
                py.Compare(left=self.constant(-_BOUND, at), ops=[less, less], comparators=[first[1], bound], **at)
            )
        condition = tests[0] if len(tests) == 1 else py.BoolOp(op=_AND, values=tests, **at)
        return py.IfExp(
            test=condition,
            body=py.BinOp(left=first[1], op=_OPERATORS[operator], right=second[1], **at),
            orelse=self.helper(HELPERS[operator], [first[1], second[1]], at),
            **at,
        )

    def small(self, node: ast.Expression) -> bool:
        return isinstance(node, ast.Literal_) and isinstance(node.value, int) and abs(node.value) < 1 << 62

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
        if operator == "-":
            return "always" if left_kind == "int" else "left"
        if operator in ("&", "|", "^"):
            return "always" if left_kind == right_kind == "int" else "both"
        if operator == "*":
            if left_kind == right_kind == "int" and (self.small(left) or self.small(right)):
                return "always"
            return "both"
        return "always" if left_kind == right_kind == "int" else "both"

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
        return self.helper(".slice", [self.value(node.value), *parts], at)

    # ---- calls

    def call(self, node: ast.Call, test: bool) -> Any:
        """Gives a call; with `test` a Python truth is as good as a boolean."""
        at = self.mark(node.start, node.end)
        kinds = {one.kind for one in node.arguments}
        callee = strip(node.function)
        if "star" in kinds or "starstar" in kinds:
            return self.spread_call(node, callee, at)
        if isinstance(callee, ast.Attribute):
            return self.method_call(node, callee, at, test)
        if isinstance(callee, (ast.Literal_, ast.TupleExpression)):
            # Python's compiler would warn about a call that cannot work.
            return self.spread_call(node, callee, at)
        positional = [self.value(one.value) for one in node.arguments if one.kind == "positional"]
        return py.Call(func=self.value(callee), args=positional, keywords=self.named(node), **at)

    def named(self, node: ast.Call) -> list[Any]:
        from oxlang.interp.generate import mangle

        return [
            py.keyword(arg=mangle(one.name.id), value=self.value(one.value), **self.place(one))
            for one in node.arguments
            if one.kind == "named" and one.name is not None
        ]

    def spread_call(self, node: ast.Call, callee: ast.Expression, at: Place) -> Any:
        """`f(a, k = v, *args, **kwargs)`: named values are evaluated before `*args`, unlike in Python."""
        from oxlang.interp.generate import mangle

        function = self.value(callee)
        positional = [self.value(one.value) for one in node.arguments if one.kind == "positional"]
        names: list[Any] = []
        values: list[Any] = []
        star: Any = self.constant(None, at)
        starstar: Any = self.constant(None, at)
        has_star = False
        for one in node.arguments:
            if one.kind == "named" and one.name is not None:
                names.append(self.constant(mangle(one.name.id), at))
                values.append(self.value(one.value))
            elif one.kind == "star":
                star, has_star = self.value(one.value), True
            elif one.kind == "starstar":
                starstar = self.value(one.value)
        arguments = [
            function,
            py.Tuple(elts=positional, ctx=LOAD, **at),
            py.Dict(keys=names, values=values, **at),
            star if has_star else py.Tuple(elts=[], ctx=LOAD, **at),
        ]
        if any(one.kind == "starstar" for one in node.arguments):
            arguments.append(starstar)
        return self.helper(".spread", arguments, at)

    def method_call(self, node: ast.Call, callee: ast.Attribute, at: Place, test: bool) -> Any:
        name = callee.name.id
        arguments = [one.value for one in node.arguments]
        if all(one.kind == "positional" for one in node.arguments):
            quick = self.quick_method(callee, name, arguments, at, test)
            if quick is not None:
                return quick
        given = [self.value(one.value) for one in node.arguments if one.kind == "positional"]
        return py.Call(
            func=self.name(".call", at),
            args=[self.value(callee.value), self.constant(name, at), *given],
            keywords=self.named(node),
            **at,
        )

    def texts(self, arguments: list[ast.Expression]) -> bool:
        """Whether all arguments are texts that are not empty, so that the method cannot fail."""
        return all(
            isinstance(strip(one), ast.Literal_) and isinstance(strip(one).value, str) and strip(one).value  # type: ignore[attr-defined]
            for one in arguments
        )

    def quick_method(
        self, callee: ast.Attribute, name: str, arguments: list[ast.Expression], at: Place, test: bool
    ) -> Any:
        """Gives the call of a method that Python runs with the same meaning when the type of the receiver is right."""
        count = len(arguments)
        receiver_kind = self.analysis.kind(callee.value)
        if name == "append" and count == 1:
            return self.guarded_method(callee, name, arguments, ".L", at, None)
        if name == "get" and count in (1, 2) and all(self.is_simple(one) for one in arguments):
            return self.guarded_method(callee, name, arguments, ".D", at, None)
        if name in _STRING_PLAIN and count in _STRING_PLAIN[name] and self.texts(arguments[:1]):
            if name == "replace" and not self.texts(arguments):
                return None
            return self.guarded_method(callee, name, arguments, ".str", at, None, receiver_kind == "str")
        if name in _STRING_TEST and count == 1 and self.texts(arguments):
            as_boolean = None if test else self.boolean
            return self.guarded_method(callee, name, arguments, ".str", at, as_boolean, receiver_kind == "str")
        if name in _STRING_COUNT and count == 1 and self.texts(arguments):
            return self.guarded_method(callee, name, arguments, ".str", at, None, receiver_kind == "str")
        if name in _STRING_LIST and count in _STRING_LIST[name] and self.texts(arguments):
            wrap = lambda made, at: self.helper(".L", [made], at)  # noqa: E731
            return self.guarded_method(callee, name, arguments, ".str", at, wrap, receiver_kind == "str")
        return None

    def guarded_method(
        self,
        callee: ast.Attribute,
        name: str,
        arguments: list[ast.Expression],
        kind: str,
        at: Place,
        wrap: Any,
        certain: bool = False,
    ) -> Any:
        if certain:
            made = py.Call(
                func=py.Attribute(value=self.value(callee.value), attr=name, ctx=LOAD, **at),
                args=[self.value(one) for one in arguments],
                keywords=[],
                **at,
            )
            return wrap(made, at) if wrap is not None else made
        receiver = self.atom(callee.value)
        if receiver is None:
            return None
        condition = py.Compare(
            left=self.helper(".type", [receiver[0]], at), ops=[_IS], comparators=[self.name(kind, at)], **at
        )
        if name == "append" and not self.is_simple(arguments[0]):
            # The argument is written once: the type of the receiver chooses the function.
            function = py.IfExp(test=condition, body=self.name(".append", at), orelse=self.name(".call_append", at), **at)
            return py.Call(func=function, args=[receiver[1], self.value(arguments[0])], keywords=[], **at)
        direct = py.Call(
            func=py.Attribute(value=receiver[1], attr=name, ctx=LOAD, **at),
            args=[self.value(one) for one in arguments],
            keywords=[],
            **at,
        )
        quick = wrap(direct, at) if wrap is not None else direct
        general = self.helper(".call", [receiver[1], self.constant(name, at), *(self.value(one) for one in arguments)], at)
        return py.IfExp(test=condition, body=quick, orelse=general, **at)
