"""What is built, what is found, what runs again."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.engine.engine import CachedDemand
from oxlang.graph.nodes import Artifact, Assemble, Compute, FailureHint, Part, Run, Source, Tool, Write
from tests.engine.conftest import Bench

SH = Tool(name="sh", path="/bin/sh", fingerprint="posix")


def shell(script: str, **fields: object) -> Run:
    return Run(argv=("{tool:sh}", "-c", script), tools=(SH,), **fields)  # type: ignore[arg-type]  # test helper


def written(**files: str) -> Artifact:
    return Artifact(
        Write(entries=tuple((f"{name}.txt", text.encode(), False) for name, text in files.items()))
    )


def test_second_build_runs_nothing(bench: Bench) -> None:
    node = shell(
        "cat in/a.txt in/b.txt > out.txt", inputs=(("in", written(a="1", b="2")),), outputs=("out.txt",)
    )
    wanted = [Artifact(Assemble(parts=(Part(artifact=Artifact(node), prefix="bin"),)))]
    first = bench.engine()
    (tree,) = first.build(wanted)
    assert bench.text(first, tree, "bin/out.txt") == "12"
    assert first.executed == 1
    second = bench.engine()
    assert second.build(wanted) == [tree]
    assert second.executed == 0


def test_same_intermediate_result_stops_the_work(bench: Bench, tmp_path: Path) -> None:
    source = tmp_path / "src"
    source.mkdir()
    (source / "a.txt").write_text("head\nbody")
    head = Compute(function="first_line", version=1, inputs=(("in", Artifact(Source(path=str(source)))),))
    last = Compute(function="upper", version=1, inputs=(("in", Artifact(head)),))
    assert bench.engine().build([Artifact(last)])
    (source / "a.txt").write_text("head\nother body")
    engine = bench.engine()
    (tree,) = engine.build([Artifact(last)])
    assert bench.text(engine, tree, "a.txt") == "HEAD"
    assert (engine.executed, engine.cached) == (1, 1)


def test_artifact_path_of_folder_and_file(bench: Bench) -> None:
    write = Write(entries=(("d/x.txt", b"x", False), ("d/y.txt", b"y", True)))
    engine = bench.engine()
    folder, one = engine.build([Artifact(write, "d"), Artifact(write, "d/y.txt")])
    assert [path for path, _ in folder.walk()] == ["x.txt", "y.txt"]
    assert [(path, entry.executable) for path, entry in one.walk()] == [("y.txt", True)]  # type: ignore[union-attr]
    with pytest.raises(OxError) as caught:
        engine.build([Artifact(write, "d/z.txt")])
    assert caught.value.diagnostic.code.id == "OX0705"


def test_process_sees_only_what_is_declared(bench: Bench) -> None:
    node = shell(
        "env | sort > out; pwd >> out",
        env=(("A", "{sandbox}/x{y}"),),
        pass_env=("SECRET", "UNSET"),
        outputs=("out",),
        cache="never",
    )
    engine = bench.engine(host_env={"SECRET": "s", "OTHER": "o"})
    (tree,) = engine.build([Artifact(node)])
    lines = bench.text(engine, tree, "out").splitlines()
    names = {line.split("=")[0] for line in lines if "=" in line}
    assert names - {"PWD", "SHLVL", "_", "OLDPWD"} == {
        "A",
        "HOME",
        "LANG",
        "PATH",
        "SECRET",
        "SOURCE_DATE_EPOCH",
        "TMPDIR",
    }
    assert f"A={lines[-1]}/x{{y}}" in lines
    assert not Path(lines[-1]).exists()


def test_failure_carries_command_and_output(bench: Bench) -> None:
    node = shell("echo line >&2; exit 3", description="try it")
    with pytest.raises(OxError) as caught:
        bench.engine().build([Artifact(node)])
    found = caught.value.diagnostic
    assert found.code.id == "OX0701"
    assert found.message == "`try it` failed: `sh` ended with status 3"
    assert any("line" in note for note in found.notes)


def test_failure_hint_names_its_own_code(bench: Bench) -> None:
    node = shell("exit 1", failure=FailureHint(code="OX0706", message="no luck", help="try again"))
    with pytest.raises(OxError) as caught:
        bench.engine().build([Artifact(node)])
    assert (caught.value.diagnostic.code.id, caught.value.diagnostic.message) == ("OX0706", "no luck")


def test_program_that_found_no_space_is_no_mistake_of_the_config(bench: Bench) -> None:
    hint = FailureHint(code="OX0706", message="no luck", help="mend it")
    words = "error: failed to write to `x`: No space left on device (os error 28)"
    node = shell(f"echo {words!r} >&2; exit 1", description="compile it", failure=hint)
    with pytest.raises(OxError) as caught:
        bench.engine().build([Artifact(node)])
    found = caught.value.diagnostic
    assert (found.code.id, found.message) == ("OX0709", "no space left while running `compile it`")
    assert found.help is not None and "PYOXIDIZER_CACHE_DIR" in found.help


def test_what_cannot_run_is_not_started(bench: Bench, tmp_path: Path) -> None:
    """A tool that is gone: its sentence alone is told, nothing of what another one says."""
    hint = FailureHint(code="OX0801", message="no cargo", help="install it", at_once=True)
    with pytest.raises(OxError) as caught:
        bench.engine().build([Artifact(shell(f"touch {tmp_path}/ran", failure=hint))])
    found = caught.value.diagnostic
    assert (found.code.id, found.message, found.help, tuple(found.notes)) == ("OX0801", "no cargo", "install it", ())
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("stream", [True, False])
def test_what_is_for_people_is_passed_on_from_both_outputs(bench: Bench, stream: bool) -> None:
    engine = bench.engine()
    node = shell("echo one; echo two >&2; echo three; touch out.txt", outputs=("out.txt",), stream=stream)
    engine.build([Artifact(node)])
    told = [event.text for event in bench.events if event.phase == "output"]
    assert told == (["one", "two", "three"] if stream else ["two"])


def test_missing_output_and_optional_output(bench: Bench) -> None:
    with pytest.raises(OxError) as caught:
        bench.engine().build([Artifact(shell("true", outputs=("out.txt",)))])
    assert caught.value.diagnostic.code.id == "OX0705"
    assert bench.engine().build([Artifact(shell("true", outputs=("out.txt?",)))])[0].entries == {}


def test_missing_program(bench: Bench) -> None:
    with pytest.raises(OxError) as caught:
        bench.engine().build([Artifact(Run(argv=("/nowhere/tool",)))])
    assert caught.value.diagnostic.code.id == "OX0710"


def test_all_errors_of_running_nodes_are_shown(bench: Bench) -> None:
    nodes = [shell(f"sleep 0.2; exit {n}", description=f"step {n}") for n in (1, 2)]
    after = shell("true", inputs=(("", Artifact(nodes[0])),))
    with pytest.raises(OxError) as caught:
        bench.engine(jobs=2).build([Artifact(nodes[0]), Artifact(nodes[1]), Artifact(after)])
    messages = {one.message for one in caught.value.diagnostics}
    assert messages == {
        "`step 1` failed: `sh` ended with status 1",
        "`step 2` failed: `sh` ended with status 2",
    }


def test_a_failure_ends_what_else_runs(bench: Bench, tmp_path: Path) -> None:
    """With everything that the other process has started."""
    inner = tmp_path / "inner"
    slow = shell(f"sh -c 'echo $$ > {inner}; exec sleep 60'; true", description="slow")
    fails = shell(f"until test -s {inner}; do sleep 0.05; done; exit 3", description="fails")
    begin = time.monotonic()
    with pytest.raises(OxError) as caught:
        bench.engine(jobs=2).build([Artifact(slow), Artifact(fails)])
    assert time.monotonic() - begin < 10
    assert [one.message for one in caught.value.diagnostics] == ["`fails` failed: `sh` ended with status 3"]
    ended = {event.phase: event.node.description for event in bench.events if event.node and event.seconds}
    assert ended == {"failed": "fails", "stopped": "slow"}
    # It is a child of init now, which may take its time to fetch it.
    for _ in range(200):
        if not _is_running(int(inner.read_text())):
            break
        time.sleep(0.05)
    else:
        pytest.fail("what the process has started still runs")


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_missing_sources_are_all_shown(bench: Bench, tmp_path: Path) -> None:
    wanted = [Artifact(Source(path=str(tmp_path / name))) for name in ("x", "y")]
    with pytest.raises(OxError) as caught:
        bench.engine().build(wanted)
    assert [one.code.id for one in caught.value.diagnostics] == ["OX0704", "OX0704"]


def test_session_scope_runs_once_a_session(bench: Bench) -> None:
    node = shell("echo hi > out", outputs=("out",), cache="session")
    after = Compute(function="upper", version=1, inputs=(("in", Artifact(node)),))
    for expected in (2, 1):
        engine = bench.engine()
        engine.build([Artifact(after)])
        engine.build([Artifact(after)])
        assert engine.executed == expected


def test_broken_function_is_our_bug(bench: Bench) -> None:
    with pytest.raises(OxError) as caught:
        bench.engine().build([Artifact(Compute(function="broken", version=1))])
    found = caught.value.diagnostic
    assert (found.code.id, found.code.failure) == ("OX0715", "bug")
    assert found.message == "`broken` failed: ZeroDivisionError: oh"


def test_warnings_are_said_again(bench: Bench) -> None:
    node = Compute(function="upper", version=1, params='{"warn":"careful"}')
    for _ in range(2):
        bench.engine().build([Artifact(node)])
        told = [event.remark for event in bench.events if event.phase == "warning"]
        assert [(one.code, one.message, one.help) for one in told if one] == [("OX0631", "careful", "look")]


def test_warnings_of_steps_below_are_said_again_and_point_at_their_step(bench: Bench) -> None:
    below = Compute(function="upper", version=1, params='{"warn":"careful"}')
    above = Assemble(parts=(Part(artifact=Artifact(Compute(function="upper", version=1, inputs=(("in", Artifact(below)),)))),))
    for _ in range(3):
        bench.events.clear()
        bench.engine().build([Artifact(above)])
        told = [(event.node, event.remark.message) for event in bench.events if event.remark is not None]
        assert told == [(below, "careful")]


def test_demand_is_logged_and_offline_demand_needs_a_known_output(bench: Bench) -> None:
    node = Compute(function="upper", version=1, inputs=(("in", written(a="x")),), description="shout")
    with pytest.raises(OxError) as caught:
        CachedDemand(bench.engine()).demand(Artifact(node), None)
    assert caught.value.diagnostic.code.id == "OX0410"
    engine = bench.engine()
    engine.demand(Artifact(node), None)
    engine.demand(Artifact(node), None)
    assert [(one.description, one.cached) for one in engine.log.records] == [
        ("shout", False),
        ("shout", True),
    ]
    offline = bench.engine()
    tree = CachedDemand(offline).demand(Artifact(node), None)
    assert bench.text(offline, tree, "a.txt") == "X"


def test_lost_blobs_are_made_again(bench: Bench) -> None:
    node = Compute(function="upper", version=1, inputs=(("in", written(a="x")),))
    (tree,) = bench.engine().build([Artifact(node)])
    bench.disk.remove(f"cas/{tree.file('a.txt').digest.hash[:2]}/{tree.file('a.txt').digest.hash}")
    engine = bench.engine()
    engine.build([Artifact(node)])
    assert engine.executed == 1


def test_damaged_cache_entries_are_misses(bench: Bench) -> None:
    node = Compute(function="upper", version=1, inputs=(("in", written(a="x")),))
    bench.engine().build([Artifact(node)])
    for name in list(bench.disk.files):
        if name.startswith("ac/"):
            bench.disk.files[name] = bench.disk.files[name][:10]
    engine = bench.engine()
    engine.build([Artifact(node)])
    assert engine.executed == 1


def test_append_only_caches_outlive_the_sandbox(bench: Bench) -> None:
    for expected in ("1", "2"):
        node = shell(
            "echo x >> {cache:downloads}/list; wc -l < {cache:downloads}/list | tr -d ' ' > out",
            append_only=("downloads",),
            outputs=("out",),
            cache="never",
        )
        engine = bench.engine()
        (tree,) = engine.build([Artifact(node)])
        assert bench.text(engine, tree, "out").strip() == expected


def test_tools_are_known_by_fingerprint_not_by_path(bench: Bench) -> None:
    def node(path: str, fingerprint: str) -> Run:
        tool = Tool(name="sh", path=path, fingerprint=fingerprint)
        return Run(argv=("{tool:sh}", "-c", "echo > out"), tools=(tool,), outputs=("out",))

    bench.engine().build([Artifact(node("/bin/sh", "1"))])
    same, other = bench.engine(), bench.engine()
    same.build([Artifact(node("/usr/bin/sh", "1"))])
    other.build([Artifact(node("/bin/sh", "2"))])
    assert (same.executed, other.executed) == (0, 1)


def test_long_chains_behind_a_volatile_node(bench: Bench) -> None:
    first = shell("echo x > a.txt", outputs=("a.txt",), cache="session")
    wanted = Artifact(first)
    for _ in range(2000):
        wanted = Artifact(Assemble(parts=(Part(artifact=wanted),)))
    engine = bench.engine()
    engine.build([wanted])
    second = bench.engine()
    second.build([wanted])
    assert (engine.executed, second.executed) == (1, 1)
