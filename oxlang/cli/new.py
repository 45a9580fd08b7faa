"""`oxl new [PATH]`: a config for what is there, or for a new program after a few questions."""

from __future__ import annotations

from pathlib import Path

from oxlang.cli.invocation import Invocation
from oxlang.cli.session import Prompts
from oxlang.cli.spec import Argument, Command, Option, WrongUsage

KINDS = ("code", "package", "rust")
_QUESTION = "What shall it be? 1: some Python code, 2: a package from the registry, 3: a Rust program with Python inside"


def _run(call: Invocation) -> int:
    path = call.values.text("path")
    kind = call.values.maybe("kind")
    if kind is None:
        from oxlang.workspace.application import holds_program

        if holds_program(path):
            return _from_program(call, path)
    prompts = Prompts(call)
    if kind is None:
        if not prompts.available() or call.values.flag("yes"):
            kind = "code"
        else:
            kind = KINDS[int(_choice(prompts)) - 1]
    if kind == "rust":
        from oxlang.workspace.create import create_rust_project

        create_rust_project(
            path, environment=call.environment, cache_dir=call.cache_dir, report=call.terminal.write,
            warn=call.terminal.diagnostic,
        )
        return 0
    code, packages = _details(call, prompts, kind)
    from oxlang.workspace.create import create_config

    create_config(
        path, python_code=code, pip_install=packages, force=call.values.flag("force"), report=call.terminal.write
    )
    return 0


def _from_program(call: Invocation, path: str) -> int:
    from oxlang.workspace.application import find_application, save_config

    application = find_application(Path(path))
    place = save_config(application, force=call.values.flag("force"))
    call.terminal.write(f"writing {place}")
    call.terminal.write("")
    call.terminal.write(f"The config describes `{application.name}`; `oxl run --path {place.parent}` builds and runs it.")
    return 0


def _choice(prompts: Prompts) -> str:
    while True:
        answer = prompts.line(f"{_QUESTION}", "1")
        if answer is None:
            raise KeyboardInterrupt
        if answer in ("1", "2", "3"):
            return answer


def _details(call: Invocation, prompts: Prompts, kind: str) -> tuple[str | None, tuple[str, ...]]:
    """Gives the code to run and the packages to install."""
    code = call.values.maybe("python_code")
    packages = call.values.many("pip_install")
    asks = prompts.available() and not call.values.flag("yes")
    if kind == "package" and not packages:
        if not asks:
            raise WrongUsage("`--kind package` needs `--pip-install PKG`")
        answer = prompts.line("Which package?", None)
        if not answer:
            raise WrongUsage("a package has to be named")
        packages = (answer,)
    if code is None and kind == "package":
        module = _module_of(packages[0])
        asked = prompts.line("Which module does `python -m` run?", module) if asks else module
        code = f"import runpy; runpy.run_module({(asked or module)!r}, run_name='__main__', alter_sys=True)"
    if code is None and asks:
        code = prompts.line("Which Python code shall it run? (nothing: a prompt)", "") or None
    return code, packages


def _module_of(requirement: str) -> str:
    """The module that a requirement most likely has: `Some-Name[x]==1` has `some_name`."""
    import re

    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    return (found.group() if found else "app").lower().replace("-", "_").replace(".", "_")


COMMAND = Command(
    name="new",
    summary="Start a config, from a project that is there or by a few questions.",
    run=_run,
    params=(
        Argument("PATH", "A folder with a Python project, a script, or a folder to make.", "optional", "."),
        Option(("--kind",), "What to make, without asking.", "KIND", choices=KINDS),
        Option(("--python-code",), "Python code that the program runs.", "CODE"),
        Option(("--pip-install",), "Requirement of a Python package to install.", "PKG", multiple=True),
        Option(("--yes",), "Ask nothing; take the defaults."),
        Option(("--force",), "Overwrite a pyoxidizer.bzl that is there."),
    ),
    details="""
    For a folder with a `pyproject.toml`, or a script, the config installs the project with its dependencies and runs its
    entry point. Otherwise a new program is made: Python code, a package from the registry, or a Rust project.
    """,
    examples=(
        ("oxl new", "for the project in this folder"),
        ("oxl new --kind package --pip-install httpie http", "a program from a package"),
        ("oxl new --kind rust my-app", "a Rust program with Python inside"),
    ),
)
