"""Progress of a build: a live display on a terminal, else a line on stderr for each action that took its time.

Nothing is shown, and rich is not imported, as long as everything is found in the cache.
"""

from __future__ import annotations

import time
from _thread import allocate_lock

from oxlang.cli.terminal import Terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

    from oxlang.engine.events import Event
    from oxlang.engine.trace import Trace
    from oxlang.graph.action import Remark
    from oxlang.source import Span

_WORTH_A_LINE_S = 0.3
_SHOWN_AT_ONCE = 8


class Progress:
    """Listens to the engine; use it as a context, so that the display ends before a result is written."""

    def __init__(self, terminal: Terminal, *, explain: bool = False, trace: str | None = None) -> None:
        self._terminal = terminal
        self._explain = explain
        self._trace_path = trace
        self._trace = _trace() if trace is not None else None
        self._live: Any = None
        self._lock = allocate_lock()
        self._running: dict[str, tuple[str, float, str]] = {}
        self._warned: set[tuple[str, str]] = set()
        self._done = 0
        self._planned = 0
        self._is_live = terminal.interactive(terminal.err) and terminal.shows("warn") and not terminal.shows("debug")

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._trace is not None and self._trace_path is not None:
            from pathlib import Path

            from oxlang.cli.writing import replace_text

            replace_text(Path(self._trace_path), self._trace.text())

    def on_event(self, event: Event) -> None:
        """Takes an event of the engine; may be called from any thread."""
        with self._lock:
            if self._trace is not None:
                self._trace.on_event(event)
            if event.node is None:
                self._planned += event.count
                return
            self._handle(event)

    def stop(self) -> None:
        """Ends the live display; what comes later is written as lines."""
        with self._lock:
            self._is_live = False
            if self._live is not None:
                self._live.stop()
                self._live = None

    def _handle(self, event: Event) -> None:
        from oxlang.graph.build_graph import describe

        assert event.node is not None
        ident, name = event.node.id, describe(event.node)
        if event.phase == "start":
            self._running[ident] = (name, time.monotonic(), "")
            self._say_start(name)
        elif event.phase in ("output", "progress") and ident in self._running:
            known = self._running[ident]
            told = event.text if event.phase == "output" else _bytes(event.count, event.total)
            self._running[ident] = (known[0], known[1], told)
            if event.phase == "output":
                self._terminal.log("debug", f"{name}: {event.text}")
        elif event.phase == "warning" and event.remark is not None:
            self._warn(event.remark, event.node.origin)
        elif event.phase in ("done", "failed", "stopped"):
            self._running.pop(ident, None)
            self._done += not event.cached
            self._say_end(name, event)
        if self._live is not None:
            self._live.update(self._picture())

    def _warn(self, remark: Remark, place: Span | None) -> None:
        # Two steps that read the same thing say the same of it.
        if (remark.code, remark.message) in self._warned:
            return
        self._warned.add((remark.code, remark.message))
        from oxlang.diagnostics.model import diagnostic
        from oxlang.diagnostics.render import render

        found = diagnostic(remark.code, remark.message, span=place, help=remark.help or None)
        if self._live is None:
            self._terminal.diagnostic(found)
        else:
            from rich.text import Text

            colour = self._terminal.colour(self._terminal.err)
            self._live.console.print(Text.from_ansi(render(found, colour=colour, relative_to=self._terminal.base)))

    def _say_start(self, name: str) -> None:
        if self._is_live:
            if self._live is None:
                self._start_live()
        else:
            self._terminal.log("debug", f"begin: {name}")

    def _say_end(self, name: str, event: Event) -> None:
        if event.cached:
            self._print(f"cached: {name}", "debug")
            return
        why = f", because {event.text}" if self._explain and event.text else ""
        # Of what failed or was stopped because of that, the error below says enough.
        is_worth_a_line = event.phase == "done" and event.seconds >= _WORTH_A_LINE_S and not self._is_live
        shown = self._explain or is_worth_a_line
        self._print(f"{event.phase}: {name} ({event.seconds:.1f} s){why}", "warn" if shown else "info")

    def _print(self, text: str, level: str) -> None:
        if self._live is not None:
            if self._terminal.shows("info") or level == "warn":
                self._live.console.print(text, markup=False, highlight=False)
            return
        self._terminal.log("warn" if level == "warn" else "info" if level == "info" else "debug", text)

    def _start_live(self) -> None:
        from rich.console import Console
        from rich.live import Live

        console = Console(file=self._terminal.err, force_terminal=True, no_color=not self._terminal.colour(self._terminal.err))
        self._live = Live(get_renderable=self._picture, console=console, refresh_per_second=8, transient=True)
        self._live.start()

    def _picture(self) -> Any:
        from rich.console import Group
        from rich.text import Text

        now = time.monotonic()
        lines = []
        for name, began, told in list(self._running.values())[:_SHOWN_AT_ONCE]:
            # The time first, so that it is seen on a narrow terminal, too.
            line = Text(f"  {now - began:3.0f} s  ", style="dim", no_wrap=True, overflow="ellipsis")
            line.append(name, style="cyan")
            if told:
                line.append(f"  {told.strip()}", style="dim")
            lines.append(line)
        more = len(self._running) - _SHOWN_AT_ONCE
        if more > 0:
            lines.append(Text(f"  … {more} more", style="dim"))
        total = max(self._planned, self._done + len(self._running))
        head = Text(f"building: {self._done} of {total} done", style="bold")
        return Group(head, *lines)


def _trace() -> Trace:
    from oxlang.engine.trace import Trace

    return Trace()


def _bytes(count: int, total: int) -> str:
    shown = f"{count / 1e6:.1f}"
    return f"{shown} of {total / 1e6:.1f} MB" if total else f"{shown} MB"
