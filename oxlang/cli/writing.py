"""Writing files that users own: whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from oxlang.diagnostics.model import error


def replace_text(path: Path, text: str) -> None:
    """Replaces a file's text; line ends are written as they stand, the mode of an existing file is kept.

    What is no ordinary file, such as `/dev/stdout`, is written to. Raises OX0909.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8", newline="")
        else:
            _replace(path, text)
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise error("OX0909", f"`{path}` cannot be written: {reason}") from None


def _replace(path: Path, text: str) -> None:
    target = Path(os.path.realpath(path))
    aside = target.with_name(f".{target.name[:200]}.oxl-{os.getpid()}")
    try:
        with aside.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
        if target.exists():
            os.chmod(aside, target.stat().st_mode & 0o7777)
        os.replace(aside, target)
    finally:
        aside.unlink(missing_ok=True)
