"""Loops in loops in loops: the inner ones become functions of their own.

Python refuses more than 20 blocks in blocks. A loop that would be too deep moves into a function `.out` beside it, whose
assignments go to the variables of the function around it; it gives a tuple when a `return` inside was reached.
"""

from __future__ import annotations

import _ast as py
from collections.abc import Iterator
from typing import Any

from oxlang.interp.generate_statements import DEEPEST

_SCOPES = (py.FunctionDef, py.Lambda, py.ListComp, py.DictComp, py.SetComp, py.GeneratorExp)
_BLOCKS = (py.For, py.While, py.Try)


def outline(module: py.Module) -> None:
    """Rewrites the functions and the top level of a module whose loops are nested too deeply."""
    _body(module.body, 0, None)


def _body(statements: list[Any], depth: int, function: py.FunctionDef | None) -> None:
    for at, one in enumerate(statements):
        if isinstance(one, py.FunctionDef):
            _body(one.body, 0, one)
        elif isinstance(one, py.If):
            _body(one.body, depth, function)
            _body(one.orelse, depth, function)
        elif isinstance(one, _BLOCKS):
            if depth == DEEPEST:
                statements[at] = _moved(one, function)
                continue
            _body(one.body, depth + 1, function)
            if isinstance(one, py.Try):
                _body(one.finalbody, depth + 1, function)


def _moved(loop: Any, function: py.FunctionDef | None) -> Any:
    """Gives what stands in place of a loop: its function, the call, and the return that it asks for."""
    at = {name: getattr(loop, name) for name in ("lineno", "col_offset", "end_lineno", "end_col_offset")}
    names = sorted(set(_assigned(loop)))
    if function is None:
        declared: list[Any] = [py.Global(names=names, **at)] if names else []
    else:
        flags = {name for one in function.body if isinstance(one, py.Global) for name in one.names}
        own = [name for name in names if name not in flags]
        declared = [py.Nonlocal(names=own, **at)] if own else []
        if len(own) < len(names):
            declared.append(py.Global(names=[name for name in names if name in flags], **at))
        # A name that only the loop assigns is a variable of the function around it all the same.
        targets: list[Any] = [py.Name(id=name, ctx=py.Store(), **at) for name in own]
        if targets:
            nothing = py.Assign(targets=targets, value=py.Constant(value=None, kind=None, **at), **at)
            function.body.insert(_after_globals(function), py.If(
                test=py.Constant(value=False, kind=None, **at), body=[nothing], orelse=[], **at
            ))  # fmt: skip
    _return_tuples([loop])
    nobody = py.arguments(posonlyargs=[], args=[], vararg=None, kwonlyargs=[], kw_defaults=[], kwarg=None, defaults=[])
    inner = py.FunctionDef(
        name=".out", args=nobody, body=[*declared, loop], decorator_list=[], returns=None, type_comment=None, **at
    )  # fmt: skip
    if "type_params" in py.FunctionDef._fields:
        setattr(inner, "type_params", [])  # noqa: B010  # a field since Python 3.12 only
    _body(inner.body, 0, inner)
    called = py.Call(func=_load(".out", at), args=[], keywords=[], **at)
    then: Any = py.Assign(targets=[py.Name(id=".given", ctx=py.Store(), **at)], value=called, **at)
    body: list[Any] = [inner, then]
    if function is not None:
        is_given = py.Compare(
            left=_load(".given", at), ops=[py.IsNot()], comparators=[py.Constant(value=None, kind=None, **at)], **at
        )
        # Within another `.out` the return is a tuple already.
        value = py.Subscript(
            value=_load(".given", at), slice=py.Constant(value=0, kind=None, **at), ctx=py.Load(), **at
        )
        body.append(py.If(test=is_given, body=[py.Return(value=value, **at)], orelse=[], **at))
    return py.If(test=py.Constant(value=True, kind=None, **at), body=body, orelse=[], **at)


def _load(name: str, at: dict[str, Any]) -> py.Name:
    return py.Name(id=name, ctx=py.Load(), **at)


def _after_globals(function: py.FunctionDef) -> int:
    return sum(isinstance(one, (py.Global, py.Nonlocal)) for one in function.body)


def _return_tuples(statements: list[Any]) -> None:
    """Makes each `return x` of the statements a `return (x,)`."""
    for one in statements:
        if isinstance(one, py.Return):
            value = one.value
            if value is None:
                value = py.Constant(
                    value=None, kind=None, lineno=one.lineno, col_offset=one.col_offset,
                    end_lineno=one.end_lineno, end_col_offset=one.end_col_offset,
                )  # fmt: skip
            one.value = py.Tuple(
                elts=[value], ctx=py.Load(), lineno=one.lineno, col_offset=one.col_offset,
                end_lineno=one.end_lineno, end_col_offset=one.end_col_offset,
            )  # fmt: skip
        elif not isinstance(one, py.FunctionDef):
            for field in ("body", "orelse", "finalbody"):
                _return_tuples(getattr(one, field, []))


def _assigned(node: Any) -> Iterator[str]:
    """Gives the names that a statement assigns in its own scope."""
    todo: list[Any] = [node]
    while todo:
        one = todo.pop()
        if isinstance(one, py.Name):
            if isinstance(one.ctx, py.Store):
                yield one.id
        elif isinstance(one, _SCOPES):
            if isinstance(one, py.FunctionDef):
                yield one.name
            continue
        for field in one._fields:
            value = getattr(one, field, None)
            if isinstance(value, py.AST):
                todo.append(value)
            elif isinstance(value, list):
                todo.extend(part for part in value if isinstance(part, py.AST))
