"""`oxl rust-project-licensing PROJECT_PATH`."""

from __future__ import annotations

from pathlib import Path

from oxlang.cli.invocation import Invocation
from oxlang.cli.options import FORMAT_JSON, TRIPLE
from oxlang.cli.spec import Argument, Command, Option


def _run(call: Invocation) -> int:
    from oxlang.packaging.licensing import license_document, license_summary, noteworthy
    from oxlang.workspace.rust_project import project_components

    components = project_components(
        Path(call.values.text("project_path")),
        call.environment,
        triple=call.values.maybe("target_triple"),
        all_features=call.values.flag("all_features"),
        cache_dir=call.cache_dir,
    )
    if call.values.text("format") == "json":
        from oxlang.cli.licence_line import component_rows
        from oxlang.cli.output import write_json

        write_json(call.terminal, {"components": component_rows(components)})
        return 0
    if call.values.flag("unified_license"):
        call.terminal.write(license_document(components, with_noteworthy=True).rstrip("\n"))
        return 0
    call.terminal.write(license_summary(components).rstrip("\n"))
    remarks = noteworthy(components).rstrip("\n")
    if remarks:
        call.terminal.write(f"\n{remarks}")
    return 0


COMMAND = Command(
    name="rust-project-licensing",
    summary="Show the licences of the crates that a Rust project is built from.",
    run=_run,
    params=(
        Argument("PROJECT_PATH", "Folder of the package."),
        TRIPLE,
        Option(("--all-features",), "With all features of the project, not only the default ones."),
        Option(("--unified-license",), "Print one document with all licences and their texts."),
        FORMAT_JSON,
    ),
    examples=(
        ("oxl rust-project-licensing my-app", "counts and a table"),
        ("oxl rust-project-licensing --unified-license my-app > COPYING.txt", "everything a product has to come with"),
    ),
)
