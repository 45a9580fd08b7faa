"""Demands that are refused."""

from __future__ import annotations

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.graph.demand import RefuseDemand
from oxlang.graph.digest import EMPTY_DIGEST
from oxlang.graph.nodes import Artifact, Write
from oxlang.source import SourceFile


def test_nothing_runs_in_an_editor() -> None:
    span = SourceFile("x", "len(list)").span(0, 9)
    artifact = Artifact(Write(entries=(), description="install requests"))
    with pytest.raises(OxError) as caught:
        RefuseDemand().demand(artifact, span)
    found = caught.value.diagnostic
    assert (found.code.id, found.span) == ("OX0711", span)
    assert found.message == "`install requests` is needed here but nothing may run"
    with pytest.raises(OxError):
        RefuseDemand().read(EMPTY_DIGEST)
