"""`oxl python-distribution-info PATH`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from oxlang.cli.invocation import Invocation
from oxlang.cli.options import FORMAT_JSON
from oxlang.cli.spec import Argument, Command

if TYPE_CHECKING:
    from oxlang.packaging.distribution import Distribution

PATH = Argument("PATH", "A full archive (`.tar.zst`), an unpacked one, or a Python interpreter.")


def _run(call: Invocation) -> int:
    from oxlang.packaging.reports import distribution_info, distribution_json

    found = open_named(call)
    if call.values.text("format") == "json":
        from oxlang.cli.output import write_json

        write_json(call.terminal, distribution_json(found))
        return 0
    for line in distribution_info(found):
        call.terminal.write(line)
    return 0


def open_named(call: Invocation) -> Distribution:
    """Gives the distribution at PATH."""
    from oxlang.packaging.reports import open_distribution

    return open_distribution(Path(call.values.text("path")), cache_dir=call.cache_dir)


COMMAND = Command(
    name="python-distribution-info",
    summary="Show what a Python distribution holds.",
    run=_run,
    params=(PATH, FORMAT_JSON),
    details="With `--format json` the description has the shape of `PYTHON.json` of python-build-standalone.",
    examples=(("oxl python-distribution-info $(command -v python3)", "of an installed Python"),),
)
