"""`oxl vendor PATH`: a Rust project that builds without network and elsewhere."""

from __future__ import annotations

from oxlang.cli.invocation import Invocation
from oxlang.cli.spec import Argument, Command


def _run(call: Invocation) -> int:
    from oxlang.workspace.create import vendor_project

    vendor_project(
        call.values.text("path"), environment=call.environment, cache_dir=call.cache_dir, report=call.terminal.write,
    )
    return 0


COMMAND = Command(
    name="vendor",
    summary="Copy all crates of a Rust project into it, for builds without a network.",
    run=_run,
    params=(Argument("PATH", "The project's folder.", "optional", "."),),
    examples=(("oxl vendor my-app", "then `cargo build --offline` works, on another machine too"),),
)
