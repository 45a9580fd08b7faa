"""What is to be built for a resolved target."""

from __future__ import annotations

from oxlang.records import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from oxlang.dialect.targets import Target
    from oxlang.graph.nodes import Artifact


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildPlan:
    """A resolved target that is to be built.

    Attributes:
        target: its registration.
        name: the name that was asked for, which names the output folder; not the target's own when it is an alias.
        value: what its function returned.
        artifact: what to build, None when there is nothing to write.
        run: path in the artifact of the program that `run` starts, or None.
        clears: the output folder is emptied first.
    """

    target: Target
    name: str
    value: Any
    artifact: Artifact | None
    run: str | None
    clears: bool = True
