"""Settings of the interpreter on their way to the runtime; licences; the table of functions."""

from __future__ import annotations

from importlib import import_module

import pytest

from oxlang.packaging.compute import _TABLE
from oxlang.packaging.distribution import Distribution
from oxlang.packaging.extensions import chosen_extensions
from oxlang.packaging.interpreter_config import InterpreterConfig
from oxlang.packaging.licensing import license_document, license_summary, metadata_component, noteworthy
from oxlang.packaging.module_files import ModuleFiles, covers
from oxlang.packaging.policy import PackagingPolicy
from oxlang.packaging.runtime_config import payload_config, rust_fields
from oxlang.packaging.spdx import can_avoid_copyleft, is_copyleft, is_expression, licence_ids


def test_versions_of_functions_are_those_of_the_nodes() -> None:
    for name, version, module, function in _TABLE:
        loaded = import_module(f"oxlang.packaging.{module}")
        assert callable(getattr(loaded, function))
        for constant, value in vars(loaded).items():
            if value == name and constant.isupper():
                assert getattr(loaded, f"{constant}_VERSION") == version, name


def test_payload_config_has_the_runtimes_fields() -> None:
    config = InterpreterConfig()
    config.hash_seed = -1
    config.module_search_paths = ["$ORIGIN/lib"]
    values = payload_config(config, packed=[{"payload": "packed-resources"}], module_files=ModuleFiles("absent"))
    inner = values["interpreter_config"]
    assert inner["profile"] == "isolated" and inner["configure_locale"] is True
    assert inner["hash_seed"] == 2**64 - 1
    assert "isolated" not in inner
    assert values["sys_frozen"] is True and values["oxidized_importer"] is True
    assert values["filesystem_importer"] is False and values["allocator_backend"] == "default"
    assert {field.rust for field in rust_fields() if "." not in field.rust} <= set(values)


def test_packages_can_differ_from_the_rule_for_module_files() -> None:
    policy = PackagingPolicy()
    policy.module_file = "absent"
    declared = PackagingPolicy.__starlark__.attribute("module_file_exceptions")  # type: ignore[attr-defined]
    declared.set(policy, ["certifi", "plug*s"], None)
    copy = PackagingPolicy.from_settings(policy.settings())
    assert copy.module_files.settings() == {
        "module_file": "absent",
        "module_file_exceptions": ["certifi", "plug*s"],
    }
    found = {name: copy.module_files.emulated(name) for name in ("certifi.core", "certifi_x", "plugins.a", "plug")}
    assert found == {"certifi.core": True, "certifi_x": False, "plugins.a": True, "plug": False}


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("a", "a.b", True),
        ("a", "ab", False),
        ("a.b", "a", False),
        ("*.data", "a.data.x", True),
        ("*.data", "data", False),
        ("a.*", "a", False),
        ("a[b]*", "ab", False),
        ("a?*", "ab", False),
        ("a*d*f", "abcdef", True),
    ],
)
def test_patterns_of_packages(pattern: str, name: str, expected: bool) -> None:
    # The importer has the same rules and examples (crates/oxidized-importer/src/patterns.rs).
    assert covers(pattern, name) is expected


def test_search_paths_turn_the_filesystem_importer_on() -> None:
    config = InterpreterConfig()
    declared = InterpreterConfig.__starlark__.attribute("module_search_paths")  # type: ignore[attr-defined]
    declared.set(config, [], None)
    assert config.filesystem_importer is False
    declared.set(config, ["a"], None)
    assert config.filesystem_importer is True and config.copy().module_search_paths == ["a"]
    declared.set(config, [], None)
    assert config.filesystem_importer is True


def test_kinds_of_rust_fields() -> None:
    kinds = {field.name: field.kind for field in rust_fields()}
    assert kinds["home"] == "path" and kinds["run_command"] == "text" and kinds["hash_seed"] == "int"
    assert kinds["config_profile"] == kinds["bytes_warning"] == kinds["optimization_level"] == "enum"
    assert kinds["module_search_paths"] == "paths" and kinds["warn_options"] == "texts"


def test_extension_filters(python: Distribution) -> None:
    def names(chosen: str) -> set[str]:
        policy = PackagingPolicy.for_distribution(python)
        policy.extension_module_filter = chosen
        return {name for name, _ in chosen_extensions(python, policy)}

    built_in = {name for name, variants in python.extensions.items() if variants[0].in_core}
    assert names("minimal") == built_in
    assert names("all") == set(python.extensions)
    assert built_in < names("no-libraries") < names("no-copyleft") < names("all")
    if "readline" in python.extensions:
        assert "readline" not in names("no-copyleft")


def test_expressions() -> None:
    assert licence_ids("MIT OR (Apache-2.0 WITH LLVM-exception AND Zlib)") == ["MIT", "Apache-2.0", "Zlib"]
    assert can_avoid_copyleft("MIT OR GPL-3.0-only") and can_avoid_copyleft("MIT/GPL-2.0-only")
    assert not can_avoid_copyleft("MIT AND GPL-3.0-only")
    assert can_avoid_copyleft("GPL-3.0-only WITH GCC-exception-3.1")
    assert not can_avoid_copyleft("") and not can_avoid_copyleft("(MIT")
    assert is_copyleft("LGPL-2.1-or-later") and not is_copyleft("BSD-3-Clause")
    assert (
        is_expression("MIT") and is_expression("Apache-2.0 OR MIT") and not is_expression("see LICENSE file")
    )


@pytest.mark.parametrize(
    ("text", "spdx", "terms"),
    [
        ("License-Expression: Apache-2.0 OR MIT", "Apache-2.0 OR MIT", []),
        ("License: MIT", "MIT", []),
        ("License: BSD 3-Clause", "BSD-3-Clause", []),
        ("Classifier: License :: OSI Approved :: MIT License", "MIT", []),
        ("License: Strange Terms v1", "", ["Strange Terms v1"]),
        ("Classifier: License :: OSI Approved :: BSD License\nLicense: BSD-2-Clause", "BSD-2-Clause", []),
        ("Classifier: License :: Public Domain", "", []),
    ],
)
def test_licences_of_metadata(text: str, spdx: str, terms: list[str]) -> None:
    found = metadata_component(f"Name: x\nVersion: 1\n{text}\n".encode())
    assert found is not None
    assert (found["spdx"], found["terms"]) == (spdx, terms)
    assert found["public_domain"] == ("Public Domain" in text)


def test_report_never_drops_a_component() -> None:
    components = [
        {
            "kind": "package",
            "name": "free",
            "version": "1",
            "spdx": "MIT",
            "texts": [["LICENSE", "same text"]],
        },
        {
            "kind": "package",
            "name": "other",
            "version": "2",
            "spdx": "MIT",
            "texts": [["LICENSE", "same  text"]],
        },
        {"kind": "package", "name": "none", "version": "3", "spdx": ""},
        {"kind": "package", "name": "odd", "version": "4", "spdx": "", "terms": ["Odd"]},
        {"kind": "crate", "name": "pyembed", "version": "0.1", "spdx": "MPL-2.0"},
    ]
    report = license_document(components, with_noteworthy=True)
    for title in ("Python package free 1", "Python package none 3", "Rust crate pyembed 0.1"):
        assert f"\n{title}\n{'-' * len(title)}\n" in report
    assert report.count("same text") == 1 and "see there" in report
    assert "no license found" in report and "unknown terms: Odd" in report
    assert "MIT / MIT License" in report
    assert "5 distinct software components" in license_summary(components)
    assert "copyleft license (exclusively): MPL-2.0" in noteworthy(components)
