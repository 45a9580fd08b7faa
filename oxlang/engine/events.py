"""What the engine tells while it works."""

from __future__ import annotations

from oxlang.records import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

    from oxlang.graph.action import Remark
    from oxlang.graph.nodes import Node

    Phase = Literal["planned", "start", "output", "progress", "warning", "done", "failed", "stopped"]
    OnEvent = Callable[["Event"], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One step of progress.

    Attributes:
        node: what it is about; None for `planned`.
        phase: `planned` (a build begins; `count` actions may run), `start`, `output` (a line of a process),
            `progress` (`count` of `total` bytes have come), `warning`, `done`, `failed`, `stopped`
            (because of an interrupt, or because another action has failed).
        cached: for `done`: nothing ran.
        seconds: for `done`, `failed` and `stopped`: how long it took.
        text: for `output`; for `start`, `done`, `failed`, `stopped`: why it ran.
        remark: for `warning`.
        count: see `phase`.
        total: see `phase`; 0 when not known.
    """

    node: Node | None
    phase: Phase
    cached: bool = False
    seconds: float = 0.0
    text: str = ""
    remark: Remark | None = None
    count: int = 0
    total: int = 0

