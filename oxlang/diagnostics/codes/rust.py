"""OX08xx: the Rust project and toolchain."""

from oxlang.diagnostics.model import Code

CODES: tuple[Code, ...] = (
    Code(
        id="OX0801",
        name="cargo-not-found",
        summary="There is no `cargo` executable on PATH.",
        failure="environment",
    ),
    Code(
        id="OX0802",
        name="rustc-not-found",
        summary="There is no `rustc` executable on PATH, or `RUSTC` names a file that does not exist.",
        failure="environment",
    ),
    Code(
        id="OX0803",
        name="rust-too-old",
        summary="The Rust found is older than the runtime crate needs.",
        failure="environment",
    ),
    Code(
        id="OX0804",
        name="rust-does-not-run",
        summary="A tool of the Rust toolchain was found but does not run.",
        failure="environment",
    ),
    Code(
        id="OX0805",
        name="rust-target-missing",
        summary="The Rust toolchain has no standard library for the target triple.",
        failure="environment",
    ),
    Code(
        id="OX0806",
        name="no-libpython-archive",
        summary="A Python distribution has only the object files of a static libpython.",
    ),
    Code(
        id="OX0810",
        name="launcher-build-failed",
        summary="Cargo could not build the launcher of an executable.",
        failure="environment",
    ),
    Code(
        id="OX0811",
        name="rust-project-build-failed",
        summary="Cargo could not build a Rust project of the user.",
    ),
    Code(
        id="OX0812",
        name="no-program-built",
        summary="Cargo succeeded but did not make the expected program.",
    ),
    Code(
        id="OX0820",
        name="package-exists",
        summary="The folder for a new Rust project already holds a package or files that would be overwritten.",
    ),
    Code(
        id="OX0821",
        name="bad-package-name",
        summary="The last component of the path is not a legal name of a Rust package.",
    ),
    Code(
        id="OX0822",
        name="bad-pyembed-location",
        summary="`OXL_PYEMBED_LOCATION` is not `version:X`, `path:P` or `git:URL#REV`.",
    ),
    Code(
        id="OX0823",
        name="lockfile-not-made",
        summary="No `Cargo.lock` could be made for a new project.",
        severity="warning",
        failure="environment",
    ),
    Code(
        id="OX0824",
        name="project-not-written",
        summary="The files of a new project or config could not be written.",
        failure="environment",
    ),
    Code(
        id="OX0825",
        name="config-exists",
        summary="There is already a config file, and `--force` was not given.",
    ),
    Code(
        id="OX0826",
        name="not-a-directory",
        summary="The path for a new project or config exists and is not a directory.",
    ),
    Code(
        id="OX0827",
        name="vendor-failed",
        summary="Cargo could not copy the crates of a project into it.",
        failure="environment",
    ),
    Code(
        id="OX0830",
        name="not-a-rust-project",
        summary="The path does not hold a `Cargo.toml`.",
    ),
    Code(
        id="OX0831",
        name="cargo-metadata-failed",
        summary="Cargo could not describe the packages of a project.",
    ),
    Code(
        id="OX0832",
        name="foreign-pyembed",
        summary="A Rust project takes pyembed from PyOxidizer, which does not fit oxl's artifacts.",
    ),
    Code(
        id="OX0840",
        name="no-such-flavor",
        summary="The flavor of a Python distribution does not exist.",
    ),
    Code(
        id="OX0841",
        name="no-matching-python",
        summary="No Python distribution fits what was asked for.",
        failure="environment",
    ),
)
