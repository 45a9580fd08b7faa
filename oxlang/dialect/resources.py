"""Resource values: the five types of things that can be packed, and the lazy list that scanning gives.

A value is a thin handle over `packaging.Resource` with the seven `add_*` attributes beside it. Ten thousand of them are ten
thousand small objects; file contents stay where they are until `source` is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from oxlang.declare import attribute, computed, starlark_type
from oxlang.dialect.content import Content
from oxlang.interp.values import SList

if TYPE_CHECKING:
    from oxlang.dialect.context import DialectContext
    from oxlang.packaging.policy import PackagingPolicy
    from oxlang.packaging.resource import AddOptions, Resource
    from oxlang.packaging.scan import Scan

LOCATIONS = ("in-memory", "filesystem-relative:<prefix>")
_SCANNED = (
    "PythonExecutable.pip_install()",
    "PythonExecutable.pip_download()",
    "PythonExecutable.read_package_root()",
    "PythonExecutable.read_virtualenv()",
    "PythonExecutable.setup_py_install()",
    "second argument of a resource callback",
)


class Handle:
    """What the five types share: the handle and where its content is.

    Attributes:
        resource: the handle.
        ctx: reads its content.
    """

    __slots__ = (
        "add_bytecode_optimization_level_one", "add_bytecode_optimization_level_two",
        "add_bytecode_optimization_level_zero", "add_include", "add_location", "add_location_fallback", "add_source",
        "ctx", "resource",
    )  # fmt: skip

    def __init__(self, resource: Resource, options: AddOptions, ctx: DialectContext) -> None:
        self.resource = resource
        self.ctx = ctx
        self.add_include: bool = options.include
        self.add_location: str = options.location
        self.add_location_fallback: str | None = options.location_fallback
        self.add_source: bool = options.source
        self.add_bytecode_optimization_level_zero: bool = options.optimize_zero
        self.add_bytecode_optimization_level_one: bool = options.optimize_one
        self.add_bytecode_optimization_level_two: bool = options.optimize_two

    def options(self) -> AddOptions:
        """Gives the `add_*` attributes as they are now."""
        from oxlang.packaging.resource import AddOptions

        return AddOptions(
            include=self.add_include,
            location=self.add_location,
            location_fallback=self.add_location_fallback,
            source=self.add_source,
            optimize_zero=self.add_bytecode_optimization_level_zero,
            optimize_one=self.add_bytecode_optimization_level_one,
            optimize_two=self.add_bytecode_optimization_level_two,
        )

    def content(self) -> bytes:
        """Gives the content of the resource."""
        if isinstance(self.resource.source, bytes):
            return self.resource.source
        digest = self.resource.digest
        return b"" if digest is None else self.ctx.read(digest)

    def as_files(self) -> dict[str, Content]:
        """Gives the resource as plain files, as `FileManifest.add_python_resource` adds them."""
        from oxlang.packaging.resource import distribution_folder, module_path

        one = self.resource
        whole = Content(data=self.content(), executable=one.executable or one.kind == "extension")
        if one.kind == "module":
            parents = one.name.split(".")[:-1]
            found = {
                module_path(".".join(parents[: count + 1]), True): Content(data=b"") for count in range(len(parents))
            }
            found[module_path(one.name, one.is_package)] = whole
            return found
        if one.kind == "resource":
            return {f"{one.name.replace('.', '/')}/{one.path}": whole}
        if one.kind == "distribution":
            return {f"{distribution_folder(one.name, one.version, one.metadata_kind)}/{one.path}": whole}
        if one.kind == "extension":
            if one.digest is None:
                return {}
            folder = one.name.rpartition(".")[0].replace(".", "/")
            return {f"{folder}/{one.path}" if folder else one.path: whole}
        return {one.name: whole}


def _adding(cls: Any) -> Any:
    """Puts the seven `add_*` attributes into the body of a type before it is declared."""
    cls.__annotations__ = {**cls.__annotations__, **_ADD_TYPES}
    for name, spec in _add_attributes().items():
        setattr(cls, name, spec)
    return cls


_ADD_TYPES = {
    "add_include": "bool",
    "add_location": "str",
    "add_location_fallback": "str | None",
    "add_source": "bool",
    "add_bytecode_optimization_level_zero": "bool",
    "add_bytecode_optimization_level_one": "bool",
    "add_bytecode_optimization_level_two": "bool",
}


def _add_attributes() -> dict[str, Any]:
    level = "policy.bytecode_optimize_level_{0}; False for a few modules with broken source"
    found: dict[str, Any] = {
        "add_include": attribute(
            set="truthy",
            default_note="from the policy",
            doc="Whether adding the resource does anything; extension modules are added whatever it says.",
        ),
        "add_location": attribute(
            set="add-location",
            enum=LOCATIONS,
            default_note="policy.resources_location",
            doc="Where the resource is loaded from.",
        ),
        "add_location_fallback": attribute(
            set="add-location-or-none",
            enum=LOCATIONS,
            default_note="policy.resources_location_fallback",
            doc="Where the resource is loaded from when `add_location` cannot be.",
        ),
        "add_source": attribute(
            set="truthy",
            default_note="from the policy; False for everything but PythonModuleSource",
            doc="Whether the source text of a module is stored.",
        ),
    }
    for number in ("zero", "one", "two"):
        found[f"add_bytecode_optimization_level_{number}"] = attribute(
            set="truthy",
            default_note=level.format(number),
            doc=f"Whether bytecode of optimization level {number} is made of a module.",
        )
    return found


@starlark_type(
    "PythonModuleSource",
    origin="pyoxidizer",
    obtained=("PythonExecutable.make_python_module_source()", "PythonDistribution.python_resources()", *_SCANNED),
)
@_adding
class PythonModuleSource(Handle):
    """The source text of a Python module."""

    __slots__ = ()

    @computed()
    def name(self) -> str:
        """Dotted name of the module."""
        return self.resource.name

    @computed()
    def source(self) -> str:
        """The text of the module."""
        from oxlang.diagnostics.model import error

        try:
            return self.content().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise error("OX0524", f"the source of the module `{self.resource.name}` is not UTF-8") from None

    @computed()
    def is_package(self) -> bool:
        """Whether it is the `__init__` of a package."""
        return self.resource.is_package

    @computed()
    def is_stdlib(self) -> bool:
        """Whether it belongs to the distribution."""
        return self.resource.is_stdlib


@starlark_type(
    "PythonPackageResource", origin="pyoxidizer", obtained=("PythonDistribution.python_resources()", *_SCANNED)
)
@_adding
class PythonPackageResource(Handle):
    """A data file inside a Python package."""

    __slots__ = ()

    @computed()
    def package(self) -> str:
        """The innermost package that holds the file."""
        return self.resource.name

    @computed()
    def name(self) -> str:
        """Path of the file relative to that package."""
        return self.resource.path

    @computed()
    def is_stdlib(self) -> bool:
        """Whether it belongs to the distribution."""
        return self.resource.is_stdlib


@starlark_type("PythonPackageDistributionResource", origin="pyoxidizer", obtained=_SCANNED)
@_adding
class PythonPackageDistributionResource(Handle):
    """A file of the metadata of an installed project, such as `METADATA`."""

    __slots__ = ()

    @computed()
    def package(self) -> str:
        """Name of the project as its metadata write it."""
        return self.resource.name

    @computed()
    def name(self) -> str:
        """Path of the file relative to the folder of the metadata."""
        return self.resource.path

    @computed(default=False)
    def is_stdlib(self) -> bool:
        """Always False."""
        return False


@starlark_type(
    "PythonExtensionModule", origin="pyoxidizer", obtained=("PythonDistribution.python_resources()", *_SCANNED)
)
@_adding
class PythonExtensionModule(Handle):
    """A module in machine code."""

    __slots__ = ()

    @computed()
    def name(self) -> str:
        """Dotted name of the module."""
        return self.resource.name

    @computed()
    def is_stdlib(self) -> bool:
        """Whether it belongs to the distribution."""
        return self.resource.is_stdlib


@starlark_type("File", origin="pyoxidizer", obtained=_SCANNED)
@_adding
class File(Handle):
    """A file as it was found, without regard to what it means to Python."""

    __slots__ = ()

    @computed()
    def path(self) -> str:
        """Path relative to the scanned folder."""
        return self.resource.name

    @computed()
    def is_executable(self) -> bool:
        """Whether the file may be executed."""
        return self.resource.executable


TYPES = (PythonModuleSource, PythonPackageResource, PythonPackageDistributionResource, PythonExtensionModule, File)
BY_KIND: dict[str, type[Handle]] = {
    "module": PythonModuleSource,
    "resource": PythonPackageResource,
    "distribution": PythonPackageDistributionResource,
    "extension": PythonExtensionModule,
    "file": File,
}


def is_addable(value: object) -> bool:
    """Says whether a value is a resource."""
    return isinstance(value, Handle)


class LazyList(SList):
    """A list of resources that is filled when somebody looks at it.

    Until then its one raw element is the `Pending` that can fill it, which `pending` gives without filling. As states of
    lists are classes of one layout, filling ends with the list being a plain `SList`.
    """

    __slots__ = ()
    starlark_short = "[…]"

    def _fill(self) -> LazyList:
        if type(self) is LazyList:
            first = list.__getitem__(self, 0)
            list.__setitem__(self, slice(0, 1), first.load())
            self.__class__ = SList  # type: ignore[assignment]  # the layout is the same
        return self

    def __iter__(self) -> Iterator[Any]:
        return list.__iter__(self._fill())

    def __reversed__(self) -> Iterator[Any]:
        return list.__reversed__(self._fill())

    def __len__(self) -> int:
        return list.__len__(self._fill())

    def __bool__(self) -> bool:
        return list.__len__(self._fill()) > 0

    def __getitem__(self, index: Any) -> Any:
        return list.__getitem__(self._fill(), index)

    def __setitem__(self, index: Any, value: Any) -> None:
        list.__setitem__(self._fill(), index, value)

    def __delitem__(self, index: Any) -> None:
        list.__delitem__(self._fill(), index)

    def __contains__(self, value: object) -> bool:
        return list.__contains__(self._fill(), value)

    def __eq__(self, other: object) -> bool:
        return list.__eq__(self._fill(), other)

    def __ne__(self, other: object) -> bool:
        return list.__ne__(self._fill(), other)

    def __add__(self, other: Any) -> Any:
        return list.__add__(self._fill(), other)

    def __mul__(self, count: Any) -> Any:
        return list.__mul__(self._fill(), count)

    def __repr__(self) -> str:
        return list.__repr__(self._fill())

    def append(self, value: Any) -> None:
        list.append(self._fill(), value)

    def extend(self, values: Any) -> None:
        list.extend(self._fill(), values)

    def insert(self, index: Any, value: Any) -> None:
        list.insert(self._fill(), index, value)

    def pop(self, index: Any = -1) -> Any:
        return list.pop(self._fill(), index)

    def remove(self, value: Any) -> None:
        list.remove(self._fill(), value)

    def clear(self) -> None:
        list.clear(self._fill())

    def index(self, value: Any, *where: Any) -> int:
        return list.index(self._fill(), value, *where)

    __hash__ = None  # type: ignore[assignment]  # lists cannot be keys

    def starlark_attribute(self, name: str) -> Any:
        """Gives a method of the filled list; the interpreter asks for it because it does not know this class."""
        from oxlang.interp.attributes import get_attribute

        return get_attribute(self._fill(), name)

    def starlark_names(self) -> list[str]:
        """Gives the names of a list's methods."""
        from oxlang.interp.attributes import METHODS

        return sorted(METHODS[SList])


class Pending:
    """What fills a `LazyList`: a scan and the policy's picture of that moment.

    Attributes:
        ctx: reads contents.
        scan: the scan.
        policy: an own copy that decides about the `add_*` attributes.
    """

    __slots__ = ("ctx", "policy", "scan")

    def __init__(self, ctx: DialectContext, scan: Scan, policy: PackagingPolicy) -> None:
        self.ctx = ctx
        self.scan = scan
        self.policy = policy

    def load(self) -> list[Handle]:
        """Demands the scan and gives its values."""
        found = self.scan.read(self.ctx.demand_from, self.ctx.span())
        options = self.policy.options_for
        return [BY_KIND[one.kind](one, options(one), self.ctx) for one in found]


def lazy_list(pending: Pending) -> LazyList:
    """Gives the list that `pending` fills."""
    return LazyList([pending])


def pending_of(value: object) -> Pending | None:
    """Gives what would fill a list, None when it is filled or another value."""
    if type(value) is not LazyList:
        return None
    found: Pending = list.__getitem__(value, 0)
    return found


def wrap(ctx: DialectContext, resource: Resource, policy: PackagingPolicy) -> Handle:
    """Gives the value of a resource with the attributes that a policy derives."""
    return BY_KIND[resource.kind](resource, policy.options_for(resource), ctx)
