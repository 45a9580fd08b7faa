"""`oxl fmt [PATH…]`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from oxlang.cli.invocation import Invocation
from oxlang.cli.lint import files, read
from oxlang.cli.output import counted
from oxlang.cli.spec import Argument, Command, Option

if TYPE_CHECKING:
    from pathlib import Path

    from oxlang.source import SourceFile


def _run(call: Invocation) -> int:
    from oxlang.diagnostics.model import OxError
    from oxlang.lint.kinds import options_of

    if call.values.many("path") == ("-",):
        from oxlang.format import format_text
        from oxlang.source import SourceFile

        source = SourceFile("<stdin>", _standard_input())
        call.terminal.out.write(format_text(source, options_of(call.values.text("stdin_name"))))
        return 0
    changed: list[Path] = []
    broken = 0
    count = 0
    for path in files(call.values.many("path") or (".",)):
        count += 1
        source = read(path)
        try:
            if _format(call, path, source):
                changed.append(path)
        except OxError as failure:
            broken += 1
            call.terminal.failure(failure)
    _report(call, changed, count, broken)
    if broken:
        return 1
    return 1 if changed and (call.values.flag("check") or call.values.flag("diff")) else 0


def _standard_input() -> str:
    """Reads the text of standard input. Raises OX0901 when it is not UTF-8, of which nothing could be given back."""

    from oxlang.diagnostics.model import error

    stream = getattr(sys.stdin, "buffer", None)
    if stream is None:
        return sys.stdin.read()
    try:
        text: str = stream.read().decode("utf-8")
    except UnicodeDecodeError:
        raise error("OX0901", "standard input is not UTF-8", help="store it as UTF-8") from None
    return text


def _format(call: Invocation, path: Path, source: SourceFile) -> bool:
    """Formats one file; gives whether that changes it."""
    from oxlang.format import format_text
    from oxlang.lint.kinds import options_of

    text = format_text(source, options_of(path.name))
    if text == source.text:
        return False
    if call.values.flag("diff"):
        import difflib

        lines = difflib.unified_diff(source.text.splitlines(), text.splitlines(), str(path), str(path), lineterm="")
        call.terminal.out.write("".join(f"{line}\n" for line in lines))
    elif not call.values.flag("check"):
        from oxlang.cli.writing import replace_text

        replace_text(path, text)
    return True


def _report(call: Invocation, changed: list[Path], count: int, broken: int) -> None:
    if call.values.text("format") == "json":
        from oxlang.cli.output import write_json

        write_json(call.terminal, {"files": count, "changed": [str(one) for one in changed], "broken": broken})
        return
    would = "would be changed" if call.values.flag("check") or call.values.flag("diff") else "changed"
    if would != "changed":
        for one in changed:
            call.terminal.warn(f"{one}: {would}")
    told = [f"{len(changed)} of {counted(count, 'file')} {would}" if count else "no Starlark files found"]
    if broken:
        told.append(f"{broken} with errors")
    call.terminal.warn(", ".join(told))


COMMAND = Command(
    name="fmt",
    summary="Format Starlark files.",
    run=_run,
    params=(
        Argument("PATH", "Files, or folders that are searched for `.bzl` and `.star` files; `-` is standard input. "
                 "Default: here.", "many"),
        Option(("--check",), "Change nothing; fail if a file is not formatted."),
        Option(("--diff",), "Change nothing; print what would change, and fail if something would."),
        Option(("--stdin-name",), "Name of the text on standard input, which says what language it is.", "NAME",
               default="pyoxidizer.bzl"),
        Option(("--format",), "How to print the summary.", "FORMAT", default="text", choices=("text", "json")),
    ),
    details="""
    There are no settings: four spaces, lines of up to 88 columns, double quotes. Meaning and comments stay. A file with
    a syntax error is left alone.
    """,
    examples=(("oxl fmt", "all files below this folder"), ("oxl fmt --check", "for a check in CI")),
)
