"""`oxl starlark FILE`: plain Starlark, without the dialect."""

from __future__ import annotations

from oxlang.cli.invocation import Invocation
from oxlang.cli.limits import LIMITS, limits
from oxlang.cli.spec import Argument, Command, Option
from oxlang.cli.watching import PROFILE, TRACE_STEPS, watched
from oxlang.records import replace

_LANGUAGE = {
    "recursion": "recursion",
    "while": "while_loops",
    "globalreassign": "global_reassign",
    "toplevelcontrol": "top_level_control",
    "loadbindsglobally": "load_binds_globally",
    "like_go": "like_go",
}


def _run(call: Invocation) -> int:
    from oxlang.interp.command import run_path
    from oxlang.syntax.options import STANDARD

    options = replace(STANDARD, **{field: True for key, field in _LANGUAGE.items() if call.values.flag(key)})
    bounds = limits(call.values)
    with watched(call):
        for path in call.values.many("file"):
            run_path(path, call.terminal.write, options, ("json", "math", "struct", "time"), bounds, call.cache_dir)
    return 0


COMMAND = Command(
    name="starlark",
    summary="Run files of plain Starlark, without the names of the dialect.",
    run=_run,
    params=(
        Argument("FILE", "Files to run, each on its own; `-` is standard input.", "many"),
        Option(("--recursion",), "Let functions call themselves."),
        Option(("--while",), "Allow `while` statements."),
        Option(("--globalreassign",), "Let global variables be bound again."),
        Option(("--toplevelcontrol",), "Allow `if`, `for` and `while` outside of functions."),
        Option(("--loadbindsglobally",), "Let other files load what this one has loaded."),
        Option(("--like-go",), "Make the choices of starlark-go: strings are sequences of UTF-8 bytes, and others."),
        *LIMITS,
        PROFILE,
        TRACE_STEPS,
    ),
    details="""
    The language is that of the Starlark specification with sets, and the modules `json`, `math`, `struct` and `time`.
    `print` writes to standard output.
    """,
    examples=(
        ("oxl starlark program.star", "run a file"),
        ("echo 'print(1 + 2)' | oxl starlark -", "run standard input"),
    ),
)
