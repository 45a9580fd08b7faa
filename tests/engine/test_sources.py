"""Reading the user's files: content, not times, decides."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.engine.disk import MemoryDisk
from oxlang.engine.sources import SourceReader
from oxlang.engine.store import BlobStore
from oxlang.graph.digest import digest_bytes
from oxlang.graph.nodes import Source
from oxlang.graph.tree import FileEntry, SymlinkEntry, Tree


@pytest.fixture
def disk(tmp_path: Path) -> MemoryDisk:
    return MemoryDisk(tmp_path / "spill")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "src"
    (folder / "pkg" / "__pycache__").mkdir(parents=True)
    (folder / "pkg" / "a.py").write_text("a")
    (folder / "pkg" / "__pycache__" / "a.pyc").write_text("pyc")
    (folder / "run.sh").write_text("r")
    (folder / "run.sh").chmod(0o755)
    return folder


def read(disk: MemoryDisk, folder: Path, *exclude: str) -> Tree:
    return SourceReader(disk).tree(Source(path=str(folder), exclude=exclude))


def entry(text: str, executable: bool = False) -> FileEntry:
    return FileEntry(digest_bytes(text.encode()), executable)


def test_folder(disk: MemoryDisk, folder: Path) -> None:
    tree = read(disk, folder, "__pycache__")
    assert dict(tree.walk()) == {"pkg/a.py": entry("a"), "run.sh": entry("r", True)}


def test_patterns_match_names_and_paths(disk: MemoryDisk, folder: Path) -> None:
    assert list(dict(read(disk, folder, "pkg/*.py", "*.pyc").walk())) == ["run.sh"]


def test_single_file(disk: MemoryDisk, folder: Path) -> None:
    assert dict(read(disk, folder / "run.sh").walk()) == {"run.sh": entry("r", True)}


def test_links_are_followed_unless_broken_or_circular(disk: MemoryDisk, folder: Path) -> None:
    (folder / "to_file").symlink_to("run.sh")
    (folder / "broken").symlink_to("nowhere")
    (folder / "pkg" / "up").symlink_to("..")
    tree = read(disk, folder, "__pycache__")
    assert tree.get("to_file") == entry("r", True)
    assert tree.get("broken") == SymlinkEntry("nowhere")
    assert tree.get("pkg/up") == SymlinkEntry("..")


def test_a_change_is_seen_at_once_even_with_the_same_size_and_times(disk: MemoryDisk, folder: Path) -> None:
    place = folder / "pkg" / "a.py"
    read(disk, folder)
    before = place.stat()
    place.write_text("b")
    os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert read(disk, folder).get("pkg/a.py") == entry("b")


def test_old_files_are_not_read_again(
    disk: MemoryDisk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    time.sleep(0.15)
    first = read(disk, folder)
    monkeypatch.setattr("oxlang.engine.sources.digest_file", lambda path: pytest.fail(f"read {path}"))
    assert read(disk, folder) == first


def test_damaged_index_is_ignored(disk: MemoryDisk, folder: Path) -> None:
    first = read(disk, folder)
    for name in list(disk.files):
        disk.files[name] = b'{"format": 1'
    assert read(disk, folder) == first


def test_missing(disk: MemoryDisk, folder: Path) -> None:
    with pytest.raises(OxError) as caught:
        read(disk, folder / "nowhere")
    assert caught.value.diagnostic.code.id == "OX0704"


def test_content_is_read_from_its_place_and_checked(disk: MemoryDisk, folder: Path) -> None:
    reader = SourceReader(disk)
    store = BlobStore(disk, reader)
    tree = reader.tree(Source(path=str(folder)))
    digest = tree.file("pkg/a.py").digest
    assert store.read(digest) == b"a"
    assert not any(name.startswith("cas/") for name in disk.files)
    (folder / "pkg" / "a.py").write_text("changed")
    with pytest.raises(OxError) as caught:
        store.read(digest)
    assert caught.value.diagnostic.code.id == "OX0713"
