"""Calls to Python expressions, and texts put together from values; see `generate`."""

from __future__ import annotations

import _ast as py

from oxlang.interp.builtins.collections import DICT_METHODS, LIST_METHODS
from oxlang.interp.builtins.string import STRING_METHODS
from oxlang.interp.generate_parts import Parts
from oxlang.interp.names import mangle
from oxlang.interp.nodes import strip
from oxlang.interp.pynodes import LOAD, called, constant, named, type_is
from oxlang.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from oxlang.interp.pynodes import Place

_IS = py.Is()

# Methods that Python runs with the same meaning when the receiver is a string, by the number of arguments. Arguments
# must be texts that are not empty, so that the call cannot fail.
_STRING_PLAIN = {
    "upper": (0,), "lower": (0,), "strip": (0, 1), "lstrip": (0, 1), "rstrip": (0, 1), "replace": (2,), "find": (1,),
    "rfind": (1,), "count": (1,), "partition": (1,), "rpartition": (1,), "removeprefix": (1,), "removesuffix": (1,),
}  # fmt: skip
_STRING_TEST = {"startswith": (1,), "endswith": (1,), "isdigit": (0,), "isalpha": (0,), "isalnum": (0,), "isupper": (0,),
                "islower": (0,), "isspace": (0,)}  # fmt: skip
_STRING_LIST = {"split": (0, 1), "rsplit": (0, 1)}
_ANY_TEXT = frozenset((
    "startswith", "endswith", "find", "rfind", "count", "removeprefix", "removesuffix", "strip", "lstrip", "rstrip",
))  # fmt: skip
"""Those of them that do in Python what they do in Starlark, whatever the text that they get."""
_ANY_VALUE = _ANY_TEXT | {"partition", "rpartition", "split", "rsplit"}
"""Those that refuse in Python what they refuse in Starlark, so that `replay` can find out why."""

_OWNERS = {
    "append": ".L", "extend": ".L", "insert": ".L", "get": ".D", "setdefault": ".D", "keys": ".D", "values": ".D", "items": ".D",
}  # fmt: skip
"""Methods that one type has for the most part, whose function is called at once when the receiver is of this type."""
_PYTHON = frozenset(("append", "get", "setdefault"))
"""Those of them that Python's method does."""
_CONSUMERS = frozenset(("len", "sorted", "any", "all", "min", "max", "tuple", "set", "enumerate", "reversed", "zip"))
"""Universal functions that read a list and do not keep it."""


class CallGenerator(Parts):
    """The part of `Generator` for calls."""

    # ---- calls

    def call(self, node: ast.Call, test: bool, bare: bool = False) -> Any:
        """Gives a call; with `test` a Python truth is as good as a boolean, with `bare` Python's list as good as ours."""
        at = self.mark(node.start, node.end)
        kinds = {one.kind for one in node.arguments}
        callee = strip(node.function)
        if "star" in kinds or "starstar" in kinds:
            return self.spread_call(node, callee, at)
        if isinstance(callee, ast.Attribute):
            return self.method_call(node, callee, at, test, bare)
        if isinstance(callee, (ast.Literal_, ast.TupleExpression)):
            # Python's compiler would warn about a call that cannot work.
            return self.spread_call(node, callee, at)
        if isinstance(callee, ast.Name):
            binding = self.meaning.get(callee)
            if binding is not None and binding.scope == "universal":
                made = self.quick_universal(node, callee.id, at)
                if made is not None:
                    return made
        positional = [self.value(one.value) for one in node.arguments if one.kind == "positional"]
        return py.Call(func=self.value(callee), args=positional, keywords=self.named(node), **at)

    def named(self, node: ast.Call) -> list[Any]:
        return [
            py.keyword(arg=mangle(one.name.id), value=self.value(one.value), **self.place(one))
            for one in node.arguments
            if one.kind == "named" and one.name is not None
        ]

    def spread_call(self, node: ast.Call, callee: ast.Expression, at: Place) -> Any:
        """`f(a, k = v, *args, **kwargs)`: named values are evaluated before `*args`, unlike in Python."""
        function = self.value(callee)
        positional = [self.value(one.value) for one in node.arguments if one.kind == "positional"]
        names: list[Any] = []
        values: list[Any] = []
        star: Any = constant(None, at)
        starstar: Any = constant(None, at)
        has_star = False
        for one in node.arguments:
            if one.kind == "named" and one.name is not None:
                names.append(constant(mangle(one.name.id), at))
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
        return called(".spread", arguments, at)

    def method_call(self, node: ast.Call, callee: ast.Attribute, at: Place, test: bool, bare: bool) -> Any:
        name = callee.name.id
        arguments = [one.value for one in node.arguments]
        if name == "format":
            made = self.format_call(node, callee, at)
            if made is not None:
                return made
        if all(one.kind == "positional" for one in node.arguments):
            quick = self.quick_method(callee, name, arguments, at, test, bare)
            if quick is not None:
                return quick
        given = [self.value(one.value) for one in node.arguments if one.kind == "positional"]
        return py.Call(
            func=named(".call", at),
            args=[self.value(callee.value), constant(name, at), *given],
            keywords=self.named(node),
            **at,
        )

    def texts(self, name: str, arguments: list[ast.Expression]) -> bool:
        """Whether a string method does the same in Python and Starlark, for these arguments; whatever fails is replayed."""
        for one in arguments:
            node = strip(one)
            if isinstance(node, ast.Literal_) and isinstance(node.value, str):
                if node.value or name in _ANY_TEXT:
                    continue
                return False
            if not self.is_simple(node):
                return False
            if self.comprehensions and not (self.analysis.kind(node) == "str" and name in _ANY_TEXT):
                # What a comprehension's variables were is not known any more when it has failed.
                return False
            if name not in _ANY_VALUE:
                return False
        return True

    def quick_method(
        self, callee: ast.Attribute, name: str, arguments: list[ast.Expression], at: Place, test: bool, bare: bool
    ) -> Any:
        """Gives the call of a method that Python runs with the same meaning when the type of the receiver is right."""
        count = len(arguments)
        kind = self.analysis.kind(callee.value)
        certain = kind == "str"
        if name == "join" and count == 1 and certain:
            return self.join(callee, arguments[0], at)
        if kind is None and name in _OWNERS and count <= 2:
            return self.chosen(callee, _OWNERS[name], name, arguments, at)
        if kind is not None and name in _METHODS.get(kind, ()):
            return self.known_method(callee, kind, name, arguments, at)
        if name not in self.own_methods and (certain or kind is None) and self.texts(name, arguments):
            if count in _STRING_PLAIN.get(name, ()):
                return self.guarded_method(callee, name, arguments, at, None, certain)
            if count in _STRING_TEST.get(name, ()):
                as_boolean = None if test else self.boolean
                return self.guarded_method(callee, name, arguments, at, as_boolean, certain)
            if count in _STRING_LIST.get(name, ()):
                wrap = None if bare else lambda made, at: called(".L", [made], at)
                return self.guarded_method(callee, name, arguments, at, wrap, certain)
        if certain and name in STRING_METHODS:
            return called(f".str.{name}", [self.value(callee.value), *(self.value(one) for one in arguments)], at)
        return None

    def known_method(
        self, callee: ast.Attribute, kind: str, name: str, arguments: list[ast.Expression], at: Place
    ) -> Any:
        """Gives the call of a method of a list or dict."""
        given = [self.value(callee.value), *(self.value(one) for one in arguments)]
        if name == "append" and len(arguments) == 1:
            # Frozen and locked lists have a method of their own that refuses.
            return self.python_method(given, name, at)
        if name in ("get", "setdefault") and len(arguments) in (1, 2):
            both = self.operands(callee.value, *arguments)
            return None if both is None else self.python_method(both, name, at)
        return called(f".{kind}.{name}", given, at)

    def python_method(self, given: list[Any], name: str, at: Place) -> Any:
        function = py.Attribute(value=given[0], attr=name, ctx=LOAD, **at)
        return py.Call(func=function, args=given[1:], keywords=[], **at)

    def chosen(self, callee: ast.Attribute, kind: str, name: str, arguments: list[ast.Expression], at: Place) -> Any:
        """Gives a call whose function the type of the receiver chooses; the arguments are written once."""
        receiver = self.atom(callee.value)
        if receiver is None:
            return None
        condition = type_is(receiver[0], kind, at)
        given = [self.value(one) for one in arguments]
        in_python = name in _PYTHON and len(arguments) in (1, 2)
        if all(self.is_simple(one) for one in arguments):
            general = called(f".call_{name}", [receiver[1], *(self.value(one) for one in arguments)], at)
            if in_python:
                direct = self.python_method([receiver[1], *given], name, at)
            else:
                direct = called(_function(kind, name), [receiver[1], *given], at)
            return py.IfExp(test=condition, body=direct, orelse=general, **at)
        direct_name = f".{name}" if in_python else _function(kind, name)
        function = py.IfExp(
            test=condition, body=named(direct_name, at), orelse=named(f".call_{name}", at), **at
        )
        return py.Call(func=function, args=[receiver[1], *given], keywords=[], **at)

    def join(self, callee: ast.Attribute, argument: ast.Expression, at: Place) -> Any:
        """Gives `sep.join(x)`; a list that only `join` sees is not made a Starlark list."""
        return called(".join", [self.value(callee.value), self.read_only(argument, at)], at)

    def read_only(self, node: ast.Expression, at: Place) -> Any:
        """Gives the value for a function that does not keep it: a list expression is not made a Starlark list."""
        inner = strip(node)
        if isinstance(inner, ast.ListExpression) and inner.items:
            return py.Tuple(elts=[self.value(one) for one in inner.items], ctx=LOAD, **at)
        return self.fresh(inner)

    def guarded_method(
        self, callee: ast.Attribute, name: str, arguments: list[ast.Expression], at: Place, wrap: Any, certain: bool
    ) -> Any:
        """Gives a call of a string method without effects; `certain` says that the receiver is a string."""
        if certain:
            given = self.operands(callee.value, *arguments) if arguments else [self.value(callee.value)]
            if given is None:
                return None
            made = self.python_method(given, name, at)
            return wrap(made, at) if wrap is not None else made
        receiver = self.atom(callee.value)
        if receiver is None:
            return None
        direct = self.python_method([receiver[1], *(self.value(one) for one in arguments)], name, at)
        quick = wrap(direct, at) if wrap is not None else direct
        general = called(".call", [receiver[1], constant(name, at), *(self.value(one) for one in arguments)], at)
        return py.IfExp(test=type_is(receiver[0], ".str", at), body=quick, orelse=general, **at)

    # ---- universal functions that need no call

    def quick_universal(self, node: ast.Call, name: str, at: Place) -> Any:
        """Gives `str(x)`, `len(x)` and the like without a call of ours; None for what has no quick form."""
        arguments = [one.value for one in node.arguments]
        if any(one.kind != "positional" for one in node.arguments):
            if name == "sorted" and arguments and node.arguments[0].kind == "positional":
                first = self.read_only(arguments[0], at)
                return py.Call(func=named(name, at), args=[first], keywords=self.named(node), **at)
            return None
        if name in ("min", "max") and len(arguments) >= 2:
            kinds = {self.analysis.kind(one) for one in arguments}
            # Beside a number or text there is nothing that Python puts into an order and Starlark does not.
            sure = kinds == {"int"} or (not self.comprehensions and not kinds.isdisjoint(("int", "num", "str")))
            given = self.operands(*arguments) if sure else None
            return None if given is None else called(f".{name}", given, at)
        if len(arguments) != 1:
            return None
        argument = strip(arguments[0])
        if name == "str":
            return self.text_of(argument, at)
        if name == "abs" and self.analysis.kind(argument) == "int":
            return called(".abs", [self.value(argument)], at)
        is_list = isinstance(argument, ast.Comprehension) and not isinstance(argument.body, ast.DictEntry)
        if name == "list" and is_list:
            return self.value(argument)
        if name == "len":
            certain = self.analysis.kind(argument) in ("str", "list", "dict", "tuple")
            made = [self.read_only(argument, at)] if certain else self.operands(argument)
            return None if made is None else called(".len", made, at)
        if name in _CONSUMERS:
            return py.Call(func=named(name, at), args=[self.read_only(argument, at)], keywords=[], **at)
        return None

    def text_of(self, node: ast.Expression, at: Place, general: str = ".text") -> Any:
        """Gives `str(node)`; `general` is the operation for what is no text."""
        kind = self.analysis.kind(node)
        if kind == "str":
            return self.value(node)
        if kind == "int":
            return py.JoinedStr(values=[py.FormattedValue(value=self.value(node), conversion=-1, format_spec=None, **at)], **at)
        use = self.atom(node)
        if use is None:
            return called(general, [self.value(node)], at)
        return py.IfExp(
            test=type_is(use[0], ".str", at), body=use[1], orelse=called(general, [use[1]], at), **at
        )

    # ---- texts with values in them

    def interpolation(self, template: ast.Literal_, right: ast.Expression, at: Place) -> Any:
        """Gives `"… %s …" % right` put together in place; None when only `percent` can say what is wrong with it."""
        assert isinstance(template.value, str)
        pieces = _percent_pieces(template.value)
        if pieces is None:
            return None
        letters = [one for one in pieces if len(one) == 1]
        right = strip(right)
        if isinstance(right, ast.TupleExpression):
            if len(right.items) != len(letters) or not letters:
                return None
            return self.joined(pieces, list(right.items), at)
        if len(letters) != 1:
            return None
        if self.analysis.kind(right) in ("int", "str", "list", "dict", "bool", "float"):
            return self.joined(pieces, [right], at)
        if not self.is_simple(right):
            return None
        general = called(".mod", [self.value(template), self.value(right)], at)
        return py.IfExp(
            test=type_is(self.value(right), ".tuple", at), body=general, orelse=self.joined(pieces, [right], at), **at
        )

    def joined(self, pieces: list[tuple[str, ...]], values: list[ast.Expression], at: Place) -> Any:
        """Gives the text of literal pieces and converted values."""
        parts: list[Any] = []
        rest = iter(values)
        for piece in pieces:
            if len(piece) == 2:
                if piece[1]:
                    parts.append(constant(piece[1], at))
                continue
            node = next(rest)
            if piece[0] == "s":
                made = self.text_of(node, at, ".inside")
                if isinstance(made, py.JoinedStr):
                    parts.extend(made.values)
                    continue
            elif piece[0] == "d" and self.analysis.kind(node) == "int":
                made = self.value(node)
            else:
                helper = {"d": ".decimal", "r": ".repr"}[piece[0]]
                made = called(helper, [self.value(node)], at)
            parts.append(py.FormattedValue(value=made, conversion=-1, format_spec=None, **at))
        return py.JoinedStr(values=parts, **at)

    def format_call(self, node: ast.Call, callee: ast.Attribute, at: Place) -> Any:
        """Gives `"… {} …".format(…)` put together in place, when every argument is used once and in order."""
        template = strip(callee.value)
        if not isinstance(template, ast.Literal_) or not isinstance(template.value, str):
            return None
        fields = _format_pieces(template.value)
        if fields is None:
            return None
        by_name: dict[str, ast.Expression] = {}
        position = 0
        for one in node.arguments:
            if one.kind == "positional":
                by_name[str(position)] = one.value
                position += 1
            elif one.kind == "named" and one.name is not None:
                by_name[one.name.id] = one.value
            else:
                return None
        used = [piece[0] for piece in fields if len(piece) == 1]
        if any(name not in by_name for name in used):
            return None
        in_order = used == list(by_name)
        if not in_order and not all(self.is_simple(value) for value in by_name.values()):
            return None
        return self.joined([("s",) if len(piece) == 1 else piece for piece in fields], [by_name[name] for name in used], at)


_METHODS: dict[str, dict[str, Any]] = {"list": LIST_METHODS, "dict": DICT_METHODS}


def _function(kind: str, name: str) -> str:
    return f".{'list' if kind == '.L' else 'dict'}.{name}"


def _percent_pieces(template: str) -> list[tuple[str, ...]] | None:
    """Gives ("literal", text) and (letter,) for a template of `%s`, `%d`, `%r`, `%%`; None for any other."""
    pieces: list[tuple[str, ...]] = []
    literal = ""
    at = 0
    while at < len(template):
        one = template[at]
        if one != "%":
            end = template.find("%", at)
            end = len(template) if end < 0 else end
            literal += template[at:end]
            at = end
            continue
        letter = template[at + 1 : at + 2]
        at += 2
        if letter == "%":
            literal += "%"
        elif letter in ("s", "d", "r"):
            pieces += [("literal", literal), (letter,)]
            literal = ""
        else:
            return None
    return [*pieces, ("literal", literal)]


def _format_pieces(template: str) -> list[tuple[str, ...]] | None:
    """Gives ("literal", text) and (field,) for a template of plain fields; None for any other."""
    pieces: list[tuple[str, ...]] = []
    literal = ""
    at = count = 0
    automatic = manual = False
    while at < len(template):
        one = template[at]
        if one in "{}" and template[at : at + 2] in ("{{", "}}"):
            literal += one
            at += 2
        elif one == "{":
            end = template.find("}", at)
            field = template[at + 1 : end]
            if end < 0 or (field and not field.isidentifier() and not (field.isascii() and field.isdigit())):
                return None
            if not field:
                field, count, automatic = str(count), count + 1, True
            elif field.isdigit():
                if len(field) > 1 and field[0] == "0":
                    return None
                manual = True
            pieces += [("literal", literal), (field,)]
            literal = ""
            at = end + 1
        elif one == "}":
            return None
        else:
            literal += one
            at += 1
    if automatic and manual:
        return None
    return [*pieces, ("literal", literal)]
