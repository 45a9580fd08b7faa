"""Functions and lambdas to Python; see `generate`."""

from __future__ import annotations

import _ast as py

from oxlang.interp.generate_parts import Parts
from oxlang.interp.pynodes import LOAD, called, constant, named, stored
from oxlang.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from oxlang.interp.pynodes import Place

_LONG_CHAIN = 50
"""Functions with at least as long a chain of calls below them count calls; shorter chains are no danger."""


class FunctionGenerator(Parts):
    """The part of `Generator` for functions."""

    def arguments(self, parameters: list[ast.Parameter], at: Place) -> py.arguments:
        normal: list[py.arg] = []
        keyword_only: list[py.arg] = []
        defaults: list[Any] = []
        keyword_defaults: list[Any] = []
        star: py.arg | None = None
        starstar: py.arg | None = None
        after_star = False
        for one in parameters:
            if one.kind == "bare-star" or one.name is None:
                after_star = True
                continue
            made = py.arg(arg=self.python_name(one.name), annotation=None, **at)
            if one.kind == "star":
                star, after_star = made, True
            elif one.kind == "starstar":
                starstar = made
            elif after_star:
                keyword_only.append(made)
                keyword_defaults.append(None if one.default is None else self.value(one.default))
            else:
                normal.append(made)
                if one.default is not None:
                    defaults.append(self.value(one.default))
        return py.arguments(
            posonlyargs=[], args=normal, vararg=star, kwonlyargs=keyword_only, kw_defaults=keyword_defaults,
            kwarg=starstar, defaults=defaults,
        )  # fmt: skip

    def definition(self, node: ast.Def) -> Any:
        at = self.mark(node.name.start, node.name.end)
        arguments = self.arguments(node.parameters, at)
        body: list[Any] = []
        for one in node.parameters:
            if one.kind == "starstar" and one.name is not None:
                ident = self.python_name(one.name)
                made = called(".D", [named(ident, at)], at)
                body.append(py.Assign(targets=[stored(ident, at)], value=made, **at))
            elif one.kind == "star" and one.name is not None:
                body.append(py.Expr(value=called(".weighed", [named(self.python_name(one.name), at)], at), **at))
        facts = self.analysis.facts[id(node)]
        if facts.height >= 3:
            body.append(py.Expr(value=called(".tick", [constant(self.analysis.cost(list(node.body)), at)], at), **at))
        inner: list[Any] = []
        for statement in node.body:
            self.statement(statement, inner)
        inner = inner or [py.Pass(**at)]
        if facts.height >= _LONG_CHAIN or (facts.guarded and self.options.recursion):
            inner = self.counted(inner, at)
        if facts.guarded and not self.options.recursion:
            inner = self.guarded(node, inner, at)
        body.extend(inner)
        made_def = py.FunctionDef(
            name=self.python_name(node.name), args=arguments, body=body or [py.Pass(**at)], decorator_list=[],
            returns=None, type_comment=None, **at,
        )  # fmt: skip
        if "type_params" in py.FunctionDef._fields:
            setattr(made_def, "type_params", [])  # noqa: B010  # a field since Python 3.12 only
        return made_def

    def counted(self, body: list[Any], at: Place) -> list[Any]:
        """Wraps a body with the count of calls in calls."""
        return [
            py.Try(
                body=[py.Expr(value=called(".enter", [], at), **at), *body],
                handlers=[],
                orelse=[],
                finalbody=[py.Expr(value=called(".leave", [], at), **at)],
                **at,
            )
        ]

    def guarded(self, node: ast.Def, body: list[Any], at: Place) -> list[Any]:
        """Wraps a body with the test for recursion."""
        flag = f".busy{len(self.flags)}"
        self.flags.append(flag)
        return [
            py.Global(names=[flag], **at),
            py.If(
                test=named(flag, at),
                body=[py.Expr(value=called(".recursion", [constant(node.name.id, at)], at), **at)],
                orelse=[],
                **at,
            ),
            py.Assign(targets=[stored(flag, at)], value=constant(True, at), **at),
            py.Try(
                body=body,
                handlers=[],
                orelse=[],
                finalbody=[
                    py.Assign(targets=[stored(flag, at)], value=constant(False, at), **at)
                ],
                **at,
            ),
        ]

    def lambda_(self, node: ast.Lambda) -> Any:
        at = self.mark(node.start, min(node.end, node.start + 6))
        arguments = self.arguments(node.parameters, at)
        outer = self.temporaries_allowed, self.runs_once
        self.runs_once = False
        body = self.value(node.body)
        self.temporaries_allowed, self.runs_once = outer
        facts = self.analysis.facts[id(node)]
        nothing = py.arguments(
            posonlyargs=[], args=[], vararg=None, kwonlyargs=[], kw_defaults=[], kwarg=None, defaults=[]
        )
        star = next((one.name for one in node.parameters if one.kind == "star" and one.name is not None), None)
        if star is not None:
            weighed = called(".weighed", [named(self.python_name(star), at)], at)
            both = py.Tuple(elts=[weighed, body], ctx=LOAD, **at)
            body = py.Subscript(value=both, slice=constant(1, at), ctx=LOAD, **at)
        starstar = next((one.name for one in node.parameters if one.kind == "starstar"), None)
        if starstar is not None:
            # The parameter becomes a Starlark dict: an inner function receives the converted value.
            ident = self.python_name(starstar)
            inner = py.arguments(
                posonlyargs=[], args=[py.arg(arg=ident, annotation=None, **at)], vararg=None, kwonlyargs=[],
                kw_defaults=[], kwarg=None, defaults=[],
            )  # fmt: skip
            converted = called(".D", [named(ident, at)], at)
            body = py.Call(func=py.Lambda(args=inner, body=body, **at), args=[converted], keywords=[], **at)
        if facts.guarded and self.options.recursion:
            body = called(".deeper", [py.Lambda(args=nothing, body=body, **at)], at)
        elif facts.guarded:
            flag = f".busy{len(self.flags)}"
            self.flags.append(flag)
            body = called(".guard", [constant(flag, at), py.Lambda(args=nothing, body=body, **at)], at)
        return py.Lambda(args=arguments, body=body, **at)
