"""`oxl run-build-script [BUILD_SCRIPT_NAME]`: called by cargo's build.rs; stdout belongs to cargo."""

from __future__ import annotations

from oxlang.cli.invocation import Invocation
from oxlang.cli.limits import LIMITS, limits
from oxlang.cli.options import VAR, VAR_ENV
from oxlang.cli.spec import Argument, Command, Option


def _run(call: Invocation) -> int:
    from oxlang.cli.progress import Progress
    from oxlang.workspace.build_script import run_build_script
    from oxlang.workspace.config import variables

    def say(line: str) -> None:
        call.terminal.write(line)
        call.terminal.out.flush()

    with Progress(call.terminal) as progress:
        run_build_script(
            call.environment,
            say,
            script=call.values.text("build_script_name"),
            target=call.values.maybe("target"),
            variables=variables(call.values.pairs("var"), call.values.pairs("var_env"), call.environment),
            notice=call.terminal.info,
            out=call.terminal.warn,
            warn=call.terminal.diagnostic,
            on_event=progress.on_event,
            options={"verbose": call.verbose},
            limits=limits(call.values),
        )
    return 0


COMMAND = Command(
    name="run-build-script",
    summary="Bring the artifacts of a Rust project up to date, from its build script.",
    run=_run,
    params=(
        Argument("BUILD_SCRIPT_NAME", "File name of the build script, told to cargo.", "optional", "build.rs"),
        Option(("--target",), "The target. Default: the config's default target of build scripts.", "NAME"),
        VAR,
        VAR_ENV,
        *LIMITS,
    ),
    details="""
    Reads TARGET, PROFILE, CARGO_MANIFEST_DIR and OUT_DIR as cargo sets them for build scripts; PYOXIDIZER_ARTIFACT_DIR
    names another place for the artifacts. Prints `cargo:` lines: every file and variable that evaluation looked at, and
    the path of the generated default_python_config.rs.

    Nothing is evaluated when the artifacts there were made from the same inputs.
    """,
    examples=(
        ("TARGET=x86_64-unknown-linux-gnu PROFILE=debug OUT_DIR=target/out oxl run-build-script",
         "by hand, for a later `cargo build` with the feature build-mode-prebuilt-artifacts"),
    ),
)
