"""Trees of `Write` and `Assemble` nodes: digests are rearranged, nothing is copied."""

from __future__ import annotations

from oxlang.engine.store import BlobStore
from oxlang.graph.nodes import Assemble, Part, Write
from oxlang.graph.tree import EMPTY_TREE, Entry, FileEntry, SymlinkEntry, Tree, merge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def write_tree(node: Write, store: BlobStore) -> Tree:
    """Stores the files of a `Write` and gives their tree."""
    return Tree.of({path: FileEntry(store.put(data), executable) for path, data, executable in node.entries})


def assemble_tree(node: Assemble, inputs: Sequence[Tree]) -> Tree:
    """Gives the tree of an `Assemble`. Raises OX0703 when a file meets a folder."""
    parts = (_part(part, tree) for part, tree in zip(node.parts, inputs, strict=True))
    return merge(EMPTY_TREE, *parts)


def _part(part: Part, tree: Tree) -> Tree:
    if part.include or part.exclude:
        from oxlang.engine.patterns import matcher

        include = matcher(part.include) if part.include else None
        exclude = matcher(part.exclude) if part.exclude else None
        tree = tree.filter(
            lambda path, entry: (
                (include is None or include(path)) and not (exclude is not None and exclude(path))
            )
        )
    if part.executable is not None:
        tree = _with_bit(tree, part.executable)
    if part.rename and len(tree.entries) == 1:
        (entry,) = tree.entries.values()
        tree = Tree.of({part.rename: entry})
    return tree.under(part.prefix) if part.prefix else tree


def _with_bit(tree: Tree, executable: bool) -> Tree:
    def changed(entry: Entry) -> Entry:
        if isinstance(entry, Tree):
            return _with_bit(entry, executable)
        if isinstance(entry, SymlinkEntry):
            return entry
        return FileEntry(entry.digest, executable)

    return Tree({name: changed(entry) for name, entry in tree.entries.items()}, is_sorted=True)
