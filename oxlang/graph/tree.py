"""Trees: folders by content.

A `Tree` maps names to files (by digest), symbolic links and further trees. It is immutable and sorted, so equal
content has equal digests. Paths in trees are relative, `/`-separated, without `.` or `..`; nothing that is not such
a path gets in, which is what keeps members of archives inside their folder.
"""

from __future__ import annotations

from oxlang.graph.digest import Digest, digest_bytes
from oxlang.graph.wire import encode_directory
from oxlang.records import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file: its content by digest, and whether it may be executed."""

    digest: Digest
    executable: bool = False


@dataclass(frozen=True, slots=True)
class SymlinkEntry:
    """A symbolic link; the target is kept as it stands."""

    target: str


class Tree:
    """A folder by content; immutable.

    `entries` maps names, sorted, to `FileEntry`, `SymlinkEntry` or `Tree`. `digest` is that of the `Directory`
    message of the Remote Execution API. Empty folders count: a tree with one differs from a tree without.
    """

    __slots__ = ("_digest", "_message", "entries")
    entries: Mapping[str, Entry]

    def __init__(
        self, entries: Mapping[str, Entry], *, is_sorted: bool = False, digest: Digest | None = None
    ) -> None:
        self.entries = entries if is_sorted else {name: entries[name] for name in sorted(entries)}
        self._digest: Digest | None = digest
        self._message: bytes | None = None

    @staticmethod
    def of(paths: Mapping[str, Entry]) -> Tree:
        """Makes a tree from paths: `Tree.of({"a/b": FileEntry(…), "c": tree})`.

        Raises OX0702 for a path that is absolute or leaves the tree, OX0703 when a path is a file and a folder.
        """
        root: dict[str, _Building] = {}
        for path, entry in paths.items():
            parts = _split(path)
            _insert(root, parts, entry, path)
        return _finish(root)

    @property
    def digest(self) -> Digest:
        """Digest of the `Directory` message; computed once."""
        if self._digest is None:
            self._digest = digest_bytes(self.message)
        return self._digest

    @property
    def message(self) -> bytes:
        """The `Directory` message of this folder (not of those below)."""
        if self._message is None:
            files: list[tuple[str, Digest, bool]] = []
            directories: list[tuple[str, Digest]] = []
            links: list[tuple[str, str]] = []
            for name, entry in self.entries.items():
                if isinstance(entry, FileEntry):
                    files.append((name, entry.digest, entry.executable))
                elif isinstance(entry, Tree):
                    directories.append((name, entry.digest))
                else:
                    links.append((name, entry.target))
            self._message = encode_directory(files, directories, links)
        return self._message

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tree) and (self is other or self.digest == other.digest)

    def __hash__(self) -> int:
        return hash(self.digest)

    def __bool__(self) -> bool:
        return bool(self.entries)

    def __contains__(self, path: str) -> bool:
        return self.get(path) is not None

    def __repr__(self) -> str:
        paths = [path for path, _ in self.walk()]
        shown = ", ".join(paths[:5]) + (", …" if len(paths) > 5 else "")
        return f"Tree({len(paths)} files: {shown})"

    def walk(self) -> Iterator[tuple[str, FileEntry | SymlinkEntry]]:
        """Gives every file and link with its path, in sorted order of each folder."""
        stack: list[tuple[str, Iterator[tuple[str, Entry]]]] = [("", iter(self.entries.items()))]
        while stack:
            prefix, names = stack[-1]
            for name, entry in names:
                if isinstance(entry, Tree):
                    stack.append((f"{prefix}{name}/", iter(entry.entries.items())))
                    break
                yield prefix + name, entry
            else:
                stack.pop()

    def folders(self) -> Iterator[tuple[str, Tree]]:
        """Gives every folder below this one with its path, parents first."""
        stack: list[tuple[str, Tree]] = [("", self)]
        while stack:
            prefix, tree = stack.pop()
            for name, entry in reversed(list(tree.entries.items())):
                if isinstance(entry, Tree):
                    stack.append((f"{prefix}{name}/", entry))
            if prefix:
                yield prefix[:-1], tree

    def get(self, path: str) -> Entry | None:
        """Gives what stands at a path, or None; the empty path is the tree itself."""
        entry: Entry = self
        for part in _split(path) if path else ():
            if not isinstance(entry, Tree):
                return None
            found = entry.entries.get(part)
            if found is None:
                return None
            entry = found
        return entry

    def file(self, path: str) -> FileEntry:
        """Gives the file at a path. Raises KeyError when there is none (a bug of the caller)."""
        entry = self.get(path)
        if not isinstance(entry, FileEntry):
            raise KeyError(path)
        return entry

    def subtree(self, path: str) -> Tree:
        """Gives the folder at a path, or for a file the tree that holds only this file under its own name.

        What does not exist gives the empty tree.
        """
        entry = self.get(path)
        if isinstance(entry, Tree):
            return entry
        if entry is None:
            return EMPTY_TREE
        return Tree({path.rsplit("/", 1)[-1]: entry}, is_sorted=True)

    def under(self, prefix: str) -> Tree:
        """Gives this tree moved below a prefix, such as `lib/python`."""
        tree = self
        for part in reversed(_split(prefix) if prefix else ()):
            tree = Tree({part: tree}, is_sorted=True)
        return tree

    def filter(self, predicate: Callable[[str, FileEntry | SymlinkEntry], bool]) -> Tree:
        """Gives the tree of the files and links that the predicate accepts; emptied folders vanish."""
        return _filter(self, "", predicate)

    def size(self) -> int:
        """Total of the files' lengths in bytes."""
        return sum(entry.digest.size for _, entry in self.walk() if isinstance(entry, FileEntry))


Entry = FileEntry | SymlinkEntry | Tree
_Building: TypeAlias = "FileEntry | SymlinkEntry | Tree | dict[str, _Building]"

EMPTY_TREE = Tree({}, is_sorted=True)


def merge(*trees: Tree) -> Tree:
    """Lays trees over each other; of equal paths the later wins. Raises OX0703 when a file meets a folder."""
    filled = [tree for tree in trees if tree.entries]
    if len(filled) <= 1:
        return filled[0] if filled else (trees[0] if trees else EMPTY_TREE)
    result = filled[0]
    for tree in filled[1:]:
        result = _merge(result, tree, "")
    return result


def _merge(below: Tree, above: Tree, prefix: str) -> Tree:
    if below is above:
        return below
    out = dict(below.entries)
    for name, entry in above.entries.items():
        old = out.get(name)
        if old is None:
            out[name] = entry
        elif isinstance(old, Tree) and isinstance(entry, Tree):
            out[name] = _merge(old, entry, f"{prefix}{name}/")
        elif isinstance(old, Tree) or isinstance(entry, Tree):
            raise _clash(prefix + name)
        else:
            out[name] = entry
    return Tree(out)


def _filter(tree: Tree, prefix: str, predicate: Callable[[str, FileEntry | SymlinkEntry], bool]) -> Tree:
    out: dict[str, Entry] = {}
    for name, entry in tree.entries.items():
        if isinstance(entry, Tree):
            below = _filter(entry, f"{prefix}{name}/", predicate)
            if below.entries:
                out[name] = below
        elif predicate(prefix + name, entry):
            out[name] = entry
    return Tree(out, is_sorted=True)


def _split(path: str) -> tuple[str, ...]:
    parts = tuple(part for part in path.split("/") if part not in ("", "."))
    if path.startswith("/") or ".." in parts or "\0" in path or (not parts and path not in (".", "./")):
        from oxlang.diagnostics.model import error

        raise error("OX0702", f"the path `{path}` leaves its folder", help="use a relative path without `..`")
    return parts


def _insert(root: dict[str, _Building], parts: tuple[str, ...], entry: Entry, path: str) -> None:
    here = root
    if not parts:
        if not isinstance(entry, Tree):
            raise _clash(path)
        for name, child in entry.entries.items():
            _insert(root, (name,), child, name)
        return
    below: _Building | None
    for part in parts[:-1]:
        below = here.get(part)
        if below is None or isinstance(below, Tree):
            opened: dict[str, _Building] = {} if below is None else {**below.entries}
            here[part] = opened
            here = opened
        elif isinstance(below, dict):
            here = below
        else:
            raise _clash(path)
    old: _Building | None = here.get(parts[-1])
    if isinstance(old, (dict, Tree)):
        if not isinstance(entry, Tree):
            raise _clash(path)
        here[parts[-1]] = merge(_finish(old) if isinstance(old, dict) else old, entry)
    elif old is not None and isinstance(entry, Tree):
        raise _clash(path)
    else:
        here[parts[-1]] = entry


def _finish(building: dict[str, _Building]) -> Tree:
    return Tree({name: _finish(one) if isinstance(one, dict) else one for name, one in building.items()})


def _clash(path: str) -> Exception:
    from oxlang.diagnostics.model import error

    return error("OX0703", f"`{path}` is a file in one place and a folder in another")
