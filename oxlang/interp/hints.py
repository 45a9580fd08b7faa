"""Advice for errors of operators."""

from __future__ import annotations


def operand_help(operator: str, left: object, right: object) -> str | None:
    """Gives what to do about operands that an operator does not take, for the usual slips."""
    if operator == "+" and isinstance(left, str) != isinstance(right, str):
        other = right if isinstance(left, str) else left
        if isinstance(other, (int, float)):
            return "convert the number with `str(x)`, or use `\"… %d\" % x`"
        if isinstance(other, (list, tuple)):
            return "join the elements with `\", \".join(x)`"
        if other is None:
            return "the value is None; does a function return nothing?"
    if operator == "+" and isinstance(left, dict) and isinstance(right, dict):
        return "use `|` to merge dicts"
    if operator == "+" and {type(left).__name__, type(right).__name__} & {"tuple"} and isinstance(left, (list, tuple)):
        return "convert one side with `list(x)` or `tuple(x)`"
    return None
