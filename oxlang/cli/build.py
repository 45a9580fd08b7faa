"""`oxl build [TARGET…]`."""

from __future__ import annotations

from oxlang.cli.invocation import Invocation
from oxlang.cli.limits import LIMITS
from oxlang.cli.options import FORMAT_JSON, JOBS, PATH, PROFILE, RELEASE, TRIPLE, VAR, VAR_ENV
from oxlang.cli.output import counted
from oxlang.cli.session import (
    EXPLAIN,
    KEEP,
    TRACE,
    UPGRADE,
    UPGRADE_PACKAGE,
    find_config,
    find_described,
    load,
    progress,
    say_upgrades,
)
from oxlang.cli.spec import Argument, Command, Option, WrongUsage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from oxlang.workspace.build import Built
    from oxlang.workspace.evaluate import Session


def _run(call: Invocation) -> int:
    from oxlang.workspace.build import build

    names, place = call.values.many("target"), call.values.text("path")
    explicit = bool(names) and _is_place(names[0])
    if explicit:
        place, names = names[0], names[1:]
    project = call.values.maybe("rust_project")
    if project is not None:
        return _build_rust_project(call, find_config(call, place, explicit=explicit), project, names)
    config: str | Path
    config, text = (
        (_save(call, place), None)
        if call.values.flag("save_config")
        else find_described(call, place, explicit=explicit)
    )
    with progress(call) as display:
        session = load(call, config, targets=names, progress=display, text=text)
        built = build(session, names)
    say_upgrades(call)
    report(call, built)
    if call.values.text("format") == "json":
        from oxlang.cli.output import write_json

        write_json(call.terminal, {"outputs": outputs_json(session, built)})
    return 0


def _is_place(name: str) -> bool:
    """Whether the first name is a script or a folder; names of targets end in no `.py` and have no slash."""
    import os

    return name.endswith((".py", ".pyw")) or ((name in (".", "..") or os.sep in name) and os.path.isdir(name))


def _save(call: Invocation, place: str) -> Path:
    """Writes the config of a script or project; gives its path. Raises WrongUsage where there is neither."""
    from pathlib import Path

    from oxlang.workspace.application import find_application, holds_program, save_config

    if not place.endswith((".py", ".pyw")) and not holds_program(place):
        raise WrongUsage("`--save-config` needs a script or a project folder", "oxl build --save-config app.py")
    saved = save_config(find_application(Path(place)))
    call.terminal.warn(f"written {saved}")
    return saved


def _build_rust_project(call: Invocation, config: str, project: str, names: Sequence[str]) -> int:
    from pathlib import Path

    from oxlang.workspace.rust_project import build_rust_project

    with progress(call) as display:
        session = load(call, config, targets=names, mode="build-script", progress=display)
        built = build_rust_project(session, Path(project), call.environment, names=names, notice=call.terminal.warn)
    report(call, [built])
    if call.values.text("format") == "json":
        from oxlang.cli.output import write_json

        write_json(call.terminal, {"outputs": outputs_json(session, [built])})
    return 0


def report(call: Invocation, built: Sequence[Built]) -> None:
    """Says on stderr what was built and where it is."""
    from oxlang.diagnostics.paths import display_path

    if not built:
        call.terminal.warn("nothing to build")
    for one in built:
        place = one.program or one.folder
        beside = _beside(one)
        call.terminal.warn(f"{one.target}: {display_path(str(place), call.terminal.base)}{beside} ({how_it_went(one)})")
        if one.changed:
            from oxlang.cli.licence_line import say_licences

            say_licences(call.terminal, one)
        if one.changed and one.program is not None:
            _say_how_it_loads(call, one, one.program)


def _say_how_it_loads(call: Invocation, one: Built, program: Path) -> None:
    """Says what other machines must have for a program, and what it loads from memory."""
    from oxlang.packaging.loading import loading_of

    loading = loading_of(program, (one.folder / path for path, _ in one.tree.walk() if ".so" in path))
    if loading.glibc:
        call.terminal.warn(f"{one.target}: needs glibc {loading.glibc} or newer; `oxl analyze` says which systems have it")
    count = loading.from_memory
    if count:
        modules = "1 extension module loads" if count == 1 else f"{count} extension modules load"
        call.terminal.warn(f"{one.target}: {modules} from memory, or from a cache folder where a system refuses that")


def how_it_went(one: Built) -> str:
    """Says whether an output changed, and how many actions ran."""
    return f"{'' if one.changed else 'unchanged, '}{counted(one.executed, 'action')} run"


def _beside(one: Built) -> str:
    """Says how many files lie beside a program and have to travel with it."""
    if one.program is None:
        return ""
    name = one.program.relative_to(one.folder).as_posix()
    count = sum(1 for path, _ in one.tree.walk() if path != name)
    return "" if count == 0 else f" with {counted(count, 'extra file')} beside it"


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
        Argument("TARGET", "Names of targets. Default: the config's default target. The first may be a Python script or a "
                 "project folder, which needs no config.", "many"),
        PATH,
        TRIPLE,
        RELEASE,
        PROFILE,
        VAR,
        VAR_ENV,
        Option(("--rust-project",), "Build this Rust project of yours with cargo, with the Python resources of the config's "
               "default build-script target (or of TARGET).", "DIR"),
        Option(("--save-config",), "Write the config that was made for a script or folder beside it."),
        *LIMITS,
        JOBS,
        KEEP,
        UPGRADE,
        UPGRADE_PACKAGE,
        EXPLAIN,
        TRACE,
        FORMAT_JSON,
    ),
    details="""
    The outputs of a target go to `build/<target triple>/<debug or release>/<target>` beside the config. What they depend
    on is known by content: a build runs only what has not been run with the same inputs before, in any folder.

    Without a config: `oxl build SCRIPT.py` and `oxl build DIR` make a program of a script with what it imports, or of a
    project with `pyproject.toml`, a package with `__main__.py`, or a `main.py`; nothing but the outputs is written.

    The config is looked for in the folder of `--path` and the folders above it; PYOXIDIZER_CONFIG names it directly.
    """,
    examples=(
        ("oxl build", "the default target of the config here"),
        ("oxl build report.py", "a script, without a config"),
        ("oxl build --release exe", "the target `exe`, optimised"),
        ("oxl build --path app --var version 1.2 install", "another folder, with a variable"),
    ),
)
