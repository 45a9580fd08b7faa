"""`PythonExecutable`: a program with Python inside, and everything that is put into it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from oxlang.declare import attribute, method, starlark_type
from oxlang.diagnostics.model import diagnostic
from oxlang.dialect.content import host_file, missing
from oxlang.dialect.files import FileManifest, build_now, join, manifest_path, not_a_resource
from oxlang.dialect.resources import (
    Handle,
    Pending,
    PythonModuleSource,
    lazy_list,
    pending_of,
    wrap,
)
from oxlang.dialect.targets import ResolvedTarget

if TYPE_CHECKING:
    from oxlang.dialect.context import DialectContext
    from oxlang.dialect.distribution import PythonDistribution
    from oxlang.dialect.embedded import PythonEmbeddedResources
    from oxlang.dialect.installers import WiXBundleBuilder, WiXMSIBuilder
    from oxlang.graph.nodes import Artifact, Part
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
class PythonExecutable:
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

    @method
    def make_python_module_source(
        self, ctx: DialectContext, name: str, source: str, is_package: bool = False
    ) -> PythonModuleSource:
        """Gives a module made of a text.

        Args:
            name: dotted name of the module.
            source: its source text.
            is_package: whether it is the `__init__` of a package.

        Example:
            exe.add_python_resource(exe.make_python_module_source("build_info", "VERSION = '1.0'"))
        """
        from oxlang.graph.digest import digest_bytes
        from oxlang.packaging.resource import Resource

        data = source.encode("utf-8", "surrogatepass")
        resource = Resource("module", name, "", digest_bytes(data), is_package=is_package, source=data)
        made = wrap(ctx, resource, self.live_policy)
        apply_callbacks(ctx, self.live_policy, made)
        assert isinstance(made, PythonModuleSource)
        return made

    @method(effect="demands", types=_PLAIN_LIST)
    def pip_download(self, ctx: DialectContext, args: list[str]) -> Any:
        """Downloads wheels with pip for the platform that is built for; gives their resources.

        Args:
            args: arguments of `pip download`, such as names of projects.
        """
        from oxlang.packaging.pip import pip_download

        return self._scanned(
            ctx, pip_download(self.distribution.facts(ctx), tuple(args), **self._pip_settings(ctx))
        )

    @method(effect="demands", types=_PLAIN_LIST)
    def pip_install(
        self, ctx: DialectContext, args: list[str] | str, extra_envs: dict[str, str] | None = None
    ) -> Any:
        """Installs packages with pip into a temporary folder; gives their resources.

        Nothing is installed before somebody looks at the list or the program is built.

        Args:
            args: arguments of `pip install`, such as names of projects or `-r requirements.txt`; a string is one of them.
            extra_envs: variables of the environment for pip.

        Example:
            exe.add_python_resources(exe.pip_install(["requests==2.32.3"]))
        """
        from oxlang.packaging.pip import pip_install

        envs = dict(extra_envs or {})
        words = (args,) if isinstance(args, str) else tuple(args)
        return self._scanned(
            ctx, pip_install(self.distribution.facts(ctx), words, extra_envs=envs, **self._pip_settings(ctx))
        )

    @method(effect="demands", types=_PLAIN_LIST)
    def read_package_root(self, ctx: DialectContext, path: str, packages: list[str]) -> Any:
        """Reads modules and packages below a folder; gives the resources of the named ones.

        Args:
            path: the folder that holds the packages.
            packages: names of packages, modules or projects; what is below them belongs to them.

        Example:
            exe.add_python_resources(exe.read_package_root(path=CWD + "/src", packages=["my_package"]))
        """
        from oxlang.packaging.scan import read_root

        folder = self._folder(ctx, path)
        return self._scanned(
            ctx,
            read_root(
                self.distribution.facts(ctx), folder, packages=tuple(packages), policy=self.policy, origin=ctx.span()
            ),
        )

    @method(effect="demands", types=_PLAIN_LIST)
    def read_virtualenv(self, ctx: DialectContext, path: str) -> Any:
        """Reads the packages of a virtual environment; gives their resources.

        Args:
            path: the folder of the environment.
        """
        from oxlang.packaging.scan import read_virtualenv

        folder = self._folder(ctx, path)
        return self._scanned(
            ctx, read_virtualenv(self.distribution.facts(ctx), folder, policy=self.policy, origin=ctx.span())
        )

    @method(effect="demands", types=_PLAIN_LIST)
    def setup_py_install(
        self,
        ctx: DialectContext,
        package_path: str,
        extra_envs: dict[str, str] | None = None,
        extra_global_arguments: list[str] | None = None,
    ) -> Any:
        """Runs `setup.py install` of a project; gives the resources of what it installed.

        Args:
            package_path: folder of the project; a relative one counts from the config's folder.
            extra_envs: variables of the environment.
            extra_global_arguments: arguments before `install`.
        """
        from oxlang.packaging.pip import setup_py_install

        folder = ctx.note(ctx.path_from_config(package_path))
        if not os.path.isdir(folder):
            raise missing(folder, package_path, "package_path")
        return self._scanned(
            ctx,
            setup_py_install(
                self.distribution.facts(ctx),
                folder,
                extra_envs=dict(extra_envs or {}),
                extra_global_arguments=tuple(extra_global_arguments or ()),
                **self._pip_settings(ctx),
            ),
        )

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

    @method(effect="demands")
    def build(self, ctx: DialectContext, target: str) -> ResolvedTarget:
        """Builds the program at once where the outputs of a target go.

        Args:
            target: name of the target.
        """
        return build_now(ctx, self, target)

    @method
    def to_embedded_resources(self, ctx: DialectContext) -> PythonEmbeddedResources:
        """Gives the resources and settings as artifacts for a Rust project; later changes of the executable have no effect.

        Example:
            register_target("resources", make_resources, depends=["exe"], default_build_script=True)
        """
        from oxlang.dialect.embedded import PythonEmbeddedResources

        return PythonEmbeddedResources(executable=self.snapshot(), origin=ctx.span())

    @method
    def to_file_manifest(self, ctx: DialectContext, prefix: str) -> FileManifest:
        """Gives a manifest with the program and the files it needs beside it.

        Args:
            prefix: folder in the manifest; `.` is its root.
        """
        manifest = FileManifest(ctx.span())
        plain = manifest_path(prefix, "prefix")
        manifest.layers.append(self.install_part(ctx, plain))
        manifest.run_target = join(plain, self.file_name(ctx))
        return manifest

    @method(platforms=("windows",), types={"msi_builder_callback": "function | None"})
    def to_wix_bundle_builder(
        self,
        ctx: DialectContext,
        id_prefix: str,
        product_name: str,
        product_version: str,
        product_manufacturer: str,
        msi_builder_callback: Any = None,
    ) -> WiXBundleBuilder:
        """Gives an installer for Windows that also installs the Visual C++ runtime.

        Args:
            id_prefix: beginning of the identifiers in the WiX files.
            product_name: name of the product.
            product_version: its version.
            product_manufacturer: who makes it.
            msi_builder_callback: gets the `WiXMSIBuilder` inside, to set its attributes.
        """
        from oxlang.dialect.installers import WiXBundleBuilder

        builder = self._msi(ctx, id_prefix, product_name, product_version, product_manufacturer)
        if msi_builder_callback is not None:
            ctx.call(msi_builder_callback, builder)
        platform = ctx.build.target
        chain: list[tuple[str, Any]] = []
        if platform.is_windows and platform.arch in ("i686", "x86_64"):
            chain.append(("vc_redist", "x86" if platform.arch == "i686" else "x64"))
        chain.append(("msi", (builder, False, None)))
        return WiXBundleBuilder(
            id_prefix=id_prefix, name=product_name, version=product_version, manufacturer=product_manufacturer,
            arch=builder.arch, conditions=[], chain=chain, origin=ctx.span(),
        )  # fmt: skip

    @method(platforms=("windows",))
    def to_wix_msi_builder(
        self, ctx: DialectContext, id_prefix: str, product_name: str, product_version: str, product_manufacturer: str
    ) -> WiXMSIBuilder:
        """Gives an MSI installer for Windows with the program and its files.

        Args:
            id_prefix: beginning of the identifiers in the WiX files.
            product_name: name of the product.
            product_version: its version.
            product_manufacturer: who makes it.
        """
        return self._msi(ctx, id_prefix, product_name, product_version, product_manufacturer)

    def _msi(self, ctx: DialectContext, id_prefix: str, name: str, version: str, manufacturer: str) -> WiXMSIBuilder:
        from oxlang.dialect.installers import WiXMSIBuilder

        arch = {"i686": "x86", "aarch64": "arm64"}.get(ctx.build.target.arch, "x64")
        files = FileManifest(ctx.span())
        files.layers.append(self.install_part(ctx, ""))
        return WiXMSIBuilder(
            id_prefix=id_prefix, product_name=name, product_version=version, product_manufacturer=manufacturer,
            files=files, redistributables=[], arch=arch, origin=ctx.span(),
        )  # fmt: skip

    def _add(self, ctx: DialectContext, resource: Handle) -> None:
        self.collector.add(resource.resource, resource.options(), ctx.span())

    def _folder(self, ctx: DialectContext, path: str) -> str:
        folder = ctx.note(ctx.path_from_process(path))
        if not os.path.isdir(folder):
            raise missing(folder, path)
        return folder

    def _pip_settings(self, ctx: DialectContext) -> dict[str, Any]:
        return {
            "policy": self.policy,
            "settings": ctx.build,
            "environment": ctx.environment,
            "working_directory": ctx.working_directory,
            "config_directory": ctx.cwd,
            "origin": ctx.span(),
        }

    def _scanned(self, ctx: DialectContext, scan: Scan) -> Any:
        """Gives the list of a scan: lazy, unless callbacks want to see each resource."""
        self.collector.note(scan)
        pending = Pending(ctx, scan, self.live_policy.copy())
        if not self.live_policy.callbacks:
            return lazy_list(pending)
        found = pending.load()
        for one in found:
            apply_callbacks(ctx, self.live_policy, one)
        return found

    def snapshot(self) -> PythonExecutable:
        """Gives an independent copy."""
        copy = PythonExecutable(**self.__dict__)
        copy.collector = self.collector.snapshot()
        copy.cargo_manifests = list(self.cargo_manifests)
        return copy

    def file_name(self, ctx: DialectContext) -> str:
        """Gives the name of the program's file."""
        return self.name + ctx.build.target.exe_suffix

    def install_part(self, ctx: DialectContext, prefix: str) -> Part:
        """Gives the program with its neighbours as a part of a manifest, in its present state."""
        from oxlang.graph.nodes import Part

        return Part(artifact=self.lower(ctx), prefix="" if prefix == "." else prefix)

    def lower(self, ctx: DialectContext) -> Artifact:
        """Gives the tree of the program and the files beside it."""
        from oxlang.dialect.embedded import lower_executable

        return lower_executable(ctx, self)

    def run_path(self, ctx: DialectContext) -> str:
        """Gives the program's file."""
        return self.file_name(ctx)


def apply_callbacks(ctx: DialectContext, policy: PackagingPolicy, value: Handle) -> None:
    """Shows a resource value to the callbacks, with another value of the policy that shares its settings."""
    for callback in policy.callbacks:
        ctx.call(callback, policy.sharing(), value)


def make_executable(
    ctx: DialectContext,
    distribution: PythonDistribution,
    name: str,
    policy: PackagingPolicy,
    config: InterpreterConfig,
) -> PythonExecutable:
    """Makes an executable and adds the distribution's resources to it."""
    from oxlang.diagnostics.model import error
    from oxlang.packaging.collector import Collector
    from oxlang.packaging.placement import Rules

    if not name or "/" in name or "\\" in name:
        raise error("OX0513", f"`{name}` cannot be the name of a program", argument="name")
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
