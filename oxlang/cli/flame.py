"""A profile as a flame graph: an HTML page in which the width of a bar is the time of a call and those it made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from oxlang.records import dataclass, field

_WIDTH, _ROW = 1200.0, 18.0
_LEAST_WIDTH = 0.5
_COLOURS = ("#e8a05c", "#e8b86d", "#e58c54", "#edc77a", "#df9a63")

Key = tuple[str, str, int]


@dataclass(slots=True)
class Bar:
    """A function below its callers: time and the functions it called."""

    frame: int
    spent: int = 0
    calls: int = 0
    below: dict[int, Bar] = field(default_factory=dict)


def merge(events: Iterable[tuple[str, int, int]]) -> Bar:
    """Adds up calls with the same callers; `events` are (`O` or `C`, frame, nanoseconds)."""
    top = Bar(-1)
    stack: list[tuple[Bar, int]] = [(top, 0)]
    for kind, frame, at in events:
        if kind == "O":
            bar = stack[-1][0].below.setdefault(frame, Bar(frame))
            bar.calls += 1
            stack.append((bar, at))
        elif len(stack) > 1:
            bar, since = stack.pop()
            bar.spent += at - since
    return top


def page(events: Iterable[tuple[str, int, int]], frames: Sequence[Key], whole: int) -> str:
    """Gives the page."""
    top = merge(events)
    bars = list(_bars(top, frames, 0.0, 0, _WIDTH / max(whole, 1)))
    height = (1 + max((row for row, _ in bars), default=0)) * _ROW
    drawn = "\n".join(text for _, text in bars)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>profile</title><style>
body {{ font: 13px sans-serif; margin: 16px; }}
#flame {{ position: relative; width: {_WIDTH:.0f}px; height: {height:.0f}px; }}
#flame div {{ position: absolute; height: {_ROW - 1:.0f}px; overflow: hidden; white-space: nowrap; font-size: 11px;
  box-sizing: border-box; border-right: 1px solid #fff; padding: 1px 2px; }}
</style></head><body>
<h1>{whole / 1e6:.2f} ms</h1>
<div id="flame">
{drawn}
</div></body></html>
"""


def _bars(node: Bar, frames: Sequence[Key], x: float, row: int, scale: float) -> Iterator[tuple[int, str]]:
    for one in sorted(node.below.values(), key=lambda bar: -bar.spent):
        width = one.spent * scale
        if width >= _LEAST_WIDTH:
            name, file, line = frames[one.frame]
            told = f"{name}: {one.spent / 1e6:.3f} ms in {one.calls} calls ({file}:{line})"
            style = f"left:{x:.2f}px;top:{row * _ROW:.0f}px;width:{width:.2f}px;background:{_COLOURS[one.frame % 5]}"
            yield row, f'<div style="{style}" title="{escape(told)}">{escape(name)}</div>'
            yield from _bars(one, frames, x, row + 1, scale)
        x += width
