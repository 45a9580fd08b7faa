"""`oxl generate-python-embedding-artifacts`: a Python for Rust programs, without a config (spec: cli.md, 2.5).

The artifacts are those of a small config that ships with oxlang. Files that have to lie beside the program are put into
the same folder, and the standard library's files into `stdlib/`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from oxlang.diagnostics.model import OxError, error

if TYPE_CHECKING:
    from oxlang.diagnostics.model import Diagnostic
    from oxlang.engine.events import OnEvent
    from oxlang.graph.nodes import Artifact
    from oxlang.packaging.distribution import Distribution
    from oxlang.workspace.evaluate import Session

FLAVORS = (
    "standalone",
    "standalone_static",
    "standalone-static",
    "standalone_dynamic",
    "standalone-dynamic",
    "local",
)
STDLIB_FOLDER = "stdlib"
TCL_FOLDER = "tcl"
_NOT_FOUND = ("OX0601", "OX0602", "OX0614")


def generate_embedding_artifacts(
    destination: Path,
    env: Mapping[str, str],
    *,
    triple: str | None = None,
    flavor: str = "standalone",
    python_version: str | None = None,
    python_exe: str | None = None,
    warn: Callable[[Diagnostic], None] | None = None,
    on_event: OnEvent | None = None,
) -> Path:
    """Writes the artifacts into a folder, made with its parents; gives its absolute path.

    Args:
        destination: the folder; files of other programs in it are left alone, but `stdlib/` is replaced.
        env: the caller's environment.
        triple: the platform of the programs; this machine's unless given.
        flavor: one of `FLAVORS`.
        python_version: such as `3.12`.
        python_exe: an interpreter to take, instead of looking for one.
        warn: gets warnings.
        on_event: gets progress.

    Raises OX0840 for a flavor that does not exist, OX0841 when no Python fits.
    """
    from oxlang.cargo.placing import located
    from oxlang.graph.platform import default_settings
    from oxlang.packaging.tcl import find_tcl
    from oxlang.workspace.evaluate import load
    from oxlang.workspace.outputs import Placer

    if flavor not in FLAVORS:
        raise error(
            "OX0840", f"distribution flavor {flavor} not recognized", help=f"the flavors are {', '.join(FLAVORS)}"
        )
    folder = Path(os.path.abspath(destination))
    if folder.exists() and not folder.is_dir():
        raise error("OX0826", f"existing path must be a directory: {destination}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise error("OX0824", f"`{folder}` cannot be written: {reason}") from problem
    environment = {**env, "OXL_PYTHON": python_exe} if python_exe else dict(env)
    variables: dict[str, str | None] = {
        "FLAVOR": flavor,
        "PYTHON_VERSION": python_version,
        "TCL_FILES_PATH": None,
    }
    config = bundled_config()

    def evaluate() -> Session:
        return load(
            config, default_settings(triple), variables=variables, env=environment, warn=warn, on_event=on_event
        )

    try:
        session = evaluate()
        if find_tcl(_distribution(session)) is not None:
            variables["TCL_FILES_PATH"] = TCL_FOLDER
            session = evaluate()
        [tree] = session.engine.build([_whole(session)])
    except OxError as problem:
        raise _not_found(problem) from None
    store = session.engine.store
    Placer(store, session.engine.disk).place(located(tree, str(folder), store.read, store.put), folder)
    _remove_others(folder / STDLIB_FOLDER, {path for path, _ in tree.walk()}, folder)
    return folder


def _remove_others(stdlib: Path, placed: set[str], folder: Path) -> None:
    """Removes what an older standard library has left: the folder is replaced, not added to. Raises OX0714."""
    try:
        for root, _, names in os.walk(stdlib, topdown=False):
            for name in names:
                path = Path(root, name)
                if path.relative_to(folder).as_posix() not in placed:
                    path.unlink()
            if not os.listdir(root):
                os.rmdir(root)
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise error("OX0714", f"an older file cannot be removed: `{problem.filename}`: {reason}") from problem


def bundled_config() -> Path:
    """The config that ships with oxlang for this command."""
    return Path(__file__).parent.parent / "cargo" / "templates" / "embedding.bzl"


def _whole(session: Session) -> Artifact:
    """Gives the artifact folder with the files beside the program at its top and the standard library below it."""
    from oxlang.cargo.artifacts import EXTRA_FILES
    from oxlang.graph.nodes import Artifact, Assemble, Part, Source

    [plan] = session.plans()
    assert plan.artifact is not None
    distribution = _distribution(session)
    stdlib = Source(
        path=str(distribution.path(distribution.stdlib)),
        exclude=("__pycache__", "site-packages", "dist-packages", "config-*"),
        description="standard library",
    )
    return Artifact(
        Assemble(
            parts=(
                Part(artifact=plan.artifact.at(EXTRA_FILES)),
                Part(artifact=plan.artifact, exclude=(EXTRA_FILES, f"{EXTRA_FILES}/*", "extra-files.txt")),
                Part(artifact=Artifact(stdlib), prefix=STDLIB_FOLDER),
            ),
            description="embedding artifacts",
        )
    )


def _distribution(session: Session) -> Distribution:
    resources = session.targets.value("python")
    found: Distribution = resources.executable.distribution.facts(session.context)
    return found


def _not_found(problem: OxError) -> OxError:
    """Gives the known sentence when no Python fits, with what was wrong as a note."""
    told = problem.diagnostic
    if told.code.id not in _NOT_FOUND:
        # The place is one in our own config, which says nothing to the caller.
        return error(told.code.id, told.message, help=told.help, notes=told.notes)
    return error(
        "OX0841",
        "could not find Python distribution matching requirements",
        help=told.help,
        notes=(told.message, *told.notes),
    )
