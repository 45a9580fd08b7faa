"""Runs a `Compute` node: a registered function, its inputs as trees, access to the store."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from oxlang.diagnostics.model import OxError, error
from oxlang.engine.cancel import Cancelled, CancelToken
from oxlang.engine.disk import disk_error
from oxlang.engine.store import BlobStore
from oxlang.graph.action import ActionResult, Remark
from oxlang.graph.nodes import Compute
from oxlang.graph.tree import Tree

if TYPE_CHECKING:
    from oxlang.engine.sandbox import Sandbox
    from oxlang.graph.compute import ComputeFunction
    from oxlang.graph.digest import Digest

Functions = Mapping[str, tuple[int, "ComputeFunction"]]


class StoreContext:
    """What a function gets as context: the store, warnings, a temporary folder made on first use."""

    def __init__(self, store: BlobStore, cancel: CancelToken) -> None:
        self.warnings: list[Remark] = []
        self._store = store
        self._cancel = cancel
        self._sandboxes: list[Sandbox] = []

    def read(self, digest: Digest) -> bytes:
        self._cancel.check()
        return self._store.read(digest)

    def path(self, digest: Digest) -> Path:
        self._cancel.check()
        return self._store.path(digest)

    def put(self, data: bytes) -> Digest:
        self._cancel.check()
        return self._store.put(data)

    def put_file(self, path: Path) -> Digest:
        self._cancel.check()
        # What lies in a temporary folder of ours is gone afterwards in any case, so it need not be copied.
        is_own = any(path.is_relative_to(sandbox.folder) for sandbox in self._sandboxes)
        return self._store.put_file(path, move=is_own)

    def temporary(self) -> Path:
        from oxlang.engine.sandbox import Sandbox

        sandbox = Sandbox()
        sandbox.__enter__()
        self._sandboxes.append(sandbox)
        return sandbox.temporary

    def warn(self, code: str, message: str, *, help: str = "") -> None:
        remark = Remark(code, message, help)
        if remark not in self.warnings:
            self.warnings.append(remark)

    def close(self) -> None:
        """Removes temporary folders."""
        for sandbox in self._sandboxes:
            sandbox.__exit__(None, None, None)


def run_compute(
    node: Compute,
    inputs: Mapping[str, Tree],
    functions: Callable[[], Functions],
    store: BlobStore,
    cancel: CancelToken,
) -> ActionResult:
    """Calls the function of a node. Any `OxError` gets the node's origin; another exception is OX0715, our bug."""
    begin = time.monotonic()
    registered = functions().get(node.function)
    if registered is None or registered[0] != node.version:
        have = (
            "is not registered" if registered is None else f"has version {registered[0]}, not {node.version}"
        )
        raise error("OX0715", f"the function `{node.function}` {have}")
    context = StoreContext(store, cancel)
    try:
        output = registered[1](json.loads(node.params), inputs, context)
    except Cancelled:
        raise
    except OxError as problem:
        raise problem.at(node.origin) from problem.__cause__
    except OSError as problem:
        raise disk_error(problem, f"computing `{node.description or node.function}`").at(
            node.origin
        ) from problem
    except Exception as problem:
        what = node.description or node.function
        raise error("OX0715", f"`{what}` failed: {type(problem).__name__}: {problem}").at(
            node.origin
        ) from problem
    finally:
        context.close()
    return ActionResult(output=output, seconds=time.monotonic() - begin, warnings=tuple(context.warnings))
