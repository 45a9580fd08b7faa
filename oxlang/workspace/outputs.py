"""Places trees where users look for them.

A tree is written into a folder beside its place and swapped in by renaming, so nobody ever sees a half-written
output. A note in the cache remembers what was placed with the times of each file; with it an unchanged output is left
alone, unchanged files are linked instead of copied, and when a single file changed only this one is replaced. Files
that others have put into the folder stay.
"""

from __future__ import annotations

import os

from oxlang.diagnostics.model import OxError, error
from oxlang.engine.notes import loads
from oxlang.graph.hashing import sha256
from oxlang.graph.tree import FileEntry, SymlinkEntry, Tree
from oxlang.records import dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Any

    from oxlang.engine.disk import Disk
    from oxlang.engine.store import BlobStore

_FORMAT = 1


@dataclass(slots=True)
class _Note:
    """What was placed last: the tree's digest and, for each file, size, times, inode and content."""

    tree: str = ""
    files: dict[str, list[Any]] = field(default_factory=dict)


class Placer:
    """Places trees with the help of notes in the cache."""

    def __init__(self, store: BlobStore, disk: Disk) -> None:
        self._store = store
        self._disk = disk

    def place(self, tree: Tree, dest: Path | str, *, clear: bool = False) -> bool:
        """Makes a folder hold a tree. Gives whether anything changed.

        Args:
            tree: what to place.
            dest: the folder.
            clear: files that others have put there are removed when the output changes; else they stay.

        Raises OX0714 when the folder cannot be written, OX0709 when there is no space.
        """
        note = self._load(dest)
        if self._is_placed(tree, dest, note):
            return False
        from pathlib import Path

        dest = Path(dest)
        try:
            dest.parent.mkdir(parents=True, exist_ok=True)
            with _alone(dest.parent):
                self._place(tree, dest, clear)
        except OSError as problem:
            raise _failed(problem, dest) from problem
        return True

    def _is_placed(self, tree: Tree, dest: Path | str, note: _Note) -> bool:
        if note.tree != tree.digest.hash or not os.path.isdir(dest):
            return False
        return all(_matches(f"{dest}/{path}", row) for path, row in note.files.items())

    def _place(self, tree: Tree, dest: Path, clear: bool) -> None:
        note = self._load(dest)
        intact = {path for path, row in note.files.items() if _matches(dest / path, row)}
        changed = self._changed_file(tree, dest, note, intact)
        if changed is not None:
            self._replace_file(changed[1], dest / changed[0])
        else:
            self._swap(tree, dest, note, intact, clear)
        self._save(tree, dest)

    def _changed_file(
        self, tree: Tree, dest: Path, note: _Note, intact: set[str]
    ) -> tuple[str, FileEntry] | None:
        """Gives the one file that differs from what was placed; None when more than that differs."""
        entries = dict(tree.walk())
        if entries.keys() != note.files.keys() or not dest.is_dir():
            return None
        differing = [
            path
            for path, entry in entries.items()
            if path not in intact or note.files[path][4] != _key(entry)
        ]
        if len(differing) != 1 or not all((dest / path).is_dir() for path, _ in tree.folders()):
            return None
        entry = entries[differing[0]]
        return (differing[0], entry) if isinstance(entry, FileEntry) else None

    def _replace_file(self, entry: FileEntry, place: Path) -> None:
        aside = place.with_name(_aside(place.name))
        try:
            self._store.copy_file(entry, str(aside))
            os.replace(aside, place)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise

    def _swap(self, tree: Tree, dest: Path, note: _Note, intact: set[str], clear: bool) -> None:
        _remove_leftovers(dest)
        aside = dest.with_name(_aside(dest.name))
        old = dest.with_name(_aside(dest.name))
        try:
            aside.mkdir()
            for path, _ in tree.folders():
                (aside / path).mkdir(exist_ok=True)
            for path, entry in tree.walk():
                self._put(
                    entry, dest / path, aside / path, path in intact and note.files[path][4] == _key(entry)
                )
            if not clear and dest.is_dir() and not dest.is_symlink():
                _keep_foreign(dest, aside, note.files)
            if os.path.lexists(dest):
                os.rename(dest, old)
            os.rename(aside, dest)
        except BaseException:
            if os.path.lexists(old) and not os.path.lexists(dest):
                os.rename(old, dest)
            raise
        finally:
            _remove(aside)
            _remove(old)

    def _put(self, entry: FileEntry | SymlinkEntry, placed: Path, place: Path, is_same: bool) -> None:
        if isinstance(entry, SymlinkEntry):
            os.symlink(entry.target, place)
            return
        if is_same:
            try:
                os.link(placed, place)
            except OSError:
                pass
            else:
                return
        self._store.copy_file(entry, str(place))

    def _load(self, dest: Path | str) -> _Note:
        data = self._disk.read(_name(dest))
        if data is None:
            return _Note()
        try:
            plain = loads(data)
            return _Note(plain["tree"], plain["files"]) if plain["format"] == _FORMAT else _Note()
        except (ValueError, TypeError, LookupError):
            return _Note()

    def _save(self, tree: Tree, dest: Path) -> None:
        import json

        files = {path: [*_times(dest / path), _key(entry)] for path, entry in tree.walk()}
        plain = {"format": _FORMAT, "dest": str(dest), "tree": tree.digest.hash, "files": files}
        self._disk.write(
            _name(dest), json.dumps(plain, separators=(",", ":")).encode("utf-8", "surrogateescape")
        )


class _alone:
    """Keeps other processes of ours from placing something in the same folder at the same time."""

    __slots__ = ("_descriptor", "_folder")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._descriptor = -1

    def __enter__(self) -> None:
        try:
            import fcntl
        except ImportError:
            return
        self._descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        except OSError:  # A file system without locks.
            pass
        except BaseException:
            os.close(self._descriptor)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)


def _times(path: Path | str) -> list[int]:
    found = os.lstat(path)
    return [found.st_size, found.st_mtime_ns, found.st_mode, found.st_ino]


def _matches(path: Path | str, row: list[Any]) -> bool:
    try:
        return _times(path) == row[:4]
    except OSError:
        return False


def _key(entry: FileEntry | SymlinkEntry) -> str:
    if isinstance(entry, SymlinkEntry):
        return f"-> {entry.target}"
    return f"{entry.digest.hash}{'x' if entry.executable else ''}"


def _keep_foreign(dest: Path, aside: Path, placed: dict[str, list[Any]]) -> None:
    """Takes over files that were not placed by us."""
    import shutil
    from pathlib import Path

    for folder, _, names in os.walk(dest):
        relative = os.path.relpath(folder, dest)
        for name in names:
            path = name if relative == "." else f"{relative}/{name}".replace(os.sep, "/")
            target = aside / path
            if path in placed or os.path.lexists(target):
                continue
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
            except OSError:  # A file of the new tree stands where the folder was.
                continue
            source = Path(folder, name)
            if source.is_symlink():
                os.symlink(os.readlink(source), target)
            else:
                try:
                    os.link(source, target)
                except OSError:
                    shutil.copy2(source, target)


def _aside(name: str) -> str:
    return f".{name}.oxl-{os.getpid()}-{os.urandom(4).hex()}"


def _remove_leftovers(dest: Path) -> None:
    """Removes what a killed oxl has left beside a place."""
    for one in dest.parent.glob(f".{dest.name}.oxl-*"):
        process = one.name.rsplit("-", 2)[-2]
        if process.isdigit() and not _is_alive(int(process)):
            _remove(one)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink(missing_ok=True)
    elif path.exists():
        import shutil

        shutil.rmtree(path, ignore_errors=True)


def _name(dest: Path | str) -> str:
    ident = sha256(os.fsencode(os.path.abspath(dest))).hexdigest()
    return f"placed/{ident[:2]}/{ident}.json"


def _failed(problem: OSError, dest: Path) -> OxError:
    from oxlang.engine.disk import disk_error

    found = disk_error(problem, f"writing to `{dest}`")
    if found.diagnostic.code.id == "OX0709":
        help_text = "free some space, or choose a folder on another disk with `set_build_path()`"
        return error("OX0709", found.diagnostic.message, help=help_text)
    reason = (problem.strerror or str(problem)).lower()
    return error(
        "OX0714",
        f"the output folder `{dest}` cannot be written: {reason}",
        help="check who owns the folder, or choose another one with `set_build_path()`",
    )
