"""`generate-python-embedding-artifacts`: refusals quickly, the whole folder end to end."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.workspace.embedding_artifacts import generate_embedding_artifacts


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "PYOXIDIZER_CACHE_DIR": os.environ.get("OXL_TEST_CACHE", str(tmp_path / "cache"))}


def test_an_unknown_flavor(tmp_path: Path, env: dict[str, str]) -> None:
    with pytest.raises(OxError) as caught:
        generate_embedding_artifacts(tmp_path / "art", env, flavor="bogus")
    assert caught.value.diagnostic.code.id == "OX0840"
    assert caught.value.diagnostic.message == "distribution flavor bogus not recognized"
    assert not (tmp_path / "art").exists()


def test_a_python_that_is_not_there(tmp_path: Path, env: dict[str, str]) -> None:
    with pytest.raises(OxError) as caught:
        generate_embedding_artifacts(tmp_path / "art", env, python_version="3.1")
    assert caught.value.diagnostic.code.id == "OX0841"
    assert caught.value.diagnostic.message == "could not find Python distribution matching requirements"
    assert os.listdir(tmp_path / "art") == []


def test_a_file_in_the_way(tmp_path: Path, env: dict[str, str]) -> None:
    (tmp_path / "art").write_text("")
    with pytest.raises(OxError) as caught:
        generate_embedding_artifacts(tmp_path / "art", env)
    assert caught.value.diagnostic.message == f"existing path must be a directory: {tmp_path / 'art'}"


def test_our_own_config_is_not_shown(tmp_path: Path, env: dict[str, str]) -> None:
    """What goes wrong has no place in a file of the user's."""
    missing = (tmp_path / "nothing").as_uri()
    with pytest.raises(OxError) as caught:
        generate_embedding_artifacts(tmp_path / "art", {**env, "OXL_PYTHON_MIRROR": missing}, triple="aarch64-apple-darwin")
    assert caught.value.diagnostic.code.id == "OX0706" and caught.value.diagnostic.span is None


@pytest.mark.e2e
def test_the_whole_folder(tmp_path: Path, env: dict[str, str]) -> None:
    folder = generate_embedding_artifacts(tmp_path / "deep" / "art", env)
    names = set(os.listdir(folder))
    assert {
        "COPYING.txt",
        "artifacts.json",
        "default_python_config.rs",
        "oxlang-cargo-lines.txt",
        "packed-resources",
        "pyo3-build-config-file.txt",
        "stdlib",
    } <= names
    assert names & {"libpython3.a"} or any(name.startswith("libpython") for name in names)
    assert (folder / "stdlib" / "os.py").is_file() and not (folder / "stdlib" / "site-packages").exists()
    source = (folder / "default_python_config.rs").read_text(encoding="utf-8")
    assert "PythonInterpreterProfile::Python," in source and "MemoryAllocatorBackend::Default," in source
    settings = (folder / "pyo3-build-config-file.txt").read_text(encoding="utf-8")
    folders = [line.rsplit("=", 1)[1] for line in settings.splitlines() if "search=native=" in line]
    assert folders and all(Path(one).is_dir() for one in folders)
    assert (folder / "packed-resources").read_bytes()[:8] == b"pyembed\x03"
    (folder / "stdlib" / "old").mkdir()
    (folder / "stdlib" / "old" / "module.py").write_text("")
    (folder / "mine.txt").write_text("")
    generate_embedding_artifacts(folder, env)
    assert not (folder / "stdlib" / "old").exists() and (folder / "stdlib" / "os.py").is_file()
    assert (folder / "mine.txt").exists()
