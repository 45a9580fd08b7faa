"""The graph: nodes reached from artifacts.

Nodes refer to their inputs directly, so the graph is an index: it interns equal nodes (the first one's description
and origin stay), walks them and shows them. It only grows.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeVar

    from oxlang.graph.nodes import Artifact, Node

    N = TypeVar("N", bound=Node)


class BuildGraph:
    """All nodes that evaluation has made, by structural id; grows only."""

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}

    def __len__(self) -> int:
        return len(self._nodes)

    def __iter__(self) -> Iterator[Node]:
        return iter(self._nodes.values())

    def add(self, node: N) -> N:
        """Interns a node: gives the equal one that is already there, or the node itself."""
        found: N = self._nodes.setdefault(node.id, node)  # type: ignore[assignment]  # equal nodes are of one class
        return found

    def get(self, ident: str) -> Node | None:
        """Finds a node by its structural id or by an unambiguous beginning of it."""
        found = self._nodes.get(ident)
        if found is None and ident:
            matches = [node for key, node in self._nodes.items() if key.startswith(ident)]
            found = matches[0] if len(matches) == 1 else None
        return found


def walk(artifacts: Iterable[Artifact]) -> list[Node]:
    """Gives all nodes that artifacts need, inputs before users, each once."""
    order: list[Node] = []
    done: set[str] = set()
    stack: list[tuple[Node, bool]] = [(artifact.node, False) for artifact in artifacts]
    stack.reverse()
    while stack:
        node, is_left = stack.pop()
        if is_left:
            order.append(node)
            continue
        if node.id in done:
            continue
        done.add(node.id)
        stack.append((node, True))
        stack.extend((artifact.node, False) for artifact in reversed(node.dependencies()))
    return order


def describe(node: Node) -> str:
    """Gives the line that names a node: its description, else its kind with what it is about."""
    if node.description:
        return node.description
    subject = getattr(node, "path", "") or getattr(node, "url", "") or getattr(node, "function", "")
    argv = getattr(node, "argv", ())
    return f"{node.kind} {subject or ' '.join(argv[:3])}".strip()


def show(artifacts: Iterable[Artifact], note: Callable[[Node], str] = lambda node: "") -> str:
    """Gives the graph below artifacts as an indented text; a node met again is shown without its inputs.

    Args:
        artifacts: the roots.
        note: what to append to a node's line, such as `cached`.
    """
    lines: list[str] = []
    shown: set[str] = set()
    stack = [(artifact, "", "", "") for artifact in artifacts]
    stack.reverse()
    while stack:
        artifact, indent, branch, below = stack.pop()
        node = artifact.node
        needed = node.dependencies()
        again = node.id in shown and bool(needed)
        part = f" → {artifact.path}" if artifact.path else ""
        extra = note(node)
        lines.append(
            f"{indent}{branch}{describe(node)}{part} [{node.kind} {node.id[:12]}]"
            + (f" {extra}" if extra else "")
            + (" (shown above)" if again else "")
        )
        if again:
            continue
        shown.add(node.id)
        for index in range(len(needed) - 1, -1, -1):
            is_last = index == len(needed) - 1
            stack.append(
                (needed[index], indent + below, "└─ " if is_last else "├─ ", "   " if is_last else "│  ")
            )
    return "\n".join(lines)


def to_json(
    artifacts: Iterable[Artifact], note: Callable[[Node], str] = lambda node: ""
) -> dict[str, object]:
    """Gives the graph as plain data: `{"roots": […], "nodes": [{"id", "kind", "description", "inputs", …}]}`."""
    roots = list(artifacts)
    return {
        "roots": [{"node": one.node.id, "path": one.path} for one in roots],
        "nodes": [
            {
                "id": node.id,
                "kind": node.kind,
                "description": describe(node),
                "origin": str(node.origin) if node.origin is not None else None,
                "state": note(node),
                "inputs": [{"node": one.node.id, "path": one.path} for one in node.dependencies()],
            }
            for node in walk(roots)
        ],
    }


def to_dot(artifacts: Iterable[Artifact]) -> str:
    """Gives the graph in Graphviz' language."""
    lines = ["digraph oxlang {", "  rankdir=LR;", "  node [shape=box, fontname=sans];"]
    for node in walk(artifacts):
        label = describe(node).replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'  "{node.id[:12]}" [label="{label}\\n{node.kind}"];')
        seen = dict.fromkeys(one.node.id for one in node.dependencies())
        lines.extend(f'  "{ident[:12]}" -> "{node.id[:12]}";' for ident in seen)
    lines.append("}")
    return "\n".join(lines) + "\n"
