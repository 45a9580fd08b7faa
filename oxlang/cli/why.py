"""`oxl why [TARGET…]`: what a build would run, and why; nothing is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oxlang.cli.invocation import Invocation
from oxlang.cli.limits import LIMITS
from oxlang.cli.options import FORMAT_JSON, PATH, PROFILE, RELEASE, TRIPLE, VAR, VAR_ENV
from oxlang.cli.session import find_described, load
from oxlang.cli.spec import Argument, Command

if TYPE_CHECKING:
    from oxlang.graph.nodes import Node


def _run(call: Invocation) -> int:
    names = call.values.many("target")
    config, text = find_described(call, call.values.text("path"))
    session = load(call, config, targets=names, offline=True, text=text)
    wanted = [plan.artifact for plan in session.plans(names) if plan.artifact is not None]
    found = session.engine.why(wanted)
    if call.values.text("format") == "json":
        from oxlang.cli.output import write_json

        write_json(call.terminal, {"actions": [_plain(node, reason) for node, reason in found]})
        return 0
    if not found:
        call.terminal.write("nothing would run: every output is known")
    from oxlang.graph.build_graph import describe

    for node, reason in found:
        call.terminal.write(f"{describe(node)}: {reason}")
    return 0


def _plain(node: Node, reason: str) -> dict[str, object]:
    from oxlang.graph.build_graph import describe

    return {
        "id": node.id,
        "kind": node.kind,
        "description": describe(node),
        "reason": reason,
        "place": None if node.origin is None else str(node.origin),
    }


COMMAND = Command(
    name="why",
    summary="Say what a build would run, and why.",
    run=_run,
    params=(
        Argument("TARGET", "Names of targets. Default: the config's default target.", "many"),
        PATH,
        TRIPLE,
        RELEASE,
        PROFILE,
        VAR,
        VAR_ENV,
        *LIMITS,
        FORMAT_JSON,
    ),
    details="""
    The reason of a step is what differs from the last time that it ran: files that changed, settings, variables, tools. A
    step behind others that have to run first is listed with them; it may turn out to be known once they have run.

    Nothing is run. `oxl build --explain` tells the same while it builds.
    """,
    examples=(
        ("oxl why", "what the next `oxl build` would do"),
        ("oxl why --release exe", "for one target, optimised"),
    ),
)
