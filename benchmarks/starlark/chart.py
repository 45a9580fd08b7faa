"""Draws the comparison as a bar chart (SVG)."""

from __future__ import annotations

from collections.abc import Mapping

_COLOURS = {"oxlang": "#2b6cb0", "cpython": "#a0aec0", "starlark-rust": "#dd6b20", "starlark-go": "#38a169"}
_BAR, _GAP, _LEFT, _WIDTH = 9, 10, 170, 620


def draw(rows: Mapping[str, Mapping[str, float]], against: str = "starlark-go") -> str:
    """Gives the chart: CPU seconds of each program relative to a peer, less is better.

    Args:
        rows: seconds by program and peer.
        against: the peer that counts as 1, or cpython where it was not measured.
    """
    peers = [peer for peer in _COLOURS if any(peer in row for row in rows.values())]
    base = against if all(against in row for row in rows.values()) else "cpython"
    ratios = {name: {peer: row[peer] / row[base] for peer in peers if peer in row} for name, row in rows.items()}
    largest = min(2.5, max(value for row in ratios.values() for value in row.values()))
    height = 50 + len(rows) * (len(peers) * _BAR + _GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDTH + 70}" height="{height}" font-family="sans-serif" font-size="11">',
        f'<text x="10" y="18" font-size="13">CPU time relative to {base} (= 1), less is better</text>',
    ]
    x = _LEFT
    for peer in peers:
        parts.append(f'<rect x="{x}" y="26" width="10" height="10" fill="{_COLOURS[peer]}"/><text x="{x + 14}" y="35">{peer}</text>')
        x += 120
    one = _LEFT + _WIDTH / largest
    parts.append(f'<line x1="{one:.1f}" y1="42" x2="{one:.1f}" y2="{height - 5}" stroke="#718096" stroke-dasharray="3 3"/>')
    y = 46
    for name, row in ratios.items():
        parts.append(f'<text x="10" y="{y + len(peers) * _BAR // 2 + 4}">{name}</text>')
        for peer in peers:
            value = row.get(peer)
            if value is not None:
                width = _WIDTH * min(value, largest) / largest
                parts.append(f'<rect x="{_LEFT}" y="{y}" width="{width:.1f}" height="{_BAR - 1}" fill="{_COLOURS[peer]}"/>')
                parts.append(f'<text x="{_LEFT + width + 4:.1f}" y="{y + _BAR - 2}" font-size="9">{value:.2f}</text>')
            y += _BAR
        y += _GAP
    return "\n".join([*parts, "</svg>", ""])
