"""`oxl debug`: a debug adapter for editors, on standard input and output."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oxlang.cli.invocation import Invocation
from oxlang.cli.limits import LIMITS, limits
from oxlang.cli.spec import Command

if TYPE_CHECKING:
    from oxlang.interp.thread import Limits


def _run(call: Invocation) -> int:
    from oxlang.cli.dap import Server

    def launch(arguments: dict[str, Any], out: Callable[[str], None]) -> None:
        path = Path(str(arguments["program"]))
        if path.suffix == ".bzl" or path.is_dir():
            _evaluate(call, path, arguments, out)
        else:
            from oxlang.interp.command import run_path

            run_path(path, out, modules=("json", "math", "struct", "time"), limits=_limits(call))

    reader, writer = sys.stdin.buffer, sys.stdout.buffer
    # Nothing else may write between the messages.
    sys.stdout = sys.stderr
    Server(reader, writer, launch).serve()
    return 0


def _evaluate(call: Invocation, path: Path, arguments: dict[str, Any], out: Callable[[str], None]) -> None:
    from oxlang.graph.platform import default_settings
    from oxlang.workspace import evaluate
    from oxlang.workspace.config import find_config

    given = arguments.get("variables")
    variables = {str(k): None if v is None else str(v) for k, v in given.items()} if isinstance(given, dict) else {}
    targets = arguments.get("targets")
    evaluate.load(
        find_config(path, {}),
        default_settings(),
        variables=variables,
        targets=tuple(map(str, targets)) if isinstance(targets, list) else (),
        env=call.environment,
        out=out,
        warn=call.terminal.diagnostic,
        limits=_limits(call),
    )


def _limits(call: Invocation) -> Limits:
    """Gives the limits; without `--max-time` a program may stand at a breakpoint for any time."""
    from oxlang.records import replace

    found = limits(call.values)
    return found if call.values.maybe("max_time") is not None else replace(found, seconds=None)


COMMAND = Command(
    name="debug",
    summary="Run the debug adapter for editors, on standard input and output.",
    run=_run,
    params=LIMITS,
    details="""
    Speaks the Debug Adapter Protocol: breakpoints with conditions, hit counts and messages, also at functions; stepping,
    restarting, errors; variables and expressions, which can be changed and completed. A config is evaluated with its default target, or with those of `targets`; nothing is built but
    what the evaluation itself needs.

    A launch request has `program` (a config or Starlark file), `targets`, `variables` and `stopOnEntry`.
    """,
    examples=(("oxl debug", "an editor starts it; see the folder `editors`"),),
)
