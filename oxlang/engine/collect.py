"""Keeps the cache within bounds: what was not used for the longest time goes first.

Nothing that was used within the last hours is touched, so a build that runs now loses nothing. A result whose blobs
are gone is a miss; nothing else has to be kept consistent.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from oxlang.engine.disk import Disk, Stored
from oxlang.records import dataclass

DEFAULT_LIMIT_BYTES = 10 << 30
_GRACE_S = 2 * 3600.0
_INTERVAL_S = 3600.0
_STALE_S = 30 * 24 * 3600.0
_MARK = "collected"
_CONTENT = "cas/"
_NOTES = ("ac/", "index/", "placed/", "explain/")
_LEFTOVERS = ("tmp/", "partial/")
_CODE = ("starlark/", "modules/")  # They are kept small by what writes them.


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What the cache holds.

    Attributes:
        blobs: number of blobs.
        blob_bytes: their size.
        results: number of noted results.
        cache_bytes: size of the append-only caches (cargo's target folders, downloads of pip).
        total_bytes: everything.
    """

    blobs: int
    blob_bytes: int
    results: int
    cache_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What was removed.

    Attributes:
        files: how many files.
        size_bytes: how much they held.
    """

    files: int
    size_bytes: int


def usage(disk: Disk) -> Usage:
    """Measures the cache. Raises OX0708 when a part of it may not be read: it would count as empty."""
    blobs = list(disk.walk(_CONTENT, whole=True))
    results = list(disk.walk("ac/", whole=True))
    caches = sum(one.size_bytes for one in disk.walk("caches/", whole=True))
    blob_bytes = sum(one.size_bytes for one in blobs)
    rest = sum(one.size_bytes for name in (*_NOTES, *_LEFTOVERS, *_CODE) for one in disk.walk(name, whole=True))
    return Usage(
        blobs=len(blobs),
        blob_bytes=blob_bytes,
        results=len(results),
        cache_bytes=caches,
        total_bytes=blob_bytes + caches + rest,
    )


def collect(disk: Disk, limit_bytes: int = DEFAULT_LIMIT_BYTES, *, now_s: float | None = None) -> Collected:
    """Removes what was not used for the longest time until the cache is within its limit.

    Also removes notes and append-only caches that were not used for a month, and leftovers of killed processes.
    """
    now = time.time() if now_s is None else now_s
    removed: list[Stored] = []

    def remove(one: Stored) -> None:
        disk.remove(one.name)
        removed.append(one)

    for name in _LEFTOVERS:
        for one in disk.walk(name):
            if now - one.used_s > _INTERVAL_S:
                remove(one)
    for name in _NOTES:
        for one in disk.walk(name):
            if now - one.used_s > _STALE_S:
                remove(one)
    for group in _stale_caches(disk, now):
        for one in group:
            remove(one)
    kept = list(disk.walk(_CONTENT)) + list(disk.walk("caches/"))
    total = sum(one.size_bytes for one in kept)
    for one in sorted((one for one in kept if one.name.startswith(_CONTENT)), key=lambda one: one.used_s):
        if total <= limit_bytes or now - one.used_s < _GRACE_S:
            break
        remove(one)
        total -= one.size_bytes
    return Collected(files=len(removed), size_bytes=sum(one.size_bytes for one in removed))


def collect_sometimes(disk: Disk, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> Collected | None:
    """Collects if that was not done for a day; the first time only notes the time."""
    now = time.time()
    mark = disk.read(_MARK)
    try:
        last = float(mark or b"")
    except ValueError:
        last = 0.0
    if last and now - last < _INTERVAL_S:
        return None
    disk.write(_MARK, str(int(now)).encode())
    return collect(disk, limit_bytes) if last else None


def clear(cache_dir: Path) -> None:
    """Removes the whole cache folder; a missing one is fine. Raises OX0708 when it cannot be removed."""
    import shutil

    from oxlang.engine.disk import disk_error

    try:
        shutil.rmtree(cache_dir)
    except FileNotFoundError:
        pass
    except OSError as problem:
        raise disk_error(problem, f"removing `{cache_dir}`") from problem


def _stale_caches(disk: Disk, now: float) -> Iterator[list[Stored]]:
    groups: dict[str, list[Stored]] = {}
    for one in disk.walk("caches/"):
        groups.setdefault(one.name.split(os.sep if os.sep in one.name else "/")[1], []).append(one)
    for group in groups.values():
        if now - max(one.used_s for one in group) > _STALE_S:
            yield group
