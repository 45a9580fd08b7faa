"""The computed nodes of this room, for the engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oxlang.graph.compute import ComputeContext, ComputeFunction
    from oxlang.graph.tree import Tree


def _artifacts(params: dict[str, Any], inputs: Mapping[str, Tree], context: ComputeContext) -> Tree:
    from oxlang.cargo.artifacts import compute_artifacts

    return compute_artifacts(params, inputs, context)


def _launcher_project(params: dict[str, Any], inputs: Mapping[str, Tree], context: ComputeContext) -> Tree:
    from oxlang.cargo.launcher import compute_project

    return compute_project(params, inputs, context)


COMPUTE: dict[str, tuple[int, ComputeFunction]] = {
    "cargo.artifacts": (2, _artifacts),
    "cargo.launcher_project": (1, _launcher_project),
}
"""Registered name to version and function."""
