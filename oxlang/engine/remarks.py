"""Warnings of the steps below a result, kept with it: whoever finds the result under its state key hears them again."""

from __future__ import annotations

from oxlang.graph.action import Remark
from oxlang.records import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from oxlang.graph.action import ActionResult
    from oxlang.graph.nodes import Node


class Remarks:
    """What the nodes of a session and all that they are made of have warned about."""

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}
        self._all: dict[str, tuple[Remark, ...]] = {}

    def know(self, nodes: Iterable[Node]) -> None:
        """Notes the nodes of a graph; remarks of others are not told."""
        self._nodes.update((node.id, node) for node in nodes)

    def told(self, node: Node, result: ActionResult) -> Iterator[tuple[Node, Remark]]:
        """Gives each remark of a result that was found, with the node that made it."""
        for remark in result.warnings:
            maker = self._nodes.get(remark.node) if remark.node else node
            if maker is not None:
                yield maker, remark

    def found(self, node: Node, result: ActionResult) -> None:
        """Notes a result that was found under its state key."""
        if result.warnings:
            self._all[node.id] = _named(node, result.warnings)

    def with_those_below(self, node: Node, result: ActionResult) -> ActionResult:
        """Gives a result as it is kept under its state key."""
        below = [self._all[one.node.id] for one in node.dependencies() if one.node.id in self._all]
        if not below and not result.warnings:
            return result
        every = dict.fromkeys([*_named(node, result.warnings), *(remark for remarks in below for remark in remarks)])
        self._all[node.id] = tuple(every)
        return replace(result, warnings=self._all[node.id])


def _named(node: Node, remarks: tuple[Remark, ...]) -> tuple[Remark, ...]:
    return tuple(remark if remark.node else Remark(remark.code, remark.message, remark.help, node.id) for remark in remarks)
