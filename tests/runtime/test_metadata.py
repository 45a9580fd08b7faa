"""Metadata of packed packages, with importlib.metadata and with pkg_resources."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.runtime.conftest import VERSIONS, Builder, find_python

TREE = Path(__file__).parent / "conformance" / "tree"

pytestmark = pytest.mark.e2e

NEWEST = next((version for version in ("3.11", *reversed(VERSIONS)) if find_python(version)), VERSIONS[-1])


def test_packed_metadata(build: Builder) -> None:
    application = build(NEWEST, "metadata", sources=[str(TREE)])
    code = """
import importlib.metadata as m
assert m.version("sample-dist") == "1.2.3"
assert [p.value for p in m.entry_points(group="console_scripts")] == ["sample:square"]
assert m.requires("sample.dist")[0] == "other (>=1)"
assert m.distribution("Sample_Dist").read_text("top_level.txt") == "sample\\n"
found = m.distribution("sample-dist")
assert type(found).__name__ == "OxidizedDistribution" and isinstance(found, m.Distribution)
import pickle
try:
    pickle.dumps(found)
except TypeError:
    pass
else:
    raise AssertionError("a distribution was pickled")
"""
    application.run(code=code)


PKG_RESOURCES = """
import pkg_resources as p
assert p.__loader__.__class__.__name__ == "OxidizedFinder"
import sample, sys
assert p.resource_string("sample", "text.txt") == b"plain text\\n"
assert p.resource_exists("sample", "data/one.txt") and not p.resource_exists("sample", "nope")
assert p.resource_isdir("sample", "data") and p.resource_listdir("sample", "data") == ["one.txt"]
assert p.resource_stream("sample", "binary.dat").read() == bytes([0, 1, 2, 255])
import oxidized_importer as o
provider = p.get_provider("sample")
assert isinstance(provider, o.OxidizedPkgResourcesProvider)
for missing in (lambda: provider.get_resource_filename(None, "text.txt"), lambda: provider.run_script("x", {})):
    try:
        missing()
    except NotImplementedError:
        pass
    else:
        raise AssertionError("not refused")
finder = sys.meta_path[0]
entry = finder.path_hook(finder.path_hook_base_str)
found = {d.project_name: d for d in o.pkg_resources_find_distributions(entry, finder.path_hook_base_str)}
assert found["Sample.Dist"].version == "1.2.3", found
assert found["Sample.Dist"].get_entry_map("console_scripts")["sample-command"].module_name == "sample"
assert list(o.pkg_resources_find_distributions(object(), "x")) == []
ws = p.WorkingSet([finder.path_hook_base_str])
assert ws.by_key["sample.dist" if "sample.dist" in ws.by_key else "sample-dist"].version == "1.2.3"
o.register_pkg_resources()
assert p.get_distribution("Sample.Dist").version == "1.2.3"
assert [e.module_name for e in p.iter_entry_points("console_scripts", "sample-command")] == ["sample"]
assert p.get_distribution("setuptools").project_name == "setuptools"
assert p.working_set.entries.count(finder.path_hook_base_str) == 1
"""


@pytest.mark.network
def test_pkg_resources(build: Builder, tmp_path: Path) -> None:
    folder = tmp_path / "packages"
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(build.python(NEWEST))]
    installed = subprocess.run(
        [*command, "--target", str(folder), "setuptools==69.5.1"], text=True, capture_output=True, timeout=300
    )
    if installed.returncode != 0:
        pytest.skip(f"no setuptools from the registry: {installed.stderr.strip()[-200:]}")
    application = build(NEWEST, "pkg-resources", sources=[str(TREE)], wheels=[str(folder)])
    application.run("-W", "ignore", code=PKG_RESOURCES)
