"""A tree of sizes as a picture: an HTML page that needs nothing but a browser.

Rectangles are laid out as "squarified" treemaps: in each step the row is filled as long as that makes its rectangles more
square (Bruls, Huizing, van Wijk: Squarified Treemaps, 2000).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from oxlang.packaging.sizes import Weight
from oxlang.records import dataclass

_WIDTH, _HEIGHT, _HEAD = 1200.0, 760.0, 18.0
_LEAST_AREA = 40.0
_COLOURS = ("#7aa6c2", "#c29a7a", "#8fc27a", "#b07ac2", "#c27a8f", "#7ac2b4", "#c2bd7a", "#8a8fc9")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float


def layout(sizes: Sequence[int], box: Box) -> list[Box]:
    """Gives a rectangle for each size, in order; sizes are positive and sorted, largest first."""
    total = sum(sizes)
    if not total:
        return [Box(box.x, box.y, 0, 0) for _ in sizes]
    areas = [one * box.width * box.height / total for one in sizes]
    placed: list[Box] = []
    at = 0
    while at < len(areas):
        side = min(box.width, box.height)
        end = at + 1
        while end < len(areas) and _worst(areas[at : end + 1], side) <= _worst(areas[at:end], side):
            end += 1
        row = areas[at:end]
        thickness = sum(row) / side if side else 0
        offset = 0.0
        for area in row:
            length = area / thickness if thickness else 0
            if box.width >= box.height:
                placed.append(Box(box.x, box.y + offset, thickness, length))
            else:
                placed.append(Box(box.x + offset, box.y, length, thickness))
            offset += length
        if box.width >= box.height:
            box = Box(box.x + thickness, box.y, max(box.width - thickness, 0), box.height)
        else:
            box = Box(box.x, box.y + thickness, box.width, max(box.height - thickness, 0))
        at = end
    return placed


def _worst(row: Sequence[float], side: float) -> float:
    """The worst ratio of sides in a row."""
    total = sum(row)
    if not total or not side:
        return float("inf")
    return max(max(side * side * one / total**2, total**2 / (side * side * one)) for one in row if one)


def page(top: Weight) -> str:
    """Gives the page."""
    boxes = "\n".join(_boxes(top, Box(0, 0, _WIDTH, _HEIGHT), 0, ""))
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(top.name)}: size</title><style>
body {{ font: 13px sans-serif; margin: 16px; }}
#map {{ position: relative; width: {_WIDTH:.0f}px; height: {_HEIGHT:.0f}px; }}
#map div {{ position: absolute; box-sizing: border-box; border: 1px solid #fff; overflow: hidden; font-size: 11px;
  padding: 1px 3px; white-space: nowrap; }}
</style></head><body>
<h1>{escape(top.name)}: {top.size:,} bytes</h1>
<div id="map">
{boxes}
</div></body></html>
"""


def _boxes(node: Weight, box: Box, level: int, colour: str) -> Iterator[str]:
    parts = [one for one in node.sorted_parts() if one.size]
    for number, (one, place) in enumerate(zip(parts, layout([one.size for one in parts], box), strict=True)):
        if place.width * place.height < _LEAST_AREA:
            continue
        own = colour or _COLOURS[number % len(_COLOURS)]
        share = f"{one.name}: {one.size:,} bytes"
        style = (
            f"left:{place.x:.1f}px;top:{place.y:.1f}px;width:{place.width:.1f}px;height:{place.height:.1f}px;"
            f"background:{own};filter:brightness({1 + level * 0.08:.2f})"
        )
        yield f'<div style="{style}" title="{escape(share)}">{escape(one.name)}</div>'
        if one.parts and level < 2 and place.height > 2 * _HEAD:
            inner = Box(place.x + 2, place.y + _HEAD, place.width - 4, place.height - _HEAD - 2)
            yield from _boxes(one, inner, level + 1, own)
