"""Evaluating a config for a command: settings and variables from its options, prints and progress to its terminal."""

from __future__ import annotations

from oxlang.cli.invocation import Invocation
from oxlang.cli.limits import limits
from oxlang.cli.spec import Option
from oxlang.diagnostics.model import OxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Literal

    from oxlang.cli.progress import Progress
    from oxlang.graph.platform import BuildSettings
    from oxlang.workspace.evaluate import Session

KEEP = Option(
    ("--keep-sandbox",), "Whether the folders in which actions ran are kept, for looking into failures.", "WHEN",
    default="never", choices=("never", "failure", "always"),
)

EXPLAIN = Option(("--explain",), "Say why each action ran, and which outputs the evaluation itself needed.")
UPGRADE = Option(("--upgrade",), "Resolve requirements anew that are not exact; what is found then stays.")
UPGRADE_PACKAGE = Option(
    ("--upgrade-package",), "Resolve this project anew; the others stay at their versions.", "NAME",
    multiple=True,
)
TRACE = Option(("--trace",), "Write when each action began and ended, for chrome://tracing, Perfetto or Speedscope.", "FILE")


def progress(call: Invocation) -> Progress:
    """Makes the display of progress that the options ask for."""
    from oxlang.cli.progress import Progress

    return Progress(call.terminal, explain=call.values.flag("explain"), trace=call.values.maybe("trace"))


def settings(call: Invocation) -> BuildSettings:
    """Gives host, target and profile from `--target-triple` and `--release`, where the command has them."""
    from oxlang.graph.platform import default_settings

    given = call.values.as_dict()
    triple = given.get("target_triple")
    named = given.get("profile")
    profile = "release" if given.get("release") else "debug"
    if isinstance(named, str):
        # Cargo's name for what lies under `debug`.
        profile = "debug" if named == "dev" else named
    return default_settings(triple if isinstance(triple, str) else None, profile)


def find_config(call: Invocation, start: str | None, *, explicit: bool = False) -> str:
    """Gives the config; an explicitly named one is not overruled by variables of the environment."""
    from oxlang.workspace import config

    found = config.config_file(start, {} if explicit else call.environment, call.terminal.info, call.terminal.warn)
    call.terminal.info(f"using config {found}")
    return found


def load(
    call: Invocation,
    config: str | Path,
    *,
    targets: Sequence[str] = (),
    mode: Literal["list", "resolve", "build-script"] = "resolve",
    progress: Progress | None = None,
    offline: bool = False,
    text: str | None = None,
) -> Session:
    """Evaluates a config with the options of the command; one that lies in no file is given as text."""
    from oxlang.workspace import evaluate
    from oxlang.workspace.config import variables

    given = call.values.as_dict()
    renewal = None
    if given.get("upgrade") or given.get("upgrade_package"):
        from oxlang.packaging.upgrade import Upgrade

        renewal = call.upgrade = Upgrade(call.values.many("upgrade_package"))
    keep = given.get("keep_sandbox")
    return evaluate.load(
        config,
        settings(call),
        variables=variables(call.values.pairs("var"), call.values.pairs("var_env"), call.environment)
        if "var" in given else None,
        targets=targets,
        mode=mode,
        env=call.environment,
        out=call.terminal.warn,
        notice=call.terminal.info if progress is None else call.terminal.warn,
        warn=call.terminal.diagnostic,
        prompts=_prompts(call),
        on_event=None if progress is None else progress.on_event,
        jobs=call.values.integer("jobs") if "jobs" in given else None,
        keep="failure" if keep == "failure" else "always" if keep == "always" else "never",
        offline=offline,
        options={"verbose": call.verbose},
        text=text,
        renewal=renewal,
        limits=limits(call.values) if "max_steps" in given else None,
    )


def say_upgrades(call: Invocation) -> None:
    """Says on stderr what `--upgrade` changed."""
    for line in () if call.upgrade is None else call.upgrade.report():
        call.terminal.warn(line)


def find_described(call: Invocation, place: str, *, explicit: bool = False) -> tuple[str | Path, str | None]:
    """Gives the config of a place, and its text when it lies in no file: that of a script, or of a project without one.

    A project that is named itself goes before a config above it. Raises OX0950 when there is neither, OX0954 for a program
    that cannot be built without a config.
    """
    import os

    from oxlang.workspace.config import CONFIG_NAME

    is_script = place.endswith((".py", ".pyw"))
    if is_script or (explicit and os.path.isdir(place) and not os.path.exists(os.path.join(place, CONFIG_NAME))):
        from oxlang.workspace.application import holds_program

        if is_script or holds_program(place):
            return _of_program(place)
    try:
        return find_config(call, place, explicit=explicit), None
    except OxError as problem:
        from oxlang.workspace.application import holds_program

        if problem.diagnostic.code.id != "OX0950" or not holds_program(place):
            raise
    from shlex import quote

    shown = quote(place)
    call.terminal.warn(f"no config at `{place}`: the project is taken as it stands (`oxl new {shown}` writes a config)")
    return _of_program(place)


def _of_program(place: str) -> tuple[Path, str]:
    from pathlib import Path

    from oxlang.workspace.application import config_of, find_application
    from oxlang.workspace.config import CONFIG_NAME

    application = find_application(Path(place))
    return application.folder / CONFIG_NAME, config_of(application)


def _prompts(call: Invocation) -> Prompts:
    return Prompts(call)


class Prompts:
    """Asks questions of a config on the terminal, if there is one."""

    def __init__(self, call: Invocation) -> None:
        self._call = call

    def available(self) -> bool:
        """Says whether somebody can answer."""
        import sys

        return sys.stdin is not None and sys.stdin.isatty() and self._call.terminal.interactive(self._call.terminal.err)

    def confirm(self, question: str, default: bool | None) -> bool | None:
        """Asks yes or no; None when the user leaves."""
        choices = "[y/n]" if default is None else "[Y/n]" if default else "[y/N]"
        while True:
            answer = self.line(f"{question} {choices}", None)
            if answer is None:
                return None
            if answer == "" and default is not None:
                return default
            if answer.lower() in ("y", "yes", "n", "no"):
                return answer.lower().startswith("y")

    def line(self, question: str, default: str | None) -> str | None:
        """Asks for a line."""
        import sys

        err = self._call.terminal.err
        err.write(question + (f" [{default}]" if default else "") + " ")
        err.flush()
        try:
            answer = sys.stdin.readline()
        except KeyboardInterrupt:
            err.write("\n")
            raise
        if not answer:
            err.write("\n")
            return None
        return answer.rstrip("\n") or default or ""

    def password(self, question: str) -> str | None:
        """Asks for a line that is not shown."""
        import getpass

        try:
            return getpass.getpass(f"{question} ")
        except EOFError:
            return None
