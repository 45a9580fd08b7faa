"""Real parts for packaging tests: this machine's Python as a distribution, a tiny standard library, an engine."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from oxlang.engine.engine import Engine
from oxlang.graph.digest import Digest
from oxlang.graph.nodes import Artifact
from oxlang.graph.platform import BuildSettings, default_settings
from oxlang.graph.tree import Tree
from oxlang.packaging.compute import COMPUTE
from oxlang.packaging.distribution import Distribution
from oxlang.packaging.local import describe
from oxlang.records import replace


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def python(cache_dir: Path) -> Distribution:
    """The Python that runs the tests, as a distribution."""
    return describe(Path(sys.executable), cache_dir=cache_dir)


@pytest.fixture
def tiny(python: Distribution, tmp_path: Path) -> Distribution:
    """The same interpreter with a standard library of a few files and two extension modules."""
    root = tmp_path / "tiny"
    stdlib = root / "lib"
    for path, text in {
        "os.py": "import sys\n",
        "json/__init__.py": "from json import decoder\n",
        "json/decoder.py": "x = 1\n",
        "json/schema.txt": "data",
        "test/__init__.py": "",
        "test/case.py": "",
        "site-packages/other.py": "",
        "__pycache__/os.cpython-311.pyc": "",
    }.items():
        (stdlib / path).parent.mkdir(parents=True, exist_ok=True)
        (stdlib / path).write_text(text)
    dynload = stdlib / "lib-dynload"
    dynload.mkdir()
    kept = {}
    for name in ("_ssl", "sys", "_json", "zlib"):
        variants = python.variants(name)
        if not variants:
            continue
        one = variants[0]
        if one.shared_lib:
            file = python.path(one.shared_lib)
            (dynload / file.name).write_bytes(file.read_bytes())
            one = replace(one, shared_lib=f"lib/lib-dynload/{file.name}")
        kept[name] = (one,)
    return replace(
        python,
        root=str(root),
        python_exe=str(python.interpreter),
        stdlib="lib",
        identity="0" * 64,
        stdlib_test_packages=("test",),
        extensions=MappingProxyType(kept),
        static_lib=str(python.path(python.static_lib)) if python.static_lib else "",
        shared_lib=str(python.path(python.shared_lib)) if python.shared_lib else "",
        license_path="",
    )


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return Engine(tmp_path / "cache", COMPUTE, host_env=dict(os.environ))


@pytest.fixture
def settings() -> BuildSettings:
    return default_settings()


class EngineDemand:
    """Demands answered by an engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def demand(self, artifact: Artifact, because: object) -> Tree:
        return self.engine.build([artifact])[0]

    def read(self, digest: Digest) -> bytes:
        return self.engine.store.read(digest)


@pytest.fixture
def demand(engine: Engine) -> EngineDemand:
    return EngineDemand(engine)


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Writes text files below a folder, which is given back."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder
