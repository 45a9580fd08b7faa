"""Every name of the dialect: the one place to see the whole surface.

Nothing is registered by being imported; what is not listed here does not exist for users.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from oxlang.declare import Environment, function_def
from oxlang.dialect import files, globals, resources, targets

if TYPE_CHECKING:
    from oxlang.dialect.context import DialectContext


@lru_cache(maxsize=1)
def dialect_environment() -> Environment:
    """Gives the declarations of `pyoxidizer.bzl`'s own names, without those of the language."""
    types = [
        targets.ResolvedTarget,
        globals.EnvironmentContext,
        globals.TuggerContext,
        *resources.TYPES,
        *files.TYPES,
    ]
    functions: list[Callable[..., Any]] = [
        targets.register_target,
        targets.resolve_target,
        targets.resolve_targets,
        *globals.FUNCTIONS,
        *files.FUNCTIONS,
    ]
    return Environment(
        types=[one.__starlark__ for one in types],  # type: ignore[attr-defined]
        functions=[function_def(one) for one in functions],
        constants=globals.CONSTANTS,
    )


def constant_values(ctx: DialectContext) -> dict[str, Any]:
    """Gives the values of the constants for one evaluation, as Python values."""
    return globals.constant_values(ctx)
