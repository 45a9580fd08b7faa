"""`oxl generate-python-embedding-artifacts DESTINATION_PATH`."""

from __future__ import annotations

from pathlib import Path

from oxlang.cli.invocation import Invocation
from oxlang.cli.options import TRIPLE
from oxlang.cli.spec import Argument, Command, Option


def _run(call: Invocation) -> int:
    from oxlang.cli.progress import Progress
    from oxlang.workspace.embedding_artifacts import generate_embedding_artifacts

    with Progress(call.terminal) as progress:
        folder = generate_embedding_artifacts(
            Path(call.values.text("destination_path")),
            call.environment,
            triple=call.values.maybe("target_triple"),
            flavor=call.values.text("flavor"),
            python_version=call.values.maybe("python_version"),
            python_exe=call.values.maybe("python_exe"),
            warn=call.terminal.diagnostic,
            on_event=progress.on_event,
        )
    call.terminal.warn(f"the artifacts are in {folder}")
    return 0


COMMAND = Command(
    name="generate-python-embedding-artifacts",
    summary="Make a Python for embedding into Rust programs, without a config.",
    run=_run,
    params=(
        Argument("DESTINATION_PATH", "Folder for the artifacts, made with its parents."),
        TRIPLE,
        Option(("--flavor",), "How libpython is linked: standalone (what is there), standalone_static or "
               "standalone_dynamic; local is the Python of this machine.", "FLAVOR", default="standalone"),
        Option(("--python-version",), "Version of Python. Default: that of the Python which configs get (`oxl python find`).", "X.Y"),
        Option(("--python-exe",), "The interpreter to take, instead of looking for one.", "PATH"),
    ),
    details="""
    The folder gets the packed standard library, the interpreter's configuration as Rust source, the PyO3 configuration
    that links libpython, files that have to lie beside a program, and stdlib/ with the standard library's own files.
    """,
    examples=(
        ("oxl generate-python-embedding-artifacts art", "then build a project of `oxl init-rust-project` with it:"),
        ("PYOXIDIZER_ARTIFACT_DIR=$PWD/art PYO3_CONFIG_FILE=$PWD/art/pyo3-build-config-file.txt \\\n"
         "    cargo build --no-default-features --features build-mode-prebuilt-artifacts", ""),
    ),
)
