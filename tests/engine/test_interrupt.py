"""Interrupts, kills, full disks, several builds at once: nothing half-written, nothing left behind."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.engine.disk import FolderDisk, disk_error
from oxlang.engine.engine import Engine
from oxlang.engine.sandbox import sweep
from oxlang.engine.store import BlobStore
from oxlang.graph.nodes import Artifact, Run, Tool

SCRIPT = """
import sys
from pathlib import Path
from oxlang.engine.engine import Engine
from oxlang.graph.nodes import Artifact, Run, Tool
sh = Tool(name="sh", path="/bin/sh", fingerprint="1")
def node(n):
    script = f"echo $$ > {sys.argv[2]}/pid{n}; " + sys.argv[3]
    return Artifact(Run(argv=("{tool:sh}", "-c", script), tools=(sh,), outputs=("out",)))
Engine(Path(sys.argv[1]), {}, jobs=2).build([node(n) for n in range(2)])
"""


def start(tmp_path: Path, script: str) -> subprocess.Popen[bytes]:
    (tmp_path / "tmp").mkdir(exist_ok=True)
    (tmp_path / "script.py").write_text(SCRIPT)
    return subprocess.Popen(
        [sys.executable, tmp_path / "script.py", tmp_path / "cache", tmp_path, script],
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},
        stderr=subprocess.DEVNULL,
    )


def wait_for(*paths: Path) -> None:
    deadline = time.monotonic() + 20
    while not all(path.exists() and path.read_text().strip() for path in paths):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_alive(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat") as stream:
            return stream.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_ends_whole_process_groups(tmp_path: Path, number: signal.Signals) -> None:
    build = start(tmp_path, f"sleep 60 & echo $! > {tmp_path}/child; wait; touch out")
    wait_for(tmp_path / "pid0", tmp_path / "pid1", tmp_path / "child")
    build.send_signal(number)
    assert build.wait(20) not in (0, None)
    for name in ("pid0", "pid1", "child"):
        assert not is_alive(int((tmp_path / name).read_text()))
    assert os.listdir(tmp_path / "tmp") == []
    assert not (tmp_path / "cache" / "ac").exists()


def test_kill_leaves_a_cache_that_works_and_a_folder_that_is_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = start(tmp_path, "sleep 1; echo x > out")
    wait_for(tmp_path / "pid0", tmp_path / "pid1")
    build.kill()
    build.wait()
    assert len(os.listdir(tmp_path / "tmp")) == 2
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    sweep()
    assert os.listdir(tmp_path / "tmp") == []
    assert start(tmp_path, "echo x > out").wait() == 0


def test_two_builds_on_one_cache(tmp_path: Path) -> None:
    builds = [start(tmp_path, "sleep 0.2; head -c 1000000 /dev/zero > out") for _ in range(3)]
    assert [build.wait(30) for build in builds] == [0, 0, 0]
    engine = Engine(tmp_path / "cache", {})
    script = f"echo $$ > {tmp_path}/pid0; sleep 0.2; head -c 1000000 /dev/zero > out"
    tool = Tool(name="sh", path="/bin/sh", fingerprint="1")
    engine.build([Artifact(Run(argv=("{tool:sh}", "-c", script), tools=(tool,), outputs=("out",)))])
    assert engine.executed == 0
    assert os.listdir(tmp_path / "cache" / "tmp") == []


def test_short_blob_of_a_crashed_machine_is_written_again(tmp_path: Path) -> None:
    digest = BlobStore(FolderDisk(tmp_path)).put(b"whole")
    place = tmp_path / "cas" / digest.hash[:2] / digest.hash
    place.chmod(0o644)
    place.write_bytes(b"")
    store = BlobStore(FolderDisk(tmp_path))
    assert not store.has(digest)
    store.put(b"whole")
    assert store.read(digest) == b"whole"


def test_full_disk_and_forbidden_folder_have_words_of_their_own(tmp_path: Path) -> None:
    full = disk_error(OSError(errno.ENOSPC, "No space left on device", "/x"), "writing to the cache")
    assert (full.diagnostic.code.id, full.diagnostic.message) == (
        "OX0709",
        "no space left while writing to the cache",
    )
    other = disk_error(OSError(errno.EACCES, "Permission denied", "/x"), "writing to the cache")
    assert other.diagnostic.code.id == "OX0708"
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(type(other)) as caught:
        BlobStore(FolderDisk(tmp_path / "cache")).put(b"x")
    assert caught.value.diagnostic.code.id == "OX0708"


def test_sandbox_is_removed_also_when_a_process_made_it_read_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    tool = Tool(name="sh", path="/bin/sh", fingerprint="1")
    script = "mkdir d; touch d/f; chmod 500 d; echo x > out"
    Engine(tmp_path / "cache", {}).build(
        [Artifact(Run(argv=("{tool:sh}", "-c", script), tools=(tool,), outputs=("out",)))]
    )
    assert os.listdir(tmp_path) == ["cache"]


def test_kept_sandbox_stays_and_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    tool = Tool(name="sh", path="/bin/sh", fingerprint="1")
    node = Run(argv=("{tool:sh}", "-c", "echo x > trace; exit 1"), tools=(tool,))
    with pytest.raises(OxError) as caught:
        Engine(tmp_path / "cache", {}, keep="failure").build([Artifact(node)])
    note = next(note for note in caught.value.diagnostic.notes if note.startswith("its folder is kept: "))
    folder = Path(note.removeprefix("its folder is kept: "))
    folder.rename(folder.with_name("oxlang-4194303-x"))
    sweep()
    assert (tmp_path / "oxlang-4194303-x" / "root" / "trace").exists()
