"""Files that users own are written whole or not at all."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from oxlang.cli.writing import replace_text
from oxlang.diagnostics.model import OxError


def test_a_file_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "a").chmod(0o640)
    replace_text(tmp_path / "a", "new\r\n")
    assert (tmp_path / "a").read_bytes() == b"new\r\n"
    assert os.name == "nt" or (tmp_path / "a").stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "link").symlink_to("a")
    replace_text(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "a").read_text() == "new"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_device_is_written_to(tmp_path: Path) -> None:
    """Replacing one, such as `/dev/null`, would cost the machine its device."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    replace_text(pipe, "text")
    reader.join(timeout=30)
    assert read == ["text"] and pipe.is_fifo()


def test_what_cannot_be_written(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "missing" / "a", tmp_path / ("a" * 300)):
        with pytest.raises(OxError, match="cannot be written") as caught:
            replace_text(place, "text")
        assert caught.value.diagnostic.code.id == "OX0909" and str(place) in caught.value.diagnostic.message
    assert os.listdir(tmp_path) == []
