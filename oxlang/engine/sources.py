"""Reads the user's files into trees.

Every file is known by content. An index per source folder (`index/<id>.json`) maps each path to size, modification
and change time, inode and digest, purely so that unchanged files need not be read again. As in git, a file that
changed so shortly before it was looked at that a later change might leave the same times is never believed.

Files are not copied into the store; the reader remembers where each content lies (`find`), and the store checks it
when it reads from there.
"""

from __future__ import annotations

import os
import stat
import time
from _thread import allocate_lock

from oxlang.diagnostics.model import OxError, error
from oxlang.engine.notes import loads
from oxlang.graph.digest import Digest, digest_file
from oxlang.graph.nodes import Source
from oxlang.graph.tree import Entry, FileEntry, SymlinkEntry, Tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from oxlang.engine.disk import Disk

    _Row = list[Any]
    """size, mtime_ns, ctime_ns, inode (-1: not to be believed), hash."""

_RACY_NS = 100_000_000
_FORMAT = 1


class SourceReader:
    """Gives the trees of `Source` nodes; reads each once in its life."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._lock = allocate_lock()
        self._trees: dict[str, Tree] = {}
        self._pending: list[tuple[str, dict[str, _Row]]] = []
        self._places: dict[str, str] = {}

    def tree(self, node: Source) -> Tree:
        """Gives the tree of a source. Raises OX0704 when it is missing, OX0713 when it cannot be read."""
        with self._lock:
            known = self._trees.get(node.id)
            if known is None:
                known = self._trees[node.id] = self._read(node)
            return known

    def find(self, digest: Digest) -> Path | None:
        """Gives a file with this content, as far as sources have been read."""
        if self._pending:
            with self._lock:
                for root, rows in self._pending:
                    for path, row in rows.items():
                        self._places.setdefault(row[4], f"{root}/{path}" if path else root)
                self._pending.clear()
        place = self._places.get(digest.hash)
        if place is None:
            return None
        from pathlib import Path

        return Path(place)

    def forget(self) -> None:
        """Looks at the files anew from now on."""
        with self._lock:
            self._trees.clear()

    def _read(self, node: Source) -> Tree:
        name = f"index/{node.id[:2]}/{node.id}.json"
        scan = _Scan(node, self._load(name))
        tree = scan.run()
        self._pending.append((node.path, scan.rows))
        if scan.is_changed:
            import json

            data = json.dumps(
                {"format": _FORMAT, "path": node.path, "rows": scan.rows}, separators=(",", ":")
            )
            self._disk.write(name, data.encode("utf-8", "surrogateescape"))
        return tree

    def _load(self, name: str) -> dict[str, _Row]:
        data = self._disk.read(name)
        if data is None:
            return {}
        try:
            plain = loads(data)
            rows: dict[str, _Row] = plain["rows"] if plain["format"] == _FORMAT else {}
        except (ValueError, TypeError, LookupError):
            return {}
        return rows


class _Scan:
    """One look at a source against what the index says of it."""

    def __init__(self, node: Source, known: dict[str, _Row]) -> None:
        self.rows: dict[str, _Row] = {}
        self._node = node
        self._known = known
        self._fresh = False
        self._excluded = _matcher(node.exclude) if node.exclude else None
        self._above: list[tuple[int, int]] = []

    @property
    def is_changed(self) -> bool:
        """Whether the index has to be written."""
        return self._fresh or len(self.rows) != len(self._known)

    def run(self) -> Tree:
        root = self._node.path
        try:
            found = os.stat(root)
            if stat.S_ISDIR(found.st_mode):
                return self._folder(root, "", found)
            return Tree({os.path.basename(root): self._file(root, "", found)}, is_sorted=True)
        except FileNotFoundError as problem:
            raise self._missing(problem) from problem
        except OSError as problem:
            raise self._unreadable(problem) from problem

    def _folder(self, path: str, prefix: str, found: os.stat_result) -> Tree:
        self._above.append((found.st_dev, found.st_ino))
        out: dict[str, Entry] = {}
        with os.scandir(path) as entries:
            names = sorted(entries, key=lambda one: one.name)
        for one in names:
            relative = prefix + one.name
            if self._excluded is not None and (self._excluded(relative) or self._excluded(one.name)):
                continue
            try:
                below = os.stat(one.path)
            except OSError:
                if one.is_symlink():
                    out[one.name] = SymlinkEntry(os.readlink(one.path))
                    continue
                raise
            if stat.S_ISREG(below.st_mode):
                out[one.name] = self._file(one.path, relative, below)
            elif stat.S_ISDIR(below.st_mode):
                if (below.st_dev, below.st_ino) in self._above:
                    out[one.name] = SymlinkEntry(os.readlink(one.path))
                else:
                    out[one.name] = self._folder(one.path, relative + "/", below)
        self._above.pop()
        return Tree(out, is_sorted=True)

    def _file(self, path: str, relative: str, found: os.stat_result) -> FileEntry:
        size, changed_ns, touched_ns = found.st_size, found.st_mtime_ns, found.st_ctime_ns
        row = self._known.get(relative)
        if (
            row is None
            or row[0] != size
            or row[1] != changed_ns
            or row[2] != touched_ns
            or row[3] != found.st_ino
        ):
            now = time.time_ns()
            digest = digest_file(path)
            believed = now - max(changed_ns, touched_ns) > _RACY_NS
            row = [digest.size, changed_ns, touched_ns, found.st_ino if believed else -1, digest.hash]
            self._fresh = True
        self.rows[relative] = row
        return FileEntry(Digest(row[4], row[0]), bool(found.st_mode & stat.S_IXUSR))

    def _missing(self, problem: OSError) -> OxError:
        path = problem.filename or self._node.path
        return error("OX0704", f"`{path}` does not exist").at(self._node.origin)

    def _unreadable(self, problem: OSError) -> OxError:
        path = problem.filename or self._node.path
        reason = (problem.strerror or str(problem)).lower()
        return error("OX0713", f"`{path}` cannot be read: {reason}").at(self._node.origin)


def _matcher(patterns: tuple[str, ...]) -> Callable[[str], object]:
    import re
    from fnmatch import translate

    return re.compile("|".join(map(translate, patterns))).match
