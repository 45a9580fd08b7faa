"""Chunked programs in `testdata`: each runs; the error that `### CODE "pattern"` announces comes at its line."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from oxlang.diagnostics.model import OxError
from tests.dialect.harness import Chunk, Run, chunks

DATA = Path(__file__).parent / "testdata"
ALL = [(path.stem, chunk) for path in sorted(DATA.glob("*.star")) for chunk in chunks(path)]


def prepare(tmp_path: Path) -> None:
    """Puts the files into a folder that chunks find there."""
    (tmp_path / "src" / "pkg").mkdir(parents=True)
    (tmp_path / "src" / "pkg" / "__init__.py").write_text("VALUE = 1\n", encoding="utf-8")
    (tmp_path / "src" / "a.txt").write_text("a", encoding="utf-8")
    (tmp_path / "src" / ".hidden").write_text("h", encoding="utf-8")
    (tmp_path / "names.txt").write_text("pkg\n# comment\n\n", encoding="utf-8")
    (tmp_path / "latin").mkdir()
    (tmp_path / "latin" / "old.py").write_bytes("# Größe\n".encode("latin-1"))
    site = tmp_path / "venv" / "lib" / "python{}.{}".format(*sys.version_info) / "site-packages" / "pkg"
    site.mkdir(parents=True)
    (site / "__init__.py").write_text("", encoding="utf-8")


@pytest.mark.parametrize(("file", "chunk"), ALL, ids=[f"{file}:{chunk.line}" for file, chunk in ALL])
def test_chunk(file: str, chunk: Chunk, tmp_path: Path, cache: Path) -> None:
    prepare(tmp_path)
    if chunk.expected is None:
        Run(tmp_path, chunk.text, cache=cache)
        return
    line, code, pattern = chunk.expected
    with pytest.raises(OxError) as caught:
        Run(tmp_path, chunk.text, cache=cache)
    diagnostic = caught.value.diagnostic
    assert diagnostic.code.id == code, diagnostic
    assert re.search(pattern, f"{diagnostic.message} {diagnostic.help or ''}"), diagnostic
    assert diagnostic.span is not None
    assert diagnostic.span.begin.line + 1 == line, diagnostic.span
