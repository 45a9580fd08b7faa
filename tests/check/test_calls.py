"""Findings about calls and attributes, with types followed through variables, functions, targets and callbacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from oxlang.lint.kinds import environment_of, options_of
from oxlang.lint.runner import lint
from oxlang.source import SourceFile
from tests.support.findings import Chunk, assert_findings, chunks

CHUNKS = chunks(Path(__file__).parent / "testdata" / "calls.bzl")


@pytest.mark.parametrize("chunk", CHUNKS, ids=lambda chunk: chunk.name)
def test_findings(chunk: Chunk) -> None:
    source = SourceFile("pyoxidizer.bzl", chunk.text)
    assert_findings(chunk, lint(source, options_of("x.bzl"), environment_of("x.bzl")).diagnostics)
