"""Configs of public repositories give the targets and the default that PyOxidizer 0.24 found in them.

`corpus.json` holds what PyOxidizer said, by an identifier and the SHA-256 of the config. The configs are not ours to ship:
`OXL_CORPUS` names a folder with `ID/pyoxidizer.bzl`; without it the test is skipped.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.graph.platform import default_settings
from oxlang.workspace.evaluate import load

RECORDED: dict[str, Any] = json.loads(Path(__file__).with_name("corpus.json").read_text(encoding="utf-8"))
FOLDER = os.environ.get("OXL_CORPUS", "")


@pytest.mark.skipif(not FOLDER, reason="OXL_CORPUS names no folder with the configs")
@pytest.mark.parametrize("ident", sorted(RECORDED))
def test_targets(ident: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = Path(FOLDER) / ident / "pyoxidizer.bzl"
    wanted = RECORDED[ident]
    assert hashlib.sha256(config.read_bytes()).hexdigest() == wanted["sha256"]
    monkeypatch.chdir(config.parent)
    environment = {**os.environ, "PYOXIDIZER_CACHE_DIR": str(cache)}
    try:
        table = load(config, default_settings(), mode="list", env=environment, out=lambda text: None).targets
    except OxError:
        assert wanted.get("refused")
        return
    assert not wanted.get("refused")
    assert sorted(one.name for one in table) == wanted["targets"]
    assert table.default == wanted["default"]
