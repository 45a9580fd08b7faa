"""A limit for the size of a program and its files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from oxlang.diagnostics import error
from oxlang.graph.nodes import Artifact, Compute

if TYPE_CHECKING:
    from oxlang.graph.compute import ComputeContext
    from oxlang.graph.tree import Tree
    from oxlang.source import Span

BUDGET, BUDGET_VERSION = "packaging.budget", 1
_SHOWN = 8


def within_budget(
    tree: Artifact, limit_bytes: int, *, name: str = "", origin: Span | None = None
) -> Artifact:
    """Gives the same tree; building it is OX0627 when its files are larger than the limit."""
    from oxlang.graph.compute import canonical

    node = Compute(
        function=BUDGET,
        version=BUDGET_VERSION,
        params=canonical({"limit": limit_bytes, "name": name}),
        inputs=(("tree", tree),),
        description=f"size of {name}".strip(),
        origin=origin,
    )
    return Artifact(node)


def compute_budget(params: dict[str, Any], inputs: Mapping[str, Tree], context: ComputeContext) -> Tree:
    """Compares the size of a tree with a limit; the error names the largest files."""
    from oxlang.graph.tree import FileEntry

    tree = inputs["tree"]
    sizes = sorted(
        ((entry.digest.size, path) for path, entry in tree.walk() if isinstance(entry, FileEntry)),
        reverse=True,
    )
    total = sum(size for size, _ in sizes)
    if total > params["limit"]:
        raise error(
            "OX0627",
            f"`{params['name']}` has {total / 1e6:.1f} MB, more than its budget of {params['limit'] / 1e6:.1f} MB",
            notes=tuple(f"{size / 1e6:7.1f} MB  {path}" for size, path in sizes[:_SHOWN]),
            help="raise `size_budget`, or leave out what is not needed with a resource callback",
        )
    return tree
