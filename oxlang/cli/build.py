"""`oxl build [TARGET…]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oxlang.cli.invocation import Invocation
from oxlang.cli.options import FORMAT_JSON, JOBS, PATH, RELEASE, TRIPLE, VAR, VAR_ENV
from oxlang.cli.session import KEEP, find_config, load
from oxlang.cli.spec import Argument, Command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oxlang.workspace.build import Built
    from oxlang.workspace.evaluate import Session


def _run(call: Invocation) -> int:
    from oxlang.cli.progress import Progress
    from oxlang.workspace.build import build

    names = call.values.many("target")
    config = find_config(call, call.values.text("path"))
    with Progress(call.terminal) as progress:
        session = load(call, config, targets=names, progress=progress)
        built = build(session, names)
    report(call, built)
    if call.values.text("format") == "json":
        from oxlang.cli.output import write_json

        write_json(call.terminal, {"outputs": outputs_json(session, built)})
    return 0


def report(call: Invocation, built: Sequence[Built]) -> None:
    """Says on stderr what was built and where it is."""
    from oxlang.diagnostics.render import display_path

    for one in built:
        place = one.program or one.folder
        state = "" if one.changed else " (unchanged)"
        call.terminal.warn(f"{one.target}: {display_path(str(place), call.terminal.base)}{state}")


def outputs_json(session: Session, built: Sequence[Built]) -> list[dict[str, object]]:
    """Gives what was built as plain data: target, folder, program, whether anything changed, files with sizes."""
    from oxlang.graph.tree import FileEntry

    return [
        {
            "target": one.target,
            "folder": str(one.folder),
            "program": None if one.program is None else str(one.program),
            "changed": one.changed,
            "actions_run": one.executed,
            "files": [
                {"path": path, "size": entry.digest.size if isinstance(entry, FileEntry) else None}
                for path, entry in one.tree.walk()
            ],
        }
        for one in built
    ]


COMMAND = Command(
    name="build",
    summary="Build targets of a config.",
    run=_run,
    params=(
        Argument("TARGET", "Names of targets. Default: the config's default target.", "many"),
        PATH,
        TRIPLE,
        RELEASE,
        VAR,
        VAR_ENV,
        JOBS,
        KEEP,
        FORMAT_JSON,
    ),
    details="""
    The outputs of a target go to `build/<target triple>/<debug or release>/<target>` beside the config. What they depend
    on is known by content: a build runs only what has not been run with the same inputs before, in any folder.

    The config is looked for in the folder of `--path` and the folders above it; PYOXIDIZER_CONFIG names it directly.
    """,
    examples=(
        ("oxl build", "the default target of the config here"),
        ("oxl build --release exe", "the target `exe`, optimised"),
        ("oxl build --path app --var version 1.2 install", "another folder, with a variable"),
    ),
)
