"""Placing trees: whole or not at all, and no more than needed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.engine.disk import MemoryDisk
from oxlang.engine.store import BlobStore
from oxlang.graph.tree import FileEntry, SymlinkEntry, Tree
from oxlang.workspace.outputs import Placer


class Places:
    def __init__(self, folder: Path) -> None:
        self.disk = MemoryDisk(folder / "spill")
        self.store = BlobStore(self.disk)
        self.placer = Placer(self.store, self.disk)
        self.dest = folder / "build" / "install"

    def tree(self, **files: str) -> Tree:
        return Tree.of(
            {
                name.replace("__", "/"): FileEntry(self.store.put(text.encode()), name.startswith("bin"))
                for name, text in files.items()
            }
        )

    def found(self) -> dict[str, str]:
        return {
            str(path.relative_to(self.dest)): path.read_text()
            for path in sorted(self.dest.rglob("*"))
            if path.is_file()
        }


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path)


def test_files_bits_links_and_empty_folders(places: Places) -> None:
    tree = Tree({**places.tree(bin__app="a", d__x="x").entries, "empty": Tree({}), "ln": SymlinkEntry("d/x")})
    assert places.placer.place(tree, places.dest)
    assert places.found() == {"bin/app": "a", "d/x": "x", "ln": "x"}
    assert os.access(places.dest / "bin" / "app", os.X_OK)
    assert not os.access(places.dest / "d" / "x", os.X_OK)
    assert (places.dest / "empty").is_dir()
    assert os.listdir(places.dest.parent) == ["install"]


def test_unchanged_outputs_are_left_alone(places: Places) -> None:
    tree = places.tree(a="1", b="2")
    places.placer.place(tree, places.dest)
    before = os.stat(places.dest / "a")
    assert not places.placer.place(tree, places.dest)
    assert os.stat(places.dest / "a") == before


def test_a_file_changed_by_others_is_mended(places: Places) -> None:
    tree = places.tree(a="1", b="2")
    places.placer.place(tree, places.dest)
    (places.dest / "a").write_text("edited")
    assert places.placer.place(tree, places.dest)
    assert places.found() == {"a": "1", "b": "2"}


def test_one_changed_file_is_replaced_alone(places: Places) -> None:
    places.placer.place(places.tree(a="1", b="2"), places.dest)
    folder = os.stat(places.dest).st_ino
    assert places.placer.place(places.tree(a="1", b="3"), places.dest)
    assert places.found() == {"a": "1", "b": "3"}
    assert os.stat(places.dest).st_ino == folder


def test_files_of_an_older_output_vanish_and_those_of_others_stay(places: Places) -> None:
    places.placer.place(places.tree(a="1", old="2"), places.dest)
    (places.dest / "mine.txt").write_text("mine")
    places.placer.place(places.tree(a="1", new="3"), places.dest)
    assert places.found() == {"a": "1", "mine.txt": "mine", "new": "3"}
    places.placer.place(places.tree(a="1", newer="4"), places.dest, clear=True)
    assert places.found() == {"a": "1", "newer": "4"}


def test_a_folder_may_become_a_file(places: Places) -> None:
    places.placer.place(places.tree(a__b="1", c="2"), places.dest)
    places.placer.place(places.tree(a="1", c="2"), places.dest)
    assert places.found() == {"a": "1", "c": "2"}


def test_failure_leaves_the_old_output(places: Places) -> None:
    places.placer.place(places.tree(a="1", b="2"), places.dest)
    broken = places.tree(a="5", b="6", c="7")
    places.disk.remove(f"cas/{broken.file('c').digest.hash[:2]}/{broken.file('c').digest.hash}")
    places.store._present.clear()
    with pytest.raises(OxError):
        places.placer.place(broken, places.dest)
    assert places.found() == {"a": "1", "b": "2"}
    assert os.listdir(places.dest.parent) == ["install"]


def test_a_place_that_cannot_be_written(places: Places) -> None:
    places.dest.parent.parent.mkdir(parents=True, exist_ok=True)
    places.dest.parent.write_text("a file where the folder should be")
    with pytest.raises(OxError) as caught:
        places.placer.place(places.tree(a="1"), places.dest)
    assert caught.value.diagnostic.code.id == "OX0714"


def test_leftovers_of_a_killed_process_are_removed(places: Places) -> None:
    left = places.dest.parent / ".install.oxl-4194303-00000000"
    left.mkdir(parents=True)
    places.placer.place(places.tree(a="1"), places.dest)
    assert os.listdir(places.dest.parent) == ["install"]


SCRIPT = """
import sys
from pathlib import Path
from oxlang.engine.disk import FolderDisk
from oxlang.engine.store import BlobStore
from oxlang.graph.tree import FileEntry, Tree
from oxlang.workspace.outputs import Placer
disk = FolderDisk(Path(sys.argv[1]))
store = BlobStore(disk)
for n in range(8):
    word = f"{sys.argv[3]} {n}".encode()
    files = {f"d{i}/f{i}": FileEntry(store.put(word + bytes([i]))) for i in range(n % 3 + 1)}
    Placer(store, disk).place(Tree.of(files), Path(sys.argv[2]))
"""


def test_builds_at_the_same_time_leave_one_whole_output(tmp_path: Path) -> None:
    dest = tmp_path / "build" / "install"
    words = [sys.executable, "-c", SCRIPT, str(tmp_path / "cache"), str(dest)]
    running = [subprocess.Popen([*words, str(number)]) for number in range(3)]
    assert [one.wait(60) for one in running] == [0, 0, 0]
    contents = {path.read_bytes()[:-1] for path in dest.rglob("*") if path.is_file()}
    assert len(contents) == 1
    assert len([path for path in dest.rglob("*") if path.is_file()]) == 7 % 3 + 1
    assert os.listdir(dest.parent) == ["install"]
