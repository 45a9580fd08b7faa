"""`oxl size [WHAT]`: where the bytes of a program are."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from oxlang.cli.invocation import Invocation
from oxlang.cli.limits import LIMITS
from oxlang.cli.options import FORMAT_JSON, PATH, PROFILE, RELEASE, TRIPLE, VAR, VAR_ENV
from oxlang.cli.spec import Argument, Command, Option
from oxlang.diagnostics.model import error

if TYPE_CHECKING:
    from oxlang.packaging.sizes import Piece
    from oxlang.workspace.evaluate import Session


def _run(call: Invocation) -> int:
    from oxlang.packaging.sizes import render, to_json, weigh

    depth = call.values.integer("depth")
    name, pieces, origins = _pieces(call)
    top = weigh(pieces, name=name)
    if call.values.text("format") == "json":
        from oxlang.cli.output import write_json

        write_json(call.terminal, to_json(top, origins=origins))
    else:
        call.terminal.out.write(render(top, origins=origins, depth=2 if depth is None else depth))
    page_path = call.values.maybe("html")
    if page_path is not None:
        from oxlang.cli.writing import replace_text
        from oxlang.packaging.treemap import page

        replace_text(Path(page_path), page(top, origins=origins))
        call.terminal.warn(f"written {page_path}")
    return 0


def _pieces(call: Invocation) -> tuple[str, list[Piece], dict[str, str]]:
    from oxlang.packaging.sizes import folder_pieces, program_pieces

    named = call.values.maybe("what")
    if named is not None and Path(named).is_dir():
        return named, folder_pieces(Path(named)), {}
    if named is not None and Path(named).is_file():
        return Path(named).name, program_pieces(Path(named)), {}
    if named is not None and os.sep in named:
        raise error("OX0901", f"no such file or directory: `{named}`")
    return _target(call, named)


def _target(call: Invocation, name: str | None) -> tuple[str, list[Piece], dict[str, str]]:
    from oxlang.cli.progress import Progress
    from oxlang.cli.session import find_described, load
    from oxlang.packaging.sizes import folder_pieces
    from oxlang.workspace.build import build

    names = () if name is None else (name,)
    with Progress(call.terminal) as progress:
        config, text = find_described(call, call.values.text("path"))
        session = load(call, config, targets=names, progress=progress, text=text)
        built = build(session, names)
    pieces = [one for output in built for one in folder_pieces(output.folder, output.program)]
    shown = ", ".join(output.target for output in built) or "nothing"
    return shown, pieces, origins(session, names)


def origins(session: Session, names: tuple[str, ...]) -> dict[str, str]:
    """Gives the line of the config that brought each group of modules: the place of the node that placed it."""
    from oxlang.graph.build_graph import walk
    from oxlang.graph.nodes import Artifact, Compute
    from oxlang.packaging.collector import PLACE, PLACED
    from oxlang.packaging.placement import Placed
    from oxlang.packaging.sizes import group_of

    found: dict[str, str] = {}
    artifacts = [plan.artifact for plan in session.plans(names) if plan.artifact is not None]
    for node in walk(artifacts):
        if not isinstance(node, Compute) or node.function != PLACE or node.origin is None:
            continue
        at = node.origin.begin
        where = f"{Path(node.origin.file.path).name}:{at.line + 1}"
        [tree] = session.engine.build([Artifact(node)])
        rows = json.loads(session.engine.read(tree.file(PLACED).digest).decode("utf-8", "surrogateescape"))
        for row in rows:
            resource = Placed.from_row(row).resource
            found.setdefault(group_of(resource.name.split(".", 1)[0].split("/", 1)[0]), where)
    return found


COMMAND = Command(
    name="size",
    summary="Show where the bytes of a program are.",
    run=_run,
    params=(
        Argument("WHAT", "A program, a folder of outputs, or the name of a target, which is built. Default: the default "
                 "target.", "optional"),
        PATH,
        TRIPLE,
        RELEASE,
        PROFILE,
        VAR,
        VAR_ENV,
        Option(("--depth",), "How many levels to show: 1 packages, 2 kinds, 3 modules and files. Default: 2.", "N"),
        Option(("--html",), "Write a picture (treemap) as an HTML page.", "FILE"),
        *LIMITS,
        FORMAT_JSON,
    ),
    details="For a target the line of the config that brought each package is shown, too.",
    examples=(
        ("oxl size", "of the default target of the config here"),
        ("oxl size build/x86_64-unknown-linux-gnu/release/install/app", "of any program made by oxl"),
        ("oxl size --html size.html exe", "as a picture"),
    ),
)
