"""`PythonDistribution`: a Python that programs are made of. Which one it is gets settled when a method needs to know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from oxlang.declare import function, method, starlark_type
from oxlang.diagnostics.model import OxError, diagnostic, error
from oxlang.packaging.interpreter_config import InterpreterConfig
from oxlang.packaging.policy import PackagingPolicy

if TYPE_CHECKING:
    from oxlang.dialect.context import DialectContext
    from oxlang.dialect.executable import PythonExecutable
    from oxlang.packaging.distribution import Distribution
    from oxlang.packaging.scan import Scan
    from oxlang.source import Span

_VERSION = re.compile(r"3\.\d{1,3}(\.\d+)?t?$")
_URL = re.compile(r"(https?://|file:)[^\s]", re.IGNORECASE)
PARAMETERS = ("sha256", "local_path", "url", "flavor")
DEFAULT_PARAMETERS = ("flavor", "build_target", "python_version")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}$")


@starlark_type(
    "PythonDistribution", origin="pyoxidizer", constructor="PythonDistribution",
    obtained=("default_python_distribution()",),
)  # fmt: skip
class PythonDistribution:
    """A Python: its interpreter library, standard library and extension modules.

    It is either an installed Python of this machine or an archive of python-build-standalone.
    """

    flavor: str
    origin: Span | None
    version: str | None = None
    triple: str | None = None
    sha256: str | None = None
    local_path: str | None = None
    url: str | None = None

    @method
    def make_python_packaging_policy(self, ctx: DialectContext) -> PackagingPolicy:
        """Gives a new packaging policy with the defaults for this Python.

        Example:
            policy = dist.make_python_packaging_policy()
            policy.include_test = False
        """
        return PackagingPolicy.for_distribution(self.facts(ctx))

    @method
    def make_python_interpreter_config(self, ctx: DialectContext) -> InterpreterConfig:
        """Gives new settings for the embedded interpreter with the defaults for this Python.

        Example:
            config = dist.make_python_interpreter_config()
            config.run_module = "my_package"
        """
        return InterpreterConfig()

    @method(effect="demands", types={"return": "list"})
    def python_resources(self, ctx: DialectContext) -> list[Any]:
        """Gives the resources of the standard library: extension modules, modules, data files.

        A default policy decides about their `add_` attributes; callbacks are not called.
        """
        from oxlang.dialect.resources import wrap

        facts = self.facts(ctx)
        policy = PackagingPolicy.for_distribution(facts)
        return [wrap(ctx, one, policy) for one in in_order(self.scan(ctx, tests=True).read(ctx.demand_from, ctx.span()))]

    @method
    def to_python_executable(
        self,
        ctx: DialectContext,
        name: str,
        packaging_policy: PackagingPolicy | None = None,
        config: InterpreterConfig | None = None,
    ) -> PythonExecutable:
        """Gives an executable with this Python and its standard library.

        Args:
            name: name of the program's file, without `.exe`.
            packaging_policy: decides about resources; the default one unless given. It is copied.
            config: settings of the interpreter; the default ones unless given. They are copied.

        Example:
            exe = dist.to_python_executable(name="app", packaging_policy=policy, config=config)
        """
        from oxlang.dialect.executable import make_executable

        policy = packaging_policy or PackagingPolicy.for_distribution(self.facts(ctx))
        return make_executable(ctx, self, name, policy, config or InterpreterConfig())

    def facts(self, ctx: DialectContext) -> Distribution:
        """Finds the Python and gives what is known of it; kept for the evaluation."""
        key = ("distribution", self.version, self.triple, self.flavor, self.sha256, self.local_path, self.url)
        found: Distribution | None = ctx.memo.get(key)
        if found is None:
            found = ctx.memo[key] = self._find(ctx)
        return found

    def _find(self, ctx: DialectContext) -> Distribution:
        if self.sha256 is None:
            if self.version is None or _minor(self.version) >= 9:
                return self._default(ctx, self.version)
            return self._instead(ctx, self.version)
        return self._of_archive(ctx, self.sha256.lower())

    def _of_archive(self, ctx: DialectContext, sha256: str) -> Distribution:
        """Gives what an archive holds. What is wrong with it shows late, and at the argument that named it."""
        from oxlang.packaging.archive import archive_distribution

        try:
            return archive_distribution(
                sha256=sha256,
                path=None if self.local_path is None else ctx.note(ctx.path_from_process(self.local_path)),
                url=self.url,
                flavor=self.flavor,
                cache_dir=ctx.cache_dir or f"{ctx.build_path}/cache",
                environment=ctx.environment,
                demand=ctx.demand_from,
                origin=self.origin,
                warn=lambda text: ctx.warn(diagnostic("OX0629", text, span=self.origin)),
            )
        except OxError as problem:
            fault = "url" if problem.diagnostic.code.id in ("OX0706", "OX0707") else problem.argument
            raise self._at_argument(problem, fault, PARAMETERS) from None

    def _default(self, ctx: DialectContext, version: str | None) -> Distribution:
        from oxlang.packaging.archive import default_distribution

        triple, host = self.triple or ctx.build.target.triple, ctx.build.host.triple
        try:
            return default_distribution(
                version,
                triple=triple,
                host_triple=host,
                flavor=self.flavor,
                environment=ctx.environment,
                cache_dir=ctx.cache_dir or f"{ctx.build_path}/cache",
                demand=ctx.demand_from,
                origin=self.origin,
            )
        except OxError as problem:
            if problem.diagnostic.code.id == "OX0601":
                problem = self._at_argument(problem, "python_version" if triple == host else "build_target", DEFAULT_PARAMETERS)
            raise problem from None

    def _at_argument(self, problem: OxError, argument: str | int | None, parameters: tuple[str, ...]) -> OxError:
        """Moves what was found wrong later to the argument of the call that made the distribution, if it is there."""
        from oxlang.interp.places import argument_place
        from oxlang.records import replace

        place = argument_place(self.origin, argument, parameters)
        if place is None:
            return problem
        problem.diagnostic = replace(problem.diagnostic, labels=())
        return problem.at(place)

    def _instead(self, ctx: DialectContext, version: str) -> Distribution:
        """Gives what takes the place of a Python that PyOxidizer had and that cannot be embedded: 3.10, its default."""
        try:
            found = self._default(ctx, "3.10")
        except OxError:
            found = self._default(ctx, None)
        ctx.warn(
            diagnostic(
                "OX0530",
                f"Python {version} is not maintained and cannot be embedded; the program gets Python {found.version}",
                span=self.origin,
                help='say `python_version="3.10"`, or another one that the program is tested with',
            )
        )
        return found

    def host_facts(self, ctx: DialectContext) -> Distribution:
        """Gives a Python of the same version for this machine, which compiles modules for one that cannot run here."""
        version = ".".join(self.facts(ctx).version.split(".")[:2])
        key = ("host distribution", version)
        found: Distribution | None = ctx.memo.get(key)
        if found is None:
            from oxlang.packaging.archive import default_distribution

            triple = ctx.build.host.triple
            found = ctx.memo[key] = default_distribution(
                version,
                triple=triple,
                host_triple=triple,
                environment=ctx.environment,
                cache_dir=ctx.cache_dir or f"{ctx.build_path}/cache",
                demand=ctx.demand_from,
                origin=self.origin,
            )
        return found

    def link_mode(self, ctx: DialectContext) -> Literal["static", "dynamic", "default"]:
        """Says how the flavor wants libpython linked; `standalone_dynamic` matters for Windows only, as it always did."""
        if self.flavor == "standalone_static":
            return "static"
        if self.flavor == "standalone_dynamic" and self.facts(ctx).platform.is_windows:
            return "dynamic"
        return "default"

    def scan(self, ctx: DialectContext, *, tests: bool) -> Scan:
        """Gives the scan of the standard library, with its test packages or without."""
        from oxlang.packaging.stdlib import distribution_scan

        return distribution_scan(self.facts(ctx), tests=tests, origin=self.origin)


def _minor(version: str) -> int:
    return int(version.split(".")[1].rstrip("t"))


def in_order(found: list[Any]) -> list[Any]:
    """Sorts resources of a distribution: extension modules, modules, data files, each by name."""
    kinds = {"extension": 0, "module": 1, "resource": 2}
    wanted = [one for one in found if one.kind in kinds]
    return sorted(wanted, key=lambda one: (kinds[one.kind], one.name, one.path))


@function("default_python_distribution")
def default_python_distribution(
    ctx: DialectContext,
    flavor: Literal[
        "standalone", "standalone_static", "standalone-static", "standalone_dynamic", "standalone-dynamic", "local"
    ] = "standalone",
    build_target: str | None = None,
    python_version: str | None = None,
) -> PythonDistribution:
    """Gives the Python that programs are made of when nothing special is wanted.

    It is a usable Python of this machine, of the wanted version if one is: the active virtual environment's base, the
    Python that runs oxl, those on PATH, of pyenv, of uv and of the system are tried. An archive of the catalog that was
    unpacked into the cache before goes first, so that what was built with it stays as it is.

    Args:
        flavor: `standalone` links the interpreter library as it is there, `standalone_static` insists on a static one;
            `standalone_dynamic` takes a shared one for Windows and is like `standalone` elsewhere. `local` (not a value
            of PyOxidizer) is `standalone` with nothing but an installed Python.
        build_target: triple of the platform; the one that is built for unless given.
        python_version: such as `3.12`, or `3.14t` for the free-threaded build.

    Example:
        dist = default_python_distribution(python_version="3.12")
    """
    if python_version is not None and not _VERSION.match(python_version):
        raise error(
            "OX0601", f"there is no Python `{python_version}`", argument="python_version",
            help="give a version such as 3.12, or none to take the newest Python found",
        )  # fmt: skip
    if python_version is not None and _minor(python_version) < 8:
        raise error(
            "OX0601", f"there is no default distribution of Python {python_version}", argument="python_version",
            help="oxlang supports Python 3.10 and newer",
        )  # fmt: skip
    return PythonDistribution(
        flavor=flavor.replace("-", "_"),
        origin=ctx.span(),
        version=python_version,
        triple=build_target or ctx.build.target.triple,
    )


@function("PythonDistribution", constructs="PythonDistribution")
def make_python_distribution(
    ctx: DialectContext,
    sha256: str,
    local_path: str | None = None,
    url: str | None = None,
    flavor: Literal["standalone"] = "standalone",
) -> PythonDistribution:
    """Gives the Python of an archive of python-build-standalone, which is fetched when it is needed.

    Args:
        sha256: SHA-256 of the archive, 64 hexadecimal digits.
        local_path: an existing archive.
        url: where the archive is fetched from.
        flavor: `standalone`.

    Example:
        dist = PythonDistribution(sha256="…", url="https://example.org/cpython-3.12.tar.zst")
    """
    if local_path is not None and url is not None:
        raise error("OX0512", "`PythonDistribution` takes `local_path` or `url`, not both", argument="url")
    if local_path is None and url is None:
        raise error("OX0512", "`PythonDistribution` needs `local_path` or `url`")
    if not _SHA256.match(sha256):
        raise error(
            "OX0512", f"`{sha256}` is not a SHA-256, which has 64 hexadecimal digits", argument="sha256",
            help="`sha256sum ARCHIVE` gives it",
        )  # fmt: skip
    if url is not None and not _URL.match(url):
        raise error(
            "OX0512", f"`{url}` is not the address of an archive", argument="url",
            help="an address begins with `https://`; `local_path` names an archive on this machine",
        )  # fmt: skip
    return PythonDistribution(
        flavor=flavor, origin=ctx.span(), sha256=sha256, local_path=local_path, url=url
    )


TYPES = (PythonDistribution,)
FUNCTIONS = (default_python_distribution, make_python_distribution)
