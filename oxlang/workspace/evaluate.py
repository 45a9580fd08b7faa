"""Evaluates a config: text to targets.

The config runs with the names of the dialect; `register_target` fills the table of targets, `resolve_targets()` calls
the functions of those that were asked for. What it looks at (loaded files, folders, variables) is noted in the
context, for build scripts and caches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oxlang.diagnostics.model import error
from oxlang.workspace.config import cache_dir
from oxlang.workspace.environment import Environment

if TYPE_CHECKING:
    from oxlang.diagnostics.model import Diagnostic
    from oxlang.dialect.context import DialectContext, Mode, Prompts
    from oxlang.dialect.targets import BuildPlan, TargetTable
    from oxlang.engine.engine import Engine
    from oxlang.engine.events import OnEvent
    from oxlang.engine.local import Keep
    from oxlang.graph.digest import Digest
    from oxlang.graph.nodes import Artifact
    from oxlang.graph.platform import BuildSettings
    from oxlang.graph.tree import Tree
    from oxlang.source import SourceFile, Span


class Session:
    """One config with its settings: what evaluation gave, and the engine that builds it.

    The engine is opened when something first needs it, so that listing targets imports none of it.

    Attributes:
        config: absolute path of the config.
        settings: host, target, profile.
        context: the state of the evaluation: targets, graph, reads.
        source: the config's text.
    """

    def __init__(self, config: Path, settings: BuildSettings, opening: Callable[[], Engine]) -> None:
        self.config = config
        self.settings = settings
        self.context: DialectContext = None  # type: ignore[assignment]  # set by `load` before anybody sees it
        self.source: SourceFile | None = None
        self._opening = opening
        self._engine: Engine | None = None

    @property
    def engine(self) -> Engine:
        """The engine, with one memory for evaluation and build."""
        if self._engine is None:
            self._engine = self._opening()
        return self._engine

    @property
    def has_engine(self) -> bool:
        """Whether anything has needed the engine."""
        return self._engine is not None

    @property
    def targets(self) -> TargetTable:
        return self.context.targets

    def names(self, names: Sequence[str] = ()) -> tuple[str, ...]:
        """Gives the targets that names mean; without names those that `resolve_targets()` resolves."""
        table = self.context.targets
        if names:
            return tuple(dict.fromkeys(table.resolve_name(one) for one in names))
        return table.names_to_resolve(self.context)

    def plans(self, names: Sequence[str] = ()) -> list[BuildPlan]:
        """Gives what is to be built for targets; this adds their nodes to the graph."""
        return self.context.targets.plans(self.context, self.names(names))

    def place_of(self, target: str) -> Path:
        """Gives the folder of a target's outputs."""
        return Path(self.context.target_directory(target))


class _SessionDemand:
    """Hands demands to the session's engine, which is opened by the first one."""

    def __init__(self, session: Session, offline: bool) -> None:
        self._session = session
        self._offline = offline

    def demand(self, artifact: Artifact, because: Span | None) -> Tree:
        engine = self._session.engine
        if self._offline:
            from oxlang.engine.engine import CachedDemand

            return CachedDemand(engine).demand(artifact, because)
        return engine.demand(artifact, because)

    def read(self, digest: Digest) -> bytes:
        return self._session.engine.read(digest)


def load(
    config: Path,
    settings: BuildSettings,
    *,
    variables: Mapping[str, str | None] | None = None,
    targets: Sequence[str] = (),
    mode: Mode = "resolve",
    env: Mapping[str, str] | None = None,
    out: Callable[[str], None] | None = None,
    warn: Callable[[Diagnostic], None] | None = None,
    prompts: Prompts | None = None,
    on_event: OnEvent | None = None,
    jobs: int | None = None,
    keep: Keep = "never",
    offline: bool = False,
    options: Mapping[str, Any] | None = None,
) -> Session:
    """Evaluates a config.

    Args:
        config: absolute path of the file.
        settings: host, target, profile.
        variables: the dict `VARS`.
        targets: names for `resolve_targets()`; none means the default.
        mode: `list` resolves nothing, `build-script` takes the other default.
        env: environment variables.
        out: gets the lines of `print`.
        warn: gets warnings of the evaluation.
        prompts: how questions reach the user.
        on_event: gets the progress of demands and of the build.
        jobs: how many nodes may run at once.
        keep: when sandboxes are kept.
        offline: demands give only what the cache holds, else OX0410.
        options: further settings, such as `verbose`.

    Raises OX0951 when the file cannot be read, and everything that the language and the dialect raise.
    """
    from oxlang.dialect.context import DialectContext
    from oxlang.graph.build_graph import BuildGraph

    environment = Environment.of(env)
    folder = cache_dir(environment)

    def opening() -> Engine:
        from oxlang.workspace.session import open_engine

        return open_engine(environment, cache=folder, jobs=jobs, on_event=on_event, keep=keep)

    session = Session(config, settings, opening)
    session.source = read_config(config)
    session.context = context = DialectContext(
        build=settings,
        graph=BuildGraph(),
        demand=_SessionDemand(session, offline),
        cwd=str(config.parent),
        config_path=str(config),
        variables=variables,
        mode=mode,
        requested=tuple(targets),
        environment=environment,
        cache_dir=folder,
        out=out,
        warn=warn,
        prompts=prompts,
        options=options,
    )
    context.note(str(config))
    _evaluate(session.source, context)
    return session


def read_config(config: Path) -> SourceFile:
    """Reads a config. Raises OX0950 when it is missing, OX0951 when it cannot be read or is not UTF-8."""
    from oxlang.source import SourceFile

    try:
        data = config.read_bytes()
    except FileNotFoundError as problem:
        raise error("OX0950", f"the config file `{config}` does not exist") from problem
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise error("OX0951", f"the config file `{config}` cannot be read: {reason}") from problem
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise error("OX0951", f"the config file `{config}` is not UTF-8 in line {line}") from problem
    return SourceFile(str(config), text)


def _evaluate(source: SourceFile, context: DialectContext) -> None:
    from oxlang import interp
    from oxlang.dialect.environment import environment
    from oxlang.dialect.globals import constant_values
    from oxlang.syntax.options import CONFIG

    thread = interp.Thread(out=context.out, extra=context)
    context.thread = thread
    interp.load_source(source, CONFIG, environment(), thread, constant_values(context))
