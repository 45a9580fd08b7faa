"""Steps that resolve requirements: kept until they are renewed, known to others by their output."""

from __future__ import annotations

from pathlib import Path

from oxlang.engine.engine import Engine
from oxlang.graph.nodes import Artifact, Assemble, Compute, Part, Run, Write
from oxlang.graph.tree import Tree
from oxlang.records import replace

RUNS: list[str] = []


def copy(params: object, inputs: dict[str, Tree], context: object) -> Tree:
    RUNS.append("copy")
    return inputs["files"]


class Always:
    """Renews everything."""

    def __init__(self, wanted: bool = True) -> None:
        self.wanted = wanted
        self.seen: list[Tree | None] = []

    def renew(self, node: Run, before: Tree | None) -> Run | None:
        self.seen.append(before)
        return (
            replace(node, inputs=(*node.inputs, ("", Artifact(Write(entries=(("more", b"", False),))))))
            if self.wanted
            else None
        )

    def done(self, node: object, output: Tree) -> None:
        self.seen.append(output)


def chain(index: Path) -> tuple[Artifact, Artifact]:
    """Two targets behind one step whose result is what a file of the world says at the moment."""
    run = Run(
        argv=("/bin/sh", "-c", f"mkdir out && cp {index} out/found && ls >out/beside || true"),
        outputs=("out",),
        cache="resolved",
    )
    first = Compute(function="copy", version=1, params="{}", inputs=(("files", Artifact(run, "out")),))
    second = Assemble(parts=(Part(artifact=Artifact(first), prefix="x"),))
    return Artifact(first), Artifact(second)


def engine(folder: Path, renewal: Always | None = None) -> Engine:
    return Engine(folder / "cache", {"copy": (1, copy)}, renewal=renewal)


def content(folder: Path, artifact: Artifact, path: str, renewal: Always | None = None) -> tuple[bytes, int]:
    opened = engine(folder, renewal)
    (tree,) = opened.build([artifact])
    return opened.store.read(tree.file(path).digest), opened.executed


def test_what_was_resolved_stays_until_it_is_renewed(tmp_path: Path) -> None:
    index = tmp_path / "index"
    index.write_text("1")
    first, second = chain(index)
    assert content(tmp_path, first, "found") == (b"1", 2)
    assert content(tmp_path, second, "x/found") == (b"1", 0)
    index.write_text("2")
    assert content(tmp_path, first, "found") == (b"1", 0)
    renewal = Always()
    assert content(tmp_path, first, "found", renewal) == (b"2", 2)
    assert [None if one is None else one.file("out/found").digest.size for one in renewal.seen] == [1, 1]
    # The other target, which was not asked for, has the new result, too.
    assert content(tmp_path, second, "x/found") == (b"2", 0)
    assert content(tmp_path, first, "found") == (b"2", 0)


def test_a_renewal_that_wants_nothing_runs_nothing(tmp_path: Path) -> None:
    index = tmp_path / "index"
    index.write_text("1")
    first, _ = chain(index)
    content(tmp_path, first, "found")
    index.write_text("2")
    assert content(tmp_path, first, "found", Always(wanted=False)) == (b"1", 0)


def test_the_same_result_runs_nothing_behind_it(tmp_path: Path) -> None:
    index = tmp_path / "index"
    index.write_text("1")
    first, _ = chain(index)
    content(tmp_path, first, "found", Always())
    RUNS.clear()
    index.write_text("1")
    _, executed = content(tmp_path, first, "found", Always())
    assert executed == 1 + len(RUNS)
