"""`oxl lint [PATH…]`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from oxlang.cli.invocation import Invocation
from oxlang.cli.output import counted
from oxlang.cli.spec import Argument, Command, Option, WrongUsage

if TYPE_CHECKING:
    from oxlang.diagnostics.model import Diagnostic
    from oxlang.lint.runner import Selection
    from oxlang.source import SourceFile

_SUFFIXES = (".bzl", ".star")
_SKIPPED = frozenset({"build", "target", "node_modules", "__pycache__", ".git", ".venv", "venv"})


def _run(call: Invocation) -> int:
    from oxlang.lint.runner import Selection

    for one in (*_codes(call, "select"), *_codes(call, "ignore")):
        if not _is_known(one):
            raise WrongUsage(f"`{one}` is no code, beginning of codes or name of a rule", "`oxl explain` lists all")
    paths = list(files(call.values.many("path") or (".",)))
    selection = Selection(select=_codes(call, "select"), ignore=_codes(call, "ignore"))
    found: list[Diagnostic] = []
    for path in paths:
        found += _lint(call, path, selection)
    _show(call, found, len(paths))
    bad = [one for one in found if call.values.flag("strict") or one.code.severity == "error"]
    return 1 if bad else 0


def _is_known(selector: str) -> bool:
    """Whether some code begins so or has this name."""
    from oxlang.diagnostics.codes import all_codes

    return any(one.id.startswith(selector.upper()) or one.name == selector for one in all_codes())


def files(paths: Iterable[str], wanted: Callable[[str], bool] = lambda name: name.endswith(_SUFFIXES)) -> Iterator[Path]:
    """Gives files as they are named, and all below named folders whose file names are wanted."""
    for one in paths:
        path = Path(one)
        if not path.is_dir():
            yield path
            continue
        os.listdir(path)  # Of one that may not be read, the walk says nothing.
        for folder, names, entries in os.walk(path):
            names[:] = sorted(name for name in names if name not in _SKIPPED)
            yield from (Path(folder, entry) for entry in sorted(entries) if wanted(entry))


def read(path: Path) -> SourceFile:
    """Reads a file. Raises OX0901 for one that is not UTF-8."""
    from oxlang.diagnostics.model import error
    from oxlang.source import SourceFile

    try:
        with path.open(encoding="utf-8", newline="") as file:
            return SourceFile(str(path), file.read())
    except UnicodeDecodeError as problem:
        raise error("OX0901", f"`{path}` is not UTF-8", help="store it as UTF-8") from problem


def _codes(call: Invocation, key: str) -> tuple[str, ...]:
    return tuple(part.strip() for one in call.values.many(key) for part in one.split(",") if part.strip())


def _lint(call: Invocation, path: Path, selection: Selection) -> tuple[Diagnostic, ...]:
    from oxlang.lint.kinds import environment_of, options_of, read_module
    from oxlang.lint.runner import lint

    source = read(path)
    options, environment = options_of(path.name), environment_of(path.name)
    result = lint(source, options, environment, selection=selection, read_module=read_module)
    if not call.values.flag("fix"):
        return result.diagnostics
    from oxlang.cli.writing import replace_text
    from oxlang.lint.fixes import apply, chosen_fixes
    from oxlang.source import SourceFile

    for _ in range(10):
        fixes = chosen_fixes(source, result.diagnostics, unsafe=call.values.flag("unsafe_fixes"))
        if not fixes:
            break
        text = apply(source, fixes)
        replace_text(path, text)
        source = SourceFile(str(path), text)
        for fix in fixes:
            call.terminal.warn(f"{path}: {fix.title}")
        result = lint(source, options, environment, selection=selection, read_module=read_module)
    return result.diagnostics


def _show(call: Invocation, found: list[Diagnostic], checked: int) -> None:
    form = call.values.text("format")
    if form in ("json", "github", "sarif"):
        from oxlang import __version__
        from oxlang.diagnostics.formats import to_github, to_json, to_sarif

        if form == "json":
            text = to_json(found, relative_to=call.terminal.base)
        elif form == "github":
            text = to_github(found, relative_to=call.terminal.base)
        else:
            text = to_sarif(found, version=__version__, relative_to=call.terminal.base)
        call.terminal.out.write(text)
        return
    from oxlang.diagnostics.render import render

    colour = call.terminal.colour(call.terminal.out)
    for one in found:
        call.terminal.write(render(one, colour=colour, relative_to=call.terminal.base) + "\n")
    call.terminal.warn(_summary(found, checked))


def _summary(found: list[Diagnostic], checked: int) -> str:
    if not checked:
        return "no Starlark files found"
    errors = sum(one.code.severity == "error" for one in found)
    numbers = {"error": errors, "warning": len(found) - errors}
    what = " and ".join(counted(number, name) for name, number in numbers.items() if number) or "nothing to complain about"
    fixable = sum(any(fix.safe for fix in one.fixes) for one in found)
    return f"{what} in {counted(checked, 'file')}" + (f"; `--fix` mends {fixable}" if fixable else "")


COMMAND = Command(
    name="lint",
    summary="Look for mistakes in Starlark files without running them.",
    run=_run,
    params=(
        Argument("PATH", "Files, or folders that are searched for `.bzl` and `.star` files. Default: here.", "many"),
        Option(("--fix",), "Mend what can be mended without changing what the file means."),
        Option(("--unsafe-fixes",), "With `--fix`: make changes of meaning, too, such as corrected names."),
        Option(("--select",), "Show only these codes (or beginnings of codes, or names), separated by commas.", "CODES",
               multiple=True),
        Option(("--ignore",), "Do not show these codes.", "CODES", multiple=True),
        Option(("--strict",), "Fail on warnings, too."),
        Option(("--format",), "How to print.", "FORMAT", default="text", choices=("text", "json", "github", "sarif")),
    ),
    details="""
    Nothing is executed. Syntax, names, calls and attributes are checked against the declarations of the dialect; types
    are followed through variables, functions and the dependencies of targets. What is not known is never reported.

    A comment `# oxl: ignore[OX1003]` suppresses findings of a code on its line, or on the next line of code.

    The exit status is 1 when an error is found. `oxl explain CODE` tells what a code means.
    """,
    examples=(
        ("oxl lint", "all Starlark files below this folder"),
        ("oxl lint --fix pyoxidizer.bzl", "mend what can be mended"),
        ("oxl lint --format sarif > lint.sarif", "for a service that reads SARIF"),
    ),
)
