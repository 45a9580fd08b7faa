"""`oxl migrate CONFIG [--write]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oxlang.cli.invocation import Invocation
from oxlang.cli.session import find_config
from oxlang.cli.spec import Argument, Command, Option

if TYPE_CHECKING:
    from pathlib import Path


def _run(call: Invocation) -> int:
    from pathlib import Path

    from oxlang.dialect.migrate import explained, migrate
    from oxlang.workspace.evaluate import read_config

    path = Path(find_config(call, call.values.text("config"), explicit=True))
    source = read_config(path)
    migration = migrate(source)
    for line in explained(migration, str(path)):
        call.terminal.warn(line)
    if migration.text == source.text:
        call.terminal.warn(f"{path}: nothing to change")
    elif call.values.flag("write"):
        _replace(path, migration.text)
        call.terminal.warn(f"{path}: rewritten")
    else:
        _show_difference(call, source.text, migration.text, str(path))
    return 0


def _replace(path: Path, text: str) -> None:
    """Writes the new text aside, then puts it in the old one's place. Raises OX0519."""
    import os

    from oxlang.diagnostics.model import error

    aside = path.with_name(f".{path.name}.new")
    try:
        aside.write_text(text, encoding="utf-8", newline="")
        os.replace(aside, path)
    except OSError as failure:
        raise error("OX0519", f"`{path}` cannot be written: {failure.strerror}") from None


def _show_difference(call: Invocation, old: str, new: str, path: str) -> None:
    import difflib

    for line in difflib.unified_diff(old.splitlines(), new.splitlines(), path, f"{path} (today)", lineterm=""):
        call.terminal.write(line)


COMMAND = Command(
    name="migrate",
    summary="Rewrite a config of an older PyOxidizer.",
    run=_run,
    params=(
        Argument("CONFIG", "The config, or a folder to look for it from.", "optional", "."),
        Option(("--write",), "Change the file; without this the difference is shown."),
    ),
    details="""
    Names of the dialects of PyOxidizer 0.4 to 0.10 become today's. Each change is explained on the standard error; what
    has no counterpart is named there, too, and needs a person.
    """,
    examples=(("oxl migrate", "show what would change"), ("oxl migrate app/pyoxidizer.bzl --write", "change the file")),
)
