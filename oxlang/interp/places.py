"""Where running code stands in the user's text."""

from __future__ import annotations

import sys

from oxlang.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType, FrameType

    from oxlang.interp.module import Module

_INNER = ("<listcomp>", "<dictcomp>", "<genexpr>", "<setcomp>", ".out")


def is_inner(name: str) -> bool:
    """Whether code of this name is a part of the function around it: a comprehension, or an outlined loop."""
    return name in _INNER


def is_body(code: CodeType, outer: CodeType) -> bool:
    """Whether code is the body of a lambda that is called by way of a function of ours (`.guard`, `.deeper`)."""
    return code.co_name == "<lambda>" and code.co_firstlineno == outer.co_firstlineno and code in outer.co_consts


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


def argument_place(span: Span | None, argument: str | int | None, parameters: Sequence[str] = ()) -> Span | None:
    """Gives the place of an argument of a call that is over, for what is found wrong with it later.

    Args:
        span: the call.
        argument: the parameter.
        parameters: the parameters in order, for arguments that were given by position.
    """
    if span is None or argument is None:
        return None
    from oxlang.interp.replay import Parsed, argument_span

    text = Parsed(span.file)
    found = argument_span(text, span, argument)
    if found is None and argument in parameters:
        found = argument_span(text, span, parameters.index(str(argument)))
    return found


def text_place(span: Span | None, text: str) -> Span | None:
    """Gives the place of a string with this text inside a place, else the place itself."""
    if span is None:
        return None
    source = span.file.text[span.start : span.end]
    for quote in ('"', "'"):
        at = source.find(f"{quote}{text}{quote}")
        if at >= 0:
            return Span(span.file, span.start + at, span.start + at + len(text) + 2)
    return span
