"""The list of commands: name, module and summary, so that listing them imports none of them.

The order is the help page's: alphabetical, but `run-build-script` before `run`, as in PyOxidizer.
"""

from __future__ import annotations

import sys

from oxlang.cli.spec import Command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS: Mapping[str, tuple[str, str]] = {
    "analyze": ("analyze", "Show which libraries a program needs, and the oldest systems that have them."),
    "build": ("build", "Build targets of a config."),
    "cache": ("cache", "Look into the cache and keep it small."),
    "cache-clear": ("cache_clear", "Remove the cache folder."),
    "completion": ("completion", "Make a shell complete commands and options."),
    "debug": ("debug", "Run the debug adapter for editors, on standard input and output."),
    "docs": ("docs", "Show the reference of a name of the dialect or of a module of @stdlib."),
    "doctor": ("doctor", "Say what is found on this machine, what is missing, and how to get it."),
    "eval": ("eval", "Evaluate a config, show what it describes as a graph, and build it."),
    "explain": ("explain", "Show what a diagnostic code means and what to do."),
    "find-resources": ("find_resources", "List the Python resources in a folder, wheel or distribution."),
    "fmt": ("fmt", "Format Starlark files."),
    "generate-python-embedding-artifacts": (
        "generate_python_embedding_artifacts", "Make a Python for embedding into Rust programs, without a config.",
    ),
    "help": ("help_command", "Show the help page of a command."),
    "init-config-file": ("init_config_file", "Write a new pyoxidizer.bzl."),
    "init-rust-project": ("init_rust_project", "Make a Rust project that embeds Python."),
    "lint": ("lint", "Look for mistakes in Starlark files without running them."),
    "list-targets": ("list_targets", "List the targets of a config."),
    "lsp": ("lsp", "Run the language server for editors, on standard input and output."),
    "migrate": ("migrate", "Rewrite a config of an older PyOxidizer."),
    "new": ("new", "Start a config, from a project that is there or by a few questions."),
    "python": ("python", "Show the Pythons of this machine that programs can be made of."),
    "python-distribution-extract": ("python_distribution_extract", "Unpack an archive of a Python distribution."),
    "python-distribution-info": ("python_distribution_info", "Show what a Python distribution holds."),
    "python-distribution-licenses": (
        "python_distribution_licenses", "Show the licences of a Python distribution and of the libraries in it.",
    ),
    "python-distribution-pack": (
        "python_distribution_pack", "Pack an installed Python into an archive that other machines can use.",
    ),
    "repl": ("repl", "A prompt for Starlark."),
    "run-build-script": (
        "run_build_script", "Bring the artifacts of a Rust project up to date, from its build script.",
    ),
    "run": ("run", "Build a target and run its program."),
    "rust-project-licensing": (
        "rust_project_licensing", "Show the licences of the crates that a Rust project is built from.",
    ),
    "size": ("size", "Show where the bytes of a program are."),
    "starlark": ("starlark", "Run files of plain Starlark, without the names of the dialect."),
    "test": ("test_command", "Run tests written in Starlark."),
    "vendor": ("vendor", "Copy all crates of a Rust project into it, for builds without a network."),
    "why": ("why", "Say what a build would run, and why."),
}
"""Name of a command or group: (module in `oxlang.cli`, summary)."""

GROUPS: Mapping[str, Mapping[str, str]] = {
    "cache": {
        "status": "Show where the cache is and what it holds.",
        "gc": "Remove what was not used for the longest time.",
        "clear": "Remove the cache folder (the same as `cache-clear`).",
    },
    "completion": {
        "install": "Write the file that makes a shell complete `oxl`.",
        "show": "Print that file.",
    },
    "python": {
        "list": "List the Pythons of this machine that programs can be made of.",
        "find": "Print the path of the Python that a config would get.",
        "info": "Show what a Python holds (as `python-distribution-info` does).",
    },
}
"""Group: its subcommands with their summaries."""


def find(name: str) -> Command | None:
    """Gives the command of a name, a subcommand's with its group; None when there is none."""
    group = name.split(" ", 1)[0]
    if group not in COMMANDS or (group in GROUPS) != (" " in name):
        return None
    if group in GROUPS and name.split(" ", 1)[1] not in GROUPS[group]:
        return None
    path = f"oxlang.cli.{COMMANDS[group][0]}"
    __import__(path)
    module = sys.modules[path]
    if group in GROUPS:
        several: Mapping[str, Command] = module.COMMANDS
        return several[name]
    one: Command = module.COMMAND
    return one


def all_names() -> list[str]:
    """Gives the full names of all commands."""
    names: list[str] = []
    for name in COMMANDS:
        names += [f"{name} {sub}" for sub in GROUPS[name]] if name in GROUPS else [name]
    return names
