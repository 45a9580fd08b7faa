"""Truth, comparison and arithmetic to Python expressions; see `generate`.

Python's operator stands alone where it does what Starlark's does, whatever the operands are. That is the case for `+` and
`-` when one operand is an integer for certain: the result is a number, or the operation fails in both languages.
"""

from __future__ import annotations

import _ast as py
from math import isfinite

from oxlang.interp.generate_parts import Parts
from oxlang.interp.kinds import COMPARISONS
from oxlang.interp.nodes import is_smaller, strip
from oxlang.interp.pynodes import LOAD, called, constant, named, type_is
from oxlang.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from oxlang.interp.pynodes import Place

OPERATORS: dict[str, Any] = {
    "+": py.Add(), "-": py.Sub(), "*": py.Mult(), "//": py.FloorDiv(), "%": py.Mod(), "&": py.BitAnd(),
    "|": py.BitOr(), "^": py.BitXor(), "<<": py.LShift(), ">>": py.RShift(), "/": py.Div(),
}  # fmt: skip
_COMPARE: dict[str, Any] = {
    "==": py.Eq(), "!=": py.NotEq(), "<": py.Lt(), ">": py.Gt(), "<=": py.LtE(), ">=": py.GtE(), "in": py.In(),
    "not in": py.NotIn(),
}  # fmt: skip
_UNARY: dict[str, Any] = {"-": py.USub(), "+": py.UAdd(), "~": py.Invert()}
_AND, _OR, _NOT = py.And(), py.Or(), py.Not()
_IS, _IS_NOT = py.Is(), py.IsNot()
HELPERS = {
    "+": ".add", "-": ".sub", "*": ".mul", "//": ".floordiv", "%": ".mod", "&": ".and", "|": ".or", "^": ".xor",
    "<<": ".lshift", ">>": ".rshift", "/": ".div",
}  # fmt: skip
SHORT = 4096
"""Texts below this length may be added without being charged."""
_BOUND = 1 << 63
_TRUTHS = frozenset(("startswith", "endswith", "isdigit", "isalpha", "isalnum", "isupper", "islower", "isspace"))
_ANY_NUMBER = (None, "int", "num")


class OperatorGenerator(Parts):
    """The part of `Generator` for operators."""

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
                    return constant(node.id == "True", self.place(node))
            case ast.Call():
                callee = strip(node.function)
                if isinstance(callee, ast.Attribute) and callee.name.id in _TRUTHS:
                    return self.call(node, test=True)
        return self.truth(node)

    def truth(self, node: ast.Expression) -> Any:
        """Gives the truth of a value; booleans are recognised, as asking them is slow."""
        kind = self.analysis.kind(node)
        if kind == "bool":
            value = self.value(node)
            return py.Compare(left=value, ops=[_IS], comparators=[named(".TRUE", self.last)], **self.last)
        # A temporary variable of a comprehension would be a variable of the function around it, which is slow.
        wanted = kind is None and (not self.comprehensions or self.is_simple(node))
        use = self.atom(node) if wanted else None
        if use is None:
            return self.value(node)
        at = self.last
        is_true = py.Compare(left=use[0], ops=[_IS], comparators=[named(".TRUE", at)], **at)
        not_false = py.Compare(left=use[1], ops=[_IS_NOT], comparators=[named(".FALSE", at)], **at)
        return py.BoolOp(op=_OR, values=[is_true, py.BoolOp(op=_AND, values=[not_false, use[1]], **at)], **at)

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
            return called(".self", [self.value(left), constant(operator, at)], at)
        if operator in ("in", "not in"):
            return self.membership(node, left, right, at)
        if operator in ("==", "!="):
            typed = self.type_comparison(left, right, operator, at)
            if typed is not None:
                return typed
        if operator in ("==", "!=") or self.analysis.kind(left) == self.analysis.kind(right) in ("int", "str"):
            # These cannot fail.
            first, second = self.value(left), self.value(right)
        else:
            both = self.operands(left, right)
            if both is None:
                return called(".compare", [self.value(left), constant(operator, at), self.value(right)], at)
            first, second = both
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
            made: Any = type_is(self.value(argument), {"int": ".int", "string": ".str", "tuple": ".tuple"}[right.value], at)
        elif right.value == "NoneType":
            made = py.Compare(left=self.value(argument), ops=[_IS], comparators=[constant(None, at)], **at)
        elif right.value in ("list", "dict"):
            kind = named(".L" if right.value == "list" else ".D", at)
            made = called(".isinstance", [self.value(argument), kind], at)
        else:
            return None
        return py.UnaryOp(op=_NOT, operand=made, **at) if operator == "!=" else made

    def membership(self, node: ast.Binary, left: ast.Expression, right: ast.Expression, at: Place) -> Any:
        if isinstance(right, (ast.ListExpression, ast.TupleExpression)):
            container: Any = py.Tuple(elts=[self.value(one) for one in right.items], ctx=LOAD, **at)
            return py.Compare(left=self.value(left), ops=[_COMPARE[node.operator]], comparators=[container], **at)
        both = self.operands(left, right)
        if both is None:
            inside = called(".in", [self.value(left), self.value(right)], at)
            return py.UnaryOp(op=_NOT, operand=inside, **at) if node.operator == "not in" else inside
        return py.Compare(left=both[0], ops=[_COMPARE[node.operator]], comparators=[both[1]], **at)

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
            names = py.Tuple(elts=[constant(one.operator, at) for one in chain], ctx=LOAD, **at)
            values = [self.value(current), *(self.value(one.right) for one in chain)]
            return called(".fold", [names, py.List(elts=values, ctx=LOAD, **at)], self.place(node))
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
            return called(HELPERS[operator], [self.value(left), self.value(right)], at)
        if plain == "always":
            kinds = {self.analysis.kind(left), self.analysis.kind(right)}
            certain = kinds == {"int"} and operator not in ("//", "%", ">>")
            both = [self.value(left), self.value(right)] if certain else self.operands(left, right)
            if both is None:
                return called(HELPERS[operator], [self.value(left), self.value(right)], at)
            return py.BinOp(left=both[0], op=OPERATORS[operator], right=both[1], **at)
        if plain == "short":
            return self.text_sum(left, right, at)
        first = self.atom(left)
        if first is None:
            return called(HELPERS[operator], [self.value(left), self.value(right)], at)
        tests: list[Any] = []
        if self.analysis.kind(left) != "int":
            tests.append(type_is(first[0], ".int", at))
        elif first[0] is not first[1] and isinstance(first[0], py.NamedExpr):
            tests.append(self.kept(first, at))
        if plain == "left" and tests and self.is_short(right):
            # Only one branch runs, so the right operand is evaluated once although it is written twice.
            body, general = self.value(right), self.value(right)
        else:
            second = self.atom(right)
            if second is None:
                return called(HELPERS[operator], [self.value(left), self.value(right)], at)
            if isinstance(second[0], py.NamedExpr):
                if not tests and isinstance(first[0], py.NamedExpr):
                    tests.append(self.kept(first, at))
                elif tests:
                    # The right operand must be there whether or not the left one passes its test.
                    tests = [self.kept(first, at), *tests] if isinstance(first[0], py.NamedExpr) else tests
                    if isinstance(first[0], py.NamedExpr):
                        tests[1] = type_is(first[1], ".int", at) if self.analysis.kind(left) != "int" else tests[1]
                    position = 1 if isinstance(first[0], py.NamedExpr) else 0
                    tests.insert(position, self.kept(second, at))
                else:
                    tests.append(self.kept(second, at))
            if plain == "both" and self.analysis.kind(right) != "int":
                tests.append(type_is(second[1], ".int", at))
            body = general = second[1]
        if operator == "*" and not self.is_bounded(left) and not self.is_bounded(right):
            bound = constant(_BOUND, at)
            less = _COMPARE["<"]
            tests.append(
                py.Compare(left=constant(-_BOUND, at), ops=[less, less], comparators=[first[1], bound], **at)
            )
        if not tests:
            return py.BinOp(left=first[0], op=OPERATORS[operator], right=body, **at)
        condition = tests[0] if len(tests) == 1 else py.BoolOp(op=_AND, values=tests, **at)
        return py.IfExp(
            test=condition,
            body=py.BinOp(left=first[1], op=OPERATORS[operator], right=body, **at),
            orelse=called(HELPERS[operator], [first[1], general], at),
            **at,
        )

    def kept(self, use: tuple[Any, Any], at: Place) -> Any:
        """Gives a test that is always true and evaluates an operand into its temporary variable."""
        return py.Compare(left=use[0], ops=[_IS], comparators=[use[1]], **at)

    def is_short(self, node: ast.Expression) -> bool:
        """Whether an expression is so short that writing it twice costs nothing."""
        return is_smaller(node, 6, (ast.Lambda, ast.Comprehension))

    def is_bounded(self, node: ast.Expression) -> bool:
        """Whether an integer is below 2**64 for certain, so that a product with it grows little."""
        node = strip(node)
        if isinstance(node, ast.Literal_):
            return isinstance(node.value, int) and abs(node.value) < 1 << 62
        if isinstance(node, ast.Name):
            binding = self.meaning.get(node)
            return binding is not None and binding in self.analysis.bounded
        return False

    def text_sum(self, left: ast.Expression, right: ast.Expression, at: Place) -> Any:
        """Gives `left + right` when one is a text for certain: Python's operator while that one is short."""
        first, second = self.atom(left), self.atom(right)
        if first is None or second is None:
            return called(".add", [self.value(left), self.value(right)], at)
        known_right = self.analysis.kind(right) == "str"
        tests: list[Any] = []
        if isinstance(second[0], py.NamedExpr) or known_right:
            if isinstance(first[0], py.NamedExpr):
                tests.append(self.kept(first, at))
            if isinstance(second[0], py.NamedExpr) and not known_right:
                tests.append(self.kept(second, at))
            text = second[0] if known_right else first[1]
        else:
            text = first[0]
        tests.append(self.is_short_text(text, at))
        condition = tests[0] if len(tests) == 1 else py.BoolOp(op=_AND, values=tests, **at)
        body = py.BinOp(left=first[1], op=OPERATORS["+"], right=second[1], **at)
        return py.IfExp(test=condition, body=body, orelse=called(".add", [first[1], second[1]], at), **at)

    def is_short_text(self, text: Any, at: Place) -> Any:
        """Gives the test that a text may be added without being charged."""
        return py.Compare(
            left=called(".len", [text], at), ops=[_COMPARE["<"]], comparators=[constant(SHORT, at)], **at
        )

    def plain(self, operator: str, left: ast.Expression, right: ast.Expression) -> str:
        """Says when Python's operator is right.

        `always`, when the `left` one is an integer, when `both` are, while the text that is known is `short`, `never`.
        """
        left_kind, right_kind = self.analysis.kind(left), self.analysis.kind(right)
        if self.is_ordinary(operator, left) or self.is_ordinary(operator, right):
            return "always"
        if operator in ("/", "<<"):
            return "never"
        one_int = left_kind == "int" or right_kind == "int"
        if operator == "+":
            if one_int or any(isinstance(one, ast.Literal_) and isinstance(one.value, str) for one in (left, right)):
                return "always"
            if left_kind == "str" or right_kind == "str":
                return "short"
        if left_kind not in _ANY_NUMBER or right_kind not in _ANY_NUMBER:
            return "never"
        if operator == ">>" and (not self.comprehensions or isinstance(right, ast.Literal_)):
            return "always"
        if one_int and operator in ("-", "&", "|", "^"):
            return "always"
        if operator == "%":
            return "always" if left_kind == "int" else "left"
        if operator in ("+", "-", "&", "|", "^"):
            return "left"
        both = left_kind == right_kind == "int"
        if operator == "*":
            return "always" if both and (self.is_bounded(left) or self.is_bounded(right)) else "both"
        return "always" if both else "both"

    def is_ordinary(self, operator: str, node: ast.Expression) -> bool:
        """Whether an operand is a float with which Python's operator gives no NaN of its own."""
        if not isinstance(node, ast.Literal_) or not isinstance(node.value, float):
            return False
        return isfinite(node.value) and (operator in ("+", "-") or (operator == "*" and node.value != 0))

    def unary(self, node: ast.Unary) -> Any:
        at = self.place(node)
        if node.operator == "not":
            return py.IfExp(test=self.test(node.operand), body=named(".FALSE", at), orelse=named(".TRUE", at), **at)
        operand = strip(node.operand)
        if isinstance(operand, ast.Literal_) and isinstance(operand.value, (int, float)) and node.operator == "-":
            return constant(-operand.value, at)
        use = self.operands(operand) if self.analysis.kind(operand) in _ANY_NUMBER else None
        if use is None:
            return called(".unary", [self.value(operand), constant(node.operator, at)], at)
        return py.UnaryOp(op=_UNARY[node.operator], operand=use[0], **at)
