"""Demands: how evaluation may look at a node's output.

A Starlark operation that needs the content behind a lazy value calls `demand`; it blocks until the sub-graph is
built. `engine` fills the protocol in three ways: run, cached only (else OX0410), refuse.
"""

from __future__ import annotations

from oxlang.records import dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from oxlang.graph.digest import Digest
    from oxlang.graph.nodes import Artifact
    from oxlang.graph.tree import Tree
    from oxlang.source import Span
else:
    Protocol = object


class Demand(Protocol):
    """Gives outputs to evaluation."""

    def demand(self, artifact: Artifact, because: Span | None) -> Tree:
        """Gives the tree of an artifact, building what is missing.

        Args:
            artifact: what is wanted.
            because: the call that needs it.
        """

    def read(self, digest: Digest) -> bytes:
        """Gives the content of a file of a demanded tree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandRecord:
    """One demand, for `oxl eval --explain`."""

    description: str
    node: str
    because: Span | None
    cached: bool
    seconds: float


@dataclass(slots=True)
class DemandLog:
    """The demands of one evaluation, in order; grows while evaluation runs."""

    records: list[DemandRecord] = field(default_factory=list)

    def add(self, record: DemandRecord) -> None:
        self.records.append(record)


class RefuseDemand:
    """The filling for editors: nothing is ever run. Raises OX0711 on each demand."""

    def demand(self, artifact: Artifact, because: Span | None) -> Tree:
        from oxlang.diagnostics.model import error
        from oxlang.graph.build_graph import describe

        raise error("OX0711", f"`{describe(artifact.node)}` is needed here but nothing may run", span=because)

    def read(self, digest: Digest) -> bytes:
        from oxlang.diagnostics.model import error

        raise error("OX0711", "a file's content is needed here but nothing may run")
