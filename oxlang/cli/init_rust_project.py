"""`oxl init-rust-project PATH`."""

from __future__ import annotations

from oxlang.cli.invocation import Invocation
from oxlang.cli.spec import Argument, Command, Option


def _run(call: Invocation) -> int:
    from oxlang.workspace.create import create_rust_project

    create_rust_project(
        call.values.text("path"),
        environment=call.environment,
        cache_dir=call.cache_dir,
        pyembed=call.values.maybe("pyembed_location"),
        vendor=call.values.flag("vendor"),
        python_code=call.values.maybe("python_code"),
        report=call.terminal.write,
        warn=call.terminal.diagnostic,
    )
    return 0


COMMAND = Command(
    name="init-rust-project",
    summary="Make a Rust project that embeds Python.",
    run=_run,
    params=(
        Argument("PATH", "Folder of the project; its last component is the name of the package."),
        Option(("--python-code",), "Python code that the program of the config runs.", "CODE"),
        Option(("--pyembed-location",), "Where Cargo finds the pyembed crate: `version:X`, `path:P` or `git:URL#REV`.",
               "LOCATION"),
        Option(("--vendor",), "Copy our crates into the project, so that it can be moved to another machine."),
    ),
    details="""
    The project is an ordinary Rust program: `cargo build` links it to the Python on PATH (or that of PYO3_PYTHON). With
    the feature `build-mode-pyoxidizer-exe` its build script calls `oxl run-build-script`, and the program holds the
    Python resources that the pyoxidizer.bzl beside it describes; with `build-mode-prebuilt-artifacts` it takes them
    from the folder named by PYOXIDIZER_ARTIFACT_DIR.
    """,
    examples=(
        ("oxl init-rust-project my-app", "make it; then `cargo run` inside"),
        ("oxl build --path my-app", "build what its pyoxidizer.bzl describes without its own main.rs"),
    ),
)
