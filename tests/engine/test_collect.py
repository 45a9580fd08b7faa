"""The cache stays within bounds and useful."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.engine.collect import clear, collect, collect_sometimes, usage
from oxlang.engine.disk import FolderDisk
from oxlang.engine.store import BlobStore

DAY_S = 24 * 3600


def age(root: Path, name: str, days: float) -> None:
    then = time.time() - days * DAY_S
    os.utime(root / name, (then, then))


def blob(root: Path, text: str, days: float) -> str:
    digest = BlobStore(FolderDisk(root)).put(text.encode() * 100)
    name = f"cas/{digest.hash[:2]}/{digest.hash}"
    age(root, name, days)
    return name


def test_oldest_blobs_go_first_and_fresh_ones_stay(tmp_path: Path) -> None:
    names = [blob(tmp_path, text, days) for text, days in (("a", 3), ("b", 2), ("c", 1), ("d", 0))]
    found = collect(FolderDisk(tmp_path), 250)
    assert (found.files, found.size_bytes) == (2, 200)
    assert [(tmp_path / name).exists() for name in names] == [False, False, True, True]
    collect(FolderDisk(tmp_path), 0)
    assert [(tmp_path / name).exists() for name in names] == [False, False, False, True]


def test_use_makes_a_blob_young(tmp_path: Path) -> None:
    name = blob(tmp_path, "a", 3)
    BlobStore(FolderDisk(tmp_path)).put(b"a" * 100)
    collect(FolderDisk(tmp_path), 0)
    assert (tmp_path / name).exists()


def test_all_that_the_cache_holds_is_counted(tmp_path: Path) -> None:
    disk = FolderDisk(tmp_path)
    for name in ("ac/aa/a.json", "caches/pip/a", "index/a", "modules/a.bin", "starlark/a.bin", "tmp/a"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        disk.write(name, b"x")
    assert usage(disk).total_bytes == 6


def test_leftovers_stale_notes_and_stale_caches(tmp_path: Path) -> None:
    disk = FolderDisk(tmp_path)
    kept = ["ac/aa/new.json", "caches/pip/new", "caches/pip/old", "tmp/new"]
    gone = ["ac/aa/old.json", "caches/cargo/old", "tmp/old", "partial/old"]
    for name in (*kept, *gone):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        disk.write(name, b"x")
        if "old" in name:
            age(tmp_path, name, 40)
    assert collect(disk).files == len(gone)
    assert all((tmp_path / name).exists() for name in kept)


@pytest.mark.parametrize(("function", "sealed"), [("scandir", "cas"), ("scandir", "caches/pip"), ("lstat", "caches/pip/file")])
def test_what_may_not_be_read_is_not_taken_for_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, sealed: str
) -> None:
    blob(tmp_path, "a", 0)
    (tmp_path / "caches" / "pip").mkdir(parents=True)
    (tmp_path / "caches" / "pip" / "file").write_text("x")
    asked = getattr(os, function)

    def refusing(path: str, *more: object, **named: object) -> object:
        # Root may read everything, so the system's answer to others is given here.
        if Path(path) == tmp_path / sealed:
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return asked(path, *more, **named)

    disk = FolderDisk(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(os, function, refusing)
        with pytest.raises(OxError) as raised:
            usage(disk)
        collect(disk, 0)
    assert raised.value.diagnostic.code.id == "OX0708"
    assert raised.value.diagnostic.message.startswith("reading the cache failed: `")
    assert raised.value.diagnostic.message.endswith(f"{sealed}{'' if '/' in sealed else '/'}`: permission denied")


def test_a_cache_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("")
    with pytest.raises(OxError) as raised:
        usage(FolderDisk(tmp_path / "cache"))
    assert raised.value.diagnostic.code.id == "OX0708"
    assert usage(FolderDisk(tmp_path / "nothing")).total_bytes == 0


def test_usage_and_clear(tmp_path: Path) -> None:
    blob(tmp_path, "a", 0)
    disk = FolderDisk(tmp_path)
    disk.write("caches/x/y", b"12345")
    found = usage(disk)
    assert (found.blobs, found.blob_bytes, found.cache_bytes, found.total_bytes) == (1, 100, 5, 105)
    clear(tmp_path)
    clear(tmp_path)
    assert not tmp_path.exists()


def test_collecting_happens_once_an_hour(tmp_path: Path) -> None:
    disk = FolderDisk(tmp_path)
    assert collect_sometimes(disk) is None
    disk.write("collected", str(int(time.time() - 2 * DAY_S)).encode())
    assert collect_sometimes(disk) is not None
    assert collect_sometimes(disk) is None
