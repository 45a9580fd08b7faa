"""`oxl python-distribution-licenses PATH`."""

from __future__ import annotations

from oxlang.cli.invocation import Invocation
from oxlang.cli.options import FORMAT_JSON
from oxlang.cli.python_distribution_info import PATH, open_named
from oxlang.cli.spec import Command


def _run(call: Invocation) -> int:
    found = open_named(call)
    if call.values.text("format") == "json":
        from oxlang.cli.licence_line import component_rows
        from oxlang.cli.output import write_json
        from oxlang.packaging.licensing import distribution_components

        components = component_rows(distribution_components(found))
        write_json(call.terminal, {"licenses": list(found.licenses or ()), "components": components})
        return 0
    from oxlang.packaging.reports import distribution_licenses

    for line in distribution_licenses(found):
        call.terminal.write(line)
    return 0


COMMAND = Command(
    name="python-distribution-licenses",
    summary="Show the licences of a Python distribution and of the libraries in it.",
    run=_run,
    params=(PATH, FORMAT_JSON),
    examples=(("oxl python-distribution-licenses $(command -v python3)", "of an installed Python"),),
)
