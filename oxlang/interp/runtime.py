"""The names that generated code finds outside of its module: operations, universal functions, predeclared names.

This dictionary is the code's `__builtins__`; there is nothing else that a program could reach.
"""

from __future__ import annotations

from oxlang.declare.booleans import FALSE, TRUE
from oxlang.diagnostics.model import error
from oxlang.interp import elements, operators
from oxlang.interp.attributes import call_method, call_value, get_attribute, set_attribute
from oxlang.interp.builtins.arguments import iterable
from oxlang.interp.builtins.collections import DICT_METHODS, LIST_METHODS
from oxlang.interp.builtins.core import CORE, repr_, str_
from oxlang.interp.builtins.string import STRING_METHODS, join
from oxlang.interp.formatting import percent, text_of
from oxlang.interp.iteration import loops, pairs, unpack
from oxlang.interp.nesting import weighed
from oxlang.interp.values import SDict, SList, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from oxlang.interp.thread import Thread


def compare(left: Any, operator: str, right: Any) -> bool:
    """Gives the truth of an ordering comparison. Raises OX0350 for values that have no order."""
    try:
        if operator == "<":
            return bool(left < right)
        if operator == "<=":
            return bool(left <= right)
        if operator == ">":
            return bool(left > right)
        return bool(left >= right)
    except TypeError as problem:
        from oxlang.interp.failures import comparison_error, read_comparison

        nested = isinstance(left, (list, tuple)) and type_name(left) == type_name(right)
        made = read_comparison(str(problem)) if nested else None
        raise made or comparison_error(operator, type_name(left), type_name(right)) from None


def spread(function: Any, positional: tuple[Any, ...], named: dict[str, Any], star: Any, starstar: Any = None) -> Any:
    """Calls a function with `*star` and `**starstar`."""
    if isinstance(star, (str, bytes)) or not hasattr(type(star), "__iter__"):
        raise error("OX0352", f"argument after * must be iterable, not {type_name(star)}")
    args = (*positional, *iterable("call", star))
    if starstar is not None:
        if not isinstance(starstar, SDict):
            raise error("OX0352", f"argument after ** must be a mapping, not {type_name(starstar)}")
        for key, value in starstar.items():
            if type(key) is not str:
                raise error("OX0352", f"keywords must be strings, not {type_name(key)}")
            if key in named:
                from oxlang.interp.formatting import function_name

                raise error("OX0352", f'function {function_name(function)} got multiple values for parameter "{key}"')
            named[key] = value
    return call_value(function, args, named)


def _recursion(name: str) -> None:
    raise error("OX0405", f"function {name} called recursively", help="use a loop, or a list of what is still to do")


def _general(name: str) -> Callable[..., Any]:
    def call(value: Any, /, *args: Any) -> Any:
        return call_method(value, name, *args)

    return call


def _decimal(value: Any) -> str:
    """`%d`"""
    return f"{value}" if type(value) is int else percent("%d", (value,))


FIXED: dict[str, Any] = {
    ".TRUE": TRUE,
    ".FALSE": FALSE,
    ".L": SList,
    ".D": SDict,
    ".type": type,
    ".int": int,
    ".str": str,
    ".tuple": tuple,
    ".len": len,
    ".append": list.append,
    ".get": dict.get,
    ".setdefault": dict.setdefault,
    ".max": max,
    ".min": min,
    ".abs": abs,
    ".extend": list.extend,
    **{f".list.{name}": method for name, method in LIST_METHODS.items()},
    **{f".dict.{name}": method for name, method in DICT_METHODS.items()},
    **{f".str.{name}": method for name, method in STRING_METHODS.items()},
    **{f".call_{name}": _general(name) for name in (*LIST_METHODS, *DICT_METHODS)},
    ".join": join,
    ".text": str_,
    ".inside": str_,
    ".repr": repr_,
    ".decimal": _decimal,
    ".isinstance": isinstance,
    ".add": operators.add,
    ".sub": operators.sub,
    ".mul": operators.mul,
    ".div": operators.div,
    ".floordiv": operators.floordiv,
    ".mod": operators.mod,
    ".or": operators.or_,
    ".and": operators.and_,
    ".xor": operators.xor,
    ".lshift": operators.lshift,
    ".rshift": operators.rshift,
    ".iadd": operators.iadd,
    ".ior": operators.ior,
    ".iand": operators.iand,
    ".ixor": operators.ixor,
    ".isub": operators.isub,
    ".unary": operators.negative,
    ".fold": operators.fold,
    ".in": operators.contains,
    ".self": operators.compare_self,
    ".compare": compare,
    ".index": elements.index,
    ".set_index": elements.set_index,
    ".slice": elements.slice_,
    ".part": elements.part,
    ".dict": elements.dict_display,
    ".data": elements.data_display,
    ".attr": get_attribute,
    ".set_attr": set_attribute,
    ".call": call_method,
    ".spread": spread,
    ".unpack": unpack,
    ".pairs": pairs,
    ".recursion": _recursion,
    ".weighed": weighed,
    **CORE,
}
"""Operations and functions that are the same for every thread."""


def printer(out: Callable[[str], None]) -> Callable[..., None]:
    """Makes `print`; `out` gets the texts."""

    def print_(*args: Any, sep: Any = " ") -> None:
        if type(sep) is not str:
            raise error("OX0351", f"print: for parameter sep: got {type_name(sep)}, want string")
        out(sep.join([text_of(one) for one in args]))

    print_.__name__ = "print"
    print_.__qualname__ = "built-in print"
    print_.__doc__ = "Writes the texts of the values, joined by blanks."
    return print_


def environment(thread: Thread, predeclared: Mapping[str, Any], load: Callable[..., Any]) -> dict[str, Any]:
    """Gives the `__builtins__` of a module.

    Args:
        thread: charged for loops, and prints.
        predeclared: names of the host.
        load: runs a load statement: (module, names) to the values.
    """
    active: set[tuple[int, str]] = set()

    def guard(flag: str, body: Callable[[], Any]) -> Any:
        key = (0, flag)
        if key in active:
            raise error("OX0405", "function lambda called recursively", help="use a loop, or a list of what is still to do")
        active.add(key)
        try:
            return body()
        finally:
            active.discard(key)

    return {
        **FIXED,
        **loops(thread),
        "print": printer(thread.out),
        ".guard": guard,
        ".load": load,
        **predeclared,
    }
