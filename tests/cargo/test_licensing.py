"""Crates and their licences."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from oxlang.cargo.licensing import crates_of_metadata, launcher_crates, spdx_expression
from oxlang.cargo.manifest import ALLOCATORS
from oxlang.cargo.project import lockfile


def _package(name: str, folder: Path, **fields: Any) -> dict[str, Any]:
    (folder / name).mkdir(parents=True)
    return {"id": name, "name": name, "version": "1.0.0", "manifest_path": str(folder / name / "Cargo.toml"), **fields}


def _dependency(name: str, *kinds: str | None) -> dict[str, Any]:
    return {"pkg": name, "dep_kinds": [{"kind": kind} for kind in kinds]}


def test_which_crates_count(tmp_path: Path) -> None:
    packages = [
        _package("app", tmp_path, license="MIT"),
        _package("library", tmp_path, license="MIT/Apache-2.0", authors=["A"], repository="https://example.org"),
        _package("macros", tmp_path, license="MIT"),
        _package("built", tmp_path, license="GPL-3.0"),
        _package("tested", tmp_path, license="GPL-3.0"),
        _package("deep", tmp_path),
    ]
    (tmp_path / "library" / "LICENSE-MIT").write_text("text of MIT", encoding="utf-8")
    nodes = [
        {
            "id": "app",
            "deps": [
                _dependency("library", None, "dev"),
                _dependency("macros", None),
                _dependency("built", "build"),
                _dependency("tested", "dev"),
            ],
        },
        {"id": "library", "deps": [_dependency("deep", None)]},
        *({"id": name, "deps": []} for name in ("macros", "built", "tested", "deep")),
    ]
    metadata = {"packages": packages, "resolve": {"nodes": nodes, "root": "app"}, "workspace_members": ["app"]}
    crates = crates_of_metadata(metadata)
    assert [crate.name for crate in crates] == ["app", "deep", "library", "macros"]
    library = crates[2]
    assert library.license == "MIT OR Apache-2.0" and library.texts == (("LICENSE-MIT", "text of MIT"),)
    assert library.component()["kind"] == "crate" and library.component()["spdx"] == "MIT OR Apache-2.0"
    assert crates[0].is_project and not library.is_project


def test_the_table_that_ships() -> None:
    always = {crate.name for crate in launcher_crates()}
    assert {"pyembed", "oxidized-importer", "packed-resources", "libc", "pyo3-ffi"} <= always
    assert "tikv-jemallocator" in {crate.name for crate in launcher_crates(["global-allocator-jemalloc"])} - always
    assert all(crate.license for crate in launcher_crates(["allocator-mimalloc", "allocator-snmalloc"]))


def test_old_spelling_of_or() -> None:
    assert spdx_expression("MIT / Apache-2.0") == "MIT OR Apache-2.0"


def test_the_table_and_the_lock_name_the_same_versions() -> None:
    lock = lockfile("x")
    assert lock is not None
    locked = set(re.findall(r'^name = "(.*)"\nversion = "(.*)"', lock, re.MULTILINE))
    features = [f"{kind}allocator-{name}" for name in ALLOCATORS for kind in ("", "global-")]
    crates = {(crate.name, crate.version) for crate in launcher_crates(features)}
    assert crates <= locked
