"""Offsets and UTF-16 positions are inverse to each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oxlang.source import SourceFile

pytest.importorskip("lsprotocol", reason="the extra `lsp` is not installed")


@given(st.text(alphabet="a😀ü\n\r\t", max_size=30), st.integers(min_value=0, max_value=30))
def test_round_trip(text: str, offset: int) -> None:
    from oxlang.lsp.convert import to_offset, to_position

    source = SourceFile("x", text)
    offset = min(offset, len(text))
    at = to_position(source, offset)
    line = source.position(offset).line
    back = to_offset(source, at)
    assert back == min(offset, source.line_starts[line] + len(source.line_text(line)))


@given(st.text(max_size=40), st.integers(0, 5), st.integers(0, 50))
def test_any_position_is_inside(text: str, line: int, character: int) -> None:
    from lsprotocol.types import Position

    from oxlang.lsp.convert import to_offset

    assert 0 <= to_offset(SourceFile("x", text), Position(line, character)) <= len(text)
