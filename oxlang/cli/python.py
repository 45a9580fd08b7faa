"""`oxl python list|find|info`: the Pythons of this machine that programs can be made of."""

from __future__ import annotations

from pathlib import Path

from oxlang.cli.invocation import Invocation
from oxlang.cli.options import FORMAT_JSON
from oxlang.cli.spec import Argument, Command


def _list(call: Invocation) -> int:
    from oxlang.packaging.local import find_all

    found = find_all(call.environment, cache_dir=call.cache_dir)
    if call.values.text("format") == "json":
        from oxlang.cli.output import write_json

        write_json(
            call.terminal,
            {
                "pythons": [
                    {
                        "path": str(path),
                        "version": one.version,
                        "triple": one.target_triple,
                        "static": one.supports_static,
                        "dynamic": one.supports_dynamic,
                        "default": number == 0,
                    }
                    for number, (path, one) in enumerate(found)
                ]
            },
        )
        return 0
    from oxlang.packaging.reports import python_list

    for line in python_list(found) or ["(no usable Python found; see `oxl doctor`)"]:
        call.terminal.write(line)
    return 0


def _find(call: Invocation) -> int:
    from oxlang.packaging.local import find_interpreter

    path = find_interpreter(call.values.maybe("version"), call.environment, cache_dir=call.cache_dir)
    call.terminal.write(str(path))
    return 0


def _info(call: Invocation) -> int:
    from oxlang.packaging.local import find_interpreter
    from oxlang.packaging.reports import distribution_info, open_distribution

    named = call.values.maybe("python")
    if named is not None and Path(named).exists():
        path = Path(named)
    else:
        path = find_interpreter(named, call.environment, cache_dir=call.cache_dir)
    found = open_distribution(path, cache_dir=call.cache_dir)
    if call.values.text("format") == "json":
        from oxlang.cli.output import write_json

        write_json(call.terminal, found.to_json())
        return 0
    for line in distribution_info(found):
        call.terminal.write(line)
    return 0


COMMANDS = {
    "python list": Command(
        name="python list",
        summary="List the Pythons of this machine that programs can be made of.",
        run=_list,
        params=(FORMAT_JSON,),
        details="The one with a `*` is what `default_python_distribution()` gives.",
        examples=(("oxl python list", "which versions are there"),),
    ),
    "python find": Command(
        name="python find",
        summary="Print the path of the Python that a config would get.",
        run=_find,
        params=(Argument("VERSION", "Such as `3.12`; without it the default.", "optional"),),
        details="""
        Looked for in this order: OXL_PYTHON, PYO3_PYTHON, the active virtual environment, the Python that runs oxl, PATH,
        the versions of pyenv and uv, the system.
        """,
        examples=(("oxl python find 3.12", "a certain version"),),
    ),
    "python info": Command(
        name="python info",
        summary="Show what a Python holds (as `python-distribution-info` does).",
        run=_info,
        params=(Argument("PYTHON", "A path or a version; without it the default.", "optional"), FORMAT_JSON),
        examples=(("oxl python info 3.11", "modules, extension modules, licences"),),
    ),
}
