"""Why a node ran: what differs from the last time that the same step ran.

A step is recognised by its *role*: kind, description and the config that asked for it. When it runs, its parameters and
input trees are noted (`explain/<role>.json`); when it runs again, the differences are the reason. Notes are for people
only; no result depends on them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from oxlang.engine.disk import Disk
from oxlang.engine.store import BlobStore
from oxlang.graph.digest import Digest
from oxlang.graph.nodes import Compute, Fetch, Node, Run
from oxlang.graph.tree import FileEntry, SymlinkEntry, Tree

_SHOWN_PATHS = 3


class Explainer:
    """Notes what steps ran with, and words the differences."""

    def __init__(self, disk: Disk, store: BlobStore) -> None:
        self._disk = disk
        self._store = store

    def reason(self, node: Node, inputs: Sequence[Tree]) -> str:
        """Gives why a node has to run, as the end of a sentence that begins with "because"."""
        data = self._disk.read(_name(node))
        if data is None:
            return "it did not run before"
        try:
            before = json.loads(data)
            found = [
                *_parameters(before["parameters"], _plain(node)),
                *self._changed(before["inputs"], node, inputs),
            ]
        except (ValueError, TypeError, LookupError):
            return "it is not known how it ran before"
        if isinstance(node, Run) and node.cache in ("session", "never"):
            found.append(
                "its result is not kept"
                if node.cache == "never"
                else "its result is kept for one run of oxl only"
            )
        if isinstance(node, Fetch) and not node.digest:
            found.append("the download names no digest")
        return "; ".join(found) or "its result is no longer in the cache"

    def note(self, node: Node, inputs: Sequence[Tree]) -> None:
        """Remembers what a node ran with."""
        digests = [self._store.put_tree(tree) for tree in inputs]
        plain = {"parameters": _plain(node), "inputs": [[one.hash, one.size] for one in digests]}
        self._disk.write(
            _name(node), json.dumps(plain, separators=(",", ":")).encode("utf-8", "surrogateescape")
        )

    def _changed(self, before: list[list[Any]], node: Node, inputs: Sequence[Tree]) -> list[str]:
        if len(before) != len(inputs):
            return [f"it has {len(inputs)} inputs instead of {len(before)}"]
        found = []
        for name, old, new in zip(_input_names(node), before, inputs, strict=True):
            known = self._store.read_tree(Digest(old[0], old[1]))
            if known is None:
                if self._store.put_tree(new) != Digest(old[0], old[1]):
                    found.append(f"its input `{name}` changed")
            elif known != new:
                found.append(f"its input `{name}` changed: {difference(known, new)}")
        return found


def difference(before: Tree, after: Tree) -> str:
    """Gives the first paths in which two trees differ, `+` for new and `-` for removed ones."""
    old: dict[str, FileEntry | SymlinkEntry] = dict(before.walk())
    new: dict[str, FileEntry | SymlinkEntry] = dict(after.walk())
    paths = [
        *(path for path in new if path in old and old[path] != new[path]),
        *(f"+{path}" for path in new if path not in old),
        *(f"-{path}" for path in old if path not in new),
    ]
    shown = ", ".join(f"`{path}`" for path in paths[:_SHOWN_PATHS])
    more = len(paths) - _SHOWN_PATHS
    return f"{shown} and {more} more" if more > 0 else shown or "its empty folders"


def _plain(node: Node) -> dict[str, str]:
    """Parameters by the name that people read."""
    if isinstance(node, Run):
        return {
            "its command": "\0".join(node.argv),
            **{f"its variable `{name}`": value for name, value in node.env},
            **{
                f"its {name.replace(':', ' `', 1)}{'`' if ':' in name else ''}": value
                for name, value in node.key_platform()
            },
            "its outputs": "\0".join(sorted(node.outputs)),
            "the places of its inputs": "\0".join(path for path, _ in node.inputs),
        }
    if isinstance(node, Compute):
        return {"oxl's own function for it": str(node.version), **_params(node.params)}
    if isinstance(node, Fetch):
        return {"its address": node.url, "its digest": node.digest or ""}
    return {}


def _params(params: str) -> dict[str, str]:
    try:
        plain = json.loads(params)
    except ValueError:
        plain = None
    if not isinstance(plain, dict):
        return {"its parameters": params}
    return {f"its parameter `{name}`": json.dumps(value, sort_keys=True) for name, value in plain.items()}


def _parameters(before: dict[str, str], now: dict[str, str]) -> list[str]:
    changed = [name for name in now if name in before and before[name] != now[name]]
    added = [name for name in now if name not in before]
    removed = [name for name in before if name not in now]
    return [
        *(f"{name} changed" for name in changed),
        *(f"{name} is new" for name in added),
        *(f"{name} is gone" for name in removed),
    ]


def _input_names(node: Node) -> list[str]:
    if isinstance(node, (Run, Compute)):
        return [name or "." for name, _ in node.inputs]
    return [str(index) for index, _ in enumerate(node.dependencies())]


def _name(node: Node) -> str:
    asked_by = node.origin.file.path if node.origin is not None else ""
    subject = node.function if isinstance(node, Compute) else ""
    text = "\0".join((node.kind, node.description, subject, asked_by))
    role = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
    return f"explain/{role[:2]}/{role}.json"
