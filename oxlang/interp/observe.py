"""Watching a program run: which statements it executes, and how long its functions take.

Both use Python's own hooks and see only generated code and calls of the host's functions; a program that is not watched
pays nothing.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from oxlang.interp.places import is_body, is_inner, module_of
from oxlang.source import Span


class StepTrace:
    """Tells each line of user code that is executed, for `--trace-steps`.

    Args:
        tell: gets the place and the text of the line.
        limit: how many lines are told at most.
    """

    def __init__(self, tell: Callable[[Span, str], None], limit: int = 1_000_000) -> None:
        self.tell = tell
        self.left = limit
        self.last: tuple[int, int, str] | None = None

    def __enter__(self) -> StepTrace:
        sys.settrace(self._call)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _call(self, frame: FrameType, event: str, argument: Any) -> Any:
        return self._line if module_of(frame) is not None else None

    def _line(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line" and self.left > 0:
            module = module_of(frame)
            if module is not None:
                span = module.span(frame.f_lineno)
                line = span.begin.line
                here = (id(frame), line, module.path)
                if here != self.last and span.end > span.start:
                    self.last = here
                    self.left -= 1
                    self.tell(span, span.file.line_text(line).strip())
        return self._line


class Profile:
    """Measures functions of the program and the host's functions they call; writes speedscope's file format.

    Args:
        clock: gives nanoseconds.
    """

    def __init__(self, clock: Callable[[], int] = time.perf_counter_ns) -> None:
        self.clock = clock
        self.frames: dict[tuple[str, str, int], int] = {}
        self.events: list[tuple[str, int, int]] = []
        self.open: list[tuple[FrameType, int]] = []
        self.began = 0
        self.ended = 0

    def __enter__(self) -> Profile:
        self.began = self.clock()
        sys.setprofile(self._event)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)
        self.ended = self.clock()
        while self.open:
            self.events.append(("C", self.open.pop()[1], self.ended - self.began))

    def _event(self, frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            key = self._key(frame)
            if key is not None and not (self.open and is_body(frame.f_code, self.open[-1][0].f_code)):
                number = self.frames.setdefault(key, len(self.frames))
                self.open.append((frame, number))
                self.events.append(("O", number, self.clock() - self.began))
        elif event == "return" and self.open and self.open[-1][0] is frame:
            self.events.append(("C", self.open.pop()[1], self.clock() - self.began))

    def _key(self, frame: FrameType) -> tuple[str, str, int] | None:
        """Gives (name, file, line) of a frame that counts."""
        module = module_of(frame)
        if module is not None:
            name = frame.f_code.co_name
            if is_inner(name):
                return None
            first = module.span(frame.f_code.co_firstlineno)
            if name == "<module>":
                return ("<toplevel>", module.path, 1)
            if not name.isascii():
                from oxlang.syntax.utf8 import readable

                name = readable(name)
            return ("lambda" if name == "<lambda>" else name.removesuffix("."), module.path, first.begin.line + 1)
        if frame.f_code.co_name == "__call__":
            definition = getattr(frame.f_locals.get("self"), "definition", None)
            if definition is not None:
                return (str(getattr(definition, "qualified_name", definition)), "<host>", 0)
        return None

    def speedscope(self, name: str = "oxl") -> str:
        """Gives the profile as JSON for https://www.speedscope.app and compatible viewers."""
        frames = [
            {"name": function, "file": file, **({"line": line} if line else {})} for function, file, line in self.frames
        ]
        document = {
            "$schema": "https://www.speedscope.app/file-format-schema.json",
            "exporter": "oxlang",
            "name": name,
            "shared": {"frames": frames},
            "profiles": [
                {
                    "type": "evented",
                    "name": name,
                    "unit": "nanoseconds",
                    "startValue": 0,
                    "endValue": self.ended - self.began,
                    "events": [{"type": kind, "frame": number, "at": at} for kind, number, at in self.events],
                }
            ],
        }
        return json.dumps(document, separators=(",", ":")) + "\n"

    def totals(self) -> list[tuple[str, str, int, int, int]]:
        """Gives (function, file, calls, own nanoseconds, total nanoseconds), most expensive first."""
        own: dict[int, int] = {}
        whole: dict[int, int] = {}
        calls: dict[int, int] = {}
        stack: list[list[int]] = []
        for kind, number, at in self.events:
            if kind == "O":
                stack.append([number, at, 0])
                calls[number] = calls.get(number, 0) + 1
                continue
            _, since, inner = stack.pop()
            spent = at - since
            own[number] = own.get(number, 0) + spent - inner
            if all(one[0] != number for one in stack):
                whole[number] = whole.get(number, 0) + spent
            if stack:
                stack[-1][2] += spent
        rows = [
            (function, file, calls.get(number, 0), own.get(number, 0), whole.get(number, 0))
            for (function, file, _), number in self.frames.items()
        ]
        return sorted(rows, key=lambda row: -row[3])
