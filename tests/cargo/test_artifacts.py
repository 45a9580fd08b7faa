"""The artifact folder, from packed resources that are only names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from oxlang.cargo.artifacts import artifacts_folder, compute_artifacts
from oxlang.cargo.placing import PLACEHOLDER, located
from oxlang.graph.digest import Digest, digest_bytes
from oxlang.graph.nodes import Artifact, Assemble, Compute, Write
from oxlang.graph.platform import BuildSettings, Platform
from oxlang.graph.tree import FileEntry, Tree
from oxlang.packaging.embedded import RESERVED_NAMES
from oxlang.packaging.interpreter_config import InterpreterConfig
from oxlang.packaging.module_files import ModuleFiles
from oxlang.packaging.runtime_config import payload_config
from tests.cargo.facts import facts

LINUX = Platform("x86_64-unknown-linux-gnu")


class _Store:
    """Content in memory."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}

    def put(self, data: bytes) -> Digest:
        digest = digest_bytes(data)
        self.blobs[digest.hash] = data
        return digest

    def read(self, digest: Digest) -> bytes:
        return self.blobs[digest.hash]

    def put_file(self, path: Path) -> Digest:
        return self.put(path.read_bytes())

    def path(self, digest: Digest) -> Path:
        raise AssertionError("no file is needed")

    def temporary(self) -> Path:
        raise AssertionError("no folder is needed")

    def warn(self, code: str, message: str, *, help: str = "") -> None:
        raise AssertionError(message)


def _packed(store: _Store, extra: dict[str, bytes]) -> Tree:
    config = payload_config(InterpreterConfig(), packed=[{"payload": "packed-resources"}], module_files=ModuleFiles())
    files = {
        "config.json": json.dumps(config).encode(),
        "packed-resources": b"pyembed\x03",
        "COPYING.txt": b"licences",
        **{f"extra-files/{name}": data for name, data in extra.items()},
    }
    return Tree.of({name: FileEntry(store.put(data)) for name, data in files.items()})


def _nodes(mode: str) -> tuple[Assemble, Compute, dict[str, Any]]:
    made, how = facts(LINUX.triple, mode)  # type: ignore[arg-type]
    settings = BuildSettings(host=LINUX, target=LINUX, profile="release")
    packed = Artifact(Write(entries=(("config.json", b"{}", False),)))
    whole = artifacts_folder(packed, made, settings, facts=how).node
    assert isinstance(whole, Assemble)
    compute = whole.parts[0].artifact.node
    assert isinstance(compute, Compute)
    return whole, compute, json.loads(compute.params)


def test_files_of_a_static_python() -> None:
    store = _Store()
    whole, _, params = _nodes("static")
    assert [part.rename for part in whole.parts] == ["", "libpython3.a"]
    tree = compute_artifacts(params, {"packed": _packed(store, {"lib/_ssl.so": b"x"})}, store)
    assert [path for path, _ in tree.walk()] == [
        "COPYING.txt",
        "artifacts.json",
        "default_python_config.rs",
        "extra-files/lib/_ssl.so",
        "extra-files.txt",
        "oxlang-cargo-lines.txt",
        "packed-resources",
        "pyo3-build-config-file.txt",
    ]
    assert store.read(tree.file("extra-files.txt").digest) == b"lib/_ssl.so\n"
    described = json.loads(store.read(tree.file("artifacts.json").digest))
    assert described["python_version"] == "3.12.4" and described["link_mode"] == "static"
    assert described["triple"] == LINUX.triple and described["profile"] == "release"


def test_nothing_beside_the_program() -> None:
    store = _Store()
    tree = compute_artifacts(_nodes("static")[2], {"packed": _packed(store, {})}, store)
    assert "extra-files.txt" not in tree and "extra-files" not in tree


def test_the_folder_is_named_when_it_is_placed() -> None:
    store = _Store()
    tree = compute_artifacts(_nodes("static")[2], {"packed": _packed(store, {})}, store)
    before = store.read(tree.file("pyo3-build-config-file.txt").digest).decode()
    assert f"native={PLACEHOLDER}\n" in before
    placed = located(tree, "/some/folder", store.read, store.put)
    text = store.read(placed.file("pyo3-build-config-file.txt").digest).decode()
    assert "cargo:rustc-link-search=native=/some/folder\n" in text and PLACEHOLDER not in text
    assert located(placed, "/other", store.read, store.put) == placed


def test_other_trees_are_left_alone() -> None:
    store = _Store()
    tree = Tree.of({"pyo3-build-config-file.txt": FileEntry(store.put(PLACEHOLDER.encode()))})
    assert located(tree, "/x", store.read, store.put) is tree


def test_a_shared_python_is_linked_where_it_is() -> None:
    whole, _, params = _nodes("dynamic")
    assert len(whole.parts) == 1
    assert "native=/python/lib" in params["pyo3_config"]
    assert "cargo:rustc-link-arg-bins=-Wl,-rpath,$ORIGIN" in params["cargo_lines"]


def test_files_under_other_names_are_taken_over() -> None:
    store = _Store()
    files = {"config.json": b"{}", "in/side.bin": b"pyembed\x03", "THIRD.txt": b"licences"}
    config = payload_config(InterpreterConfig(), packed=[{"payload": "in/side.bin"}], module_files=ModuleFiles())
    files["config.json"] = json.dumps(config).encode()
    packed = Tree.of({name: FileEntry(store.put(data)) for name, data in files.items()})
    tree = compute_artifacts(_nodes("static")[2], {"packed": packed}, store)
    assert "in/side.bin" in [path for path, _ in tree.walk()] and "THIRD.txt" in tree and "config.json" not in tree
    source = store.read(tree.file("default_python_config.rs").digest).decode()
    assert 'include_bytes!(r#"in/side.bin"#)' in source


def test_the_table_of_functions_has_the_versions_of_the_nodes() -> None:
    from oxlang.cargo import artifacts, launcher
    from oxlang.cargo.compute import COMPUTE

    expected = {
        artifacts.COMPUTE_NAME: artifacts.COMPUTE_VERSION,
        launcher.PROJECT_COMPUTE: launcher.PROJECT_VERSION,
    }
    assert {name: version for name, (version, _) in COMPUTE.items()} == expected


def test_names_of_the_folder_are_reserved() -> None:
    from oxlang.cargo import artifacts, linking, placing

    made = {
        artifacts.EXTRA_FILES, artifacts.EXTRA_LIST, artifacts.DESCRIPTION, artifacts.STATIC_LIBRARY,
        placing.CONFIG_FILE, linking.CARGO_LINES, placing.PYO3_CONFIG, "config.json", "python3.lib",
    }  # fmt: skip
    assert made == RESERVED_NAMES
