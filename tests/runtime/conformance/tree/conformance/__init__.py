"""Assertions about importing that hold whoever imports: CPython's path importer, or the runtime's finder.

`python -m conformance` runs all checks of the modules `check_*` and prints a JSON object: name of check to None or to
the traceback of its failure. The environment variable CONFORMANCE_PLACE says where modules come from: "path" (CPython's
own importer), "memory" or "files". A check may look at it only where the places differ by nature.
"""

from __future__ import annotations

import os

PLACE = os.environ.get("CONFORMANCE_PLACE", "path")


def raises(kind, function, *arguments, **keywords):
    """The exception of that type that the call raises."""
    try:
        function(*arguments, **keywords)
    except kind as error:
        return error
    raise AssertionError(f"{function} did not raise {kind}")


def forget(*names):
    """Removes modules, with what is below them, from sys.modules."""
    import sys

    for known in list(sys.modules):
        if any(known == name or known.startswith(name + ".") for name in names):
            del sys.modules[known]


def child(*arguments, code=None, stdin="", **environment):
    """Runs this interpreter again with the same places to import from; gives the completed process."""
    import subprocess
    import sys

    command = [sys.executable, *arguments]
    if code is not None:
        command += ["-c", code]
    return subprocess.run(
        command,
        text=True,
        capture_output=True,
        input=stdin,
        timeout=60,
        env={**os.environ, **environment},
    )
