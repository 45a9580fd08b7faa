"""Every name of the dialect: the one place to see the whole surface.

Nothing is registered by being imported; what is not listed here does not exist for users.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from oxlang.declare import Environment, function_def
from oxlang.dialect import (
    apple,
    distribution,
    embedded,
    executable,
    files,
    globals,
    installers,
    resources,
    signing,
    snap,
    targets,
    wheel_builder,
)
from oxlang.packaging.interpreter_config import InterpreterConfig
from oxlang.packaging.policy import PackagingPolicy

if TYPE_CHECKING:
    from oxlang.dialect.context import DialectContext


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Gives the declarations of `pyoxidizer.bzl`'s own names, without those of the language."""
    types = [
        targets.ResolvedTarget,
        globals.EnvironmentContext,
        globals.TuggerContext,
        *distribution.TYPES,
        PackagingPolicy,
        InterpreterConfig,
        *executable.TYPES,
        *embedded.TYPES,
        *resources.TYPES,
        *files.TYPES,
        *apple.TYPES,
        *wheel_builder.TYPES,
        *snap.TYPES,
        *installers.TYPES,
        *signing.TYPES,
    ]
    functions: list[Callable[..., Any]] = [
        targets.register_target,
        targets.resolve_target,
        targets.resolve_targets,
        *globals.FUNCTIONS,
        *distribution.FUNCTIONS,
        *files.FUNCTIONS,
        *apple.FUNCTIONS,
        *wheel_builder.FUNCTIONS,
        *snap.FUNCTIONS,
        *installers.FUNCTIONS,
        *signing.FUNCTIONS,
    ]
    return Environment(
        types=[one.__starlark__ for one in types],  # type: ignore[attr-defined]
        functions=[function_def(one) for one in functions],
        constants=globals.CONSTANTS,
    )


def constant_values(ctx: DialectContext) -> dict[str, Any]:
    """Gives the values of the constants for one evaluation, as Python values."""
    return globals.constant_values(ctx)
