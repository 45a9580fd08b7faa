"""`oxl eval [CONFIG]`: what a config describes, as a graph; then the build."""

from __future__ import annotations

import os

from oxlang.cli.invocation import Invocation
from oxlang.cli.limits import LIMITS
from oxlang.cli.options import JOBS, RELEASE, TRIPLE, VAR, VAR_ENV
from oxlang.cli.output import counted
from oxlang.cli.session import (
    EXPLAIN,
    KEEP,
    TRACE,
    UPGRADE,
    UPGRADE_PACKAGE,
    find_config,
    load,
    progress,
    say_upgrades,
)
from oxlang.cli.spec import Argument, Command, Option
from oxlang.cli.watching import PROFILE, TRACE_STEPS, watched
from oxlang.diagnostics.model import OxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from oxlang.dialect.plan import BuildPlan
    from oxlang.graph.nodes import Artifact, Node
    from oxlang.workspace.build import Built
    from oxlang.workspace.evaluate import Session


def _run(call: Invocation) -> int:
    names = call.values.many("target")
    named = call.values.maybe("config")
    expressions = call.values.many("expression")
    text = None
    try:
        config = find_config(call, named, explicit=named is not None)
    except OxError as problem:
        if named is not None or not expressions or problem.diagnostic.code.id != "OX0950":
            raise
        # An expression alone needs no config: it sees the names of the dialect.
        config, text = os.path.join(os.getcwd(), "pyoxidizer.bzl"), ""
    with progress(call) as display:
        with watched(call):
            session = load(
                call, config, targets=names, progress=display, offline=call.values.flag("offline"),
                mode="list" if expressions and not names else "resolve", text=text,
            )
        if expressions:
            return _expressions(call, session)
        plans = session.plans(names)
        shown = _graph(call, session, plans)
        if call.values.text("format") != "json":
            call.terminal.out.write(shown if isinstance(shown, str) else "")
            call.terminal.out.flush()
        built: Sequence[Built] = ()
        if not call.values.flag("dry_run"):
            from oxlang.workspace.build import build

            built = build(session, names)
            say_upgrades(call)
    _explain(call, session)
    _result(call, session, shown, built)
    return 0


def _graph(call: Invocation, session: Session, plans: Sequence[BuildPlan]) -> str | dict[str, object]:
    from oxlang.graph import build_graph

    roots = [plan.artifact for plan in plans if plan.artifact is not None]
    form = call.values.text("format")
    if form == "dot":
        return build_graph.to_dot(roots)
    state = _state(session, roots)
    if form == "json":
        return build_graph.to_json(roots, state)
    if not plans:
        return "(nothing to build)\n"
    parts = []
    note = _note(call, state)
    for plan in plans:
        head = f"target {plan.name}: {_type_name(plan.value)}"
        if plan.artifact is None:
            parts.append(f"{head} (nothing to write)\n")
        else:
            parts.append(f"{head}\n{build_graph.show([plan.artifact], note)}\n")
    return "\n".join(parts)


def _type_name(value: object) -> str:
    from oxlang.declare.text import type_name

    return type_name(value)


def _state(session: Session, roots: Sequence[Artifact]) -> Callable[[Node], str]:
    """What building would do with a node: nothing for constant ones, `cached`, or `to do`."""
    if not roots:
        return lambda node: ""
    pending = {node.id for node in session.engine.pending(roots)}

    def state(node: Node) -> str:
        if node.kind in ("source", "write"):
            return ""
        return "to do" if node.id in pending else "cached"

    return state


def _note(call: Invocation, state: Callable[[Node], str]) -> Callable[[Node], str]:
    from oxlang.diagnostics.paths import display_path

    def note(node: Node) -> str:
        parts = [state(node)]
        if node.origin is not None:
            at = node.origin.begin
            parts.append(f"({display_path(node.origin.file.path, call.terminal.base)}:{at.line + 1})")
        return " ".join(part for part in parts if part)

    return note


def _expressions(call: Invocation, session: Session) -> int:
    from oxlang.cli.prompt import config_prompt

    prompt = config_prompt(session)
    for text in call.values.many("expression"):
        call.terminal.write(prompt.evaluate(text) or "None")
    return 0


def _explain(call: Invocation, session: Session) -> None:
    if not call.values.flag("explain"):
        return
    err = call.terminal.err
    records = session.engine.log.records if session.has_engine else []
    err.write(f"demands of the evaluation: {len(records) or 'none'}\n")
    for one in records:
        because = f", because of {one.because}" if one.because is not None else ""
        state = "cached" if one.cached else f"ran {one.seconds:.2f} s"
        err.write(f"  {one.description} ({state}){because}\n")


def _result(call: Invocation, session: Session, shown: str | dict[str, object], built: Sequence[Built]) -> None:
    if isinstance(shown, dict):
        from oxlang.cli.build import outputs_json
        from oxlang.cli.output import write_json

        write_json(
            call.terminal,
            {"config": str(session.config), "graph": shown, "outputs": outputs_json(session, built)},
        )
        return
    if call.values.text("format") == "dot" or not built:
        return
    from oxlang.cli.build import how_it_went
    from oxlang.diagnostics.paths import display_path

    for one in built:
        place = display_path(one.place, call.terminal.base)
        call.terminal.write(f"\n{one.target}: {place} ({how_it_went(one)})")
        for path, _ in _top_entries(one):
            call.terminal.write(f"  {path}")


def _top_entries(built: Built) -> list[tuple[str, int]]:
    """Top-level entries of an output, folders with a slash and the number of their files."""
    counts: dict[str, int] = {}
    for path, _ in built.tree.walk():
        head, slash, _ = path.partition("/")
        counts[head + slash] = counts.get(head + slash, 0) + 1
    return [(f"{name} ({counted(count, 'file')})" if name.endswith("/") else name, count) for name, count in sorted(counts.items())]


COMMAND = Command(
    name="eval",
    summary="Evaluate a config, show what it describes as a graph, and build it.",
    run=_run,
    params=(
        Argument("CONFIG", "The config: the file, or a folder with a pyoxidizer.bzl in it or above. Default: here.",
                 "optional"),
        Option(("--target",), "Name of a target to resolve. Default: the config's default target.", "NAME",
               multiple=True),
        TRIPLE,
        RELEASE,
        VAR,
        VAR_ENV,
        Option(("--dry-run",), "Show the graph and stop: nothing is built."),
        Option(("--offline",), "Let evaluation use only what the cache holds."),
        Option(("--expression", "-e"), "Print the value of an expression in the evaluated config (or in none, where there is none); nothing is built.",
               "EXPR", multiple=True),
        *LIMITS,
        JOBS,
        KEEP,
        UPGRADE,
        UPGRADE_PACKAGE,
        EXPLAIN,
        TRACE,
        PROFILE,
        TRACE_STEPS,
        Option(("--format",), "How to show the graph.", "FORMAT", default="tree", choices=("tree", "json", "dot")),
    ),
    details="""
    The graph shows for each node what it does, its kind and the beginning of its id, whether its output is in the cache,
    and the line of the config that asked for it. The id depends on what the node is, not on where or when it is made.

    The name `build-artifacts` means the default target of build scripts, unless the config registers that name.
    """,
    examples=(
        ("oxl eval pyoxidizer.bzl --target build-artifacts", "build the artifacts for embedding in a Rust program"),
        ("oxl eval app --dry-run", "only look"),
        ("oxl eval app --format dot --dry-run | dot -Tsvg > graph.svg", "as a picture"),
        ("oxl eval app -e 'VARS'", "look at a value"),
    ),
)
