"""Known slips. See mistakes.py."""

from __future__ import annotations

from oxlang.syntax.mistakes import Recogniser

SLIPS: tuple[Recogniser, ...] = ()
