"""Trees: paths, merging, parts, digests."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oxlang.diagnostics.model import OxError
from oxlang.graph.digest import digest_bytes
from oxlang.graph.tree import EMPTY_TREE, Entry, FileEntry, SymlinkEntry, Tree, merge


def file(text: str, executable: bool = False) -> FileEntry:
    return FileEntry(digest_bytes(text.encode()), executable)


def test_walk_is_sorted_and_nested() -> None:
    tree = Tree.of({"b/y": file("1"), "a": file("2"), "b/x/z": file("3"), "c": SymlinkEntry("a")})
    assert [path for path, _ in tree.walk()] == ["a", "b/x/z", "b/y", "c"]
    assert [path for path, _ in tree.folders()] == ["b", "b/x"]


@pytest.mark.parametrize("path", ["/abs", "../up", "a/../../b", "a\0b", ""])
def test_paths_may_not_leave(path: str) -> None:
    with pytest.raises(OxError) as caught:
        Tree.of({path: file("x")})
    assert caught.value.diagnostic.code.id == "OX0702"


@pytest.mark.parametrize("paths", [("a", "a/b"), ("a/b", "a"), ("a/b/c", "a/b")])
def test_file_and_folder_clash(paths: tuple[str, str]) -> None:
    with pytest.raises(OxError) as caught:
        Tree.of({path: file("x") for path in paths})
    assert caught.value.diagnostic.code.id == "OX0703"
    with pytest.raises(OxError):
        merge(*(Tree.of({path: file("x")}) for path in paths))


def test_later_trees_win() -> None:
    merged = merge(Tree.of({"d/a": file("1"), "d/b": file("1")}), Tree.of({"d/b": file("2"), "e": file("3")}))
    assert dict(merged.walk()) == {"d/a": file("1"), "d/b": file("2"), "e": file("3")}


def test_parts() -> None:
    tree = Tree.of({"d/a": file("1"), "d/e/b": file("2")})
    assert tree.subtree("d/e") == Tree.of({"b": file("2")})
    assert tree.subtree("d/a") == Tree.of({"a": file("1")})
    assert tree.subtree("nowhere") == EMPTY_TREE
    assert tree.under("x/y").get("x/y/d/a") == file("1")
    assert tree.get("d/a/b") is None
    assert tree.get("") is tree
    assert "d/e/b" in tree and "d/x" not in tree
    assert tree.filter(lambda path, entry: path.endswith("b")) == Tree.of({"d/e/b": file("2")})
    assert tree.size() == 2


def test_trees_in_trees() -> None:
    inner = Tree.of({"x": file("1")})
    assert Tree.of({"a": inner, "a/y": file("2")}) == Tree.of({"a/x": file("1"), "a/y": file("2")})
    assert Tree.of({".": inner}) == inner


names = st.text("abcd", min_size=1, max_size=2)
trees = st.recursive(
    st.dictionaries(names, st.text(max_size=2).map(file), max_size=3).map(Tree),
    lambda below: st.dictionaries(names, below, max_size=3).map(Tree),
    max_leaves=12,
)


@settings(max_examples=50)
@given(trees)
def test_digest_follows_content_alone(tree: Tree) -> None:
    paths: dict[str, Entry] = {path: Tree({}) for path, _ in tree.folders()} | dict(tree.walk())
    again = Tree.of(dict(reversed(list(paths.items()))))
    assert again == tree
    assert again.digest == tree.digest


@settings(max_examples=50)
@given(trees, trees)
def test_merge_keeps_everything_or_clashes(below: Tree, above: Tree) -> None:
    try:
        merged = merge(below, above)
    except OxError as problem:
        assert problem.diagnostic.code.id == "OX0703"
        return
    assert dict(merged.walk()) == {**dict(below.walk()), **dict(above.walk())}
