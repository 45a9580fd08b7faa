"""`oxl python-distribution-pack [INTERPRETER] ARCHIVE`: an installed Python as an archive that configs can name."""

from __future__ import annotations

from pathlib import Path

from oxlang.cli.invocation import Invocation
from oxlang.cli.spec import Argument, Command, Option, WrongUsage
from oxlang.diagnostics.model import error


def _run(call: Invocation) -> int:
    from oxlang.packaging.archive import file_hash
    from oxlang.packaging.local import find_interpreter
    from oxlang.packaging.pack_distribution import pack_distribution

    words = call.values.many("path")
    if not 1 <= len(words) <= 2:
        raise WrongUsage("name an interpreter and the archive to write", "oxl python-distribution-pack python3.12 OUT.tar.zst")
    archive = Path(words[-1])
    named = _interpreter(words[0], call) if len(words) == 2 else call.values.maybe("python_exe")
    interpreter = (
        Path(named)
        if named is not None
        else find_interpreter(call.values.maybe("python_version"), call.environment, cache_dir=call.cache_dir)
    )
    try:
        pack_distribution(
            interpreter,
            archive,
            with_tests=call.values.flag("with_tests"),
            shared_only=call.values.flag("shared_only"),
            say=call.terminal.info,
        )
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise error("OX0909", f"`{archive}` cannot be written: {reason}") from None
    call.terminal.write(f"written {archive}")
    call.terminal.write(f"sha256 {file_hash(archive)}")
    return 0


def _interpreter(name: str, call: Invocation) -> str:
    """Gives the path of an interpreter that is named by path or by a name on PATH."""
    from shutil import which

    return which(name, path=call.environment.get("PATH", "")) or name


COMMAND = Command(
    name="python-distribution-pack",
    summary="Pack an installed Python into an archive that other machines can use.",
    run=_run,
    params=(
        Argument("PATH", "The interpreter, and the archive to write: `.tar.zst`, `.tar.gz` or `.tar`. Without the first the "
                 "interpreter that configs get.", "many"),
        Option(("--python-version",), "Look for a Python of this version, such as `3.12`.", "X.Y"),
        Option(("--python-exe",), "The interpreter, in another way.", "PATH"),
        Option(("--with-tests",), "Pack the tests of the standard library, too."),
        Option(("--shared-only",), "Leave out the static libpython: programs get the shared one beside them."),
    ),
    details="""
    A config names it with `PythonDistribution(sha256 = …, local_path = …)`.

    The interpreter may be one of another Linux machine, in a folder into which its packages were unpacked: then it is not
    started; what it would tell is read from its files.
    """,
    examples=(
        ("oxl python-distribution-pack python3.12 cpython-3.12.tar.zst", "that interpreter"),
        ("oxl python-distribution-pack cpython-3.12.tar.zst --python-version 3.12", "for a colleague's machine"),
        ("oxl python-distribution-pack arm64/usr/bin/python3.11 arm64.tar.zst --shared-only", "for a cross build"),
    ),
)
