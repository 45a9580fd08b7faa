"""A profile as a flame graph: an HTML page in which the width of a bar is the time of a call and those it made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from oxlang.records import dataclass, field

_ROW = 18.0
_LEAST = 0.0004
"""Share of the whole below which a call is not drawn."""
_MOST_ROWS = 30
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
    """Gives the page: the bars, which can be clicked to look closer, and the functions by their own time."""
    top = merge(events)
    called = sum(one.spent for one in top.below.values())
    whole = max(whole, called, 1)
    bars = [_bar(0, 0.0, 1.0, "everything", f"{_ms(whole)}, of which oxl itself {_ms(whole - called)}", "#ddd")]
    bars += [text for _, text in _bars(top, frames, 0.0, 1, 1 / whole)]
    rows = 1 + max((row for row, _ in _bars(top, frames, 0.0, 1, 1 / whole)), default=0)
    drawn = "\n".join(bars)
    table = "\n".join(_rows(top, frames, whole))
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>profile of an evaluation</title><style>
body {{ font: 13px sans-serif; margin: 16px; }}
#flame {{ position: relative; height: {rows * _ROW:.0f}px; overflow: hidden; }}
#flame div {{ position: absolute; height: {_ROW - 1:.0f}px; overflow: hidden; white-space: nowrap; font-size: 11px; cursor: pointer;
  box-sizing: border-box; border-right: 1px solid #fff; padding: 1px 2px; }}
td, th {{ padding: 1px 12px 1px 0; text-align: left; }} td.n {{ text-align: right; }}
</style></head><body>
<h1>{_ms(whole)}</h1>
<p>The width of a bar is the time of a function and of those it called. A click looks closer; one on the first bar leads back.</p>
<div id="flame">
{drawn}
</div>
<table><tr><th>alone</th><th>calls</th><th>function</th><th>place</th></tr>
{table}
</table>
<script>{_SCRIPT}</script>
</body></html>
"""


_SCRIPT = """
const bars = [...document.querySelectorAll("#flame div")];
for (const bar of bars) bar.onclick = () => {
  const x = +bar.dataset.x, w = +bar.dataset.w;
  for (const one of bars) {
    const left = Math.max((one.dataset.x - x) / w, 0), right = Math.min((+one.dataset.x + +one.dataset.w - x) / w, 1);
    one.style.display = right > left ? "" : "none";
    one.style.left = 100 * left + "%";
    one.style.width = 100 * (right - left) + "%";
  }
};
"""


def _ms(nanoseconds: int) -> str:
    return f"{nanoseconds / 1e6:.2f} ms"


def _bar(row: int, x: float, width: float, name: str, told: str, colour: str) -> str:
    style = f"left:{100 * x:.3f}%;top:{row * _ROW:.0f}px;width:{100 * width:.3f}%;background:{colour}"
    return f'<div data-x="{x:.6f}" data-w="{width:.6f}" style="{style}" title="{escape(f"{name}: {told}")}">{escape(name)}</div>'


def _place(frame: Key) -> str:
    return f"{frame[1]}:{frame[2]}" if frame[2] else "built in"


def _bars(node: Bar, frames: Sequence[Key], x: float, row: int, scale: float) -> Iterator[tuple[int, str]]:
    for one in sorted(node.below.values(), key=lambda bar: -bar.spent):
        width = one.spent * scale
        if width >= _LEAST:
            told = f"{_ms(one.spent)} in {one.calls} call{'s' * (one.calls != 1)} ({_place(frames[one.frame])})"
            yield row, _bar(row, x, width, frames[one.frame][0], told, _COLOURS[one.frame % len(_COLOURS)])
            yield from _bars(one, frames, x, row + 1, scale)
        x += width


def _rows(top: Bar, frames: Sequence[Key], whole: int) -> Iterator[str]:
    """The functions by the time that they took without those they called, the first ones."""
    alone: dict[int, int] = {}
    calls: dict[int, int] = {}
    todo = list(top.below.values())
    while todo:
        one = todo.pop()
        todo += one.below.values()
        alone[one.frame] = alone.get(one.frame, 0) + one.spent - sum(inner.spent for inner in one.below.values())
        calls[one.frame] = calls.get(one.frame, 0) + one.calls
    for frame in sorted(alone, key=lambda one: -alone[one])[:_MOST_ROWS]:
        share = f"{_ms(alone[frame])} ({100 * alone[frame] / whole:.0f} %)"
        cells = f"<td>{escape(frames[frame][0])}</td><td>{escape(_place(frames[frame]))}</td>"
        yield f'<tr><td class="n">{share}</td><td class="n">{calls[frame]}</td>{cells}</tr>'
