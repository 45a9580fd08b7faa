"""Real tools that measure running code, compared with what they say under CPython's own importer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runtime.conftest import VERSIONS, Builder, find_python

TREE = Path(__file__).parent / "conformance" / "tree"

pytestmark = pytest.mark.e2e

NEWEST = next((version for version in ("3.11", *reversed(VERSIONS)) if find_python(version)), VERSIONS[-1])
COVERAGE = """
import coverage, io, json, sys
data = coverage.Coverage(data_file=None, source_pkgs=["sample"])
data.start()
import sample, sample.plain
sample.square(3)
sample.plain.called()
data.stop()
found = data.get_data()
# A folder is also searched for files that were not run; memory is not.
files = {f.removeprefix(sample.__path__[0]): sorted(found.lines(f)) for f in found.measured_files()}
print(json.dumps({f: lines for f, lines in files.items() if lines}, sort_keys=True))
"""


@pytest.mark.network
def test_coverage_sees_the_same_lines(build: Builder, tmp_path: Path) -> None:
    folder = tmp_path / "packages"
    python = build.python(NEWEST)
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(python), "--target", str(folder)]
    installed = subprocess.run([*command, "coverage==7.6.1"], text=True, capture_output=True, timeout=300)
    if installed.returncode != 0:
        pytest.skip(f"no coverage from the registry: {installed.stderr.strip()[-200:]}")
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{TREE}:{folder}", "PYTHONDONTWRITEBYTECODE": "1"}
    plain = subprocess.run([python, "-c", COVERAGE], text=True, capture_output=True, env=environment, check=True)
    expected = json.loads(plain.stdout)
    assert expected["/__init__.py"] and expected["/plain.py"]
    for place, extensions in (("memory", "memory"), ("files", "files")):
        spec = {"location": place, "extensions": extensions, "sources": [str(TREE)], "wheels": [str(folder)]}
        told = build(NEWEST, f"coverage-{place}", **spec).run(code=COVERAGE)
        assert json.loads(told.stdout) == expected, place
