"""The file of the artifact folder that names the folder's own place, which is known only when the tree is placed."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from oxlang.graph.digest import Digest
    from oxlang.graph.tree import Tree

PLACEHOLDER = "@ARTIFACT_DIR@"
"""Stands for the absolute path of the artifact folder until the folder is placed."""

CONFIG_FILE = "default_python_config.rs"
PYO3_CONFIG = "pyo3-build-config-file.txt"


def located(
    tree: Tree, folder: str, read: Callable[[Digest], bytes], put: Callable[[bytes], Digest]
) -> Tree:
    """Gives a tree in which the artifact folder names its place; any other tree is given as it is."""
    entry = tree.entries.get(PYO3_CONFIG)
    if entry is None or CONFIG_FILE not in tree.entries:
        return tree
    from oxlang.graph.tree import FileEntry, Tree

    if not isinstance(entry, FileEntry):
        return tree
    text = read(entry.digest).decode()
    if PLACEHOLDER not in text:
        return tree
    digest = put(text.replace(PLACEHOLDER, folder).encode())
    return Tree({**tree.entries, PYO3_CONFIG: FileEntry(digest)})
