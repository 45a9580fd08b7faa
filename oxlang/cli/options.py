"""Options that several commands share.

Every command lists them in one order: what is built (`--target`, `--path`, `--target-triple`, `--release`, `--profile`,
`--var`, `--var-env`), its own options, limits of the evaluation, how the build runs, and at the end `--format`.
"""

from __future__ import annotations

from oxlang.cli.spec import Option

FORMAT_JSON = Option(("--format",), "How to print.", "FORMAT", default="text", choices=("text", "json"))
TRIPLE = Option(
    ("--target-triple",), "Rust target triple of the machine to build for. Default: this machine's.", "TRIPLE"
)
RELEASE = Option(("--release",), "Build an optimised program, under `release` instead of `debug`.")
PATH = Option(
    ("--path",), "Where to look for the config file: a folder (its parents follow), or the file.", "DIR",
    default=".",
)
PROFILE = Option(
    ("--profile",), "Build with this profile of cargo: `debug`, `release`, or one of the Rust project's own.", "NAME"
)
VAR = Option(("--var",), "Define VARS[NAME] as a string for the config.", "NAME VALUE", multiple=True)
VAR_ENV = Option(
    ("--var-env",), "Define VARS[NAME] as the value of an environment variable, None if it is not set.", "NAME ENV",
    multiple=True,
)
JOBS = Option(("--jobs", "-j"), "How many actions run at once. Default: the number of processors.", "N")
