"""From an executable to the graph: packed resources and launcher to a program, or to artifacts for a Rust project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oxlang.declare import method, starlark_type
from oxlang.diagnostics.model import diagnostic, error
from oxlang.dialect.content import assemble
from oxlang.dialect.files import build_now
from oxlang.dialect.targets import ResolvedTarget

if TYPE_CHECKING:
    from oxlang.dialect.context import DialectContext
    from oxlang.dialect.executable import PythonExecutable
    from oxlang.graph.nodes import Artifact
    from oxlang.packaging.distribution import LinkMode
    from oxlang.packaging.embedded import EmbeddedPython
    from oxlang.source import Span


@starlark_type(
    "PythonEmbeddedResources", origin="pyoxidizer", buildable=True, run="none",
    obtained=("PythonExecutable.to_embedded_resources()",),
)  # fmt: skip
class PythonEmbeddedResources:
    """Resources and settings of a program as artifacts for a Rust project that embeds Python."""

    executable: PythonExecutable
    origin: Span | None

    @method(effect="writes")
    def build(self, ctx: DialectContext, target: str) -> ResolvedTarget:
        """Writes the artifacts at once where the outputs of a target go.

        Args:
            target: name of the target.
        """
        return build_now(ctx, self, target)

    def lower(self, ctx: DialectContext) -> Artifact:
        """Gives the folder of artifacts."""
        from oxlang.cargo.artifacts import artifacts_folder

        embedded = embedded_python(ctx, self.executable)
        return artifacts_folder(
            embedded.packed(ctx.build),
            embedded.distribution,
            ctx.build,
            facts=embedded.link_facts(ctx.build),
            name=embedded.name,
            origin=embedded.origin,
        )

    def licenses(self, ctx: DialectContext, crates: tuple[dict[str, Any], ...]) -> Artifact | None:
        """Gives the licence report with a project's crates as the tree of its file; None when none is wanted."""
        from oxlang.graph.nodes import Artifact, Assemble, Part

        embedded = embedded_python(ctx, self.executable)
        if embedded.licenses_filename is None:
            return None
        named = [one for one in crates if (one["name"], one["version"]) not in _names(embedded.components)]
        folder, _, name = embedded.licenses_filename.rpartition("/")
        part = Part(artifact=embedded.with_components(tuple(named)).license_report(), prefix=folder, rename=name)
        return Artifact(Assemble(parts=(part,), description=f"licences of {embedded.name}", origin=embedded.origin))

    def run_path(self, ctx: DialectContext) -> None:
        """There is no program to run."""


def embedded_python(ctx: DialectContext, executable: PythonExecutable) -> EmbeddedPython:
    """Gives the domain's description of an executable as it is now."""
    from oxlang.packaging.embedded import EmbeddedPython
    from oxlang.packaging.local import host_distribution

    distribution = executable.distribution.facts(ctx)
    linking: dict[str, LinkMode] = {"standalone_static": "static", "standalone_dynamic": "dynamic"}
    return EmbeddedPython(
        name=executable.name,
        distribution=distribution,
        host=host_distribution(distribution, ctx.build.host, ctx.environment, cache_dir=ctx.cache_dir),
        policy=executable.policy,
        config=executable.config,
        collector=executable.collector.snapshot(),
        link_mode=linking.get(executable.distribution.flavor, "default"),
        packed_resources_load_mode=executable.packed_resources_load_mode,
        licenses_filename=executable.licenses_filename,
        tcl_files_path=executable.tcl_files_path,
        windows_runtime_dlls_mode=executable.windows_runtime_dlls_mode,
        windows_subsystem=executable.windows_subsystem,
        components=cargo_components(ctx, executable),
        size_budget=executable.size_budget,
        budget_origin=executable.budget_origin,
        origin=executable.origin,
    )


def _names(components: tuple[dict[str, Any], ...]) -> set[tuple[str, str]]:
    return {(one["name"], one["version"]) for one in components}


def cargo_components(ctx: DialectContext, executable: PythonExecutable) -> tuple[dict[str, Any], ...]:
    """Gives the crates of the Rust projects named by `add_cargo_manifest_licensing`; cargo is asked once for each."""
    from pathlib import Path

    found: dict[tuple[str, str], dict[str, Any]] = {}
    for manifest, all_features, features in executable.cargo_manifests:
        from oxlang.cargo.licensing import crates_of_project
        from oxlang.cargo.toolchain import find_toolchain

        key = ("crates", manifest, all_features, features)
        if key not in ctx.memo:
            ctx.memo[key] = crates_of_project(
                Path(manifest),
                find_toolchain(ctx.environment, cache_dir=ctx.cache_dir),
                ctx.environment,
                triple=ctx.build.target.triple,
                all_features=all_features,
                features=() if all_features else features,
            )
        for one in ctx.memo[key]:
            found[one.name, one.version] = one.component()
    return tuple(found.values())


def lower_executable(ctx: DialectContext, executable: PythonExecutable) -> Artifact:
    """Gives the tree of a program and its neighbours."""
    from oxlang.cargo.launcher import feature_list, launcher
    from oxlang.cargo.licensing import launcher_crates
    from oxlang.dialect.projects import command_of
    from oxlang.graph.nodes import Part
    from oxlang.records import replace

    _check_subsystem(executable)
    _warn_of_no_start(ctx, executable)
    embedded = embedded_python(ctx, executable)
    crates = launcher_crates(feature_list(executable.config.allocator_backend))
    embedded = embedded.with_components(tuple(one.component() for one in crates))
    if executable.scripts and embedded.load_mode.kind == "embedded":
        shared = f"binary-relative-memory-mapped:{executable.name}.packed-resources"
        embedded = replace(embedded, packed_resources_load_mode=shared, _memo={})
    budget = executable.size_budget
    if executable.scripts:
        embedded = replace(embedded, size_budget=None, _memo=dict(embedded._memo))
    program = launcher(
        embedded.distribution,
        ctx.build,
        facts=embedded.link_facts(ctx.build),
        allocator=executable.config.allocator_backend,
        windows_subsystem=executable.windows_subsystem,
        environment=ctx.environment,
        cache_dir=ctx.cache_dir,
        program_name=executable.name,
        origin=executable.origin,
    )
    tree = embedded.executable_tree(program, ctx.build)
    if not executable.scripts:
        return tree
    parts = [Part(artifact=tree)]
    for name, entry_point in executable.scripts.items():
        config = executable.config.copy()
        config.run_module = config.run_filename = None
        config.run_command = command_of(entry_point)
        script = replace(embedded, name=name, config=config, _memo=dict(embedded._memo))
        parts.append(Part(artifact=script.executable(program, ctx.build)))
    whole = assemble(ctx, parts, origin=executable.origin, description=f"programs of {executable.name}")
    if budget is None:
        return whole
    from oxlang.packaging.budget import within_budget

    return within_budget(whole, budget, name=executable.name, origin=executable.budget_origin or executable.origin)


def _check_subsystem(executable: PythonExecutable) -> None:
    """Raises OX0314 for a subsystem that rustc does not know; PyOxidizer takes any until a program is compiled."""
    value, known = executable.windows_subsystem, ("console", "windows")
    if value not in known:
        raise error(
            "OX0314", f'"{value}" is not a value for `PythonExecutable.windows_subsystem`',
            span=executable.subsystem_origin or executable.origin,
            help='"windows" opens no console' if value == "gui" else f"known are {', '.join(known)}",
        )  # fmt: skip


def _warn_of_no_start(ctx: DialectContext, executable: PythonExecutable) -> None:
    """Gives OX0532 for a program that finds no standard library: nothing is packed, and no folder is searched."""
    config = executable.config
    if executable.packed_resources_load_mode != "none" or config.module_search_paths or config.filesystem_importer:
        return
    if ("no start", id(executable)) not in ctx.memo:
        ctx.memo["no start", id(executable)] = True
        ctx.warn(
            diagnostic(
                "OX0532", f"the program `{executable.name}` cannot start: it loads nothing that is packed, and searches no folder",
                span=executable.origin,
                help='name the folder of the standard library: `config.module_search_paths = ["$ORIGIN/lib"]`',
                notes=('`packed_resources_load_mode` is "none"',),
            )
        )  # fmt: skip


TYPES = (PythonEmbeddedResources,)
