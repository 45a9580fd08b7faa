"""What a build says of licences: a line of counts, and the whole summary with `--verbose`."""

from __future__ import annotations

from oxlang.cli.terminal import Terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from oxlang.workspace.build import Built

_REPORT = "COPYING.txt"
_TITLE = "Software Licensing Summary"
_END = "Software Components"


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
