"""`oxl build --rust-project DIR`: a Rust project of the user with the Python resources of its config.

The artifacts are built as for a build script, cargo builds the project with them, and the program is placed together
with the files that have to lie beside it, as `oxl build` places an executable.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oxlang.diagnostics.model import error

if TYPE_CHECKING:
    from oxlang.cargo.licensing import Crate
    from oxlang.graph.tree import Tree
    from oxlang.workspace.build import Built
    from oxlang.workspace.evaluate import Session


def build_rust_project(
    session: Session,
    project: Path,
    env: Mapping[str, str],
    *,
    names: Sequence[str] = (),
    notice: Callable[[str], None] = lambda line: None,
    extra: Sequence[str] = (),
) -> Built:
    """Builds a project of the user and places its program; gives what was placed.

    Args:
        session: the evaluated config, in the mode `build-script`.
        project: folder of the package or workspace.
        env: the caller's environment.
        names: the target with the artifacts; none means the config's default build-script target.
        notice: gets the command of cargo.
        extra: further words for `cargo build`.

    Raises OX0830, OX0831 (no project), OX0832 (PyOxidizer's pyembed), OX0952 (the target gives no artifacts), OX0811, OX0812 (cargo).
    """
    from oxlang.cargo.artifacts import DESCRIPTION
    from oxlang.cargo.licensing import cargo_metadata, crates_of_project
    from oxlang.cargo.manifest import refuse_foreign_pyembed
    from oxlang.cargo.project_build import (
        build_command,
        find_package,
        finds_libraries_beside,
        run_cargo,
        wanted_features,
        with_libraries_beside,
    )
    from oxlang.cargo.toolchain import check_target, find_toolchain
    from oxlang.workspace.build import Built
    from oxlang.workspace.outputs import Placer

    settings = session.settings
    toolchain = find_toolchain(env, cache_dir=Path(session.context.cache_dir) if session.context.cache_dir else None)
    check_target(toolchain, settings.target.triple, env)
    folder = project.absolute()
    refuse_foreign_pyembed(folder / "Cargo.toml")
    metadata = cargo_metadata(folder, toolchain, env)
    package = find_package(metadata, folder)
    refuse_foreign_pyembed(package.manifest)
    artifacts = _artifacts(session, names)
    described: dict[str, Any] = json.loads((artifacts.folder / DESCRIPTION).read_text(encoding="utf-8"))
    link_mode: str = described.get("link_mode", "static")
    features = wanted_features(package, described.get("allocator_backend", "default"))
    command = build_command(
        package,
        toolchain,
        settings,
        artifacts.folder,
        env,
        features=features,
        link_mode=link_mode,
        extra=extra,
    )
    notice(f"build command: {command.shown}")
    program = run_cargo(command, package, folder)
    if link_mode == "dynamic" and not finds_libraries_beside(program):
        # Its build script does not ask for it (PyOxidizer's did not), so the linker is told; crates are not built again.
        command = with_libraries_beside(command)
        notice(f"build command: {command.shown}")
        program = run_cargo(command, package, folder)
    crates = crates_of_project(
        package.manifest, toolchain, env, triple=settings.target.triple, features=features, default_features=False
    )
    tree = _product(session, artifacts, program, crates)
    place = session.place_of(package.name)
    changed = Placer(session.engine.store, session.engine.disk).place(tree, place)
    return Built(
        target=package.name,
        place=str(place),
        tree=tree,
        changed=changed,
        run=program.name,
        executed=session.engine.executed,
    )


def _artifacts(session: Session, names: Sequence[str]) -> Built:
    from oxlang.cargo.placing import CONFIG_FILE
    from oxlang.workspace.build import build

    for built in build(session, names):
        if built.tree.get(CONFIG_FILE) is not None:
            return built
    raise error(
        "OX0952",
        "no target gives embedding artifacts for the Rust project",
        help="register a target that returns `exe.to_embedded_resources()` with `default_build_script = True`",
    )


def _product(session: Session, artifacts: Built, program: Path, crates: Sequence[Crate]) -> Tree:
    """Gives the program with its neighbours as a tree."""
    from oxlang.cargo.artifacts import EXTRA_FILES
    from oxlang.graph.tree import FileEntry, Tree, merge

    store = session.engine.store
    parts = [Tree.of({program.name: FileEntry(store.put_file(program), executable=True)})]
    extra = artifacts.tree.get(EXTRA_FILES)
    if isinstance(extra, Tree):
        parts.append(extra)
    report = _licenses(session, artifacts.target, crates)
    if report is not None:
        parts.append(report)
    return merge(*parts)


def _licenses(session: Session, target: str, crates: Sequence[Crate]) -> Tree | None:
    """Gives the licence report of the Python part and the project's crates as one document, None if it is not wanted."""
    from oxlang.dialect.embedded import PythonEmbeddedResources

    resources = session.targets.value(session.targets.resolve_name(target))
    assert isinstance(resources, PythonEmbeddedResources)  # Nothing else gives artifacts.
    report = resources.licenses(session.context, tuple(crate.component() for crate in crates))
    if report is None:
        return None
    [tree] = session.engine.build([report])
    return tree


def project_components(
    project: Path,
    env: Mapping[str, str],
    *,
    triple: str | None = None,
    all_features: bool = False,
    cache_dir: Path | None = None,
) -> list[dict[str, Any]]:
    """Gives the crates that a build of a project links, the project included, as components of a licence report.

    Raises OX0830, OX0831 when there is no project that cargo can describe, OX0801 to OX0804 without Rust.
    """
    from oxlang.cargo.licensing import crates_of_project
    from oxlang.cargo.toolchain import find_toolchain

    toolchain = find_toolchain(env, cache_dir=cache_dir)
    crates = crates_of_project(
        project.absolute(), toolchain, env, triple=triple or toolchain.host, all_features=all_features
    )
    return [crate.component() for crate in crates]
