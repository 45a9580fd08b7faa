"""What one run of a command works with: an engine, and for configs what their evaluation gave."""

from __future__ import annotations

from oxlang.workspace.config import cache_folder
from oxlang.workspace.environment import Environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from oxlang.engine.compute import Functions
    from oxlang.engine.engine import Engine, Renewal
    from oxlang.engine.events import OnEvent
    from oxlang.engine.local import Keep
    from oxlang.graph.digest import Digest
    from oxlang.graph.nodes import Artifact
    from oxlang.graph.tree import Tree
    from oxlang.source import Span


def open_engine(
    env: Mapping[str, str],
    *,
    cache: Path | str | None = None,
    jobs: int | None = None,
    on_event: OnEvent | None = None,
    keep: Keep = "never",
    renewal: Renewal | None = None,
) -> Engine:
    """Makes an engine with the functions of all rooms, for building artifacts with or without a config.

    Args:
        env: environment variables; also what nodes may let through to processes.
        cache: the cache folder; by default the user's.
        jobs: how many nodes may run at once.
        on_event: gets progress.
        keep: when sandboxes are kept.
        renewal: what resolves requirements anew.
    """
    from oxlang.engine.engine import Engine

    environment = Environment.of(env)
    return Engine(
        cache if cache is not None else cache_folder(environment),
        functions,
        jobs,
        on_event,
        host_env=environment.unrecorded(),
        keep=keep,
        renewal=renewal,
    )


class EngineDemand:
    """Answers demands by building."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def demand(self, artifact: Artifact, because: Span | None) -> Tree:
        return self._engine.demand(artifact, because)

    def read(self, digest: Digest) -> bytes:
        return self._engine.store.read(digest)


def functions() -> Functions:
    """Gives every registered `Compute` function; imported when the first one has to run."""
    from oxlang.cargo.compute import COMPUTE as cargo
    from oxlang.packaging.compute import COMPUTE as packaging

    return {**packaging, **cargo}
