"""A tree of sizes as a picture: an HTML page that needs nothing but a browser.

Rectangles are laid out as "squarified" treemaps: in each step the row is filled as long as that makes its rectangles more
square (Bruls, Huizing, van Wijk: Squarified Treemaps, 2000).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from oxlang.packaging.sizes import Weight, show_size
from oxlang.records import dataclass

_WIDTH, _HEIGHT, _HEAD = 1200.0, 760.0, 18.0
_LEAST_AREA = 40.0
_LEAST_LABEL = 28.0
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


def page(top: Weight, *, origins: Mapping[str, str] | None = None) -> str:
    """Gives the page: packages, kinds in them, names in those, each as large as its share of the bytes.

    Args:
        top: the tree.
        origins: group to the place in the config, told where it is known.
    """
    boxes = "\n".join(_boxes(top, Box(0, 0, _WIDTH, _HEIGHT), 0, (), top.size or 1, origins or {}))
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(top.name)}: {show_size(top.size)}</title><style>
html, body {{ height: 100%; margin: 0; }}
body {{ display: flex; flex-direction: column; box-sizing: border-box; padding: 16px; font: 13px sans-serif; }}
h1 {{ font-size: 18px; margin: 0 0 4px; }}
p {{ margin: 0 0 10px; color: #555; }}
#map {{ position: relative; flex: 1; min-height: 420px; }}
#map div {{ position: absolute; box-sizing: border-box; border: 1px solid #fff; overflow: hidden; font-size: 11px;
  padding: 1px 3px; white-space: nowrap; text-overflow: ellipsis; }}
#map div:hover {{ border-color: #000; }}
</style></head><body>
<h1>{escape(top.name)}: {show_size(top.size)}</h1>
<p>{top.size:,} bytes by package, kind and name. Rest the pointer on a box to see what it is.</p>
<div id="map">
{boxes}
</div></body></html>
"""


def _boxes(
    node: Weight, box: Box, level: int, path: tuple[str, ...], whole: int, origins: Mapping[str, str], colour: str = ""
) -> Iterator[str]:
    parts = [one for one in node.sorted_parts() if one.size]
    for number, (one, place) in enumerate(zip(parts, layout([one.size for one in parts], box), strict=True)):
        if place.width * place.height < _LEAST_AREA:
            continue
        own = colour or _COLOURS[number % len(_COLOURS)]
        way = (*path, one.name)
        told = f"{' › '.join(way)}: {show_size(one.size)} ({one.size / whole:.1%})"
        if way[0] in origins:
            told += f", brought by {origins[way[0]]}"
        # In percent, so that the picture is as large as the window; the layout itself is made for one size.
        style = (
            f"left:{place.x / _WIDTH:.3%};top:{place.y / _HEIGHT:.3%};width:{place.width / _WIDTH:.3%};"
            f"height:{place.height / _HEIGHT:.3%};background:{own};filter:brightness({1 + level * 0.08:.2f})"
        )
        label = f"{one.name} {show_size(one.size)}" if level < 2 else one.name
        shown = label if place.width >= _LEAST_LABEL and place.height >= _HEAD * 0.8 else ""
        yield f'<div style="{style}" title="{escape(told)}">{escape(shown)}</div>'
        if one.parts and level < 2 and place.height > 2 * _HEAD:
            inner = Box(place.x + 2, place.y + _HEAD, place.width - 4, place.height - _HEAD - 2)
            yield from _boxes(one, inner, level + 1, way, whole, origins, own)
