"""The Python API of `oxidized_importer`: `api/api_checks.py`, run inside a program of each Python."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.runtime.conftest import Builder

pytestmark = pytest.mark.e2e


def test_python_api(build: Builder, version: str) -> None:
    application = build(version, "api", sources=[str(Path(__file__).parent / "api")])
    done = application.run("-m", "api_checks")
    results = json.loads(done.stdout.rpartition("RESULTS")[2])
    failures = "\n".join(f"{name}\n{trace}" for name, trace in results.items() if trace)
    assert len(results) > 20 and not failures, failures
