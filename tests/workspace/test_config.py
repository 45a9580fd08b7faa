"""Which config, which cache folder, which variables (spec: cli.md, 1.3–1.8)."""

from __future__ import annotations

from pathlib import Path

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.workspace.config import cache_dir, find_config, variables
from oxlang.workspace.environment import Environment


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app" / "src" / "deep").mkdir(parents=True)
    (tmp_path / "app" / "pyoxidizer.bzl").write_text("")
    return tmp_path / "app"


def test_folder_and_every_folder_above_are_searched(project: Path) -> None:
    assert find_config(project / "src" / "deep", {}) == project / "pyoxidizer.bzl"


def test_current_directory_is_made_absolute(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project / "src" / "deep")
    assert find_config(None, {}) == project / "pyoxidizer.bzl"


def test_a_file_is_the_config_whatever_its_name(project: Path) -> None:
    other = project / "other.star"
    other.write_text("")
    assert find_config(other, {}) == other


def test_variable_names_the_config_even_if_it_is_missing(project: Path) -> None:
    notices: list[str] = []
    named = str(project / "missing.bzl")
    assert find_config(project, {"PYOXIDIZER_CONFIG": named}, notices.append) == Path(named)
    assert notices == [f"using the config that PYOXIDIZER_CONFIG names: {named}"]


def test_out_dir_goes_before_the_start(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "cargo" / "target" / "out"
    out.mkdir(parents=True)
    (tmp_path / "cargo" / "pyoxidizer.bzl").write_text("")
    assert find_config(project, {"OUT_DIR": str(out)}) == tmp_path / "cargo" / "pyoxidizer.bzl"


def test_out_dir_without_config_falls_back(project: Path, tmp_path: Path) -> None:
    assert find_config(project, {"OUT_DIR": str(tmp_path / "nowhere")}) == project / "pyoxidizer.bzl"


def test_nothing_found(tmp_path: Path) -> None:
    with pytest.raises(OxError) as caught:
        find_config(tmp_path, {})
    found = caught.value.diagnostic
    assert (found.code.id, found.message) == ("OX0950", f"unable to find a config file at `{tmp_path}`")
    assert found.help == f"make one with `oxl init-config-file {tmp_path}`, or name its folder"
    (tmp_path / "main.py").write_text("")
    with pytest.raises(OxError) as caught:
        find_config(tmp_path, {})
    assert caught.value.diagnostic.help == f"make one with `oxl new {tmp_path}`, or name its folder"


def test_variables_keep_none_for_unset_ones() -> None:
    assert variables([("A", "1")], [("B", "X"), ("C", "Y")], {"X": "2"}) == {"A": "1", "B": "2", "C": None}


def test_a_variable_given_twice_is_an_error() -> None:
    with pytest.raises(OxError) as caught:
        variables([("A", "1")], [("A", "X")], {})
    assert caught.value.diagnostic.message == "Starlark variable `A` already defined"


def test_cache_folder() -> None:
    assert cache_dir({"PYOXIDIZER_CACHE_DIR": "/c/x"}) == Path("/c/x")
    assert cache_dir({"XDG_CACHE_HOME": "/xdg", "HOME": "/h"}) == Path("/xdg/oxlang")
    assert cache_dir({"XDG_CACHE_HOME": "relative", "HOME": "/h"}) == Path("/h/.cache/oxlang")
    assert cache_dir({"HOME": "/h"}) == Path("/h/.cache/oxlang")


def test_environment_notes_what_was_looked_at() -> None:
    env = Environment({"A": "1", "B": "2"})
    assert env.get("A") == "1"
    assert env.get("C") is None
    assert "D" not in env
    assert env.reads == {"A": "1", "C": None, "D": None}
    assert dict(env.unrecorded()) == {"A": "1", "B": "2"}
