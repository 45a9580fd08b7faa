"""`PythonExecutable`: a program with Python inside, and everything that is put into it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from oxlang.declare import attribute, method, starlark_type
from oxlang.diagnostics.model import diagnostic
from oxlang.dialect.content import check_program_name, host_file
from oxlang.dialect.executable_products import ExecutableProducts
from oxlang.dialect.executable_reading import apply_callbacks, blaming
from oxlang.dialect.files import not_a_resource
from oxlang.dialect.resources import (
    Handle,
    pending_of,
    wrap,
)

if TYPE_CHECKING:
    from oxlang.diagnostics.model import OxError
    from oxlang.dialect.context import DialectContext
    from oxlang.dialect.distribution import PythonDistribution
    from oxlang.dialect.embedded import PythonEmbeddedResources
    from oxlang.graph.nodes import Artifact
    from oxlang.packaging.collector import Collector
    from oxlang.packaging.interpreter_config import InterpreterConfig
    from oxlang.packaging.policy import PackagingPolicy
    from oxlang.packaging.scan import Scan
    from oxlang.source import Span

_RESOURCE = "PythonModuleSource | PythonPackageResource | PythonPackageDistributionResource | PythonExtensionModule | File"
_PLAIN_LIST = {"return": "list"}


@starlark_type(
    "PythonExecutable", origin="pyoxidizer", buildable=True, run="path",
    obtained=("PythonDistribution.to_python_executable(name)",),
)  # fmt: skip
class PythonExecutable(ExecutableProducts):
    """A program that holds a Python interpreter and resources.

    Methods that read or install packages give lists of resources; what is wanted of them has to be added.
    """

    name: str
    distribution: PythonDistribution
    policy: PackagingPolicy
    live_policy: PackagingPolicy
    config: InterpreterConfig
    collector: Collector
    origin: Span | None
    cargo_manifests: list[tuple[str, bool, tuple[str, ...]]]
    scripts: dict[str, str]

    licenses_filename: str | None = attribute(
        default="COPYING.txt", set="strict-str-or-none", doc="File with the licences beside the program; None for none."
    )
    packed_resources_load_mode: str = attribute(
        default="embedded:packed-resources", set="enum",
        enum=("none", "embedded:<filename>", "binary-relative-memory-mapped:<path>"),
        doc="Where the program finds its packed resources.",
    )  # fmt: skip
    tcl_files_path: str | None = attribute(
        default=None, set="str-or-none", doc="Folder beside the program for the files of Tcl/Tk; None leaves them out."
    )
    windows_runtime_dlls_mode: str = attribute(
        default="when-present", set="enum", enum=("never", "when-present", "always"), platforms=("windows",),
        doc="Whether the DLLs of the Visual C++ runtime are put beside the program.",
    )  # fmt: skip
    windows_subsystem: str = attribute(
        default="console", set="str", none="error", enum=("console", "windows"), open_enum=True, platforms=("windows",),
        doc="Whether the program opens a console.",
    )  # fmt: skip

    size_budget: int | None = attribute(
        default=None, set="strict-int-or-none", extension=True,
        doc="Most bytes that the program and the files beside it may have; None for no limit.",
    )  # fmt: skip
    budget_origin: Span | None = None
    subsystem_origin: Span | None = None

    def _set_size_budget(self, value: object, ctx: DialectContext | None) -> None:
        self._assign("size_budget", value)
        self.budget_origin = None if ctx is None else ctx.span()

    def _set_windows_subsystem(self, value: object, ctx: DialectContext | None) -> None:
        self._assign("windows_subsystem", value)
        self.subsystem_origin = None if ctx is None else ctx.span()

    def _assign(self, name: str, value: object) -> None:
        from oxlang.declare.setmodes import convert

        definition = type(self).__starlark__.attribute(name)  # type: ignore[attr-defined]  # of the decorator
        self.__dict__[name] = convert(definition, value)

    @method(effect="mutates", extension=True)
    def add_project(
        self,
        ctx: DialectContext,
        path: str,
        extras: list[str] | None = None,
        groups: list[str] | None = None,
        script: str | None = None,
        console_scripts: bool = False,
    ) -> None:
        """Adds a project that has a `pyproject.toml`: its packages, its dependencies, its entry points.

        The project is built as PEP 517 says. A `uv.lock` or `pylock.toml` beside it decides about versions. When the
        settings say nothing about what to run, the program runs `script`, or the console script of the project: the only one, or
        the one that is called like the program or the project's folder.

        Args:
            path: folder of the project.
            extras: optional dependencies to add.
            groups: dependency groups to add.
            script: the console script that the program runs.
            console_scripts: adds a program for each further console script, see `add_console_script`.

        Example:
            exe = dist.to_python_executable("my-tool")
            exe.add_project(CWD)
        """
        from oxlang.dialect.projects import entry_points
        from oxlang.packaging.project import install_project

        folder = self._folder(ctx, path)
        scan = blaming(
            "path",
            lambda: install_project(
                self.distribution.facts(ctx), folder, extras=tuple(extras or ()), groups=tuple(groups or ()),
                note=ctx.note, **self._pip_settings(ctx),
            ),
        )  # fmt: skip
        self.add_python_resources(ctx, self._scanned(ctx, scan))
        found = entry_points(ctx, folder, scan)
        if script is not None and script not in found:
            raise unknown_script(script, found)
        # Of several the one that is called like the program, or like the folder of the project.
        named = [one for one in (self.name, os.path.basename(folder)) if one in found]
        chosen = script if script is not None else next(iter(found)) if len(found) == 1 else named[0] if named else None
        if chosen is not None and not self._runs_something():
            self.run_entry_point(found[chosen])
        for name, entry in found.items():
            if console_scripts and name not in (chosen, self.name):
                self.scripts[name] = entry

    @method(effect="mutates", extension=True)
    def run_entry_point(self, entry_point: str) -> None:
        """Makes the program call a function, as a console script does: its result is the exit status.

        Args:
            entry_point: `package.module:function`.

        Example:
            exe.run_entry_point("my_package.cli:main")
        """
        from oxlang.dialect.projects import command_of

        self.config.run_module = self.config.run_filename = None
        self.config.run_command = command_of(entry_point)

    @method(effect="mutates", extension=True)
    def add_console_script(self, name: str, entry_point: str) -> None:
        """Adds a second program that calls another function and shares everything else with this one.

        The resources lie in a file beside the programs then, unless `packed_resources_load_mode` names one already.

        Args:
            name: name of the program's file, without `.exe`.
            entry_point: `package.module:function`.

        Example:
            exe.add_console_script("my-tool-admin", "my_package.admin:main")
        """
        from oxlang.diagnostics.model import error
        from oxlang.dialect.projects import command_of

        check_program_name(name)
        if name == self.name:
            raise error("OX0512", f"the program itself is called `{name}`", argument="name")
        command_of(entry_point)
        self.scripts[name] = entry_point

    @method(effect="mutates", types={"resource": _RESOURCE})
    def add_python_resource(self, ctx: DialectContext, resource: Any) -> None:
        """Adds a resource as its `add_` attributes say.

        Args:
            resource: the resource value.
        """
        self._add(ctx, resource)

    @method(effect="mutates", types={"resources": f"iterable[{_RESOURCE}]"})
    def add_python_resources(self, ctx: DialectContext, resources: Any) -> None:
        """Adds resources as their `add_` attributes say.

        Args:
            resources: a list of resource values, as `pip_install` and its relatives give it.

        Example:
            exe.add_python_resources(exe.pip_install(["click"]))
        """
        pending = pending_of(resources)
        if pending is not None:
            self.collector.add_lazy(pending.scan, pending.policy, ctx.span())
            return
        origin = ctx.span()
        for one in resources:
            if not isinstance(one, Handle):
                raise not_a_resource(one, "PythonExecutable.add_python_resources")
            self.collector.add(one.resource, one.options(), origin)

    @method(effect="mutates")
    def add_cargo_manifest_licensing(
        self, ctx: DialectContext, manifest_path: str, all_features: bool = False, features: list[str] | None = None
    ) -> None:
        """Adds the licences of the crates of a Rust project to the licence report.

        Args:
            manifest_path: the project's Cargo.toml.
            all_features: counts the crates of all features.
            features: features whose crates count; ignored with `all_features`.
        """
        found = host_file(ctx, ctx.path_from_process(manifest_path), manifest_path, "manifest_path")
        self.cargo_manifests.append((found.path, all_features, tuple(features or ())))

    @method(effect="mutates")
    def filter_resources_from_files(
        self, ctx: DialectContext, files: list[str] | None = None, glob_files: list[str] | None = None
    ) -> None:
        """Removes everything added so far whose name is not in one of the files, one name a line.

        Without any file everything is removed.

        Args:
            files: files with names.
            glob_files: patterns of such files.
        """
        from oxlang.diagnostics.model import error
        from oxlang.dialect.globbing import matches

        paths = [(ctx.path_from_process(one), one) for one in files or ()]
        for pattern in glob_files or ():
            found = list(matches(ctx, ctx.path_from_process(pattern)))
            if not found:
                raise error("OX0510", f"no file matches `{pattern}`", argument="glob_files")
            paths += [(one, one) for one in found]
        names: set[str] = set()
        for full, shown in paths:
            text = host_file(ctx, full, shown, "files").read(ctx).decode("utf-8", "replace")
            names.update(line for line in text.splitlines() if line and not line.startswith("#"))
        self.collector.filter(names)

    def _runs_something(self) -> bool:
        config = self.config
        return any(one is not None for one in (config.run_command, config.run_module, config.run_filename))

    def _add(self, ctx: DialectContext, resource: Handle) -> None:
        self.collector.add(resource.resource, resource.options(), ctx.span())

    @method
    def to_embedded_resources(self, ctx: DialectContext) -> PythonEmbeddedResources:
        """Gives the resources and settings as artifacts for a Rust project; later changes of the executable have no effect.

        Example:
            register_target("resources", make_resources, depends=["exe"], default_build_script=True)
        """
        from oxlang.dialect.embedded import PythonEmbeddedResources

        return PythonEmbeddedResources(executable=self.snapshot(), origin=ctx.span())

    def lower(self, ctx: DialectContext) -> Artifact:
        """Gives the tree of the program and the files beside it."""
        from oxlang.dialect.embedded import lower_executable

        return lower_executable(ctx, self)

    def snapshot(self) -> PythonExecutable:
        """Gives an independent copy."""
        copy = PythonExecutable(**self.__dict__)
        copy.collector = self.collector.snapshot()
        copy.cargo_manifests = list(self.cargo_manifests)
        copy.scripts = dict(self.scripts)
        copy.config = self.config.copy()
        return copy

def unknown_script(name: str, known: dict[str, str]) -> OxError:
    """Makes OX0512 for a console script that the project does not have."""
    from oxlang.diagnostics.model import error
    from oxlang.diagnostics.spelling import did_you_mean

    listed = f"it has {', '.join(f'`{one}`' for one in sorted(known))}" if known else "it has none"
    return error(
        "OX0512", f"the project has no console script `{name}`", help=did_you_mean(name, known) or listed, argument="script"
    )


def make_executable(
    ctx: DialectContext,
    distribution: PythonDistribution,
    name: str,
    policy: PackagingPolicy,
    config: InterpreterConfig,
) -> PythonExecutable:
    """Makes an executable and adds the distribution's resources to it."""
    from oxlang.packaging.collector import Collector
    from oxlang.packaging.placement import Rules

    check_program_name(name)
    facts = distribution.facts(ctx)
    kept = policy.copy()
    origin = ctx.span()
    executable = PythonExecutable(
        name=name,
        distribution=distribution,
        policy=kept,
        live_policy=policy.sharing(callbacks=True),
        config=config.copy(),
        collector=Collector(Rules.of(kept, facts)),
        origin=origin,
        cargo_manifests=[],
        scripts={},
    )
    if not policy.include_distribution_sources and not policy.callbacks:
        ctx.warn(
            diagnostic(
                "OX0527",
                "`include_distribution_sources = False` drops every Python module, those of packages, too",
                span=origin,
                help="use a resource callback that sets `add_source = False` to drop source texts only",
            )
        )
    scan = distribution.scan(ctx, tests=policy.include_test or bool(policy.callbacks))
    if not policy.callbacks:
        executable.collector.add_distribution(scan, kept, origin)
        return executable
    _add_each(ctx, executable, scan, origin)
    return executable


def _add_each(ctx: DialectContext, executable: PythonExecutable, scan: Scan, origin: Span | None) -> None:
    """Adds the distribution's resources one by one, each shown to the callbacks.

    An extension module that the interpreter has built in passes twice, as in PyOxidizer.
    """
    from oxlang.dialect.distribution import in_order
    from oxlang.packaging.extensions import chosen_extensions

    facts = executable.distribution.facts(ctx)
    chosen = set(chosen_extensions(facts, executable.policy))
    policy = executable.live_policy
    for resource in in_order(scan.read(ctx.demand_from, origin)):
        if resource.kind == "extension" and (resource.name, resource.detail) not in chosen:
            continue
        times = 1
        if resource.kind == "extension":
            variants = facts.extensions.get(resource.name, ())
            times = 2 if any(one.required or one.in_core for one in variants) else 1
        for _ in range(times):
            value = wrap(ctx, resource, policy)
            apply_callbacks(ctx, policy, value)
            executable.collector.add(resource, value.options(), origin)


TYPES = (PythonExecutable,)
