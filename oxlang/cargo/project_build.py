"""Builds a Rust project of the user with cargo: which command, with which variables, and where the program is.

The project's own target folder is used, so that `cargo build` by hand and `oxl build --rust-project` share their work.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from oxlang.cargo.linking import encoded_flags, static_crt_flags
from oxlang.cargo.manifest import ALLOCATORS
from oxlang.cargo.placing import PYO3_CONFIG
from oxlang.cargo.settings import cross_linker, default_target, missing_linker, variable
from oxlang.cargo.toolchain import Toolchain
from oxlang.diagnostics.model import error
from oxlang.graph.platform import BuildSettings
from oxlang.records import dataclass, replace

_PREBUILT = "build-mode-prebuilt-artifacts"
_STANDALONE = "build-mode-standalone"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectPackage:
    """The package of a project that embeds Python.

    Attributes:
        name: its name.
        manifest: path of its `Cargo.toml`.
        default_features: members of the feature `default`.
        features: names of all features.
        program: name of its program.
    """

    name: str
    manifest: Path
    default_features: tuple[str, ...]
    features: frozenset[str]
    program: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CargoCommand:
    """A command of cargo.

    Attributes:
        argv: the words.
        env: the complete environment.
        shown: the words and the variables that oxl has set, for people.
        advice: what is known to be missing, for the case that cargo fails.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str]
    shown: str
    advice: str = ""


def find_package(metadata: Mapping[str, Any], project: Path) -> ProjectPackage:
    """Finds the package of a project, or the one member of a workspace that embeds Python.

    Raises OX0830 when there is none, or more than one.
    """
    manifest = (project / "Cargo.toml").resolve()
    packages = metadata["packages"]
    own = [one for one in packages if Path(one["manifest_path"]).resolve() == manifest]
    candidates = own or [one for one in packages if _PREBUILT in one["features"]]
    if len(candidates) != 1:
        names = ", ".join(f"`{one['name']}`" for one in candidates) or "none"
        raise error(
            "OX0830",
            f"it is not clear which package of the workspace `{project}` embeds Python",
            help="name the folder of the package",
            notes=[f"packages with the feature `{_PREBUILT}`: {names}"],
        )
    [package] = candidates
    programs = [target["name"] for target in package["targets"] if "bin" in target["kind"]]
    wanted = (package.get("default_run"), package["name"], *programs)
    program = next((one for one in wanted if one in programs), "")
    if not program:
        raise error("OX0812", f"the package `{package['name']}` has no program", help="give it a `src/main.rs`")
    return ProjectPackage(
        name=package["name"],
        manifest=Path(package["manifest_path"]),
        default_features=tuple(package["features"].get("default", ())),
        features=frozenset(package["features"]),
        program=program,
    )


def wanted_features(package: ProjectPackage, allocator: str = "default") -> tuple[str, ...]:
    """Gives the cargo features of a build: the project's default ones with prebuilt artifacts and the allocator.

    Args:
        package: what is built.
        allocator: backend that the interpreter's configuration names.
    """
    features = [one for one in package.default_features if one != _STANDALONE]
    wanted = [_PREBUILT]
    if allocator in ALLOCATORS:
        wanted += [f"global-allocator-{allocator}", f"allocator-{allocator}"]
    features += [one for one in wanted if one in package.features]
    return tuple(dict.fromkeys(features))


def build_command(
    package: ProjectPackage,
    toolchain: Toolchain,
    settings: BuildSettings,
    artifacts: Path,
    env: Mapping[str, str],
    *,
    features: Sequence[str] = (_PREBUILT,),
    link_mode: str = "static",
    extra: Sequence[str] = (),
) -> CargoCommand:
    """Gives the command that builds a package with prebuilt artifacts.

    Args:
        package: what to build.
        toolchain: with which cargo.
        settings: triple and profile; the host's own triple is passed on only where cargo would build for another one, so
            that the usual folder is used.
        artifacts: the artifact folder, absolute.
        env: the caller's environment.
        features: cargo features to turn on, see `wanted_features`.
        link_mode: how libpython is linked.
        extra: further words for cargo.
    """
    words = ["build", "--manifest-path", str(package.manifest), "--bin", package.program]
    triple, folder = settings.target.triple, package.manifest.parent
    if triple != toolchain.host or default_target(env, folder):
        words += ["--target", triple]
    if settings.profile == "release":
        words.append("--release")
    elif settings.profile != "debug":
        words += ["--profile", settings.profile]
    words += ["--no-default-features", "--features", ",".join(features)]
    words += extra
    own = {
        "PYOXIDIZER_ARTIFACT_DIR": str(artifacts),
        "PYO3_CONFIG_FILE": str(artifacts / PYO3_CONFIG),
        # For build scripts of old projects, which would make artifacts of their own.
        "PYOXIDIZER_REUSE_ARTIFACTS": "1",
        "RUSTC": str(toolchain.rustc),
    }
    if triple != toolchain.host and (linker := cross_linker(triple, env, folder)):
        own[variable(triple, "linker")] = linker
    if settings.target.is_msvc and link_mode == "static":
        own |= encoded_flags(static_crt_flags(triple, env))
    variables = {**env, **own}
    if "RUSTFLAGS" in own:
        variables.pop("CARGO_ENCODED_RUSTFLAGS", None)
    shown = " ".join([*(f"{name}={value}" for name, value in sorted(own.items())), "cargo", *words])
    argv = (str(toolchain.cargo), *words, "--message-format", "json-render-diagnostics")
    advice = "" if triple == toolchain.host else missing_linker(triple, env, folder)
    return CargoCommand(argv=argv, env=variables, shown=shown, advice=advice)


def finds_libraries_beside(program: Path) -> bool:
    """Whether a program looks for shared libraries in its own folder; programs of other systems than ELF's do."""
    from oxlang.packaging.elf import ElfError, read_elf_facts

    try:
        return "$ORIGIN" in read_elf_facts(program).runpath.split(":")
    except ElfError:
        return True


def with_libraries_beside(command: CargoCommand) -> CargoCommand:
    """Gives the command that links the same program with its own folder as a place of libraries."""
    flags = ("--", "-C", "link-arg=-Wl,-rpath,$ORIGIN")
    argv = (command.argv[0], "rustc", *command.argv[2:], *flags)
    shown = f"{command.shown.replace(' cargo build ', ' cargo rustc ', 1)} -- -C 'link-arg=-Wl,-rpath,$ORIGIN'"
    return replace(command, argv=argv, shown=shown)


def run_cargo(command: CargoCommand, package: ProjectPackage, cwd: Path) -> Path:
    """Runs cargo, whose own words go to standard error; gives the path of the program.

    Raises OX0811 when cargo fails, OX0812 when it makes no program.
    """
    from subprocess import DEVNULL, PIPE

    from oxlang.children import started

    program = ""
    with started(command.argv, cwd=cwd, env=dict(command.env), stdin=DEVNULL, stdout=PIPE) as child:
        assert child.stdout is not None
        for line in child.stdout:
            program = _executable(line, package.program) or program
        status = child.wait()
    if status != 0:
        raise error(
            "OX0811",
            f"cargo could not build the project `{package.name}`",
            help=command.advice or "its messages stand above",
            notes=[f"cargo ended with status {status}", f"the command was: {command.shown}"],
        )
    if not program:
        raise error("OX0812", f"cargo made no program `{package.program}`", notes=[f"the command was: {command.shown}"])
    return Path(program)


def _executable(line: bytes, program: str) -> str:
    try:
        message = json.loads(line)
    except ValueError:
        return ""
    if message.get("reason") != "compiler-artifact" or message["target"]["name"] != program:
        return ""
    return message.get("executable") or ""
