"""Writing files that users own: whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def replace_text(path: Path, text: str) -> None:
    """Replaces a file's text; line ends are written as they stand, the mode of an existing file is kept."""
    aside = path.with_name(f".{path.name}.oxl-{os.getpid()}")
    try:
        with aside.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
        if path.exists():
            os.chmod(aside, path.stat().st_mode & 0o7777)
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)
