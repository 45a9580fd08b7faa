"""The errors of all chunks as users see them, one golden file for each file of chunks."""

from __future__ import annotations

from pathlib import Path

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.diagnostics.render import render_error
from tests.dialect.harness import Run, chunks
from tests.dialect.test_chunks import DATA, prepare
from tests.support.golden import assert_golden

FILES = sorted(DATA.glob("*.star"))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_rendered(path: Path, tmp_path: Path, cache: Path) -> None:
    shown: list[str] = []
    for number, chunk in enumerate(chunks(path)):
        if chunk.expected is None:
            continue
        folder = tmp_path / str(number)
        folder.mkdir()
        prepare(folder)
        with pytest.raises(OxError) as caught:
            Run(folder, chunk.text, cache=cache)
        text = render_error(caught.value, colour=False).replace(str(folder), "CWD")
        shown.append(text.rstrip() + "\n")
    assert_golden(Path(__file__).parent / "golden" / f"{path.stem}.txt", "\n".join(shown))
