"""Why steps run, and the trace of a build."""

from __future__ import annotations

import json
from pathlib import Path

from oxlang.engine.trace import Trace
from oxlang.graph.nodes import Artifact, Compute, Node, Run, Source, Tool
from oxlang.source import SourceFile
from tests.engine.conftest import Bench


def reasons(bench: Bench, node: Node) -> list[str]:
    engine = bench.engine()
    planned = [reason for _, reason in engine.why([Artifact(node)])]
    engine.build([Artifact(node)])
    told = [event.text for event in bench.events if event.phase == "start"]
    assert planned == told
    return told


def test_first_time_change_and_loss(bench: Bench, tmp_path: Path) -> None:
    source = tmp_path / "src"
    source.mkdir()
    (source / "a.txt").write_text("1")
    node = Compute(function="upper", version=1, inputs=(("app", Artifact(Source(path=str(source)))),))
    assert reasons(bench, node) == ["it did not run before"]
    assert reasons(bench, node) == []
    (source / "a.txt").write_text("2")
    (source / "b.txt").write_text("2")
    assert reasons(bench, node) == ["its input `app` changed: `a.txt`, `+b.txt`"]
    for name in list(bench.disk.files):
        if name.startswith("ac/"):
            bench.disk.remove(name)
    assert reasons(bench, node) == ["its result is no longer in the cache"]


def test_a_config_whose_path_is_no_text(bench: Bench) -> None:
    origin = SourceFile("a\udcff/pyoxidizer.bzl", "x").span(0, 1)
    tool = Tool(name="sh", path="/bin/sh", fingerprint="1")
    for script, reason in (("true", "it did not run before"), ("true;", "its command changed")):
        node = Run(argv=("{tool:sh}", "-c", script), tools=(tool,), description="step", origin=origin)
        assert reasons(bench, node) == [reason]


def test_changed_parameters(bench: Bench) -> None:
    def run(fingerprint: str, script: str, **env: str) -> Run:
        tool = Tool(name="sh", path="/bin/sh", fingerprint=fingerprint)
        return Run(
            argv=("{tool:sh}", "-c", script), tools=(tool,), env=tuple(env.items()), description="step"
        )

    reasons(bench, run("1", "true"))
    assert reasons(bench, run("2", "true")) == ["its tool `sh` changed"]
    assert reasons(bench, run("2", "true", A="1")) == ["its variable `A` is new"]
    assert reasons(bench, run("2", "true;", A="2")) == ["its command changed; its variable `A` changed"]
    assert reasons(bench, Compute(function="upper", version=1, params='{"a":1}'))
    assert reasons(bench, Compute(function="upper", version=1, params='{"a":2}')) == [
        "its parameter `a` changed"
    ]


def test_step_behind_others(bench: Bench) -> None:
    first = Compute(function="upper", version=1, description="first")
    second = Compute(function="upper", version=1, inputs=(("in", Artifact(first)),), description="second")
    found = bench.engine().why([Artifact(second)])
    assert [(node.description, reason) for node, reason in found] == [
        ("first", "it did not run before"), ("second", "it needs `first`"),
    ]  # fmt: skip


def test_trace(bench: Bench, tmp_path: Path) -> None:
    trace = Trace(lambda event: bench.events.append(event))
    engine = bench.engine()
    engine._on_event = trace.on_event
    engine.build([Artifact(Compute(function="upper", version=1, description="shout"))])
    (event,) = json.loads(trace.text())["traceEvents"]
    assert (event["name"], event["cat"], event["args"]["because"]) == (
        "shout",
        "compute",
        "it did not run before",
    )
