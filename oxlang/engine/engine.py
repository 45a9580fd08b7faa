"""The engine: gives the outputs of artifacts, running only what is not known.

A build goes through the graph twice.

*Down* from the wanted artifacts, looking each node up by its **state key**: the structural id with every source
replaced by the digest of what it holds now. It is known without running anything, so a node that hits hides
everything below it; an unchanged project is one lookup. Nodes whose result may differ every time (an unpinned
download, a process cached for a session) have no state key until they have run; then their output takes its place.
What resolves requirements (`cache="resolved"`) is kept, but known to others by its output, so that renewing it reaches
everything behind it.

*Up* over what was not found, in parallel: each node's **action key** is made from the actual trees of its inputs and
looked up in the action cache, so a changed source that leads to the same intermediate result stops the work there.
What is in neither is executed, stored and noted under both keys.
"""

from __future__ import annotations

import os
import time
from _thread import allocate_lock

from oxlang.diagnostics.model import OxError, error
from oxlang.engine.cache import ActionCache
from oxlang.engine.disk import FolderDisk
from oxlang.engine.events import Event
from oxlang.engine.remarks import Remarks
from oxlang.engine.sources import SourceReader
from oxlang.engine.store import BlobStore
from oxlang.graph.action import SALT, ActionResult, compute_action, run_action
from oxlang.graph.build_graph import describe, walk
from oxlang.graph.demand import DemandLog, DemandRecord
from oxlang.graph.hashing import sha256
from oxlang.graph.nodes import Artifact, Assemble, Compute, Fetch, Node, Run, Source, Write
from oxlang.graph.tree import FileEntry, Tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path
    from typing import Protocol

    from oxlang.engine.cancel import CancelToken
    from oxlang.engine.compute import Functions
    from oxlang.engine.disk import Disk
    from oxlang.engine.events import OnEvent, Phase
    from oxlang.engine.explain import Explainer
    from oxlang.engine.local import Keep
    from oxlang.graph.digest import Digest
    from oxlang.source import Span

    class Renewal(Protocol):
        """Decides which kept results are made anew."""

        def renew(self, node: Run, before: Tree | None) -> Run | None:
            """Gives the process to run in place of a kept result, None to keep it.

            Args:
                node: the step.
                before: its kept output, if there is one.
            """

        def done(self, node: Node, output: Tree) -> None:
            """Takes note of the output of such a step, new or kept."""


class Engine:
    """Builds artifacts with one cache folder. Keeps what it has built in memory for its life (a session).

    Args:
        cache_dir: the cache folder; made when first written to.
        functions: the registered `Compute` functions, or what gives them when the first one has to run.
        jobs: how many nodes may run at once; by default the number of processors.
        on_event: gets progress; may be called from worker threads, one call at a time.
        host_env: the host's environment, for what nodes let through.
        keep: when sandboxes are kept.
        disk: where the store lies; by default the cache folder.
        renewal: what runs steps anew whose results are kept until somebody asks.

    Attributes:
        store: the blobs.
        executed: how many processes, computations and downloads were run.
        cached: how many of them were found instead.
        log: the demands so far.
    """

    def __init__(
        self,
        cache_dir: Path | str,
        functions: Functions | Callable[[], Functions],
        jobs: int | None = None,
        on_event: OnEvent | None = None,
        *,
        host_env: Mapping[str, str] | None = None,
        keep: Keep = "never",
        disk: Disk | None = None,
        renewal: Renewal | None = None,
    ) -> None:
        self._cache_folder = str(cache_dir)
        disk = disk or FolderDisk(cache_dir)
        self.sources = SourceReader(disk)
        self.store = BlobStore(disk, self.sources)
        self.actions = ActionCache(disk, self.store)
        self.executed = 0
        self.cached = 0
        self.log = DemandLog()
        self.disk = disk
        self._functions = functions
        self._jobs = jobs or _processors()
        self._on_event = on_event
        self._host_env = dict(host_env or {})
        self._keep = keep
        self._outputs: dict[str, Tree] = {}
        self._remarks = Remarks()
        self._state_keys: dict[str, str] = {}
        self._own_keys: dict[str, str] = {}
        self._renewal = renewal
        self._is_tidy = False
        self._lock = allocate_lock()
        self._event_lock = allocate_lock()

    @property
    def cache_dir(self) -> Path:
        """The cache folder."""
        from pathlib import Path

        return Path(self._cache_folder)

    def build(self, artifacts: Iterable[Artifact]) -> list[Tree]:
        """Gives the trees of artifacts, in order.

        Raises the first failure; failures of other nodes of the same build are in its `others`.
        """
        wanted = list(artifacts)
        pending = self._plan(wanted)
        if pending:
            self._run(pending)
        return [self._part(artifact) for artifact in wanted]

    def demand(self, artifact: Artifact, because: Span | None) -> Tree:
        """Gives the tree of an artifact to evaluation, and notes it in the log."""
        begin = time.monotonic()
        before = self.executed
        try:
            (tree,) = self.build((artifact,))
        except OxError as problem:
            raise problem.at(because) from problem.__cause__
        self.note_demand(artifact, because, cached=self.executed == before, seconds=time.monotonic() - begin)
        return tree

    def note_demand(self, artifact: Artifact, because: Span | None, *, cached: bool, seconds: float) -> None:
        """Adds a demand to the log."""
        record = DemandRecord(
            description=describe(artifact.node),
            node=artifact.node.id,
            because=because,
            cached=cached,
            seconds=seconds,
        )
        self.log.add(record)

    def read(self, digest: Digest) -> bytes:
        """Gives the content of a file of an output."""
        return self.store.read(digest)

    def pending(self, artifacts: Iterable[Artifact]) -> list[Node]:
        """Gives the nodes that a build of these artifacts would look at or run; nothing is run."""
        return self._plan(list(artifacts))

    def why(self, artifacts: Iterable[Artifact]) -> list[tuple[Node, str]]:
        """Gives the steps that a build of these artifacts would run, as far as that is known, with the reason of each.

        Nothing is run: a step whose inputs are not there yet has the reason that what it needs has to run.
        """
        found: list[tuple[Node, str]] = []
        for node in self._plan(list(artifacts)):
            dependencies = node.dependencies()
            if all(artifact.node.id in self._outputs for artifact in dependencies):
                inputs = [self._part(artifact) for artifact in dependencies]
                if isinstance(node, Assemble):
                    self._assemble(node, inputs)
                    continue
                key = self._action_key(node, inputs)
                result = self.actions.get(key) if key is not None else None
                if result is not None:
                    self._outputs[node.id] = result.output
                    continue
                found.append((node, self._explainer().reason(node, inputs)))
            elif not isinstance(node, Assemble):
                missing = {one.node.id: one.node for one in dependencies if one.node.id not in self._outputs}
                first, *others = [describe(one) for one in missing.values()]
                more = f" and {len(others)} other{'s' if len(others) > 1 else ''}" if others else ""
                found.append((node, f"it needs `{first}`{more}"))
        return found

    def output(self, node: Node) -> Tree | None:
        """Gives the output of a node if this session knows it."""
        return self._outputs.get(node.id)

    # -- down

    def _plan(self, wanted: list[Artifact]) -> list[Node]:
        order = walk(wanted)
        self._remarks.know(order)
        failures: list[OxError] = []
        for node in order:
            if isinstance(node, Source) and node.id not in self._outputs:
                try:
                    self._outputs[node.id] = self.sources.tree(node)
                except OxError as problem:
                    failures.append(problem)
        _raise_all(failures)
        for node in order:
            self._state_key(node)
        needed: set[str] = set()
        stack = [artifact.node for artifact in wanted]
        while stack:
            node = stack.pop()
            if node.id in needed or node.id in self._outputs or self._find(node):
                continue
            needed.add(node.id)
            stack.extend(artifact.node for artifact in node.dependencies())
        return [node for node in order if node.id in needed]

    def _find(self, node: Node) -> bool:
        """Looks a node up by its state key and keeps its output."""
        if isinstance(node, Write):
            self._outputs[node.id] = self._write(node)
            return True
        key = self._state_key(node)
        if _is_resolved(node):
            key = None if self._renewal is not None else self._own_keys.get(node.id)
        result = self.actions.get(key) if key is not None else None
        if result is None:
            return False
        self._outputs[node.id] = result.output
        self._remarks.found(node, result)
        self._note_cached(node, result)
        return True

    def _state_key(self, node: Node) -> str | None:
        """Gives the state key of a node, None as long as it is not known; those of its inputs were asked for before."""
        known = self._state_keys.get(node.id)
        if known is not None:
            return known
        running = sha256(SALT + node.id.encode())
        output = self._outputs.get(node.id)
        if isinstance(node, Source) or _is_volatile(node):
            if output is None:
                return None
            running.update(output.digest.hash.encode())
        for artifact in node.dependencies():
            below = self._state_keys.get(artifact.node.id)
            if below is None:
                return None
            running.update(below.encode())
        key = running.hexdigest()
        if _is_resolved(node):
            self._own_keys[node.id] = key
            found = self.actions.output(key) if output is None and self._renewal is None else None
            if output is None and found is None:
                return None
            key = sha256(f"{node.id}:{output.digest.hash if output is not None else found}".encode()).hexdigest()
        self._state_keys[node.id] = key
        return key

    # -- up

    def _run(self, pending: list[Node]) -> None:
        from oxlang.engine.cancel import CancelToken
        from oxlang.engine.scheduler import Scheduler

        cancel = CancelToken()
        work = sum(1 for node in pending if isinstance(node, (Run, Compute, Fetch)))
        self._tell(Event(node=None, phase="planned", count=work))
        scheduler = Scheduler(pending, lambda node: self._step(node, cancel), self._jobs, cancel)
        failures = scheduler.run()
        if self.executed:
            self._tidy()
        _raise_all(failures)

    def _tidy(self) -> None:
        """Removes what killed processes have left and, once an hour, what the cache no longer needs."""
        from oxlang.engine.collect import collect_sometimes
        from oxlang.engine.sandbox import sweep

        if not self._is_tidy:
            self._is_tidy = True
            sweep()
            collect_sometimes(self.disk)

    def _step(self, node: Node, cancel: CancelToken) -> None:
        inputs = [self._part(artifact) for artifact in node.dependencies()]
        if isinstance(node, Assemble):
            self._assemble(node, inputs)
            return
        cancel.check()
        key = self._action_key(node, inputs)
        result = self.actions.get(key) if key is not None else None
        renewed = self._renewed(node, None if result is None else result.output)
        if result is not None and renewed is None:
            self._note_cached(node, result)
            self._finish(node, result, key=None)
            return
        begin = time.monotonic()
        reason = self._explainer().reason(node, inputs) if renewed is None else "it is to be resolved anew"
        self._tell(Event(node=node, phase="start", text=reason))
        try:
            if renewed is None:
                result = self._execute(node, inputs, cancel)
            else:
                result = self._execute(renewed, [self._part(one) for one in renewed.dependencies()], cancel)
        except BaseException as problem:
            from oxlang.engine.cancel import Cancelled

            phase: Phase = "stopped" if isinstance(problem, Cancelled) else "failed"
            self._tell(Event(node=node, phase=phase, seconds=time.monotonic() - begin, text=reason))
            raise
        with self._lock:
            self.executed += 1
        self._finish(node, result, key=key)
        for remark in result.warnings:
            self._tell(Event(node=node, phase="warning", remark=remark))
        self._explainer().note(node, inputs)
        self._tell(Event(node=node, phase="done", seconds=time.monotonic() - begin, text=reason))

    def _renewed(self, node: Node, before: Tree | None) -> Run | None:
        """Gives the process that makes a node's result anew, None when it is not to be."""
        if self._renewal is None or not isinstance(node, Run) or node.cache != "resolved":
            return None
        run = self._renewal.renew(node, before)
        for artifact in () if run is None else run.dependencies():
            if isinstance(artifact.node, Write):
                self._find(artifact.node)
        return run

    def _assemble(self, node: Assemble, inputs: list[Tree]) -> None:
        from oxlang.engine.assemble import assemble_tree

        try:
            self._finish(node, ActionResult(output=assemble_tree(node, inputs)), key=None)
        except OxError as problem:
            raise problem.at(node.origin) from None

    def _explainer(self) -> Explainer:
        from oxlang.engine.explain import Explainer

        return Explainer(self.disk, self.store)

    def _action_key(self, node: Node, inputs: list[Tree]) -> str | None:
        if _is_volatile(node):
            return None
        if isinstance(node, Run):
            return run_action(node, inputs).key.hash
        if isinstance(node, Compute):
            return compute_action(node, _named(node, inputs)).key.hash
        return None

    def _execute(self, node: Node, inputs: list[Tree], cancel: CancelToken) -> ActionResult:
        if isinstance(node, Run):
            from oxlang.engine.local import LocalExecutor

            executor = LocalExecutor(self.store, self.cache_dir / "caches", self._host_env, self._keep)
            return executor.execute(node, run_action(node, inputs), self._lines_of(node), cancel)
        if isinstance(node, Compute):
            from oxlang.engine.compute import run_compute

            return run_compute(node, _named(node, inputs), self._registered, self.store, cancel)
        if isinstance(node, Fetch):
            from oxlang.engine.fetch import fetch

            def on_progress(count: int, total: int) -> None:
                self._tell(Event(node=node, phase="progress", count=count, total=total))

            digest = fetch(node, self.cache_dir / "partial", self.store, on_progress, cancel)
            return ActionResult(output=Tree.of({node.filename: FileEntry(digest)}))
        raise TypeError(node.kind)

    def _finish(self, node: Node, result: ActionResult, *, key: str | None) -> None:
        """Keeps a result and notes it under the given key and the state key."""
        if key is not None:
            self.actions.put(key, result)
        self._outputs[node.id] = result.output
        whole = self._remarks.with_those_below(node, result)
        state = self._state_key(node)
        if _is_resolved(node):
            state = self._own_keys.get(node.id)
            if self._renewal is not None:
                self._renewal.done(node, result.output)
        if state is not None and not _is_volatile(node):
            self.actions.put(state, whole)

    def _registered(self) -> Functions:
        with self._lock:
            if callable(self._functions):
                self._functions = self._functions()
            return self._functions

    def _write(self, node: Write) -> Tree:
        from oxlang.engine.assemble import write_tree

        return write_tree(node, self.store)

    def _part(self, artifact: Artifact) -> Tree:
        tree = self._outputs[artifact.node.id]
        if not artifact.path:
            return tree
        if tree.get(artifact.path) is None:
            name = describe(artifact.node)
            raise error("OX0705", f"the output of `{name}` has no `{artifact.path}`").at(artifact.node.origin)
        return tree.subtree(artifact.path)

    # -- telling

    def _lines_of(self, node: Run) -> Callable[[str], None]:
        def on_line(line: str) -> None:
            self._tell(Event(node=node, phase="output", text=line))

        return on_line

    def _note_cached(self, node: Node, result: ActionResult) -> None:
        if not isinstance(node, Assemble):
            with self._lock:
                self.cached += 1
        for maker, remark in self._remarks.told(node, result):
            self._tell(Event(node=maker, phase="warning", remark=remark))
        self._tell(Event(node=node, phase="done", cached=True))

    def _tell(self, event: Event) -> None:
        if self._on_event is not None:
            with self._event_lock:
                self._on_event(event)


class CachedDemand:
    """The filling of `Demand` for `--offline`: gives what is known, else OX0410."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def demand(self, artifact: Artifact, because: Span | None) -> Tree:
        begin = time.monotonic()
        missing = [node for node in self._engine.pending((artifact,)) if not isinstance(node, Assemble)]
        if missing:
            raise error(
                "OX0410",
                f"`{describe(missing[0])}` has to run once before this can be evaluated",
                help="run the command again without `--offline`",
                span=because,
            )
        (tree,) = self._engine.build((artifact,))
        self._engine.note_demand(artifact, because, cached=True, seconds=time.monotonic() - begin)
        return tree

    def read(self, digest: Digest) -> bytes:
        return self._engine.read(digest)


def _is_volatile(node: Node) -> bool:
    """Whether a node's result may differ although nothing in the graph does."""
    return (isinstance(node, Run) and node.cache in ("session", "never")) or (isinstance(node, Fetch) and not node.digest)


def _is_resolved(node: Node) -> bool:
    """Whether what is behind a node knows it by its output alone."""
    return isinstance(node, Run) and node.cache == "resolved"


def _named(node: Compute, inputs: list[Tree]) -> dict[str, Tree]:
    return {name: tree for (name, _), tree in zip(node.inputs, inputs, strict=True)}


def _raise_all(failures: Iterable[Exception]) -> None:
    """Raises the first failure with the others attached; our own bugs go first, as they are."""
    found = list(failures)
    if not found:
        return
    for problem in found:
        if not isinstance(problem, OxError):
            raise problem
    first = found[0]
    assert isinstance(first, OxError)
    seen = {first.diagnostic}
    for other in found[1:]:
        assert isinstance(other, OxError)
        new = [one for one in other.diagnostics if one not in seen]
        seen.update(new)
        first.others = (*first.others, *new)
    raise first


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
