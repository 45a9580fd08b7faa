"""Where resources go: dialect.md, chapters 7.2 and 10."""

from __future__ import annotations

import pytest

from oxlang.diagnostics import OxError
from oxlang.graph.digest import digest_bytes
from oxlang.packaging.placement import Rules, place
from oxlang.packaging.policy import PackagingPolicy
from oxlang.packaging.resource import AddOptions, Location, Resource

DIGEST = digest_bytes(b"x")
MODULE = Resource("module", "m", "", DIGEST)
EXTENSION = Resource("extension", "e", "e.so", DIGEST)
BUILTIN = Resource("extension", "sys", "", None, is_stdlib=True)
MEMORY = Rules(locations=("in-memory",))
BOTH = Rules(locations=("filesystem-relative", "in-memory"))
LIB = "filesystem-relative:lib"


def code(resource: Resource, options: AddOptions, rules: Rules) -> str:
    with pytest.raises(OxError) as caught:
        place(resource, options, rules)
    return caught.value.diagnostic.code.id


def where(resource: Resource, options: AddOptions, rules: Rules) -> str | None:
    placed = place(resource, options, rules)
    return placed.place if placed else None


def test_locations() -> None:
    assert Location.parse("filesystem-relative:lib/x").join("a.py") == "lib/x/a.py"
    assert Location.parse("filesystem-relative:").join("a.py") == "a.py"
    assert Location.parse("filesystem-relative:.").join("a.py") == "a.py"
    assert str(Location.parse("in-memory")) == "in-memory"
    with pytest.raises(OxError, match="is not a resource location"):
        Location.parse("memory")


def test_modules() -> None:
    assert where(MODULE, AddOptions(), MEMORY) == "in-memory"
    assert where(MODULE, AddOptions(include=False), MEMORY) is None
    assert where(MODULE, AddOptions(source=False, optimize_zero=False), MEMORY) is None
    assert code(MODULE, AddOptions(location=LIB), MEMORY) == "OX0604"
    assert where(MODULE, AddOptions(location=LIB, location_fallback="in-memory"), MEMORY) == "in-memory"
    assert (
        where(MODULE, AddOptions(location="filesystem-relative:other"), BOTH) == "filesystem-relative:other"
    )


def test_files() -> None:
    file = Resource("file", "bin/x", "", DIGEST)
    assert code(file, AddOptions(), MEMORY) == "OX0605"
    assert where(file, AddOptions(), Rules(locations=("in-memory",), allow_files=True)) == "in-memory"


def test_extension_modules() -> None:
    assert where(BUILTIN, AddOptions(include=False), MEMORY) == "builtin"
    assert code(EXTENSION, AddOptions(), MEMORY) == "OX0607"
    assert code(EXTENSION, AddOptions(location=LIB, location_fallback="in-memory"), BOTH) == "OX0606"
    assert where(EXTENSION, AddOptions(location_fallback=LIB), BOTH) == LIB
    assert where(EXTENSION, AddOptions(include=False, location=LIB), BOTH) == LIB
    loading = Rules(locations=("in-memory",), memory_loading=True)
    assert where(EXTENSION, AddOptions(), loading) == "in-memory"
    none = Rules(locations=("filesystem-relative", "in-memory"), file_loading=False)
    assert code(EXTENSION, AddOptions(location_fallback=LIB), none) == "OX0607"


def test_policy_gives_options() -> None:
    policy = PackagingPolicy()
    stdlib = Resource("module", "os", "", DIGEST, is_stdlib=True)
    test = Resource("module", "test.x", "", DIGEST, is_stdlib=True, is_test=True)
    data = Resource("resource", "os", "x.txt", DIGEST, is_stdlib=True)
    assert policy.options_for(stdlib).include
    assert not policy.options_for(test).include
    assert not policy.options_for(data).include
    assert not policy.options_for(EXTENSION).include
    policy.include_distribution_resources = True
    policy.include_test = True
    assert policy.options_for(data).include and policy.options_for(test).include
    policy.include_distribution_sources = False
    assert not policy.options_for(MODULE).include
    assert not policy.options_for(stdlib).source and policy.options_for(MODULE).source
    broken = Resource("module", "test.bad_coding", "", DIGEST, is_stdlib=True)
    assert policy.options_for(broken).levels == ()
    assert policy.options_for(MODULE).levels == (0,)


def test_handling_modes() -> None:
    policy = PackagingPolicy()
    policy.set_resource_handling_mode("files")
    shown = (
        policy.file_scanner_emit_files,
        policy.file_scanner_classify_files,
        policy.allow_files,
        policy.include_file_resources,
        policy.include_classified_resources,
    )
    assert shown == (True, False, True, True, True)
    policy.set_resource_handling_mode("classify")
    assert not policy.allow_files and policy.file_scanner_classify_files


def test_policies_can_share_settings() -> None:
    policy = PackagingPolicy()
    policy.register_resource_callback(print)
    shared, live = policy.sharing(), policy.sharing(callbacks=True)
    shared.include_test = True
    assert policy.include_test and live.include_test
    assert shared.callbacks == [] and live.callbacks == [print]
    copy = policy.copy()
    policy.include_test = False
    assert copy.include_test
    copy.set_preferred_extension_module_variant("readline", "libedit")
    assert policy.preferred_extension_module_variants == {}
    again = PackagingPolicy.from_settings(policy.settings())
    assert again.settings() == policy.settings()


def test_rows_round_trip() -> None:
    one = Resource("distribution", "p", "METADATA", DIGEST, detail="1.0 dist-info", executable=True)
    again = Resource.from_row(one.row())
    assert again.row() == one.row()
    assert (again.version, again.metadata_kind) == ("1.0", "dist-info")
    options = AddOptions(include=False, location=LIB, optimize_two=True)
    assert AddOptions.from_row(options.row()) == options
