"""Targets: named functions that return what is to be built.

`register_target` only records. Resolving a target resolves what it depends on, calls its function with their values and
keeps the result. The order of registration decides which target is the default one.
"""

from __future__ import annotations

from oxlang.declare import TypeDef, function, starlark_type, type_def, type_name
from oxlang.diagnostics.model import OxError, error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from oxlang.dialect.context import DialectContext
    from oxlang.dialect.plan import BuildPlan
    from oxlang.source import Span

BUILD_ARTIFACTS = "build-artifacts"
"""Another name for the default build-script target, unless the config registers a target of this name."""

_UNRESOLVED: Any = object()


class Target:
    """A registered target; never changed after it is made.

    Attributes:
        name: what users type.
        function: the Starlark function.
        depends: names of the targets whose values it gets.
        span: the registering call.
    """

    __slots__ = ("default", "default_build_script", "depends", "function", "name", "span")

    def __init__(
        self,
        *,
        name: str,
        function: Any,
        depends: tuple[str, ...] = (),
        default: bool = False,
        default_build_script: bool = False,
        span: Span | None = None,
    ) -> None:
        self.name = name
        self.function = function
        self.depends = depends
        self.default = default
        self.default_build_script = default_build_script
        self.span = span


class TargetTable:
    """Targets in the order of their first registration, and the values of those resolved; changes while evaluating."""

    def __init__(self) -> None:
        self._targets: dict[str, Target] = {}
        self._values: dict[str, Any] = {}
        self._running: dict[str, None] = {}
        self._default: str | None = None
        self._default_build_script: str | None = None

    def __iter__(self) -> Iterator[Target]:
        return iter(self._targets.values())

    def __len__(self) -> int:
        return len(self._targets)

    def __contains__(self, name: object) -> bool:
        return name in self._targets

    def get(self, name: str) -> Target | None:
        """Gives a target by its own name."""
        return self._targets.get(name)

    def register(self, target: Target) -> None:
        """Adds a target, or replaces the one of the same name, whose value is forgotten and whose place is kept."""
        self._targets[target.name] = target
        self._values.pop(target.name, None)
        if target.default:
            self._default = target.name
        if target.default_build_script:
            self._default_build_script = target.name

    @property
    def default(self) -> str | None:
        """The last one registered with `default=True`, else the first."""
        return self._default or next(iter(self._targets), None)

    @property
    def default_build_script(self) -> str | None:
        """The last one registered with `default_build_script=True`, else the first."""
        return self._default_build_script or next(iter(self._targets), None)

    @property
    def alias(self) -> str | None:
        """The target that `build-artifacts` stands for, None when the config has a target of this name or none at all."""
        return None if BUILD_ARTIFACTS in self._targets else self.default_build_script

    def resolve_name(self, name: str) -> str:
        """Gives the name of the target that a name on the command line means. Raises OX0501."""
        if name in self._targets:
            return name
        if name == BUILD_ARTIFACTS and self.alias is not None:
            return self.alias
        raise self.unknown(name)

    def unknown(self, name: str) -> OxError:
        """Makes the error for a target that does not exist."""
        from oxlang.diagnostics.spelling import did_you_mean

        names = sorted(self._targets)
        known = f"the config registers {', '.join(f'`{one}`' for one in names)}" if names else None
        hint = did_you_mean(name, names) or known or "the config registers no target"
        return error("OX0501", f"there is no target `{name}`", help=hint)

    def is_resolved(self, name: str) -> bool:
        """Says whether a target has a value."""
        return name in self._values

    def value(self, name: str) -> Any:
        """Gives the value of a resolved target. Raises OX0504 for one that the config did not resolve."""
        found = self._values.get(name, _UNRESOLVED)
        if found is _UNRESOLVED:
            target = self._targets.get(name)
            raise error(
                "OX0504",
                f"the target `{name}` has not been resolved",
                span=target.span if target else None,
                help="end the config with `resolve_targets()`",
            )
        return found

    def names_to_resolve(self, ctx: DialectContext) -> tuple[str, ...]:
        """Gives the names that `resolve_targets()` resolves."""
        if ctx.mode == "list":
            return ()
        if ctx.requested:
            return tuple(dict.fromkeys(self.resolve_name(name) for name in ctx.requested))
        chosen = self.default_build_script if ctx.mode == "build-script" else self.default
        return () if chosen is None else (chosen,)

    def resolve(self, ctx: DialectContext, name: str) -> Any:
        """Gives the value of a target, resolving what it depends on. Raises OX0501 and OX0502.

        Dependencies wait on an own stack, so that their depth has no limit.
        """
        if name in self._values:
            return self._values[name]
        if name not in self._targets:
            raise self.unknown(name)
        waiting = [self._begin(name)]
        try:
            while waiting:
                target, arguments = waiting[-1]
                if len(arguments) < len(target.depends):
                    wanted = target.depends[len(arguments)]
                    if wanted in self._values:
                        arguments.append(self._values[wanted])
                    elif wanted in self._targets:
                        waiting.append(self._begin(wanted))
                    else:
                        raise self._missing_dependency(target, wanted)
                    continue
                ctx.notice(f"resolving target {target.name}")
                self._values[target.name] = _called(ctx, target, arguments)
                self._running.pop(target.name)
                waiting.pop()
        finally:
            for target, _ in waiting:
                self._running.pop(target.name, None)
        return self._values[name]

    def _begin(self, name: str) -> tuple[Target, list[Any]]:
        """Notes that a target is being resolved. Raises OX0502 when it is already."""
        if name in self._running:
            raise self._cycle(name)
        self._running[name] = None
        return self._targets[name], []

    def _missing_dependency(self, target: Target, name: str) -> OxError:
        return error(
            "OX0501",
            f"the target `{target.name}` depends on `{name}`, which is not registered",
            span=target.span,
            help=self.unknown(name).diagnostic.help,
        )

    def _cycle(self, name: str) -> OxError:
        names = list(self._running)
        chain = [*names[names.index(name) :], name]
        shown = " → ".join(f"`{one}`" for one in chain)
        return error(
            "OX0502",
            f"targets depend on each other in a circle: {shown}",
            span=self._targets[name].span,
            help="take one of them out of `depends`, or call `resolve_target` elsewhere",
        )

    def plan(self, ctx: DialectContext, name: str, asked: str | None = None) -> BuildPlan:
        """Gives what is to be built for a resolved target, asked for as `asked`. Raises OX0503 and OX0504."""
        target = self._targets.get(name)
        if target is None:
            raise self.unknown(name)
        value = self.value(name)
        declared = type_def(value)
        if not isinstance(declared, TypeDef) or not declared.buildable:
            wanted = "return a `PythonExecutable`, `PythonEmbeddedResources`, `FileManifest` or another buildable value"
            if value is None:
                wanted = f"its function ends without a value; {wanted}"
            raise error(
                "OX0503", f"the target `{name}` gives {_described(value)}, which cannot be built", span=target.span, help=wanted
            )
        try:
            artifact = value.lower(ctx)
        except OxError as problem:
            raise problem.at(getattr(value, "origin", None) or target.span) from problem.__cause__
        if ctx.signers:
            from oxlang.dialect.signing import warn_unsigned

            warn_unsigned(ctx, target)
        run = value.run_path(ctx) if declared.run in ("path", "manifest") else None
        from oxlang.dialect.plan import BuildPlan

        return BuildPlan(target=target, name=asked or name, value=value, artifact=artifact, run=run)

    def plans(self, ctx: DialectContext, names: Iterable[str]) -> list[BuildPlan]:
        """Gives the plans of several targets, each once, also when asked for by its alias, too."""
        asked: dict[str, str] = {}
        for one in names:
            asked.setdefault(self.resolve_name(one), one)
        return [self.plan(ctx, name, one) for name, one in asked.items()]


def _called(ctx: DialectContext, target: Target, arguments: list[Any]) -> Any:
    """Calls the function of a target. One that does not take the values of the dependencies is said at the target."""
    try:
        return ctx.call(target.function, *arguments)
    except OxError as problem:
        if problem.diagnostic.code.id != "OX0352" or problem.diagnostic.span is not None:
            raise
        given = f"{len(arguments)} argument{'s' * (len(arguments) != 1)}" if arguments else "no arguments"
        shown = ", ".join(f"`{one}`" for one in target.depends)
        raise error(
            "OX0352",
            f"the function of target `{target.name}` gets {given}: {problem.diagnostic.message}",
            span=target.span,
            help=f"it gets the value of each target in `depends`, in this order: {shown}" if shown
            else "a target's function gets the values of the targets in `depends`; there are none here",
        ) from None


def _quoted(name: str) -> str:
    return f"`{name}`" if name else "an empty text"


def _described(value: object) -> str:
    from oxlang.declare.text import with_article

    name = type_name(value)
    if name == "NoneType":
        return "None"
    article = with_article(name).partition(" ")[0]
    return f"{article} `{name}`"


@starlark_type("ResolvedTarget", origin="build-targets", obtained=("FileManifest().build(target)",))
class ResolvedTarget:
    """What `build` of a value gives: the target is on disk. It has no attributes."""


@function("register_target", effect="registers", types={"callable": "function"})
def register_target(
    ctx: DialectContext,
    target: str,
    callable: Any,
    depends: list[str] | None = None,
    default: bool = False,
    default_build_script: bool = False,
) -> None:
    """Registers a function under the name of a target.

    The function runs when the target is resolved; it gets the values of the targets in `depends` as positional arguments
    and returns what is to be built. Registering a name again replaces the earlier registration.

    Args:
        target: the name that users type.
        callable: the function.
        depends: names of targets whose values the function gets, in this order.
        default: builds this target when no name is given; the last one so marked counts, else the first registered.
        default_build_script: the same for cargo build scripts and the name `build-artifacts`.

    Example:
        register_target("exe", make_exe)
        register_target("install", make_install, depends=["exe"], default=True)
    """
    if target.startswith(("/", "\\")) or ".." in target.replace("\\", "/").split("/") or "\0" in target or not target:
        raise error(
            "OX0513", f"{_quoted(target)} cannot be the name of a target: the folder of its output is called so", argument="target"
        )
    ctx.targets.register(
        Target(
            name=target,
            function=callable,
            depends=tuple(depends or ()),
            default=default,
            default_build_script=default_build_script,
            span=ctx.span(),
        )
    )


@function("resolve_target", types={"return": "any"})
def resolve_target(ctx: DialectContext, target: str) -> Any:
    """Gives the value of a target: resolves what it depends on and calls its function, unless that was done before.

    Args:
        target: name of a registered target.

    Example:
        exe = resolve_target("exe")
    """
    return ctx.targets.resolve(ctx, target)


@function("resolve_targets")
def resolve_targets(ctx: DialectContext) -> None:
    """Resolves the targets named on the command line, or the default one; usually the last line of a config.

    Example:
        resolve_targets()
    """
    names = ctx.targets.names_to_resolve(ctx)
    if names:
        ctx.notice(f"resolving {len(names)} target{'' if len(names) == 1 else 's'}")
    for name in names:
        ctx.targets.resolve(ctx, name)


TYPES = (ResolvedTarget,)
FUNCTIONS = (register_target, resolve_target, resolve_targets)
