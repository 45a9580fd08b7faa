"""The packaging policy: which resources are taken, how and where; declared once for all readers.

`snapshot` freezes what decides about resources that are added lazily; `options_for` gives the seven `add_*` values that
a policy derives for one resource (dialect.md, section 7.2).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from oxlang.declare import attribute, method, starlark_type

if TYPE_CHECKING:
    from oxlang.packaging.distribution import Distribution
    from oxlang.packaging.module_files import ModuleFiles
    from oxlang.packaging.resource import AddOptions, Resource

LOCATIONS = ("in-memory", "filesystem-relative:<prefix>", "auto")
FALLBACKS = ("in-memory", "filesystem-relative:<prefix>")
DEFAULT_PREFIX = "filesystem-relative:lib"

# Standard-library test modules whose source is invalid on purpose (distribution.md, section 6).
_INVALID_SOURCES = (
    "lib2to3.tests.data.bom",
    "lib2to3.tests.data.crlf",
    "lib2to3.tests.data.different_encoding",
    "lib2to3.tests.data.false_encoding",
    "lib2to3.tests.data.py2_test_grammar",
    "lib2to3.tests.data.py3_test_grammar",
)
_INVALID_PREFIXES = ("test.bad_coding", "test.badsyntax_")


class _WithCallbacks:
    """Keeps callbacks beside the settings, so that two policies can share the latter."""

    __slots__ = ("__dict__", "callbacks")
    callbacks: list[Any]


@starlark_type(
    "PythonPackagingPolicy",
    origin="pyoxidizer",
    obtained=("dist.make_python_packaging_policy()", "first argument of a resource callback"),
)
class PackagingPolicy(_WithCallbacks):
    """Which resources of a distribution or package enter a program, and how and where.

    A policy gives each new resource the initial values of its `add_*` attributes; callbacks may change them.
    """

    allow_files: bool = attribute(
        default=False, set="truthy", doc="Whether `File` values can be added to an executable."
    )
    allow_in_memory_shared_library_loading: bool = attribute(
        default=False,
        set="truthy",
        doc="Whether extension modules may be loaded from memory where the distribution's platform can do that.",
    )
    bytecode_optimize_level_zero: bool = attribute(
        default=True, set="truthy", doc="Initial value of add_bytecode_optimization_level_zero."
    )
    bytecode_optimize_level_one: bool = attribute(
        default=False, set="truthy", doc="Initial value of add_bytecode_optimization_level_one."
    )
    bytecode_optimize_level_two: bool = attribute(
        default=False, set="truthy", doc="Initial value of add_bytecode_optimization_level_two."
    )
    extension_module_filter: str = attribute(
        default="all",
        enum=("minimal", "all", "no-libraries", "no-copyleft"),
        set="enum",
        doc="Which extension modules of the distribution are taken.",
    )
    file_scanner_classify_files: bool = attribute(
        default=True, set="truthy", doc="Whether scanning gives typed resources."
    )
    file_scanner_emit_files: bool = attribute(
        default=False, set="truthy", doc="Whether scanning gives a `File` for each file."
    )
    include_distribution_sources: bool = attribute(
        default=True,
        set="truthy",
        doc="Whether modules are added at all (of every package, despite the name), and whether the standard "
        "library's source text is kept.",
    )
    include_distribution_resources: bool = attribute(
        default=False, set="truthy", doc="Whether data files of the standard library are added."
    )
    include_classified_resources: bool = attribute(
        default=True, set="truthy", doc="Initial value of add_include of everything but `File`."
    )
    include_file_resources: bool = attribute(
        default=False, set="truthy", doc="Initial value of add_include of `File`."
    )
    include_non_distribution_sources: bool = attribute(
        default=True,
        set="truthy",
        doc="Initial value of add_source for modules outside the standard library.",
    )
    include_test: bool = attribute(
        default=False, set="truthy", doc="Whether test packages of the standard library are added."
    )
    resources_location: str = attribute(
        default="in-memory",
        enum=LOCATIONS,
        set="location",
        doc='Initial value of add_location. "auto" (not a value of PyOxidizer) keeps a package in memory unless its '
        "files show that it needs real paths.",
    )
    resources_location_fallback: str | None = attribute(
        default=None,
        default_note='"filesystem-relative:lib" where extension modules are files: local distributions and dynamic '
        "Windows ones",
        enum=FALLBACKS,
        set="location-or-none",
        doc="Initial value of add_location_fallback.",
    )
    preferred_extension_module_variants: dict[str, str] = attribute(
        default_factory=dict, doc="The variants chosen so far, as a copy; changing the copy does nothing."
    )
    module_file: str = attribute(
        default="emulated",
        enum=("emulated", "absent"),
        set="enum",
        extension=True,
        doc='Whether modules in memory have a `__file__`: "emulated" gives them a path that does not exist on disk, '
        '"absent" leaves it out as PyOxidizer does.',
    )
    module_file_exceptions: list[str] = attribute(
        default_factory=list,
        set="strs",
        extension=True,
        doc="Packages for whose modules the other value of module_file holds: names, which stand for what is in the "
        "package, too, or patterns in which `*` is any text.",
    )
    bundle_shared_libraries: bool = attribute(
        default=False,
        set="truthy",
        extension=True,
        doc="Whether system libraries that extension modules need (such as OpenSSL's) are copied beside them, so that "
        "the program runs on machines without them.",
    )

    # What a distribution knows and a config cannot change; no attributes of the dialect.
    broken_extensions: ClassVar[tuple[str, ...]] = ()
    is_local: ClassVar[bool] = False

    def __init__(self, **values: Any) -> None:
        self.callbacks = []
        self.__dict__["preferred_extension_module_variants"] = {}
        self.__dict__["module_file_exceptions"] = []
        self.__dict__.update(values)

    @staticmethod
    def for_distribution(distribution: Distribution) -> PackagingPolicy:
        """Makes the default policy of a distribution."""
        policy = PackagingPolicy()
        platform = distribution.platform
        files_only = distribution.can_load_extension_files and not distribution.extensions_have_objects
        dynamic_windows = platform.is_windows and distribution.can_load_extensions_from_memory
        cannot_relink = distribution.can_load_extension_files and not distribution.core_objs
        if files_only or dynamic_windows or distribution.bitcode or cannot_relink:
            policy.resources_location_fallback = DEFAULT_PREFIX
        if platform.is_macos:
            policy.__dict__["broken_extensions"] = ("curses", "_curses_panel", "readline")
        elif platform.is_linux and distribution.kind == "archive":
            policy.__dict__["broken_extensions"] = ("_crypt", "nis")
        policy.__dict__["is_local"] = distribution.kind == "local"
        return policy

    @method(effect="mutates")
    def register_resource_callback(self, func: Callable[..., Any]) -> None:
        """Adds a function that is called with (policy, resource) for each resource that is made.

        It may change the resource's `add_*` attributes; its result is ignored.

        Args:
            func: the function.
        """
        self.callbacks.append(func)

    @method(effect="mutates")
    def set_preferred_extension_module_variant(self, name: str, value: str) -> None:
        """Prefers a variant of an extension module of the distribution.

        Args:
            name: the module.
            value: the variant.
        """
        self.__dict__["preferred_extension_module_variants"][name] = value

    @method(effect="mutates")
    def set_resource_handling_mode(self, mode: Literal["classify", "files"]) -> None:
        """Chooses between typed resources and plain files by setting five attributes.

        Args:
            mode: "classify" gives typed resources, "files" gives `File` values as well and lets them be added.
        """
        files = mode == "files"
        self.file_scanner_emit_files = files
        self.file_scanner_classify_files = not files
        self.allow_files = files
        self.include_file_resources = files
        self.include_classified_resources = True

    def copy(self) -> PackagingPolicy:
        """Gives an independent copy of settings and callbacks."""
        new = PackagingPolicy(**self.__dict__)
        new.__dict__["preferred_extension_module_variants"] = dict(self.preferred_extension_module_variants)
        new.__dict__["module_file_exceptions"] = list(self.module_file_exceptions)
        new.callbacks = list(self.callbacks)
        return new

    @property
    def module_files(self) -> ModuleFiles:
        """Which modules in memory have a `__file__`."""
        from oxlang.packaging.module_files import ModuleFiles

        return ModuleFiles(self.module_file, self.module_file_exceptions)

    def sharing(self, *, callbacks: bool = False) -> PackagingPolicy:
        """Gives another policy over the same settings, with a copy of the callbacks or without any."""
        new: PackagingPolicy = PackagingPolicy.__new__(PackagingPolicy)
        new.callbacks = list(self.callbacks) if callbacks else []
        object.__setattr__(new, "__dict__", self.__dict__)
        return new

    def settings(self) -> dict[str, Any]:
        """Gives all settings by name, as plain values that JSON can hold."""
        names = (*PackagingPolicy.__fields__, "broken_extensions", "is_local")  # type: ignore[attr-defined]
        found: dict[str, Any] = {}
        for name in sorted(names):
            value = getattr(self, name)
            found[name] = (
                dict(value) if isinstance(value, dict) else list(value) if isinstance(value, tuple) else value
            )
        return found

    @staticmethod
    def from_settings(settings: dict[str, Any]) -> PackagingPolicy:
        """Makes a policy of `settings()`."""
        policy = PackagingPolicy(**settings)
        policy.__dict__["broken_extensions"] = tuple(settings.get("broken_extensions", ()))
        return policy

    def options_for(self, resource: Resource) -> AddOptions:
        """Gives the `add_*` values that this policy derives for a resource."""
        from oxlang.packaging.resource import AddOptions

        kind = resource.kind
        include = self.include_classified_resources
        source = False
        tests_wanted = self.include_test or not resource.is_test
        if kind == "module":
            include = include and self.include_distribution_sources and tests_wanted
            source = (
                self.include_distribution_sources
                if resource.is_stdlib
                else self.include_non_distribution_sources
            )
        elif kind == "resource" and resource.is_stdlib:
            include = include and self.include_distribution_resources and tests_wanted
        elif kind == "file":
            include = self.include_file_resources
        elif kind == "extension":
            include = False
        compiles = not has_invalid_source(resource.name)
        return AddOptions(
            include=include,
            location=self.resources_location,
            location_fallback=self.resources_location_fallback,
            source=source,
            optimize_zero=self.bytecode_optimize_level_zero and compiles,
            optimize_one=self.bytecode_optimize_level_one and compiles,
            optimize_two=self.bytecode_optimize_level_two and compiles,
        )


def has_invalid_source(name: str) -> bool:
    """Whether a module is one of the standard library's tests that cannot be compiled."""
    return name in _INVALID_SOURCES or name.startswith(_INVALID_PREFIXES)


TYPES = (PackagingPolicy,)
