"""The content-addressed store: blobs by digest, trees laid out as files.

On disk `cas/<aa>/<hash>`, read-only. Files of the user are not copied in: the store knows the place of each (a
`Places` provider, filled by the reader of sources) and checks the content when it reads from there.
"""

from __future__ import annotations

import os

from oxlang.diagnostics.model import error
from oxlang.engine.disk import disk_error, is_full
from oxlang.engine.notes import loads
from oxlang.graph.digest import Digest, digest_bytes, digest_file
from oxlang.graph.tree import Entry, FileEntry, SymlinkEntry, Tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any, Protocol

    from oxlang.engine.disk import Disk

    class Places(Protocol):
        """Knows files of the host by content."""

        def find(self, digest: Digest) -> Path | None:
            """Gives a file that had this content when it was looked at."""


_FILE_MODE = 0o644
_PROGRAM_MODE = 0o755


class BlobStore:
    """Blobs of the local cache."""

    def __init__(self, disk: Disk, places: Places | None = None) -> None:
        self._disk = disk
        self._places = places
        self._present: set[str] = set()

    def has(self, digest: Digest) -> bool:
        """Whether the content can be read; a blob of the wrong length (a crashed machine) does not count."""
        return self._in_store(digest) or self._place(digest) is not None

    def has_tree(self, tree: Tree) -> bool:
        """Whether the content of every file of a tree can be read."""
        return all(self.has(entry.digest) for _, entry in tree.walk() if isinstance(entry, FileEntry))

    def read(self, digest: Digest) -> bytes:
        """Gives the content. Raises OX0707 when it is gone or is not what it was."""
        data = self._disk.read(_name(digest))
        if data is None:
            place = self._place(digest)
            if place is not None:
                try:
                    data = place.read_bytes()
                except OSError as problem:
                    raise changed(place) from problem
                if digest_bytes(data) != digest:
                    raise changed(place)
        if data is None:
            raise _missing(digest)
        return data

    def path(self, digest: Digest) -> Path:
        """Gives a path at which the content can be read; never write to it."""
        if self._in_store(digest):
            return self._disk.local_path(_name(digest))
        place = self._place(digest)
        if place is None:
            raise _missing(digest)
        if digest_file(place) != digest:
            raise changed(place)
        return place

    def put(self, data: bytes) -> Digest:
        """Stores content and gives its digest."""
        digest = digest_bytes(data)
        if not self._in_store(digest):
            self._disk.write(_name(digest), data, read_only=True)
            self._present.add(digest.hash)
        return digest

    def put_file(self, path: Path, *, move: bool = False) -> Digest:
        """Stores a file's content, streamed, and gives its digest.

        Args:
            path: the file.
            move: the caller gives the file away; it is renamed into the store where possible.
        """
        try:
            digest = digest_file(path)
        except OSError as problem:
            raise disk_error(problem, f"reading `{path}`") from problem
        if not self._in_store(digest):
            self._disk.install(path, _name(digest), move=move)
            self._present.add(digest.hash)
        return digest

    def put_tree(self, tree: Tree) -> Digest:
        """Stores a tree's structure (not its files) and gives the digest under which `read_tree` finds it."""
        import json

        return self.put(json.dumps(_plain(tree), separators=(",", ":")).encode())

    def read_tree(self, digest: Digest) -> Tree | None:
        """Gives a stored tree; None when it is gone or unreadable."""
        data = self._disk.read(_name(digest))
        if data is None or len(data) != digest.size:
            return None
        try:
            return _tree(loads(data))
        except (ValueError, TypeError, LookupError, AttributeError):
            return None

    def materialise(self, tree: Tree, folder: Path, *, link: bool = False) -> None:
        """Lays a tree out below a folder, which is made if needed.

        Args:
            tree: what to lay out.
            folder: where; existing files of the same names are replaced.
            link: files that are not executable may be hard links into the store (nobody may write to them).
        """
        try:
            os.makedirs(folder, exist_ok=True)
            self._lay_out(tree, str(folder), link)
        except OSError as problem:
            raise disk_error(problem, f"writing to `{folder}`") from problem

    def copy_file(self, entry: FileEntry, target: str) -> None:
        """Copies one file to a path that does not exist yet, writable, with its executable bit."""
        import shutil

        try:
            shutil.copyfile(self.path(entry.digest), target)
        except OSError as problem:
            if is_full(problem):  # It names the source, whose disk is not the full one.
                problem.filename, problem.filename2 = target, None
            raise
        os.chmod(target, _PROGRAM_MODE if entry.executable else _FILE_MODE)

    def _lay_out(self, tree: Tree, folder: str, link: bool) -> None:
        for name, entry in tree.entries.items():
            target = f"{folder}/{name}"
            if isinstance(entry, Tree):
                os.makedirs(target, exist_ok=True)
                self._lay_out(entry, target, link)
                continue
            if os.path.lexists(target):
                os.unlink(target)
            if isinstance(entry, SymlinkEntry):
                os.symlink(entry.target, target)
            elif not (link and not entry.executable and self._link(entry.digest, target)):
                self.copy_file(entry, target)

    def _link(self, digest: Digest, target: str) -> bool:
        if not self._in_store(digest):
            return False
        try:
            os.link(self._disk.local_path(_name(digest)), target)
        except OSError:  # Another device, or a file system without links: copied instead.
            return False
        return True

    def _in_store(self, digest: Digest) -> bool:
        if digest.hash in self._present:
            return True
        if self._disk.size(_name(digest)) != digest.size:
            return False
        self._present.add(digest.hash)
        return True

    def _place(self, digest: Digest) -> Path | None:
        return self._places.find(digest) if self._places is not None else None


def _name(digest: Digest) -> str:
    return f"cas/{digest.hash[:2]}/{digest.hash}"


_OWN = "/"
"""Key of a folder's own digest, which no name can be; with it a tree that is read need not be digested again."""


def _plain(tree: Tree) -> dict[str, Any]:
    own = tree.digest
    out: dict[str, Any] = {_OWN: [own.hash, own.size]}
    for name, entry in tree.entries.items():
        if isinstance(entry, FileEntry):
            digest = entry.digest
            out[name] = [digest.hash, digest.size, 1] if entry.executable else [digest.hash, digest.size]
        elif isinstance(entry, Tree):
            out[name] = _plain(entry)
        else:
            out[name] = entry.target
    return out


def _tree(plain: dict[str, Any]) -> Tree:
    out: dict[str, Entry] = {}
    own = plain.pop(_OWN)
    for name, one in plain.items():
        if type(one) is list:
            out[name] = FileEntry(Digest(one[0], one[1]), len(one) > 2)
        elif type(one) is dict:
            out[name] = _tree(one)
        else:
            out[name] = SymlinkEntry(one)
    return Tree(out, is_sorted=True, digest=Digest(own[0], own[1]))


def _missing(digest: Digest) -> Exception:
    return error(
        "OX0707",
        f"the content `{digest.hash[:16]}` is missing from the cache",
        help="was the cache folder cleared while oxl ran? run the command again",
    )


def changed(place: Path) -> Exception:
    """Makes the error of a source file that changed after it was looked at."""
    return error("OX0713", f"`{place}` changed while it was being read", help="run the command again")
