"""`oxl python-distribution-pack ARCHIVE`: an installed Python as an archive that configs can name."""

from __future__ import annotations

from pathlib import Path

from oxlang.cli.invocation import Invocation
from oxlang.cli.spec import Argument, Command, Option


def _run(call: Invocation) -> int:
    from oxlang.packaging.archive import file_hash
    from oxlang.packaging.local import find_interpreter
    from oxlang.packaging.pack_distribution import pack_distribution

    archive = Path(call.values.text("archive"))
    named = call.values.maybe("python_exe")
    interpreter = (
        Path(named)
        if named is not None
        else find_interpreter(call.values.maybe("python_version"), call.environment, cache_dir=call.cache_dir)
    )
    pack_distribution(interpreter, archive, with_tests=call.values.flag("with_tests"), say=call.terminal.info)
    call.terminal.write(f"written {archive}")
    call.terminal.write(f"sha256 {file_hash(archive)}")
    return 0


COMMAND = Command(
    name="python-distribution-pack",
    summary="Pack an installed Python into an archive that other machines can use.",
    run=_run,
    params=(
        Argument("ARCHIVE", "The archive to write: `.tar.zst`, `.tar.gz` or `.tar`."),
        Option(("--python-exe",), "The interpreter. Default: the one that configs get.", "PATH"),
        Option(("--python-version",), "Look for a Python of this version, such as `3.12`.", "X.Y"),
        Option(("--with-tests",), "Pack the tests of the standard library, too."),
    ),
    details="A config names it with `PythonDistribution(sha256 = …, local_path = …)`.",
    examples=(("oxl python-distribution-pack cpython-3.12.tar.zst --python-version 3.12", "for a colleague's machine"),),
)
