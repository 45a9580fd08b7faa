"""The language, by chunked programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from oxlang.interp import Thread, load_source
from oxlang.source import SourceFile
from oxlang.syntax.options import LanguageOptions
from tests.support.chunked import Chunk, check, chunks_of

FOLDER = Path(__file__).parent / "chunks"


def _evaluate(source: SourceFile, options: LanguageOptions) -> object:
    return load_source(source, options, None, Thread(out=lambda text: None))


@pytest.mark.parametrize("chunk", chunks_of(FOLDER), ids=str)
def test_chunk(chunk: Chunk) -> None:
    check(chunk, _evaluate)
