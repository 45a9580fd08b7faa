"""Decides where one resource goes: into memory, into a file beside the program, or into libpython.

The rules are those of dialect.md, sections 10.1 to 10.3. A decided resource is a `Placed`: a handle with its place and
the parts that are wanted. Placing never looks at content, so a single resource is decided (and refused) at the moment
it is added, and a lazy list in a computation of its own whose origin is the line that added it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from oxlang.diagnostics import error
from oxlang.packaging.resource import IN_MEMORY, AddOptions, Location, Resource
from oxlang.records import dataclass

if TYPE_CHECKING:
    from oxlang.packaging.distribution import Distribution
    from oxlang.packaging.policy import PackagingPolicy

BUILTIN = "builtin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What an executable allows, fixed when it is made.

    Attributes:
        locations: the allowed kinds of locations.
        allow_files: whether `File` resources are taken.
        memory_loading: whether the policy and the platform let extension modules be loaded from memory.
        file_loading: whether extension modules can be files.
        builtin_extensions: names of extension modules inside libpython.
    """

    locations: tuple[str, ...]
    allow_files: bool = False
    memory_loading: bool = False
    file_loading: bool = True
    builtin_extensions: tuple[str, ...] = ()

    @staticmethod
    def of(policy: PackagingPolicy, distribution: Distribution) -> Rules:
        """Gives the rules of a policy as it is now."""
        kinds = [Location.parse(policy.resources_location).kind]
        if policy.resources_location_fallback is not None:
            kinds.append(Location.parse(policy.resources_location_fallback).kind)
        if "auto" in kinds:
            kinds += ["in-memory", "filesystem-relative"]
        can_load = distribution.can_load_extensions_from_memory
        needs_memory = policy.resources_location_fallback in (None, "in-memory")
        return Rules(
            locations=tuple(sorted(set(kinds))),
            allow_files=policy.allow_files,
            # A policy that leaves no other place gets memory where the platform has it, instead of an error.
            memory_loading=can_load
            and (
                policy.allow_in_memory_shared_library_loading
                or (needs_memory and not distribution.platform.is_windows)
            ),
            file_loading=distribution.can_load_extension_files,
            builtin_extensions=tuple(
                name
                for name, variants in distribution.extensions.items()
                if any(one.in_core for one in variants)
            ),
        )

    def params(self) -> dict[str, Any]:
        """Gives the rules as plain values."""
        return {name: getattr(self, name) for name in Rules.__dataclass_fields__}

    @staticmethod
    def from_params(params: Mapping[str, Any]) -> Rules:
        """Reads `params()`."""
        values = {name: tuple(value) if isinstance(value, list) else value for name, value in params.items()}
        return Rules(**values)  # type: ignore[arg-type]  # the values are those that params() gave


@dataclass(frozen=True, slots=True)
class Placed:
    """A resource with its place.

    Attributes:
        resource: the handle.
        place: text of a location, or `builtin`.
        levels: bytecode levels to compile (modules).
        with_source: whether the source text is kept (modules).
    """

    resource: Resource
    place: str
    levels: tuple[int, ...] = ()
    with_source: bool = False

    def row(self) -> list[Any]:
        """Gives this as a row of JSON."""
        return [*self.resource.row(), self.place, list(self.levels), int(self.with_source)]

    @staticmethod
    def from_row(row: list[Any]) -> Placed:
        """Reads a row."""
        return Placed(Resource.from_row(row[:7]), row[7], tuple(row[8]), bool(row[9]))


def place(resource: Resource, options: AddOptions, rules: Rules) -> Placed | None:
    """Decides about one resource; None when nothing of it is wanted.

    Raises OX0604 when its location is not allowed, OX0605 for a file without `allow_files`, OX0606 and OX0607 for an
    extension module that cannot be placed.
    """
    if resource.kind == "extension":
        return _place_extension(resource, options, rules)
    if not options.include:
        return None
    if resource.kind == "file" and not rules.allow_files:
        raise error(
            "OX0605",
            f"the file `{resource.name}` cannot be added, because the policy does not allow files",
            help='set `policy.allow_files = True`, or call `policy.set_resource_handling_mode("files")`',
        )
    if resource.kind == "module" and not options.source and not options.levels:
        return None
    where = _allowed(resource, options, rules)
    if resource.kind == "module":
        return Placed(resource, where, options.levels, options.source)
    return Placed(resource, where)


def _allowed(resource: Resource, options: AddOptions, rules: Rules) -> str:
    """Gives the wanted location, else the fallback."""
    location = Location.parse(options.location)
    if location.kind in rules.locations:
        return str(location)
    if options.location_fallback is not None:
        fallback = Location.parse(options.location_fallback)
        if fallback.kind in rules.locations:
            return str(fallback)
    raise error(
        "OX0604",
        f"`{resource.name}` cannot be added at `{location}`: the executable allows only {' and '.join(rules.locations)}",
        help="name the location in the policy (`resources_location` or `resources_location_fallback`) before making the "
        "executable",
    )


def _place_extension(resource: Resource, options: AddOptions, rules: Rules) -> Placed:
    """Follows dialect.md, section 10.3. Only libpython's own extension modules are linkable here."""
    wanted = Location.parse(options.location)
    fallback = Location.parse(options.location_fallback) if options.location_fallback is not None else None
    name = resource.name
    has_file = resource.digest is not None
    builtin = not has_file or (resource.is_stdlib and name in rules.builtin_extensions)
    if wanted.kind == "filesystem-relative" and fallback == IN_MEMORY:
        raise error(
            "OX0606",
            f"extension module `{name}` cannot be at `{wanted}` with the fallback in memory",
            help="use the same location twice, or no fallback",
        )
    if builtin:
        if not resource.is_stdlib and not has_file:
            raise error("OX0607", f"extension module `{name}` has neither a file nor a place in libpython")
        return Placed(resource, BUILTIN)
    wants_memory = wanted.kind in ("in-memory", "auto")
    needs_memory = wants_memory and (fallback is None or fallback == IN_MEMORY) and wanted.kind != "auto"
    if needs_memory and not rules.memory_loading:
        raise error(
            "OX0607",
            f"extension module `{name}` cannot be loaded from memory but memory loading required",
            help='set `policy.resources_location_fallback = "filesystem-relative:lib"`, which puts such modules beside '
            "the program",
        )
    if not rules.file_loading:
        raise error(
            "OX0607",
            f"extension module `{name}` cannot be materialized as a shared library: this Python loads none",
            help="use a distribution that can load extension modules",
        )
    if wants_memory and rules.memory_loading and wanted.kind != "auto":
        return Placed(resource, str(IN_MEMORY))
    if wanted.kind == "filesystem-relative":
        return Placed(resource, str(wanted))
    if fallback is not None and fallback.kind == "filesystem-relative":
        return Placed(resource, str(fallback))
    return Placed(resource, "filesystem-relative:lib")
