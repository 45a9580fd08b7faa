"""The methods of `PythonExecutable` that read or install packages and give their resources."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from oxlang.declare import method
from oxlang.diagnostics.model import OxError, error
from oxlang.dialect.content import host_file, missing
from oxlang.dialect.resources import Handle, Pending, PythonModuleSource, lazy_list, wrap
from oxlang.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from oxlang.dialect.context import DialectContext
    from oxlang.dialect.distribution import PythonDistribution
    from oxlang.packaging.collector import Collector
    from oxlang.packaging.interpreter_config import InterpreterConfig
    from oxlang.packaging.policy import PackagingPolicy
    from oxlang.packaging.scan import Scan
    from oxlang.source import Span

_PLAIN_LIST = {"return": "list"}


class ExecutableReading:
    """State of an executable, and what reads packages for it."""

    name: str
    distribution: PythonDistribution
    policy: PackagingPolicy
    live_policy: PackagingPolicy
    config: InterpreterConfig
    collector: Collector
    origin: Span | None

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

        note_files(ctx, args)
        return self._scanned(
            ctx, blaming("args", lambda: pip_download(self.distribution.facts(ctx), tuple(args), note=ctx.note, **self._pip_settings(ctx)))
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
        if not words:
            raise error("OX0512", "`pip_install` is given nothing to install", argument="args", help="leave the call out, or name a project")
        note_files(ctx, words)
        return self._scanned(
            ctx,
            blaming(
                "args",
                lambda: pip_install(self.distribution.facts(ctx), words, extra_envs=envs, note=ctx.note, **self._pip_settings(ctx)),
            ),
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
        warn_of_nothing(ctx, self, folder, path, packages)
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
            ctx,
            blaming(
                "path",
                lambda: read_virtualenv(self.distribution.facts(ctx), folder, policy=self.policy, origin=ctx.span()),
            ),
        )

    @method(effect="demands", types=_PLAIN_LIST)
    def setup_py_install(
        self,
        ctx: DialectContext,
        package_path: str,
        extra_envs: dict[str, str] | None = None,
        extra_global_arguments: list[str] | None = None,
    ) -> Any:
        """Installs a project that has a `setup.py`, with its dependencies; gives the resources.

        Args:
            package_path: folder of the project; a relative one counts from the config's folder.
            extra_envs: variables of the environment.
            extra_global_arguments: arguments before `install`; with them `setup.py` itself is run, without dependencies.
        """
        from oxlang.packaging.pip import setup_py_install

        folder = ctx.note(ctx.path_from_config(package_path))
        if not os.path.isdir(folder):
            raise missing(folder, package_path, "package_path")
        return self._scanned(
            ctx,
            blaming(
                "package_path",
                lambda: setup_py_install(
                    self.distribution.facts(ctx),
                    folder,
                    extra_envs=dict(extra_envs or {}),
                    extra_global_arguments=tuple(extra_global_arguments or ()),
                    **self._pip_settings(ctx),
                ),
            ),
        )

    @method(effect="demands", types=_PLAIN_LIST, extension=True)
    def read_wheel(self, ctx: DialectContext, path: str) -> Any:
        """Reads a wheel; gives its resources as installing it would lay them out, without dependencies.

        Args:
            path: the `.whl` file.

        Example:
            exe.add_python_resources(exe.read_wheel("dist/my_package-1.0-py3-none-any.whl"))
        """
        from oxlang.packaging.project import read_wheel

        found = host_file(ctx, ctx.path_from_process(path), path)
        return self._scanned(
            ctx,
            blaming(
                "path",
                lambda: read_wheel(self.distribution.facts(ctx), found.path, policy=self.policy, origin=ctx.span()),
            ),
        )

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


def warn_of_nothing(
    ctx: DialectContext, executable: ExecutableReading, folder: str, shown: str, packages: Sequence[str]
) -> None:
    """Gives OX0531 for each name that a folder has nothing for. PyOxidizer said nothing, and the program lacked it."""
    from oxlang.diagnostics.model import diagnostic
    from oxlang.diagnostics.spelling import did_you_mean
    from oxlang.interp.places import argument_place, text_place
    from oxlang.packaging.roots import unmatched

    if not executable.policy.file_scanner_classify_files:
        text = "`read_package_root` gives nothing while `file_scanner_classify_files` is off: plain files belong to no package"
        ctx.warn(
            diagnostic(
                "OX0531", text, span=ctx.span(),
                help="let `set_resource_handling_mode(\"files\")` be followed by `policy.file_scanner_classify_files = True`",
            )
        )  # fmt: skip
        return
    for one in unmatched(executable.distribution.facts(ctx), folder, packages):
        place = argument_place(ctx.span(), "packages", ("path", "packages")) or ctx.span()
        hint = f"it lies in `{one.found_in}` there; name that folder as `path`" if one.found_in else None
        if one.is_folder:
            hint = "the folder is the package itself; name the folder above it as `path`"
        listed = ", ".join(f"`{name}`" for name in one.present[:6]) + (", …" if len(one.present) > 6 else "")
        ctx.warn(
            diagnostic(
                "OX0531", f"`{shown}` has no module, package or project `{one.name}`, so nothing of it is read",
                span=text_place(place, one.name),
                help=hint or did_you_mean(one.name, one.present) or (f"it has {listed}" if listed else "no Python file lies in it"),
            )
        )  # fmt: skip


# Errors of packaging about what an argument names.
_ABOUT_ARGUMENTS = frozenset({"OX0615", "OX0616", "OX0617", "OX0622", "OX0626", "OX0628", "OX0630"})


def blaming(argument: str, make: Callable[[], Scan]) -> Scan:
    """Gives what a function of packaging gives; its errors about an argument are placed at that argument."""
    from oxlang.diagnostics.model import OxError
    from oxlang.records import replace

    try:
        return make()
    except OxError as problem:
        if problem.argument is None and problem.diagnostic.code.id in _ABOUT_ARGUMENTS:
            problem.argument = argument
            problem.diagnostic = replace(problem.diagnostic, labels=())
        raise


def apply_callbacks(ctx: DialectContext, policy: PackagingPolicy, value: Handle) -> None:
    """Shows a resource value to the callbacks, with another value of the policy that shares its settings."""
    for callback in policy.callbacks:
        try:
            ctx.call(callback, policy.sharing(), value)
        except OxError as problem:
            if problem.diagnostic.code.id == "OX0352" and problem.diagnostic.span is None:
                note = "a resource callback is called with two arguments: the policy and the resource"
                problem.diagnostic = replace(problem.diagnostic, notes=(*problem.diagnostic.notes, note))
            raise


def note_files(ctx: DialectContext, words: Iterable[str]) -> None:
    """Notes the files and folders that arguments of pip name, so that build scripts run again when they change."""
    for word in words:
        path = word.partition("=")[2] if word.startswith("--") else word[2:] if word.startswith(("-r", "-c")) else word
        found = ctx.path_from_process(path.partition("[")[0]) if path else ""
        if found and os.path.exists(found):
            ctx.note(found)
