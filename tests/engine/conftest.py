"""Engines on an in-memory store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oxlang.engine.disk import MemoryDisk
from oxlang.engine.engine import Engine
from oxlang.engine.events import Event
from oxlang.graph.compute import ComputeContext
from oxlang.graph.tree import FileEntry, Tree, merge


def upper(params: dict[str, Any], inputs: Any, ctx: ComputeContext) -> Tree:
    """Gives every file of every input in upper case."""
    found = {}
    for path, entry in merge(Tree({}), *inputs.values()).walk():
        assert isinstance(entry, FileEntry)
        found[path] = FileEntry(ctx.put(ctx.read(entry.digest).upper()))
    if params.get("warn"):
        ctx.warn("OX0631", params["warn"], help="look")
    return Tree.of(found)


def first_line(params: dict[str, Any], inputs: Any, ctx: ComputeContext) -> Tree:
    """Gives the first line of the file `a.txt`."""
    data = ctx.read(inputs["in"].file("a.txt").digest)
    return Tree.of({"a.txt": FileEntry(ctx.put(data.split(b"\n")[0]))})


def broken(params: dict[str, Any], inputs: Any, ctx: ComputeContext) -> Tree:
    raise ZeroDivisionError("oh")


FUNCTIONS = {"upper": (1, upper), "first_line": (1, first_line), "broken": (1, broken)}


class Bench:
    """Makes engines that share one store, each a session of its own."""

    def __init__(self, folder: Path) -> None:
        self.disk = MemoryDisk(folder / "spill")
        self.folder = folder
        self.events: list[Event] = []

    def engine(self, **options: Any) -> Engine:
        self.events = []
        return Engine(
            self.folder / "cache",
            FUNCTIONS,
            on_event=self.events.append,
            disk=options.pop("disk", self.disk),
            **options,
        )

    def text(self, engine: Engine, tree: Tree, path: str) -> str:
        return engine.read(tree.file(path).digest).decode()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


Make = Callable[..., Engine]
