"""Declaring types, attributes, methods, functions and constants that Starlark files can use.

A member is declared once, as typed Python; evaluator, checker, linter, editor and reference pages read that.
"""

from __future__ import annotations

from oxlang.declare.booleans import FALSE, TRUE, Bool
from oxlang.declare.decorators import (
    attribute,
    computed,
    constant,
    function,
    function_def,
    method,
    starlark_type,
    type_def,
)
from oxlang.declare.environment import ConstantDef, Environment
from oxlang.declare.members import UNSET, AttributeDef, FunctionDef, ParamDef, TypeDef
from oxlang.declare.text import repr_of, text_of, type_name
from oxlang.declare.types import Ty

__all__ = [
    "FALSE",
    "TRUE",
    "UNSET",
    "AttributeDef",
    "Bool",
    "ConstantDef",
    "Environment",
    "FunctionDef",
    "ParamDef",
    "Ty",
    "TypeDef",
    "attribute",
    "computed",
    "constant",
    "function",
    "function_def",
    "method",
    "repr_of",
    "starlark_type",
    "text_of",
    "type_def",
    "type_name",
]
