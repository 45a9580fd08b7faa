"""`oxl new [PATH]`: a config for what is there, or for a new program after a few questions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from oxlang.cli.invocation import Invocation
from oxlang.cli.session import Prompts
from oxlang.cli.spec import Argument, Command, Option, WrongUsage

KINDS = ("code", "package", "rust")
_QUESTION = "What shall it be?"
_CHOICES = ("some Python code", "a package from the registry", "a Rust program with Python inside")


def _run(call: Invocation) -> int:
    path = call.values.text("path")
    kind = call.values.maybe("kind")
    prompts = Prompts(call)
    if kind is None:
        from oxlang.workspace.application import holds_program

        if path.endswith((".py", ".pyw")) or holds_program(path):
            return _from_program(call, prompts, path)
    if call.values.maybe("script") is not None:
        raise WrongUsage(f"`--script` names a script of a project, and `{path}` holds none")
    if kind != "rust":
        from oxlang.workspace.create import check_config_place

        check_config_place(path, force=call.values.flag("force"))
    if kind is None:
        kind = KINDS[_choice(prompts, _QUESTION, _CHOICES)] if _asks(call, prompts) else "code"
    if kind == "rust":
        from oxlang.workspace.create import create_rust_project

        create_rust_project(
            path, environment=call.environment, cache_dir=call.cache_dir, python_code=call.values.maybe("python_code"),
            report=call.terminal.write, warn=call.terminal.diagnostic,
        )
        return 0
    code, packages = _details(call, prompts, kind)
    from oxlang.workspace.create import create_config

    create_config(
        path, python_code=code, pip_install=packages, force=call.values.flag("force"), report=call.terminal.write
    )
    return 0


def _asks(call: Invocation, prompts: Prompts) -> bool:
    return prompts.available() and not call.values.flag("yes")


def _from_program(call: Invocation, prompts: Prompts, path: str) -> int:
    from oxlang.cargo.project import notice
    from oxlang.diagnostics.paths import display_path
    from oxlang.workspace.application import find_application, save_config, scripts_of
    from oxlang.workspace.create import check_config_place

    for given in ("python_code", "pip_install"):
        if call.values[given]:
            option = f"--{given.replace('_', '-')}"
            raise WrongUsage(f"`{option}` is for a new program, and `{path}` holds one", "with `--kind code` it is made anyway")
    script = call.values.maybe("script")
    scripts = scripts_of(Path(path)) if script is None and _asks(call, prompts) else []
    if len(scripts) > 1:
        script = scripts[_choice(prompts, "Which of its scripts is the program?", scripts)]
    application = find_application(Path(path), script=script)
    check_config_place(str(application.folder), force=call.values.flag("force"))
    place = save_config(application, force=call.values.flag("force"))
    call.terminal.write(f"writing {display_path(str(place), call.terminal.base)}")
    call.terminal.write("")
    call.terminal.write(notice(path if Path(path).is_dir() else str(Path(path).parent), rust=False))
    return 0


def _choice(prompts: Prompts, question: str, choices: Sequence[str]) -> int:
    """Asks for one of several; gives its number from zero. Raises KeyboardInterrupt when the user leaves."""
    lines = [question, *(f"  {number}: {text}" for number, text in enumerate(choices, 1)), "Number"]
    while True:
        answer = prompts.line("\n".join(lines), "1")
        if answer is None:
            raise KeyboardInterrupt
        if answer.isascii() and answer.isdigit() and 1 <= int(answer) <= len(choices):
            return int(answer) - 1
        lines = [f"a number from 1 to {len(choices)}"]


def _details(call: Invocation, prompts: Prompts, kind: str) -> tuple[str | None, tuple[str, ...]]:
    """Gives the code to run and the packages to install."""
    code = call.values.maybe("python_code")
    packages = call.values.many("pip_install")
    asks = _asks(call, prompts)
    if kind == "package" and not packages:
        if not asks:
            raise WrongUsage("`--kind package` needs `--pip-install PKG`")
        packages = (_line(prompts, "Which package?", None),)
        if not packages[0]:
            raise WrongUsage("a package has to be named")
    if code is None and kind == "package":
        module = _module_of(packages[0])
        asked = _line(prompts, "Which of its modules shall run, as `python -m MODULE` does?", module) if asks else module
        code = f"import runpy; runpy.run_module({asked!r}, run_name='__main__', alter_sys=True)"
    if code is None and asks:
        code = _line(prompts, "Which Python code shall it run? (nothing: a Python prompt)", None) or None
    return code, packages


def _line(prompts: Prompts, question: str, default: str | None) -> str:
    answer = prompts.line(question, default)
    if answer is None:
        raise KeyboardInterrupt
    return answer


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
        Option(("--script",), "Which script of the project is the program, when it has several.", "NAME"),
        Option(("--python-code",), "Python code that the program runs.", "CODE"),
        Option(("--pip-install",), "Requirement of a Python package to install.", "PKG", multiple=True),
        Option(("--yes",), "Ask nothing; take the defaults."),
        Option(("--force",), "Overwrite a pyoxidizer.bzl that is there."),
    ),
    details="""
    For a script, or a folder with a project (`pyproject.toml`, `setup.cfg`, `setup.py`, a package with `__main__.py`, a
    `main.py`), the config installs what it depends on and runs its script. Otherwise a new program is made: Python code, a
    package from the registry, or a Rust project. Questions are asked on a terminal only.
    """,
    examples=(
        ("oxl new", "for the project in this folder"),
        ("oxl new --kind package --pip-install httpie http", "a program from a package"),
        ("oxl new --kind rust my-app", "a Rust program with Python inside"),
    ),
)
