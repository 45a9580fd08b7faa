"""What is said of licences: by a build a line of counts, or the whole summary with `--verbose`; components as JSON."""

from __future__ import annotations

from oxlang.cli.terminal import Terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from oxlang.workspace.build import Built

_REPORT = "COPYING.txt"
_TITLE = "Software Licensing Summary"
_END = "Software Components"


_KEYS = ("kind", "name", "version", "spdx", "terms", "public_domain", "authors", "homepage", "source", "texts", "remark")


def component_rows(components: Iterable[Mapping[str, Any]]) -> list[dict[str, object]]:
    """Gives components as plain data, keys in one order; of the texts only their names."""
    rows = [{**one, "texts": [name for name, _ in one.get("texts", ())]} for one in components]
    return [{key: row[key] for key in _KEYS if key in row} for row in rows]


def say_licences(terminal: Terminal, built: Built) -> None:
    """Says what the licence report beside a program begins with; nothing when there is none."""
    if built.program is None:
        return
    try:
        text = built.program.with_name(_REPORT).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return
    if not text.startswith(_TITLE):
        return
    summary = text.partition(f"\n{_END}\n")[0].rstrip("\n")
    if terminal.shows("info"):
        terminal.info(summary)
        return
    lines = [line for line in summary.splitlines() if line[:1].isdigit()]
    counts = [line for line in lines if not line.startswith("0 ") and "distinct SPDX" not in line]
    terminal.warn(f"{built.target}: {', '.join(counts)}; see {_REPORT}")
