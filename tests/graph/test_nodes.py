"""Nodes: identity, walking, showing."""

from __future__ import annotations

from oxlang.graph.build_graph import BuildGraph, show, to_dot, to_json, walk
from oxlang.graph.nodes import Artifact, Assemble, Compute, Fetch, Node, Part, Run, Source, Tool, Write
from oxlang.graph.platform import Platform, host_triple
from oxlang.source import SourceFile

WRITE = Write(entries=(("a", b"1", False),))


def test_text_for_people_is_no_part_of_the_identity() -> None:
    span = SourceFile("x", "text").span(0, 1)
    assert Write(entries=(("a", b"1", False),), description="one", origin=span) == WRITE
    assert hash(Write(entries=(("a", b"1", False),))) == hash(WRITE)


def test_every_parameter_is_part_of_the_identity() -> None:
    tool = Tool(name="t", path="/t", fingerprint="1")
    nodes: list[Node] = [
        WRITE,
        Write(entries=(("a", b"1", True),)),
        Write(entries=(("a1", b"", False),)),
        Source(path="/a"),
        Source(path="/a", exclude=("x",)),
        Fetch(url="https://x/y", filename="y"),
        Fetch(url="https://x/y", filename="y", digest="0"),
        Compute(function="f", version=1),
        Compute(function="f", version=2),
        Compute(function="f", version=1, params='{"a":1}'),
        Compute(function="f", version=1, inputs=(("n", Artifact(WRITE)),)),
        Compute(function="f", version=1, inputs=(("m", Artifact(WRITE)),)),
        Compute(function="f", version=1, inputs=(("n", Artifact(WRITE, "a")),)),
        Assemble(parts=(Part(artifact=Artifact(WRITE)),)),
        Assemble(parts=(Part(artifact=Artifact(WRITE), prefix="p"),)),
        Assemble(parts=(Part(artifact=Artifact(WRITE), include=("p",)),)),
        Assemble(parts=(Part(artifact=Artifact(WRITE), exclude=("p",)),)),
        Assemble(parts=(Part(artifact=Artifact(WRITE), rename="p"),)),
        Assemble(parts=(Part(artifact=Artifact(WRITE), executable=True),)),
        Run(argv=("x",)),
        Run(argv=("x", "")),
        Run(argv=("x",), env=(("A", "1"),)),
        Run(argv=("x",), outputs=("o",)),
        Run(argv=("x",), tools=(tool,)),
        Run(argv=("x",), cache="never"),
        Run(argv=("x",), pass_env=("A",)),
        Run(argv=("x",), working_directory="w"),
        Run(argv=("x",), stdout_path="s"),
    ]
    assert len({node.id for node in nodes}) == len(nodes)


def test_address_of_a_pinned_download_does_not_matter() -> None:
    assert Fetch(url="https://a", digest="0", filename="f") == Fetch(
        url="https://b", digest="0", filename="f"
    )


def test_long_chains_need_no_recursion() -> None:
    artifact = Artifact(WRITE)
    for _ in range(5000):
        artifact = Artifact(Assemble(parts=(Part(artifact=artifact, prefix="d"),)))
    assert len(walk([artifact])) == 5001


def test_walk_gives_inputs_first_and_each_once() -> None:
    left = Compute(function="l", version=1, inputs=(("in", Artifact(WRITE)),))
    right = Compute(function="r", version=1, inputs=(("in", Artifact(WRITE)),))
    top = Assemble(parts=(Part(artifact=Artifact(left)), Part(artifact=Artifact(right))))
    assert [node.id for node in walk([Artifact(top), Artifact(left)])] == [
        WRITE.id,
        left.id,
        right.id,
        top.id,
    ]


def test_graph_interns_equal_nodes() -> None:
    graph = BuildGraph()
    first = graph.add(Write(entries=(), description="first"))
    assert graph.add(Write(entries=(), description="second")) is first
    assert graph.get(first.id[:8]) is first
    assert len(graph) == 1


def test_showing() -> None:
    twice = Compute(function="f", version=1, inputs=(("a", Artifact(WRITE)),), description="twice")
    parts = (Part(artifact=Artifact(twice)), Part(artifact=Artifact(twice, "x")))
    top = Artifact(Assemble(parts=parts, description="top"))
    text = show([top], lambda node: "new" if node is twice else "")
    ids = [one.id[:12] for one in (top.node, twice, WRITE, twice)]
    assert text.splitlines() == [
        f"top [assemble {ids[0]}]",
        f"├─ twice [compute {ids[1]}] new",
        f"│  └─ write [write {ids[2]}]",
        f"└─ twice → x [compute {ids[3]}] new (shown above)",
    ]
    plain = to_json([top])
    assert [one["kind"] for one in plain["nodes"]] == ["write", "compute", "assemble"]  # type: ignore[attr-defined]
    assert f'"{ids[1]}" -> "{ids[0]}"' in to_dot([top])


def test_platforms() -> None:
    linux, musl = Platform("x86_64-unknown-linux-gnu"), Platform("aarch64-unknown-linux-musl")
    windows, mac = Platform("i686-pc-windows-msvc"), Platform("aarch64-apple-darwin")
    assert [one.os for one in (linux, musl, windows, mac)] == ["linux", "linux", "windows", "macos"]
    assert [one.exe_suffix for one in (linux, windows)] == ["", ".exe"]
    assert (musl.is_musl, linux.is_musl) == (True, False)
    assert [one.pointer_width for one in (linux, windows, mac)] == [64, 32, 64]
    assert [one.object_format for one in (linux, windows, mac)] == ["elf", "pe", "macho"]
    assert Platform("armv7-unknown-linux-gnueabihf").environment == "gnueabihf"
    assert host_triple().count("-") >= 2
