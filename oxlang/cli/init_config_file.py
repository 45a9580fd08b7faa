"""`oxl init-config-file PATH`."""

from __future__ import annotations

from oxlang.cli.invocation import Invocation
from oxlang.cli.spec import Argument, Command, Option


def _run(call: Invocation) -> int:
    from oxlang.workspace.create import create_config

    create_config(
        call.values.text("path"),
        python_code=call.values.maybe("python_code"),
        pip_install=call.values.many("pip_install"),
        force=call.values.flag("force"),
        report=call.terminal.write,
    )
    return 0


COMMAND = Command(
    name="init-config-file",
    summary="Write a new pyoxidizer.bzl.",
    run=_run,
    params=(
        Argument("PATH", "Folder for the file, made with its parents; its last component names the application."),
        Option(("--python-code",), "Python code that the program runs. Default: the program is a Python prompt.",
               "CODE"),
        Option(("--pip-install",), "Requirement of a Python package to install into the program.", "PKG",
               multiple=True),
        Option(("--force",), "Overwrite a pyoxidizer.bzl that is there."),
    ),
    details="""
    The file describes an executable, the artifacts for embedding it into a Rust program, an installation folder and a
    Windows installer. Every setting stands in it with its default, as a comment.

    Neither network nor Rust is needed.
    """,
    examples=(
        ("oxl init-config-file --python-code 'print(\"hello\")' hello", "a program that prints; then `oxl run --path hello`"),
        ("oxl init-config-file --pip-install black --python-code 'import black; black.main()' b", "a packaged tool"),
    ),
)
