"""Evidence whether packages can live in memory, and what `resources_location = "auto"` makes of it."""

from __future__ import annotations

from pathlib import Path

from oxlang.engine.engine import Engine
from oxlang.graph.digest import Digest, digest_bytes
from oxlang.graph.platform import BuildSettings, default_settings
from oxlang.packaging.distribution import Distribution
from oxlang.packaging.evidence import BESIDE, Evidence, evidence_lines, evidence_of, gather_evidence
from oxlang.packaging.policy import PackagingPolicy
from oxlang.packaging.resource import Resource
from tests.packaging.conftest import EngineDemand, write_files
from tests.packaging.test_embedded import App, packed


def evidence(modules: dict[str, str], data: dict[str, list[str]]) -> dict[str, Evidence]:
    contents: dict[Digest, bytes] = {}
    found: list[Resource] = []
    for name, text in modules.items():
        digest = digest_bytes(text.encode())
        contents[digest] = text.encode()
        found.append(Resource("module", name, "", digest))
    for package, paths in data.items():
        found += [Resource("resource", package, path, digest_bytes(b"")) for path in paths]
    return {one.package: one for one in gather_evidence(found, contents.__getitem__)}


def test_packages_that_open_their_data_by_path_need_files() -> None:
    found = evidence(
        {
            "a": "here = os.path.dirname(os.path.abspath(__file__))\nopen(os.path.join(here, 'table.csv'))\n",
            "b": "import importlib.resources\n",
            "c": "TEMPLATES = Path(__file__).parent / 'templates'\n",
            "d": "print(__file__)\n",
            "e.tests.x": "open(os.path.dirname(__file__) + '/table.csv')\n",
            "f": "lib = ctypes.CDLL(find('libx.so'))\n",
        },
        {
            "a": ["table.csv"],
            "b": ["x.txt"],
            "c": ["templates/page.html"],
            "d": ["x.txt"],
            "e": ["tests/table.csv"],
            "f": ["libx.so.1"],
        },
    )
    assert [name for name, one in found.items() if one.needs_files] == ["a", "c", "f"]
    assert found["a"].reasons == (
        "`a` builds paths from `__file__`",
        "it ships a data file, `table.csv`",
    )


def test_headers_and_stubs_are_no_data() -> None:
    found = evidence(
        {"a": "INCLUDE = os.path.dirname(__file__)\n"}, {"a": ["py.typed", "x.pyi", "include/x.h"]}
    )
    assert not found["a"].needs_files


def test_auto_puts_them_beside_the_program(
    tiny: Distribution, tmp_path: Path, engine: Engine, settings: BuildSettings
) -> None:
    root = write_files(
        tmp_path / "src",
        {
            "paths/__init__.py": "import os\nopen(os.path.join(os.path.dirname(__file__), 'x.txt'))\n",
            "paths/x.txt": "x",
            "plain/__init__.py": "",
            "plain/y.txt": "y",
        },
    )
    policy = PackagingPolicy.for_distribution(tiny)
    policy.resources_location = "auto"
    found, extra = packed(engine, App(tiny, policy).with_root(root, "paths", "plain"), settings)
    assert found["plain"].in_memory_package_resources == {"y.txt": b"y"}
    assert found["paths"].relative_path_module_source == f"{BESIDE.partition(':')[2]}/paths/__init__.py"
    assert "lib/paths/x.txt" in extra and "lib/plain" not in extra


def test_packages_of_one_project_stay_together(
    tiny: Distribution, tmp_path: Path, engine: Engine, settings: BuildSettings
) -> None:
    from oxlang.graph.nodes import Artifact, Source
    from oxlang.packaging.scan import ScanOptions, scan

    root = write_files(
        tmp_path / "site",
        {
            "first/__init__.py": "import os\nopen(os.path.join(os.path.dirname(__file__), 'x.txt'))\n",
            "first/x.txt": "x",
            "second/__init__.py": "",
            "other/__init__.py": "",
            "kit-1.dist-info/METADATA": "Name: kit\nVersion: 1\n",
            "kit-1.dist-info/RECORD": "first/__init__.py,,\nfirst/x.txt,,\nsecond/__init__.py,,\nkit-1.dist-info/RECORD,,\n",
        },
    )
    policy = PackagingPolicy.for_distribution(tiny)
    policy.resources_location = "auto"
    app = App(tiny, policy)
    app.collector.add_lazy(scan(Artifact(Source(path=str(root))), ScanOptions.of(tiny)), policy)
    found, _ = packed(engine, app, settings)
    assert found["second"].relative_path_module_source == "lib/second/__init__.py"
    assert found["other"].in_memory_source == b""


def test_evidence_of_a_graph(tiny: Distribution, tmp_path: Path, demand: EngineDemand) -> None:
    root = write_files(
        tmp_path / "src",
        {
            "p/__init__.py": "import os\nopen(os.path.dirname(__file__) + '/x.txt')\n",
            "p/x.txt": "",
            "q.py": "",
        },
    )
    app = App(tiny).with_stdlib().with_root(root, "p", "q")
    found = evidence_of([app.embedded().packed(default_settings())], demand)
    assert evidence_lines(found) == [
        "beside    p: `p` builds paths from `__file__`; it ships a data file, `x.txt`",
        "memory    q",
    ]
