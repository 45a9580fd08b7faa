"""Where running code stands in the user's text."""

from __future__ import annotations

import sys

from oxlang.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

    from oxlang.interp.module import Module


def module_of(frame: FrameType) -> Module | None:
    """Gives the module whose generated code a frame runs, None for all other code."""
    found: Module | None = frame.f_globals.get(".module")
    if found is not None and found.entries:
        return found.entries.get(frame.f_code.co_filename, found)
    return found


def current_span() -> Span | None:
    """Gives the place of the innermost expression of user code that is being evaluated."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        module = module_of(frame)
        if module is not None:
            return module.span(frame.f_lineno)
        frame = frame.f_back
    return None
