"""The launcher: the compiled program that every executable starts from.

It is a small Rust project of the bundled crates, built by cargo once for a Python, a triple, a link mode and a set of
features. Nothing of the application is in it or in its key: packed resources and the interpreter's configuration are
attached to a copy afterwards (`packaging.attach`). The project exists only in the sandbox of the action; cargo's target
folder is kept, so that another launcher compiles only what differs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oxlang.cargo.linking import (
    application_lines,
    encoded_flags,
    pyo3_config,
    rust_flags,
)
from oxlang.cargo.manifest import ALLOCATORS
from oxlang.cargo.placing import PYO3_CONFIG
from oxlang.cargo.project import LAUNCHER_NAME, has_lockfile, launcher_files
from oxlang.cargo.settings import cross_linker, missing_linker, variable
from oxlang.cargo.toolchain import Toolchain, check_target, find_toolchain
from oxlang.diagnostics.model import OxError
from oxlang.graph.compute import canonical
from oxlang.graph.nodes import Artifact, Compute, FailureHint, Run, Source, Tool

if TYPE_CHECKING:
    from oxlang.graph.compute import ComputeContext
    from oxlang.graph.platform import BuildSettings, Platform
    from oxlang.graph.tree import Tree
    from oxlang.packaging.distribution import Distribution
    from oxlang.packaging.libpython import LinkFacts
    from oxlang.source import Span

CRATES_FOLDER = "vendor/crates"
PROJECT_COMPUTE = "cargo.launcher_project"
PROJECT_VERSION = 1
_HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = "launcher"
"""Path of the program in the output tree (with `.exe` on Windows)."""

# Handed to cargo with whatever values they have: where tools and downloads are, not what is built.
PASSED_VARIABLES = (
    "PATH", "HOME", "USER", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "CARGO_NET_OFFLINE", "CARGO_NET_RETRY",
    "CARGO_HTTP_CAINFO", "CARGO_HTTP_PROXY", "CARGO_HTTP_TIMEOUT", "SSL_CERT_FILE", "SSL_CERT_DIR", "LD_LIBRARY_PATH",
    "SYSTEMROOT", "SYSTEMDRIVE", "USERPROFILE", "LOCALAPPDATA", "APPDATA", "PROGRAMDATA", "PROGRAMFILES",
    "PROGRAMFILES(X86)", "PATHEXT", "COMSPEC", "VCINSTALLDIR", "INCLUDE", "LIB", "DEVELOPER_DIR",
)  # fmt: skip
# Handed over and part of the key: they change what is built.
KEY_VARIABLES = (
    "CC", "CXX", "AR", "CFLAGS", "CXXFLAGS", "LDFLAGS", "CARGO_BUILD_RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER",
    "CARGO_BUILD_RUSTC_WRAPPER", "RUSTC_LINKER", "SDKROOT", "MACOSX_DEPLOYMENT_TARGET", "SNMALLOC_CMAKE_FLAGS",
)  # fmt: skip
_KEY_PREFIXES = ("CARGO_PROFILE_", "CARGO_TARGET_", "CC_", "CXX_", "AR_", "CFLAGS_", "CXXFLAGS_", "JEMALLOC_SYS_")
_DROPPED = frozenset({"CARGO_TARGET_DIR", "CARGO_TARGET_TMPDIR"})


def launcher(
    distribution: Distribution,
    settings: BuildSettings,
    *,
    facts: LinkFacts,
    allocator: str = "default",
    windows_subsystem: str = "console",
    environment: Mapping[str, str] | None = None,
    cache_dir: Path | str | None = None,
    program_name: str = "",
    origin: Span | None = None,
) -> Artifact:
    """Gives the artifact of the launcher: the tree `{"launcher": program}`, or `{"launcher.exe": …}` for Windows.

    Args:
        distribution: the Python it runs.
        settings: the triple, and the profile (anything but `debug` is built like `release`).
        facts: how libpython is linked.
        allocator: the interpreter's allocator backend; one of ours is compiled in and serves the Rust code, too.
        windows_subsystem: `console` or `windows`.
        environment: the caller's environment; None takes that of the process.
        cache_dir: where answers of the toolchain are kept.
        program_name: the executable that asked for it, for the message when cargo fails.
        origin: the line of the config.

    Raises OX0801 to OX0805 when there is no usable Rust.
    """
    env = os.environ if environment is None else environment
    platform = settings.target
    try:
        toolchain, hint = _toolchain(env, Path(cache_dir) if cache_dir else None, program_name, platform.triple)
        check_target(toolchain, platform.triple, env)
    except OxError as problem:
        raise problem.at(origin) from None
    profile = "debug" if settings.profile == "debug" else "release"
    features = feature_list(allocator)
    # Templates are rendered when the project has to be built, not to find out that it has been.
    project = Compute(
        function=PROJECT_COMPUTE,
        version=PROJECT_VERSION,
        params=canonical(
            {
                "sources": _sources_digest(),
                "windows_subsystem": windows_subsystem,
                "cargo_lines": list(application_lines(platform, facts)),
                "pyo3_config": pyo3_config(distribution, facts),
            }
        ),
        description="Rust project of the launcher",
        origin=origin,
    )
    flags = rust_flags(platform, facts, env)
    variables = {
        **key_variables(env),
        **_platform_variables(distribution, platform, toolchain, env),
        **encoded_flags(flags),
        "PYO3_CONFIG_FILE": "{sandbox}/" + PYO3_CONFIG,
        "RUSTC": "{tool:rustc}",
        "CARGO_TERM_COLOR": "never",
    }
    locked = ["--locked"] if has_lockfile() else []
    cargo = ["build", *locked, "--target", platform.triple, "--bin", LAUNCHER_NAME]
    cargo += ["--release"] if profile == "release" else []
    cargo += ["--features", " ".join(features)] if features else []
    target_dir = f"cargo-target-{toolchain.fingerprint[:12]}"
    made = f"{platform.triple}/{profile}/{LAUNCHER_NAME}{platform.exe_suffix}"
    program = PROGRAM + platform.exe_suffix
    run = Run(
        argv=("{tool:python}", "-I", "driver.py", "{tool:cargo}", "{cache:" + target_dir + "}", made, program, "--", *cargo),
        env=tuple(sorted(variables.items())),
        inputs=(("", Artifact(project)), (CRATES_FOLDER, Artifact(crates_source()))),
        outputs=(program,),
        tools=tools(toolchain, facts),
        append_only=(target_dir,),
        pass_env=PASSED_VARIABLES,
        network=True,
        stream=True,
        description=f"cargo build launcher ({distribution.major_minor}, {platform.triple}, {profile}, {facts.mode})",
        origin=origin,
        failure=hint,
    )
    return Artifact(run)


def compute_project(params: Mapping[str, Any], inputs: Mapping[str, Tree], context: ComputeContext) -> Tree:
    """The function behind the project's node: the generated files, the PyO3 configuration and the driver."""
    from oxlang.graph.tree import FileEntry, Tree

    files = launcher_files(
        pyembed_path=f"{CRATES_FOLDER}/pyembed",
        windows_subsystem=params["windows_subsystem"],
        cargo_lines="".join(f"{line}\n" for line in params["cargo_lines"]),
    )
    files[PYO3_CONFIG] = params["pyo3_config"]
    files["driver.py"] = Path(_HERE, "driver.py").read_text(encoding="utf-8")
    return Tree.of({path: FileEntry(context.put(text.encode())) for path, text in files.items()})


def _sources_digest() -> str:
    """Digest of what generated projects are made from: the templates and the code that fills them in."""
    from oxlang.graph.hashing import sha256

    running = sha256()
    templates = os.path.join(_HERE, "templates")
    names = [os.path.join(templates, name) for name in sorted(os.listdir(templates)) if name != "crates.json"]
    for path in [*names, *(os.path.join(_HERE, name) for name in ("driver.py", "manifest.py", "project.py"))]:
        with open(path, "rb") as file:
            running.update(sha256(file.read()).digest())
    return running.hexdigest()


def crates_source() -> Source:
    """The bundled crates as a node, without what building them does not need."""
    from oxlang.bundled import bundled_path

    return Source(
        path=str(bundled_path("crates")),
        exclude=("target", "tests", "benches", "fuzz", ".*", "Cargo.lock", "__pycache__"),
        description="runtime crates",
    )


def tools(toolchain: Toolchain, facts: LinkFacts) -> tuple[Tool, ...]:
    """The programs of the host that a cargo action calls, and the library it links, by their fingerprints."""
    return (
        Tool(name="cargo", path=str(toolchain.cargo), fingerprint=toolchain.fingerprint),
        Tool(name="rustc", path=str(toolchain.rustc), fingerprint=toolchain.fingerprint),
        # The script is part of the inputs, and any Python runs it alike.
        Tool(name="python", path=sys.executable, fingerprint="3"),
        Tool(name="libpython", path=facts.library, fingerprint=_stat_fingerprint(facts.library)),
    )


def key_variables(env: Mapping[str, str]) -> dict[str, str]:
    """Gives the caller's variables that change what cargo builds, without those that would move its output."""
    wanted = [name for name in env if name in KEY_VARIABLES or name.startswith(_KEY_PREFIXES)]
    return {name: env[name] for name in wanted if name not in _DROPPED and not name.endswith("_RUNNER")}


def _platform_variables(
    distribution: Distribution, platform: Platform, toolchain: Toolchain, env: Mapping[str, str]
) -> dict[str, str]:
    """Gives linker and SDK settings that the triple needs and the caller has not made."""
    found: dict[str, str] = {}
    if platform.triple != toolchain.host and (linker := cross_linker(platform.triple, env)):
        found[variable(platform.triple, "linker")] = linker
    if platform.is_apple:
        deployment = distribution.apple_sdk.get("deployment_target", "")
        if deployment and "MACOSX_DEPLOYMENT_TARGET" not in env:
            found["MACOSX_DEPLOYMENT_TARGET"] = deployment
    return found


def _toolchain(
    env: Mapping[str, str], cache_dir: Path | None, program_name: str, triple: str
) -> tuple[Toolchain, FailureHint]:
    """Gives the toolchain and what to say when cargo fails.

    A launcher that was built before needs no Rust: without cargo on PATH the toolchain that was used last names the
    key, and only an action that is not in the cache fails, with the error of the missing cargo.
    """
    asked_by = f" of `{program_name}`" if program_name else ""
    message = f"cargo could not build the launcher{asked_by}"
    try:
        toolchain = find_toolchain(env, cache_dir=cache_dir)
    except OxError as problem:
        last = None if cache_dir is None else _read_last(cache_dir)
        if last is None or problem.diagnostic.code.id not in ("OX0801", "OX0802"):
            raise
        told = problem.diagnostic
        return last, FailureHint(code=told.code.id, message=told.message, help=told.help, at_once=True)
    if cache_dir is not None:
        _write_last(cache_dir, toolchain)
    help = "`oxl explain OX0810` names usual causes"
    if triple != toolchain.host:
        help = missing_linker(triple, env) or help
    elif toolchain.linker is None and os.name == "posix" and not any(_names_a_linker(name) for name in env):
        help = "rustc links with `cc`, which is not on PATH: install a C compiler, such as gcc or clang"
    return toolchain, FailureHint(code="OX0810", message=message, help=help)


def _names_a_linker(variable: str) -> bool:
    return variable.startswith("CARGO_TARGET_") and variable.endswith("_LINKER")


def _last_path(cache_dir: Path) -> Path:
    return cache_dir / "toolchains" / "last.json"


def _read_last(cache_dir: Path) -> Toolchain | None:
    import json

    try:
        fields: Mapping[str, str] = json.loads(_last_path(cache_dir).read_text(encoding="utf-8"))
        return Toolchain(
            cargo=Path(fields["cargo"]),
            rustc=Path(fields["rustc"]),
            version=fields["version"],
            host=fields["host"],
            fingerprint=fields["fingerprint"],
        )
    except (OSError, ValueError, KeyError):
        return None


def _write_last(cache_dir: Path, toolchain: Toolchain) -> None:
    import json

    path = _last_path(cache_dir)
    names = ("cargo", "rustc", "version", "host", "fingerprint")
    text = json.dumps({name: str(getattr(toolchain, name)) for name in names})
    try:
        if path.exists() and path.read_text(encoding="utf-8") == text:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(f".{os.getpid()}")
        aside.write_text(text, encoding="utf-8")
        os.replace(aside, path)
    except OSError:
        pass  # It only serves builds without Rust.


def _stat_fingerprint(path: str) -> str:
    try:
        seen = os.stat(path)
    except OSError:
        return "-"
    return f"{seen.st_size}-{seen.st_mtime_ns}"


def feature_list(allocator: str) -> list[str]:
    """Gives the cargo features that an allocator backend turns on."""
    return [f"{kind}allocator-{allocator}" for kind in ("global-", "") if allocator in ALLOCATORS]
