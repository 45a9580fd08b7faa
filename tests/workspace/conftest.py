"""Configs in a temporary folder with a cache of their own."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest

from oxlang.graph.platform import BuildSettings, Platform
from oxlang.workspace.build import Built, build
from oxlang.workspace.evaluate import Session, load

TRIPLE = "x86_64-unknown-linux-gnu"


class Project:
    """A folder with a config.

    Attributes:
        folder: the folder.
        config: its config.
        printed: lines that evaluation printed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.folder.mkdir()
        self.config = self.folder / "pyoxidizer.bzl"
        self.env = {"PYOXIDIZER_CACHE_DIR": str(folder / "cache")}
        self.printed: list[str] = []

    def write(self, text: str) -> Project:
        self.config.write_text(textwrap.dedent(text))
        return self

    def load(self, *targets: str, **options: Any) -> Session:
        self.printed = []
        settings = BuildSettings(host=Platform(TRIPLE), target=Platform(TRIPLE), profile="debug")
        env = {**self.env, **options.pop("env", {})}
        return load(self.config, settings, targets=targets, env=env, out=self.printed.append, **options)

    def build(self, *targets: str, **options: Any) -> list[Built]:
        return build(self.load(*targets, **options), targets)

    def output(self, target: str) -> Path:
        return self.folder / "build" / TRIPLE / "debug" / target


FILES = """
    def make_files():
        files = FileManifest()
        files.add_file(FileContent(filename = "a.txt", content = "a " + VARS.get("WORD", "")))
        files.add_file(FileContent(path = CWD + "/data.bin"), directory = "data")
        return files

    def make_other(files):
        other = FileManifest()
        other.add_manifest(files)
        return other

    register_target("files", make_files)
    register_target("other", make_other, depends = ["files"])
    print("evaluated", BUILD_TARGET_TRIPLE)
    resolve_targets()
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture
def files(project: Project) -> Project:
    (project.folder / "data.bin").write_bytes(b"data")
    return project.write(FILES)
