"""Resolving requirements anew: `--upgrade` and `--upgrade-package NAME`.

What an install found is kept until somebody asks; then the same installer runs again and its result takes the place of
the kept one. With names, only installs that hold one of these projects run, and the other projects are held at the
versions they had.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from oxlang.graph.nodes import Artifact, Run, Write
from oxlang.packaging.locks import normalised
from oxlang.records import replace

if TYPE_CHECKING:
    from oxlang.graph.nodes import Node
    from oxlang.graph.tree import Tree

_INFO = re.compile(r"(?:^|/)([A-Za-z0-9][\w.]*)-([^/-]+)(?:-[^/]*)?\.(?:dist-info|whl)(?:/|$)")
_HELD = "_oxl_held.txt"


class Upgrade:
    """Which installs run again, and what came of it.

    Args:
        names: projects to renew; none renews all.
    """

    def __init__(self, names: tuple[str, ...] = ()) -> None:
        self._names = tuple(normalised(one) for one in names)
        self._before: dict[str, dict[str, str]] = {}
        self._found: set[str] = set()
        self._changes: dict[str, tuple[str, str]] = {}

    def renew(self, node: Run, before: Tree | None) -> Run | None:
        """Gives the installer's process again; None when its kept result holds none of the projects."""
        known = {} if before is None else _projects(before)
        self._before[node.id] = known
        if before is None:
            return None
        uv = any(tool.name == "uv" for tool in node.tools)
        more: tuple[str, ...] = ("--refresh",) if uv else ()
        inputs = node.inputs
        if self._names:
            if not any(one in known for one in self._names):
                return None
            held = "".join(f"{name}=={version}\n" for name, version in sorted(known.items()) if name not in self._names)
            more += ("--constraint", _HELD)
            write = Write(entries=((_HELD, held.encode(), False),), description="versions to hold")
            inputs = (*inputs, ("", Artifact(write)))
        return replace(node, argv=(*node.argv, *more), inputs=inputs)

    def done(self, node: Node, output: Tree) -> None:
        """Compares what an install gave with what it gave before."""
        before = self._before.get(node.id, {})
        after = _projects(output)
        self._found.update(after)
        for name in {*before, *after}:
            if before and before.get(name) != after.get(name):
                self._changes[name] = (before.get(name, ""), after.get(name, ""))

    def report(self) -> list[str]:
        """Gives a line for each project that changed, and for each that no install holds."""
        lines = []
        for name, (old, new) in sorted(self._changes.items()):
            if not new:
                lines.append(f"{name} {old} is no longer needed")
            else:
                lines.append(f"{name} {old} is now {new}" if old else f"{name} {new} is new")
        lines += [f"no package of this build is called `{one}`" for one in self._names if one not in self._found]
        return lines or ["every package is as new as the requirements allow"]


def _projects(tree: Tree) -> dict[str, str]:
    """Gives the projects that were installed into a tree, or whose wheels lie in it, with their versions."""
    found: dict[str, str] = {}
    for path, _ in tree.walk():
        match = _INFO.search(path)
        if match is not None:
            found[normalised(match[1])] = match[2]
    return found
