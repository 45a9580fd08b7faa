"""Where the cache lies: one interface with two fillings, a folder and (for tests) memory.

Names are `/`-separated and relative. A write appears whole or not at all: data goes to a temporary name beside the
cache and is renamed, so neither a kill nor a second oxl ever shows half a file; readers take no locks.
"""

from __future__ import annotations

import errno
import os
import time
from itertools import count

from oxlang.diagnostics.model import OxError, error
from oxlang.records import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Protocol
else:
    Protocol = object

_NO_SPACE = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_TOUCH_AFTER_S = 3600.0
_serial = count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One file of the cache.

    Attributes:
        name: its name.
        size_bytes: its length.
        used_s: when it was last used, in seconds since 1970.
    """

    name: str
    size_bytes: int
    used_s: float


class Disk(Protocol):
    """A folder of whole files."""

    def size(self, name: str) -> int | None:
        """Gives the length of a file and notes that it was used; None when there is none."""

    def read(self, name: str) -> bytes | None:
        """Gives the content of a file; None when there is none."""

    def write(self, name: str, data: bytes, *, read_only: bool = False) -> None:
        """Writes a file at once; an existing one is replaced."""

    def install(self, source: Path, name: str, *, move: bool) -> None:
        """Takes a file of the host in, read-only; by renaming it if it may be moved and lies on the same device."""

    def local_path(self, name: str) -> Path:
        """Gives a path of the host at which an existing file can be read."""

    def remove(self, name: str) -> None:
        """Removes a file if it is there."""

    def walk(self, prefix: str, *, whole: bool = False) -> Iterator[Stored]:
        """Gives the files whose name begins with a folder. What may not be read is left out, or with `whole` OX0708."""


class FolderDisk:
    """The cache in a folder of the host. Failures are OX0708, or OX0709 when there is no space."""

    def __init__(self, root: Path | str) -> None:
        self._root = str(root)
        self._prefix = f"{root}/"
        self._temporary = f"{root}/tmp"

    @property
    def root(self) -> Path:
        """The folder."""
        from pathlib import Path

        return Path(self._root)

    def size(self, name: str) -> int | None:
        try:
            found = os.stat(self._prefix + name)
        except OSError:
            return None
        now = time.time()
        if now - found.st_mtime > _TOUCH_AFTER_S:
            try:
                os.utime(self._prefix + name, (now, now))
            except OSError:  # A read-only cache can still be read.
                pass
        return found.st_size

    def read(self, name: str) -> bytes | None:
        try:
            with open(self._prefix + name, "rb", buffering=0) as stream:
                return stream.read()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as problem:
            raise disk_error(problem, "reading the cache") from problem

    def write(self, name: str, data: bytes, *, read_only: bool = False) -> None:
        temporary = ""
        try:
            temporary = self._temporary_name()
            with open(temporary, "wb", buffering=0) as stream:
                view = memoryview(data)
                while view:
                    view = view[stream.write(view) or 0 :]
            if read_only:
                os.chmod(temporary, 0o444)
            self._rename(temporary, name)
        except OSError as problem:
            _discard(temporary)
            raise disk_error(problem, "writing to the cache") from problem

    def install(self, source: Path, name: str, *, move: bool) -> None:
        temporary = ""
        try:
            if move:
                try:
                    os.chmod(source, 0o444)
                    os.utime(source)
                    self._rename(str(source), name)
                except OSError as problem:
                    if problem.errno != errno.EXDEV:
                        raise
                else:
                    return
            temporary = self._temporary_name()
            import shutil

            shutil.copyfile(source, temporary)
            os.chmod(temporary, 0o444)
            self._rename(temporary, name)
        except OSError as problem:
            _discard(temporary)
            raise disk_error(problem, "writing to the cache") from problem

    def local_path(self, name: str) -> Path:
        return self.root / name

    def remove(self, name: str) -> None:
        _discard(self._prefix + name)

    def walk(self, prefix: str, *, whole: bool = False) -> Iterator[Stored]:
        def missing(problem: OSError) -> None:
            # What another process removes meanwhile is gone, which is no failure; nor is a cache without such a folder.
            if whole and not isinstance(problem, FileNotFoundError):
                raise disk_error(problem, "reading the cache") from problem

        for folder, _, files in os.walk(self._prefix + prefix, onerror=missing):
            for one in files:
                path = os.path.join(folder, one)
                try:
                    found = os.lstat(path)
                except OSError as problem:
                    missing(problem)
                    continue
                name = os.path.relpath(path, self._root).replace(os.sep, "/")
                yield Stored(name=name, size_bytes=found.st_size, used_s=found.st_mtime)

    def _temporary_name(self) -> str:
        name = f"{self._temporary}/{os.getpid()}-{next(_serial)}-{os.urandom(4).hex()}"
        try:
            os.makedirs(self._temporary, exist_ok=True)
        except FileExistsError as problem:
            raise NotADirectoryError(errno.ENOTDIR, "not a folder", self._temporary) from problem
        return name

    def _rename(self, temporary: str, name: str) -> None:
        place = self._prefix + name
        try:
            os.replace(temporary, place)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(place), exist_ok=True)
            os.replace(temporary, place)


class MemoryDisk:
    """The cache in memory: the double for tests. `spill` is a folder for the rare reader that needs a path."""

    def __init__(self, spill: Path) -> None:
        self.files: dict[str, bytes] = {}
        self.used: dict[str, float] = {}
        self._spill = spill

    def size(self, name: str) -> int | None:
        data = self.files.get(name)
        return None if data is None else len(data)

    def read(self, name: str) -> bytes | None:
        return self.files.get(name)

    def write(self, name: str, data: bytes, *, read_only: bool = False) -> None:
        self.files[name] = bytes(data)
        self.used[name] = time.time()

    def install(self, source: Path, name: str, *, move: bool) -> None:
        self.write(name, source.read_bytes())
        if move:
            source.unlink()

    def local_path(self, name: str) -> Path:
        path = self._spill / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.files[name])
        return path

    def remove(self, name: str) -> None:
        self.files.pop(name, None)

    def walk(self, prefix: str, *, whole: bool = False) -> Iterator[Stored]:
        for name, data in list(self.files.items()):
            if name.startswith(prefix):
                yield Stored(name=name, size_bytes=len(data), used_s=self.used.get(name, 0.0))


def disk_error(problem: OSError, doing: str) -> OxError:
    """Makes the diagnostic of a failed access: OX0709 when space is short, else OX0708."""
    where = f"`{problem.filename}`: " if problem.filename else ""
    reason = (problem.strerror or str(problem)).lower()
    if is_full(problem):
        return full_disk(doing)
    return error(
        "OX0708",
        f"{doing} failed: {where}{reason}",
        help="check that the folder exists and may be written, or set `PYOXIDIZER_CACHE_DIR` to another one",
    )


def full_disk(doing: str) -> OxError:
    """Makes OX0709 for something that was being done."""
    return error(
        "OX0709",
        f"no space left while {doing}",
        help="free some space, or set `PYOXIDIZER_CACHE_DIR` or `TMPDIR` to a folder on another disk",
    )


def is_full(problem: OSError) -> bool:
    """Whether space or the user's share of it was short."""
    return problem.errno in _NO_SPACE


def says_full(lines: list[str]) -> bool:
    """Whether words of a program that failed name a full disk as the reason."""
    words = [os.strerror(number) for number in _NO_SPACE]
    return any(word in line for line in lines for word in words)


def _discard(path: str) -> None:
    if path:
        try:
            os.unlink(path)
        except OSError:
            pass
