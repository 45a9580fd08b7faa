"""The live display of a build."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from oxlang.cli.progress import Progress
from oxlang.cli.terminal import Terminal


class Screen(io.StringIO):
    """A terminal that remembers everything."""

    def isatty(self) -> bool:
        return True


def event(phase: str, name: str = "", **more: Any) -> Any:
    node = None if phase == "plan" else SimpleNamespace(id=name, description=name, kind="run")
    return SimpleNamespace(**{"phase": phase, "node": node, "count": 0, "total": 0, "text": "", "cached": False, "seconds": 1.0} | more)


@pytest.fixture
def progress(monkeypatch: pytest.MonkeyPatch) -> Progress:
    monkeypatch.setattr("oxlang.graph.build_graph.describe", lambda node: node.description)
    return Progress(Terminal(out=Screen(), err=Screen(), environment={"TERM": "xterm"}))


def test_the_time_is_seen_on_a_narrow_terminal(progress: Progress) -> None:
    progress.on_event(event("plan", count=3))
    name = "cargo build launcher (3.11, x86_64-unknown-linux-gnu, debug, static)"
    progress.on_event(event("start", name))
    progress.on_event(event("output", name, text="Compiling pyembed"))
    page = io.StringIO()
    Console(file=page, width=60).print(progress._picture())
    head, line = page.getvalue().splitlines()
    assert head == "building: 0 of 3 done"
    assert line.startswith("    0 s  cargo build launcher (3.11") and len(line) <= 60 and line.endswith("…")
    progress.on_event(event("done", name))
    progress.stop()
    page = io.StringIO()
    Console(file=page, width=60).print(progress._picture())
    assert page.getvalue() == "building: 1 of 3 done\n"


def test_nothing_is_shown_where_nobody_looks() -> None:
    err = io.StringIO()
    progress = Progress(Terminal(out=err, err=err, environment={}))
    progress.on_event(event("plan", count=1))
    assert not progress._is_live and err.getvalue() == ""
