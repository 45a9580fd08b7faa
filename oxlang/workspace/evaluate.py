"""Evaluates a config: text to targets.

The config runs with the names of the dialect; `register_target` fills the table of targets, `resolve_targets()` calls
the functions of those that were asked for. What it looks at (loaded files, folders, variables) is noted in the
context, for build scripts and caches.
"""

from __future__ import annotations

import os

from oxlang.diagnostics.model import OxError, error
from oxlang.workspace.config import cache_folder
from oxlang.workspace.environment import Environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from oxlang.diagnostics.model import Diagnostic
    from oxlang.dialect.context import DialectContext, Mode, Prompts
    from oxlang.dialect.plan import BuildPlan
    from oxlang.dialect.targets import TargetTable
    from oxlang.engine.engine import Engine, Renewal
    from oxlang.engine.events import OnEvent
    from oxlang.engine.local import Keep
    from oxlang.graph.digest import Digest
    from oxlang.graph.nodes import Artifact
    from oxlang.graph.platform import BuildSettings
    from oxlang.graph.tree import Tree
    from oxlang.interp.module import Module
    from oxlang.interp.thread import Limits
    from oxlang.source import SourceFile, Span

_RESULT = "expression_value"


class Session:
    """One config with its settings: what evaluation gave, and the engine that builds it.

    The engine is opened when something first needs it, so that listing targets imports none of it.

    Attributes:
        settings: host, target, profile.
        context: the state of the evaluation: targets, graph, reads.
        source: the config's text.
        module: what its evaluation left.
        environment: variables of the environment, with those that were looked at.
    """

    context: DialectContext
    module: Module

    def __init__(
        self,
        config: str,
        settings: BuildSettings,
        source: SourceFile,
        environment: Environment,
        opening: Callable[[], Engine],
    ) -> None:
        self._config = config
        self.settings = settings
        self.source = source
        self.environment = environment
        self._opening = opening
        self._engine: Engine | None = None

    @property
    def config(self) -> Path:
        """The config's absolute path."""
        from pathlib import Path

        return Path(self._config)

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

    def note(self, path: Path) -> None:
        """Notes a file that evaluation read."""
        self.context.note(os.path.abspath(path))

    def names(self, names: Sequence[str] = ()) -> tuple[str, ...]:
        """Gives the targets that names mean; without names those that `resolve_targets()` resolves."""
        table = self.context.targets
        if names:
            return tuple(dict.fromkeys(table.resolve_name(one) for one in names))
        return table.names_to_resolve(self.context)

    def plans(self, names: Sequence[str] = ()) -> list[BuildPlan]:
        """Gives what is to be built for targets; this adds their nodes to the graph."""
        return self.context.targets.plans(self.context, names or self.names())

    def place_of(self, target: str) -> Path:
        """Gives the folder of a target's outputs."""
        from pathlib import Path

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
    config: Path | str,
    settings: BuildSettings,
    *,
    variables: Mapping[str, str | None] | None = None,
    targets: Sequence[str] = (),
    mode: Mode = "resolve",
    env: Mapping[str, str] | None = None,
    out: Callable[[str], None] | None = None,
    notice: Callable[[str], None] | None = None,
    warn: Callable[[Diagnostic], None] | None = None,
    prompts: Prompts | None = None,
    on_event: OnEvent | None = None,
    jobs: int | None = None,
    keep: Keep = "never",
    offline: bool = False,
    options: Mapping[str, Any] | None = None,
    text: str | None = None,
    renewal: Renewal | None = None,
    limits: Limits | None = None,
) -> Session:
    """Evaluates a config.

    Args:
        config: absolute path of the file; with `text` of the file that it would be.
        settings: host, target, profile.
        variables: the dict `VARS`.
        targets: names for `resolve_targets()`; none means the default.
        mode: `list` resolves nothing, `build-script` takes the other default.
        env: environment variables.
        out: gets the lines of `print`.
        notice: gets lines that say what evaluation does.
        warn: gets warnings of the evaluation.
        prompts: how questions reach the user.
        on_event: gets the progress of demands and of the build.
        jobs: how many nodes may run at once.
        keep: when sandboxes are kept.
        offline: demands give only what the cache holds, else OX0410.
        options: further settings, such as `verbose`.
        text: the config itself, when it lies in no file.
        renewal: what resolves requirements anew.
        limits: how much the evaluation may take; the defaults of the language without it.

    Raises OX0951 when the file cannot be read, and everything that the language and the dialect raise.
    """
    from oxlang.dialect.context import DialectContext
    from oxlang.graph.build_graph import BuildGraph
    from oxlang.source import SourceFile

    environment = Environment.of(env)
    folder = cache_folder(environment)
    config = str(config)

    def opening() -> Engine:
        from oxlang.workspace.session import open_engine

        env = _talkative(environment, (options or {}).get("verbose", 0))
        return open_engine(env, cache=folder, jobs=jobs, on_event=on_event, keep=keep, renewal=renewal)

    source = read_config(config) if text is None else SourceFile(f"{config} (not saved)", text)
    session = Session(config, settings, source, environment, opening)
    session.context = context = DialectContext(
        build=settings,
        graph=BuildGraph(),
        demand=_SessionDemand(session, offline),
        cwd=os.path.dirname(config),
        config_path=config,
        variables=variables,
        mode=mode,
        requested=tuple(targets),
        environment=environment,
        cache_dir=folder,
        out=out,
        notice=notice,
        warn=warn,
        prompts=prompts,
        options=options,
    )
    if text is None:
        context.note(config)
    try:
        _evaluate(session, limits)
    except OxError as problem:
        from oxlang.dialect.former import advise
        from oxlang.dialect.variables import advise_variables

        raise advise_variables(advise(problem), context.variables) from None
    return session


def _talkative(environment: Environment, verbose: int) -> Environment:
    """Gives variables with which pip says as much as was asked for; no part of what a step is known by (spec: cli.md, 1.9)."""
    variables = environment.unrecorded()
    if not verbose or "PIP_VERBOSE" in variables:
        return environment
    return Environment({**variables, "PIP_VERBOSE": str(verbose)})


def read_config(config: Path | str) -> SourceFile:
    """Reads a config. Raises OX0950 when it is missing, OX0951 when it cannot be read or is not UTF-8."""
    from oxlang.source import SourceFile

    try:
        with open(config, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        raise error("OX0950", f"the config file `{config}` does not exist") from None
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise error("OX0951", f"the config file `{config}` cannot be read: {reason}") from problem
    try:
        # Not as `utf-8-sig`, a codec that Python has to import first.
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        help = "it is UTF-16; store it as UTF-8" if wide else "store it as UTF-8"
        raise error("OX0951", f"the config file `{config}` is not UTF-8 in line {line}", help=help) from problem
    return SourceFile(str(config), text)


def _evaluate(session: Session, limits: Limits | None) -> None:
    from oxlang import interp
    from oxlang.dialect.environment import constant_values, environment
    from oxlang.interp.loader import Loader
    from oxlang.interp.module import predeclare
    from oxlang.syntax.options import CONFIG

    context = session.context
    declared = environment()
    context.thread = thread = interp.Thread(out=context.out, extra=context, limits=limits or interp.DEFAULT_LIMITS)
    Loader(
        thread,
        predeclare(declared, None, thread),
        CONFIG,
        context.working_directory,
        context.cache_folder,
        lambda path: session.note(path),
    )
    session.module = interp.load_source(
        session.source, CONFIG, declared, thread, constants=constant_values(context), cache_dir=context.cache_folder
    )


def evaluate_expression(session: Session, text: str) -> str:
    """Gives the value of an expression in the evaluated config, as `repr` shows it."""
    from oxlang.dialect.environment import constant_values, environment
    from oxlang.interp.compiled import compile_source
    from oxlang.interp.formatting import repr_of
    from oxlang.interp.module import predeclare, run
    from oxlang.source import SourceFile
    from oxlang.syntax.options import CONFIG

    thread = session.context.thread
    predeclared = predeclare(environment(), constant_values(session.context), thread)
    source = SourceFile("<expression>", f"{_RESULT} = (\n{text}\n)\n")
    compiled = compile_source(source, CONFIG, predeclared, None, session.module.global_names)
    module = run(compiled, source, thread, predeclared, CONFIG, freeze_after=False, into=session.module)
    return repr_of(module.get(_RESULT))
