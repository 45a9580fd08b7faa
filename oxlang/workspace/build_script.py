"""`oxl run-build-script`: what cargo's build script calls (spec: cli.md, 2.13; rust-project.md, section 5).

Standard output belongs to cargo and gets `cargo:` lines only. The artifacts are current when the *fingerprint* that
`artifacts.json` holds equals that of now: the tool, the triple, the profile, target and variables asked for, and the
content of every file and value of every variable that the last evaluation looked at. Neither times of files nor the
name of the caller play a part.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oxlang.diagnostics.model import error
from oxlang.records import dataclass
from oxlang.workspace.config import find_config
from oxlang.workspace.environment import Environment

if TYPE_CHECKING:
    from oxlang.diagnostics.model import Diagnostic
    from oxlang.engine.events import OnEvent
    from oxlang.graph.platform import BuildSettings
    from oxlang.interp.thread import Limits
    from oxlang.workspace.evaluate import Session

CONFIG_SOURCE = "default_python_config.rs"
ARTIFACTS_JSON = "artifacts.json"
FINGERPRINT = "build_script"
"""Key of the fingerprint in `artifacts.json`."""

_DEFAULT_SCRIPT = "build.rs"
_FROM_CARGO = frozenset(
    {"TARGET", "HOST", "PROFILE", "OUT_DIR", "OPT_LEVEL", "DEBUG", "NUM_JOBS", "RUSTC", "RUSTDOC"}
)
_SET_BY_CARGO = ("CARGO_", "DEP_")
_RECORDED = ("PYOXIDIZER_CONFIG", "PYOXIDIZER_ARTIFACT_DIR", "PYOXIDIZER_CACHE_DIR", "PYOXIDIZER_SYSTEM_RUST")

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What one call asks for.

    Attributes:
        config: the config.
        folder: where the artifacts belong.
        settings: host, target, profile.
        target: the named target.
        variables: the dict `VARS`.
        environment: variables of the environment.
    """

    config: Path
    folder: Path
    settings: BuildSettings
    target: str | None
    variables: dict[str, str | None]
    environment: Environment

    def fingerprint(self, files: list[str], names: list[str]) -> dict[str, Any]:
        """Gives everything that the artifacts depend on, as plain data."""
        from oxlang import __version__

        return {
            "tool": __version__,
            "config": str(self.config),
            "triple": self.settings.target.triple,
            "host": self.settings.host.triple,
            "profile": self.settings.profile,
            "target": self.target,
            "variables": self.variables,
            "interpreter": _interpreter(self.folder),
            "files": {path: _content(path) for path in files},
            "environment": {name: self.environment.get(name) for name in names},
        }


def run_build_script(
    env: Mapping[str, str],
    say: Say,
    *,
    script: str = _DEFAULT_SCRIPT,
    target: str | None = None,
    variables: Mapping[str, str | None] | None = None,
    notice: Say = lambda text: None,
    out: Say | None = None,
    warn: Callable[[Diagnostic], None] | None = None,
    on_event: OnEvent | None = None,
    options: Mapping[str, Any] | None = None,
    limits: Limits | None = None,
) -> Path:
    """Brings the artifacts of a Rust project up to date; gives their folder.

    Args:
        env: environment variables: `TARGET`, `PROFILE`, `HOST`, `CARGO_MANIFEST_DIR`, `OUT_DIR`,
            `PYOXIDIZER_ARTIFACT_DIR`; all but the last two have defaults.
        say: gets the lines for cargo.
        script: name of the calling build script, named to cargo as a file to watch.
        target: what to build; None is the config's default build-script target.
        variables: the dict `VARS`.
        notice: gets lines for people.
        out: gets the lines of `print`.
        warn: gets warnings.
        on_event: gets progress.
        options: further settings, such as `verbose`.
        limits: how much the evaluation may take.

    Raises OX0832 for a project with PyOxidizer's pyembed, OX0950 without a config, OX0952 when no target gives embedding artifacts.
    """
    from oxlang.cargo.manifest import refuse_foreign_pyembed

    environment = Environment.of(env)
    refuse_foreign_pyembed(Path(environment.get("CARGO_MANIFEST_DIR") or os.curdir, "Cargo.toml"))
    say(f"cargo:rerun-if-changed={script or _DEFAULT_SCRIPT}")
    say("cargo:rerun-if-env-changed=PYOXIDIZER_CONFIG")
    config = find_config(environment.get("CARGO_MANIFEST_DIR") or None, environment, notice)
    say(f"cargo:rerun-if-changed={config}")
    request = _Request(
        config=config,
        folder=_artifact_dir(environment),
        settings=_settings(environment),
        target=target,
        variables=dict(variables or {}),
        environment=environment,
    )
    folder = request.folder
    known = _known(folder)
    if known is not None and known == request.fingerprint(list(known["files"]), list(known["environment"])):
        notice(f"the artifacts in {folder} are current")
        files, names = list(known["files"]), list(known["environment"])
    else:
        session = _build(request, out, warn, on_event, options, limits)
        files = _files_read(session)
        names = _variables_read(session)
        _write_fingerprint(folder, request.fingerprint(files, names))
    for path in files:
        if path != str(config):
            say(f"cargo:rerun-if-changed={path}")
    for name in names:
        if name != "PYOXIDIZER_CONFIG":
            say(f"cargo:rerun-if-env-changed={name}")
    say(f"cargo:rustc-env=DEFAULT_PYTHON_CONFIG_RS={folder / CONFIG_SOURCE}")
    return folder


def _artifact_dir(env: Environment) -> Path:
    named = env.get("PYOXIDIZER_ARTIFACT_DIR") or env.get("OUT_DIR")
    if not named:
        raise error(
            "OX0952",
            "it is not known where the artifacts belong",
            help="set `PYOXIDIZER_ARTIFACT_DIR` or `OUT_DIR` (cargo sets the second for build scripts)",
        )
    return Path(os.path.abspath(named))


def _settings(env: Environment) -> BuildSettings:
    from oxlang.graph.platform import BuildSettings, Platform, host_triple

    host = env.get("HOST") or host_triple()
    # Cargo's HOST is a triple; other programs put a machine's name there.
    host = host if host.count("-") >= 2 else host_triple()
    target = env.get("TARGET") or host
    profile = "release" if env.get("PROFILE") == "release" else "debug"
    return BuildSettings(host=Platform(host), target=Platform(target), profile=profile)


def _build(
    request: _Request,
    out: Say | None,
    warn: Callable[[Diagnostic], None] | None,
    on_event: OnEvent | None,
    options: Mapping[str, Any] | None,
    limits: Limits | None,
) -> Session:
    """Evaluates, builds and places the artifacts."""
    from oxlang.cargo.placing import located
    from oxlang.workspace.build import build
    from oxlang.workspace.evaluate import load
    from oxlang.workspace.outputs import Placer

    session = load(
        request.config,
        request.settings,
        variables=request.variables,
        targets=(request.target,) if request.target else (),
        mode="build-script",
        env=request.environment,
        out=out,
        warn=warn,
        on_event=on_event,
        options=options,
        limits=limits,
    )
    # What can be run is a program, not artifacts; it is not even built, which would call cargo inside of cargo.
    names = [plan.name for plan in session.plans() if plan.run is None]
    built = build(session, names) if names else []
    chosen = next((one for one in built if one.tree.get(CONFIG_SOURCE) is not None), None)
    if chosen is None:
        raise _no_artifacts(session)
    # Artifacts name their own folder; what is copied names the folder it is copied to.
    store = session.engine.store
    tree = located(chosen.tree, str(request.folder), store.read, store.put)
    Placer(store, session.engine.disk).place(tree, request.folder)
    # Cargo compares times: what was asked for anew is newer, also when the content is what it was.
    os.utime(request.folder / CONFIG_SOURCE)
    return session


def _no_artifacts(session: Session) -> Exception:
    names = ", ".join(f"`{one}`" for one in session.names())
    target = next((session.targets.get(one) for one in session.names()), None)
    return error(
        "OX0952",
        f"unable to find generated {CONFIG_SOURCE}; did you specify the correct target to resolve?",
        notes=(f"resolved {names}" if names else "the config registers no target",),
        help="a build script needs a target whose function returns `PythonEmbeddedResources`, "
        "such as `exe.to_embedded_resources()`; mark it with `default_build_script=True`",
        span=target.span if target else None,
    )


def _files_read(session: Session) -> list[str]:
    """Gives the user's files and folders that evaluation or the build looked at.

    Those of the Python distribution are left out; its interpreter stands for them.
    """
    from oxlang.bundled import bundled_path
    from oxlang.graph.build_graph import walk
    from oxlang.graph.nodes import Source

    wanted = [plan.artifact for plan in session.plans() if plan.artifact is not None]
    sources = [node.path for node in walk(wanted) if isinstance(node, Source)]
    apart = [str(bundled_path("crates")), str(session.engine.cache_dir), *_distribution_roots(session)]
    found = dict.fromkeys(session.context.reads.files)
    for path in sources:
        if not any(path == root or path.startswith(root.rstrip(os.sep) + os.sep) for root in apart):
            found[path] = None
    return list(found)


def _distribution_roots(session: Session) -> list[str]:
    """Gives the folders that the distributions of this evaluation lie in."""
    from oxlang.packaging.distribution import Distribution

    known = [one for one in session.context.memo.values() if isinstance(one, Distribution)]
    # A system's Python shares its prefix with everything else.
    own_prefixes = [one.root for one in known if one.root not in ("/", "/usr", "/usr/local")]
    return [*(str(one.path(one.stdlib)) for one in known), *own_prefixes]


def _variables_read(session: Session) -> list[str]:
    """Gives the variables that evaluation looked at, without those that cargo sets anew for each package."""
    looked_at = {name for name in session.environment.reads if not name.startswith(_SET_BY_CARGO)}
    return sorted({*looked_at, *_RECORDED} - _FROM_CARGO)


def _known(folder: Path) -> dict[str, Any] | None:
    """Gives the fingerprint of the artifacts that are there."""
    if not (folder / CONFIG_SOURCE).is_file():
        return None
    try:
        plain = json.loads((folder / ARTIFACTS_JSON).read_text("utf-8"))
        found = plain.get(FINGERPRINT)
    except (OSError, ValueError, AttributeError):
        return None
    return found if isinstance(found, dict) and {"files", "environment"} <= found.keys() else None


def _interpreter(folder: Path) -> list[Any]:
    """Gives path, size and time of the interpreter that the artifacts name: what tells an upgraded Python apart."""
    from oxlang.cargo.placing import PYO3_CONFIG

    try:
        lines = (folder / PYO3_CONFIG).read_text("utf-8").splitlines()
        path = next(line.removeprefix("executable=") for line in lines if line.startswith("executable="))
        found = os.stat(path)
    except (OSError, StopIteration):
        return []
    return [path, found.st_size, found.st_mtime_ns]


def _content(path: str) -> str:
    """Gives what tells versions of a file or folder apart."""
    from oxlang.graph.digest import digest_file

    try:
        if os.path.isdir(path):
            return _folder_content(path)
        return digest_file(path).hash
    except OSError:
        return "missing"


def _folder_content(path: str) -> str:
    import hashlib

    from oxlang.graph.digest import digest_file

    running = hashlib.sha256()
    for folder, folders, names in os.walk(path):
        folders.sort()
        folders[:] = [one for one in folders if one != "__pycache__"]
        for name in sorted(names):
            place = os.path.join(folder, name)
            if os.path.isfile(place):
                running.update(os.path.relpath(place, path).encode("utf-8", "surrogateescape") + b"\0")
                running.update(digest_file(place).hash.encode())
    return running.hexdigest()


def _write_fingerprint(folder: Path, fingerprint: dict[str, Any]) -> None:
    place = folder / ARTIFACTS_JSON
    try:
        plain = json.loads(place.read_text("utf-8"))
    except (OSError, ValueError):
        plain = {}
    plain[FINGERPRINT] = fingerprint
    aside = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        aside.write_text(json.dumps(plain, indent=2) + "\n", "utf-8")
        os.replace(aside, place)
    except OSError as problem:
        from oxlang.engine.disk import disk_error

        aside.unlink(missing_ok=True)
        raise disk_error(problem, f"writing `{place}`") from problem
