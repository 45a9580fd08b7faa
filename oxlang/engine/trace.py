"""Writes what the engine did as a trace for `chrome://tracing`, Perfetto and Speedscope."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oxlang.engine.events import Event, OnEvent


class Trace:
    """Listens to an engine, passes events on, and keeps when each step began and ended.

    Args:
        passed_on: gets every event, too.
    """

    def __init__(self, passed_on: OnEvent | None = None) -> None:
        self._passed_on = passed_on
        self._zero = time.monotonic()
        self._events: list[dict[str, object]] = []
        self._lanes: dict[int, int] = {}

    def on_event(self, event: Event) -> None:
        """Takes an event of the engine."""
        if event.node is not None and event.phase in ("done", "failed", "stopped"):
            from oxlang.graph.build_graph import describe

            end = time.monotonic() - self._zero
            lane = self._lanes.setdefault(threading.get_ident(), len(self._lanes) + 1)
            self._events.append(
                {
                    "name": describe(event.node),
                    "cat": event.node.kind,
                    "ph": "X",
                    "ts": round((end - event.seconds) * 1e6),
                    "dur": round(event.seconds * 1e6),
                    "pid": os.getpid(),
                    "tid": lane,
                    "args": {
                        "id": event.node.id[:12],
                        "state": "cached" if event.cached else event.phase,
                        "because": event.text,
                        "origin": str(event.node.origin) if event.node.origin is not None else "",
                    },
                }
            )
        if self._passed_on is not None:
            self._passed_on(event)

    def text(self) -> str:
        """Gives the trace as the viewers read it."""
        import json

        return json.dumps({"traceEvents": self._events, "displayTimeUnit": "ms"})
