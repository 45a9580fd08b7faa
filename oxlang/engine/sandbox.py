"""The folder a process runs in.

A sandbox is a temporary folder (below `TMPDIR`) with four parts: `root` holds the inputs and is where the process
runs, `home` and `tmp` are its home and temporary folder, `log` gets its outputs. It is removed in every case, unless
the user asked to keep it. Its name carries the number of our process, so that what a killed oxl left behind is
recognised and removed by the next one.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
import tempfile
from pathlib import Path
from types import TracebackType

from oxlang.diagnostics.model import error
from oxlang.engine.disk import disk_error
from oxlang.engine.store import BlobStore
from oxlang.graph.tree import Entry, FileEntry, SymlinkEntry, Tree

PREFIX = "oxlang-"
_KEPT = "kept"
_LEFT_BEHIND = re.compile(re.escape(PREFIX) + r"(\d+)-")


class Sandbox:
    """A context manager that makes the folder and removes it."""

    def __init__(self, *, keep: bool = False) -> None:
        self.keep = keep
        self.folder = Path()

    def __enter__(self) -> Sandbox:
        try:
            self.folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")).resolve()
            for part in ("root", "home", "tmp", "log"):
                (self.folder / part).mkdir()
        except OSError as problem:
            raise disk_error(problem, "making a temporary folder") from problem
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.keep:
            (self.folder / _KEPT).touch()
        else:
            remove_folder(self.folder)

    @property
    def root(self) -> Path:
        """Where inputs are laid out and the process runs."""
        return self.folder / "root"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    @property
    def stdout(self) -> Path:
        """The file that gets standard output."""
        return self.folder / "log" / "stdout"

    @property
    def stderr(self) -> Path:
        """The file that gets standard error."""
        return self.folder / "log" / "stderr"


def collect(root: Path, outputs: tuple[str, ...], store: BlobStore) -> Tree:
    """Moves declared outputs into the store and gives their tree.

    Links that stay inside the sandbox are kept; others are refused, because their target is not part of the output.
    Raises OX0705 for an output that is not there (unless its path ends in `?`).
    """
    found: dict[str, Entry] = {}
    for output in outputs:
        path = output.removesuffix("?").strip("/")
        place = root / path if path else root
        try:
            mode = os.lstat(place).st_mode
        except OSError as problem:
            if output.endswith("?"):
                continue
            raise error("OX0705", f"the process did not write `{path}`") from problem
        try:
            entry = _collect_one(place, mode, root, store)
        except OSError as problem:
            raise disk_error(problem, f"reading the output `{path}`") from problem
        if entry is not None:
            found[path or "."] = entry
    return Tree.of(found)


def _collect_one(place: Path, mode: int, root: Path, store: BlobStore) -> Entry | None:
    if stat.S_ISLNK(mode):
        target = os.readlink(place)
        inside = Path(os.path.normpath(place.parent / target))
        if os.path.isabs(target) or not inside.is_relative_to(root):
            if not place.exists():
                return None
            return _collect_one(place.resolve(), os.stat(place).st_mode, root, store)
        return SymlinkEntry(target)
    if stat.S_ISDIR(mode):
        entries: dict[str, Entry] = {}
        with os.scandir(place) as names:
            below = sorted(names, key=lambda one: one.name)
        for one in below:
            entry = _collect_one(Path(one.path), one.stat(follow_symlinks=False).st_mode, root, store)
            if entry is not None:
                entries[one.name] = entry
        return Tree(entries, is_sorted=True)
    if stat.S_ISREG(mode):
        may_move = place.is_relative_to(root)
        return FileEntry(store.put_file(place, move=may_move), bool(mode & stat.S_IXUSR))
    return None


def remove_folder(folder: Path) -> None:
    """Removes a folder with everything in it, also what a process has made read-only."""

    def once_more(function: object, path: str, problem: object) -> None:
        try:
            os.chmod(os.path.dirname(path), 0o700)
            if os.path.isdir(path) and not os.path.islink(path):
                os.chmod(path, 0o700)
                shutil.rmtree(path, ignore_errors=True)
            else:
                os.unlink(path)
        except OSError:
            pass

    if sys.version_info >= (3, 12):
        shutil.rmtree(folder, onexc=once_more)
    else:
        shutil.rmtree(folder, onerror=once_more)


def sweep() -> None:
    """Removes what processes of ours that no longer live have left in the temporary folder."""
    place = tempfile.gettempdir()
    try:
        names = os.listdir(place)
    except OSError:
        return
    for name in names:
        match = _LEFT_BEHIND.match(name)
        if match is None or _is_alive(int(match[1])):
            continue
        path = Path(place, name)
        try:
            is_ours = os.lstat(path).st_uid == os.getuid()
        except (OSError, AttributeError):
            continue
        if is_ours and not (path / _KEPT).exists():
            remove_folder(path)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
