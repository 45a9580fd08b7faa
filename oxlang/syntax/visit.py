"""Walking over trees. Nothing here is recursive."""

from __future__ import annotations

from collections.abc import Iterator

from oxlang.syntax.ast import File, Node


def children(node: Node) -> list[Node]:
    """Gives the nodes directly inside a node, by place. Comments are no part of the tree."""
    found: list[Node] = []
    for name in _fields(type(node)):
        value = getattr(node, name)
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, list):
            found.extend(value)
    if len(found) > 1:
        found.sort(key=lambda one: (one.start, one.end))
    return found


_FIELDS: dict[type, tuple[str, ...]] = {File: ("statements",)}
_LEAVES = frozenset(
    {
        "start",
        "end",
        "source",
        "operator",
        "operator_start",
        "kind",
        "open",
        "id",
        "text",
        "own_line",
        "imported",
    }
    | {"imported_start", "imported_end", "header_end", "is_elif", "parenthesised", "docstring", "comments"}
)


def _fields(node_class: type[Node]) -> tuple[str, ...]:
    """Names of the fields of a class that can hold nodes."""
    known = _FIELDS.get(node_class)
    if known is None:
        names = tuple(name for name in node_class.__match_args__ if name not in _LEAVES)
        known = _FIELDS[node_class] = names
    return known


def walk(node: Node) -> Iterator[Node]:
    """Gives a node and all nodes inside it, outer before inner, by place."""
    todo = [node]
    while todo:
        one = todo.pop()
        yield one
        todo.extend(reversed(children(one)))


def path_to(node: Node, offset: int) -> list[Node]:
    """Gives the nodes around an offset, from `node` to the innermost.

    An offset between two nodes belongs to the one that ends there, so that a cursor behind a name finds the name;
    if one begins there, it wins.
    """
    path = [node]
    while True:
        inside = [one for one in children(path[-1]) if one.start <= offset <= one.end]
        if not inside:
            return path
        path.append(max(inside, key=lambda one: one.start))


def node_at(file: File, offset: int) -> Node:
    """Gives the innermost node at an offset; the file itself when there is no other."""
    return path_to(file, offset)[-1]


def parents(file: File) -> dict[int, Node]:
    """Gives for the `id` of each node the node that holds it; the file has none."""
    found: dict[int, Node] = {}
    todo: list[Node] = [file]
    while todo:
        node = todo.pop()
        for child in children(node):
            found[id(child)] = node
            todo.append(child)
    return found
