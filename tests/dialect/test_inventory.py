"""Every name of PyOxidizer's dialect exists with its parameters, defaults, kinds, access, set modes and value sets.

`inventory.json` is what PyOxidizer 0.24.0 has (see `make_inventory.py`). Where ours differs on purpose, `DECIDED` says so
and `docs/migration.md` explains it. What ours has beyond it stands in `docs/dialect-extensions.md`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from oxlang.declare import AttributeDef, FunctionDef, ParamDef, Ty
from oxlang.dialect.environment import environment

HERE = Path(__file__).parent
DOCS = HERE.parent.parent / "docs"
INVENTORY: dict[str, Any] = json.loads((HERE / "inventory.json").read_text(encoding="utf-8"))
ENVIRONMENT = environment()

_LOCATIONS = ["in-memory", "filesystem-relative:<prefix>"]
DECIDED: dict[str, dict[str, Any]] = {
    "FileManifest.add_python_resource": {
        "params": [
            {"name": "prefix", "kind": "normal", "types": ["string"], "default": None},
            {
                "name": "resource",
                "kind": "normal",
                "types": sorted(
                    ["File", *INVENTORY["types"]["FileManifest"]["methods"]["add_python_resource"]["params"][1]["types"]]
                ),
                "default": None,
            },
        ]
    },
    "PythonExecutable.pip_install": {
        "params": [
            {**one, "types": sorted(["string", *one["types"]])} if one["name"] == "args" else one
            for one in INVENTORY["types"]["PythonExecutable"]["methods"]["pip_install"]["params"]
        ]
    },
    "PythonInterpreterConfig.allocator_backend": {"default": '"default"'},
    "PythonInterpreterConfig.verbose": {"set": "truthy-or-none"},
    "PythonPackagingPolicy.allow_in_memory_shared_library_loading": {"platforms": []},
    "PythonPackagingPolicy.resources_location": {"choices": [*_LOCATIONS, "auto"]},
    "PythonPackagingPolicy.resources_location_fallback": {"default": ""},
    "default_python_distribution": {
        "params": [
            {**one, "choices": [*one["choices"], "local"]}
            if one["name"] == "flavor"
            else {key: value for key, value in one.items() if one["name"] != "python_version" or key not in ("choices", "open")}
            for one in INVENTORY["functions"]["default_python_distribution"]["params"]
        ]
    },
}
"""Path of a member to the entries that differ from PyOxidizer's, with the values of ours."""


def type_names(ty: Ty) -> list[str]:
    return sorted(ty.starlark_names)


def described_param(param: ParamDef) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": param.name, "kind": param.kind, "types": type_names(param.type)}
    if param.kind == "normal":
        entry["default"] = None if param.required else param.default_text
    members = param.type.items if param.type.kind == "union" else (param.type,)
    for one in members:
        if one.kind in ("list", "iterable") and one.items:
            entry["items"] = type_names(one.element)
        if one.kind == "dict" and one.items:
            entry["keys"] = type_names(one.items[0])
            entry["items"] = type_names(one.items[1])
        if one.kind == "literal":
            entry["choices"] = list(one.choices)
            entry["open"] = one.open
    return entry


def described_function(function: FunctionDef) -> dict[str, Any]:
    returns = type_names(function.returns)
    return {
        "params": [described_param(one) for one in function.params],
        "returns": "|".join(sorted(returns)),
        "platforms": list(function.platforms),
    }


def described_attribute(attribute: AttributeDef) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "types": type_names(attribute.type) if attribute.readable else [],
        "readable": attribute.readable,
        "writable": attribute.writable,
        "set": attribute.set_mode,
        "default": "" if attribute.default_note else attribute.default_text,
        "platforms": list(attribute.platforms),
    }
    if attribute.choices:
        entry["choices"] = list(attribute.choices)
        entry["open"] = attribute.open_choices
    return entry


def flat_wanted() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, entry in INVENTORY["functions"].items():
        found[name] = entry
    for name, entry in INVENTORY["constants"].items():
        found[name] = entry
    for name, entry in INVENTORY["types"].items():
        found[f"type {name}"] = {key: entry[key] for key in ("origin", "constructor", "buildable", "run")}
        for member, inner in {**entry["attributes"], **entry["methods"]}.items():
            found[f"{name}.{member}"] = inner
    return found


def flat_ours(extensions: bool = False) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for function in ENVIRONMENT.functions.values():
        if function.extension == extensions:
            found[function.name] = {"constructor": bool(function.constructs), **described_function(function)}
            if function.name.startswith("code_signer"):
                found[function.name]["constructor"] = False
    for constant in ENVIRONMENT.constants.values():
        if constant.extension == extensions:
            found[constant.name] = {"type": constant.type.starlark_names[0], "origin": constant.origin}
    for declared in ENVIRONMENT.types.values():
        if declared.extension == extensions:
            found[f"type {declared.name}"] = {
                "origin": declared.origin,
                "constructor": declared.constructor,
                "buildable": declared.buildable,
                "run": declared.run,
            }
        for attribute in declared.attributes.values():
            if (attribute.extension or declared.extension) == extensions:
                found[attribute.qualified_name] = described_attribute(attribute)
        for method in declared.methods.values():
            if (method.extension or declared.extension) == extensions:
                found[method.qualified_name] = described_function(method)
    return found


WANTED = flat_wanted()
OURS = flat_ours()


@pytest.mark.parametrize("name", sorted(WANTED))
def test_member(name: str) -> None:
    assert name in OURS, f"{name} is missing"
    wanted = {**WANTED[name], **DECIDED.get(name, {})}
    assert OURS[name] == wanted


def test_deferred_functions_are_the_declared_ones() -> None:
    from importlib import import_module

    from oxlang.dialect.environment import _FUNCTIONS, declared_functions

    for module, names in _FUNCTIONS.items():
        declared = declared_functions(import_module(f"oxlang.dialect.{module}"))
        assert [one.name for one in declared] == list(names)


def test_nothing_else() -> None:
    assert sorted(set(OURS) - set(WANTED)) == []


def test_extensions_are_documented() -> None:
    page = (DOCS / "dialect-extensions.md").read_text(encoding="utf-8")
    missing = [name for name in flat_ours(extensions=True) if f"`{name.removeprefix('type ')}`" not in page]
    assert missing == []


def test_decided_differences_are_documented() -> None:
    page = (DOCS / "migration.md").read_text(encoding="utf-8")
    assert [name for name in DECIDED if f"`{name}`" not in page] == []


def test_count(capsys: pytest.CaptureFixture[str]) -> None:
    found = sum(name in OURS for name in WANTED)
    with capsys.disabled():
        print(f"\nnames of the dialect: {found} of {len(WANTED)}")
    assert found == len(WANTED)


def test_every_member_has_a_sentence() -> None:
    for declared in ENVIRONMENT.types.values():
        assert declared.doc, declared.name
        for attribute in declared.attributes.values():
            assert attribute.doc.endswith((".", ")")), attribute.qualified_name
        for method in declared.methods.values():
            assert method.doc, method.qualified_name
            assert all(one.doc for one in method.params), method.qualified_name
    for function in ENVIRONMENT.functions.values():
        assert function.doc, function.name
        assert all(one.doc for one in function.params), function.name


def test_local_copy_is_current() -> None:
    """The checked-in inventory is that of the specification, where the specification is at hand."""
    source = HERE.parent.parent.parent / "shared" / "spec" / "dialect.toml"
    if not source.exists():
        pytest.skip("the specification is not beside the checkout")
    from tests.dialect.make_inventory import inventory, tomllib

    assert inventory(tomllib.loads(source.read_text(encoding="utf-8"))) == INVENTORY
