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

    given = call.values.text("config")
    if (sections := _sections(given)) is not None:
        return _from_sections(call, sections)
    path = Path(find_config(call, given, explicit=True))
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


def _sections(given: str) -> Path | None:
    """Gives the `pyoxidizer.toml` that is meant: a file of that kind, or one in a folder without a `pyoxidizer.bzl`."""
    from pathlib import Path

    from oxlang.dialect.toml_config import NAME
    from oxlang.workspace.config import CONFIG_NAME

    path = Path(given)
    if path.suffix == ".toml":
        return path
    return path / NAME if (path / NAME).is_file() and not (path / CONFIG_NAME).exists() else None


def _from_sections(call: Invocation, path: Path) -> int:
    """Makes a new config beside one of PyOxidizer 0.4 or older, which stays."""
    from oxlang.diagnostics.model import error
    from oxlang.dialect.migrate import explained
    from oxlang.dialect.toml_config import migrate_toml
    from oxlang.workspace.config import CONFIG_NAME
    from oxlang.workspace.evaluate import read_config

    new = path.with_name(CONFIG_NAME)
    migration = migrate_toml(read_config(path))
    for line in explained(migration, str(path)):
        call.terminal.warn(line)
    if not call.values.flag("write"):
        _show_difference(call, "", migration.text, str(new))
    elif new.exists():
        raise error("OX0519", f"`{new}` exists already", help=f"move it away to make one of `{path.name}`")
    else:
        _replace(new, migration.text)
        call.terminal.warn(f"{new}: written")
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
    Names of the dialects of PyOxidizer 0.4 to 0.10 become today's; of a `pyoxidizer.toml`, which was the config before, a
    `pyoxidizer.bzl` is made beside it. Each change is explained on the standard error; what has no counterpart is named
    there, too, and needs a person.
    """,
    examples=(("oxl migrate", "show what would change"), ("oxl migrate app/pyoxidizer.bzl --write", "change the file")),
)
