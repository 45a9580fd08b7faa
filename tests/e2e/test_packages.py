"""Popular packages from the registry, used in built programs: the ten of `scripts/packages.toml` that CI holds."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.e2e.conftest import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.network, pytest.mark.xdist_group("packages")]


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("compatibility", ROOT / "scripts" / "compatibility.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["compatibility"] = module
    spec.loader.exec_module(module)
    return module


SCRIPT = _script()
PACKAGES = [one for one in SCRIPT.tomllib.loads((ROOT / "scripts" / "packages.toml").read_text())["package"] if one.get("ci")]


def test_ten_are_held() -> None:
    assert len(PACKAGES) == 10


@pytest.mark.parametrize("package", PACKAGES, ids=[one["name"] for one in PACKAGES])
def test_package(package: dict[str, object], tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("PYOXIDIZER_", "OXL_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PYOXIDIZER_CACHE_DIR", str(cache))
    result = SCRIPT.build_and_run(package, [sys.executable, "-m", "oxlang"], tmp_path, "auto")
    assert result.works, result.remark
