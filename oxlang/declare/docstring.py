"""Docstrings of declarations (Google style), cut into the parts that pages and hover show."""

from __future__ import annotations

import re

from oxlang.records import dataclass, field

_SECTION = re.compile(r"^(Args|Attributes|Returns|Raises|Example|Examples|Note|Notes):\s*$")
_ENTRY = re.compile(r"^\*{0,2}(\w+):\s*(.*)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Docstring:
    """The parts of a docstring.

    Attributes:
        summary: the first paragraph in one line.
        body: further paragraphs before the first section.
        args: parameter name to its text.
        returns: text of the section Returns.
        example: text of the section Example without its indentation.
        notes: text of the section Note.
    """

    summary: str = ""
    body: str = ""
    args: dict[str, str] = field(default_factory=dict)
    returns: str = ""
    example: str = ""
    notes: str = ""


def clean(text: str | None) -> str:
    """Removes the common indentation of all lines but the first, and blank lines around."""
    if not text:
        return ""
    lines = text.expandtabs().splitlines()
    widths = [len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()]
    cut = min(widths, default=0)
    return "\n".join([lines[0].lstrip(), *(line[cut:].rstrip() for line in lines[1:])]).strip()


def parse(text: str | None) -> Docstring:
    """Reads a docstring."""
    sections: dict[str, list[str]] = {"": []}
    current = ""
    for line in clean(text).splitlines():
        found = _SECTION.match(line)
        if found:
            current = found.group(1).rstrip("s") if found.group(1) in ("Examples", "Notes") else found.group(1)
            sections.setdefault(current, [])
        else:
            sections[current].append(line)
    head = "\n".join(sections[""]).strip()
    summary, _, body = head.partition("\n\n")
    return Docstring(
        summary=" ".join(summary.split()),
        body=body.strip(),
        args=_entries(sections.get("Args") or sections.get("Attributes") or []),
        returns=" ".join(clean("\n" + "\n".join(sections.get("Returns", []))).split()),
        example=clean("\n" + "\n".join(sections.get("Example", []))),
        notes=clean("\n" + "\n".join(sections.get("Note", []))),
    )


def _entries(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    name = ""
    first = next((len(line) - len(line.lstrip()) for line in lines if line.strip()), 0)
    for line in lines:
        entry = _ENTRY.match(line.strip()) if len(line) - len(line.lstrip()) == first else None
        if entry:
            name = entry.group(1)
            found[name] = entry.group(2)
        elif name and line.strip():
            found[name] = f"{found[name]} {line.strip()}".strip()
    return found
