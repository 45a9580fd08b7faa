"""The same assertions about importing, made under CPython's path importer and under the finder.

`conformance/tree` is a folder of modules, resources and metadata together with the checks on them. It is put on the path
of an ordinary Python, into the memory of a program, and into files beside a program; every check must hold in each.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.runtime.conftest import Builder

TREE = Path(__file__).parent / "conformance" / "tree"

pytestmark = pytest.mark.e2e


def _failures(output: str, errors: str) -> tuple[int, str]:
    _, found, text = output.rpartition("RESULTS")
    assert found, output + errors
    results = json.loads(text)
    return len(results), "\n".join(f"{name}\n{trace}" for name, trace in results.items() if trace)


@pytest.mark.parametrize("place", ["path", "memory", "files"])
def test_imports_behave_alike(build: Builder, version: str, place: str) -> None:
    if place == "path":
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        environment = {
            **kept,
            "PYTHONPATH": str(TREE),
            "PYTHONDONTWRITEBYTECODE": "1",
            "CONFORMANCE_PLACE": place,
        }
        command = [build.python(version), "-m", "conformance"]
        done = subprocess.run(command, text=True, capture_output=True, env=environment, timeout=300)
    else:
        application = build(version, f"conformance-{place}", location=place, sources=[str(TREE)])
        done = application.run("-m", "conformance", status=None, CONFORMANCE_PLACE=place)
    count, failures = _failures(done.stdout, done.stderr)
    assert count > 195
    assert not failures, failures
