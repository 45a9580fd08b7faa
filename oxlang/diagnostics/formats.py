"""Diagnostics for programs: JSON, GitHub's workflow commands, SARIF 2.1.0.

Lines and columns are one-based, columns in code points; an end column is exclusive, as SARIF counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

from oxlang.diagnostics.model import Code, Diagnostic, Fix, Frame, Label
from oxlang.diagnostics.paths import display_path
from oxlang.source import Span

Json = dict[str, object]
Format = Literal["json", "github", "sarif"]

_GITHUB_LEVEL = {"error": "error", "warning": "warning", "info": "notice", "hint": "notice"}
_SARIF_LEVEL = {"error": "error", "warning": "warning", "info": "note", "hint": "note"}
_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def to_json(
    found: Iterable[Diagnostic], *, relative_to: str | None = None, frames: tuple[Frame, ...] = (),
) -> str:
    """Gives `{"version": 1, "diagnostics": […]}`; the call stack belongs to the first diagnostic."""
    items = [_item(one, relative_to) for one in found]
    if items and frames:
        items[0]["stack"] = [
            {"function": f.function, "arguments": list(f.arguments), "place": _place(f.span, relative_to)}
            for f in frames
        ]
    return _dump({"version": 1, "diagnostics": items})


def to_github(found: Iterable[Diagnostic], *, relative_to: str | None = None) -> str:
    """Gives one `::error file=…::message` line per diagnostic, as GitHub Actions reads from a job's output."""
    lines = []
    for one in found:
        properties: dict[str, object] = {}
        if one.span is not None:
            begin, finish = one.span.begin, one.span.finish
            properties["file"] = display_path(one.span.file.path, relative_to)
            properties["line"] = begin.line + 1
            properties["endLine"] = finish.line + 1
            if begin.line == finish.line:
                properties["col"] = begin.column + 1
                properties["endColumn"] = finish.column + 1
        properties["title"] = f"{one.code.id} {one.code.name}"
        told = ",".join(f"{key}={_github_property(str(value))}" for key, value in properties.items())
        text = "\n".join([one.message, *one.notes, *([f"help: {one.help}"] if one.help else [])])
        lines.append(f"::{_GITHUB_LEVEL[one.code.severity]} {told}::{_github_text(text)}")
    return "".join(line + "\n" for line in lines)


def to_sarif(
    found: Iterable[Diagnostic], *, version: str, relative_to: str | None = None, pages: str = "",
) -> str:
    """Gives a SARIF 2.1.0 log of one run.

    Args:
        found: what the run found.
        version: version of oxl.
        relative_to: folder to which artifact locations are relative.
        pages: address under which the pages of the codes lie, if they are published.
    """
    results = list(found)
    codes = {one.code.id: one.code for one in results}
    ids = sorted(codes)
    run: Json = {
        "tool": {
            "driver": {
                "name": "oxl",
                "version": version,
                "rules": [_sarif_rule(codes[ident], pages) for ident in ids],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(one, ids.index(one.code.id), relative_to) for one in results],
    }
    return _dump({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


def writer(name: Format, *, version: str, relative_to: str | None = None) -> Callable[[Iterable[Diagnostic]], str]:
    """Gives the function that writes a format."""
    if name == "json":
        return lambda found: to_json(found, relative_to=relative_to)
    if name == "github":
        return lambda found: to_github(found, relative_to=relative_to)
    return lambda found: to_sarif(found, version=version, relative_to=relative_to)


def _dump(value: Json) -> str:
    import json

    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _item(one: Diagnostic, relative_to: str | None) -> Json:
    return {
        "code": one.code.id,
        "name": one.code.name,
        "severity": one.code.severity,
        "message": one.message,
        "place": _place(one.span, relative_to),
        "labels": [_label(label, relative_to) for label in one.labels],
        "notes": list(one.notes),
        "help": one.help,
        "fixes": [_fix(fix, relative_to) for fix in one.fixes],
    }


def _label(label: Label, relative_to: str | None) -> Json:
    return {"place": _place(label.span, relative_to), "text": label.text, "primary": label.primary}


def _fix(fix: Fix, relative_to: str | None) -> Json:
    edits = [{"place": _place(edit.span, relative_to), "text": edit.text} for edit in fix.edits]
    return {"title": fix.title, "safe": fix.safe, "edits": edits}


def _place(span: Span | None, relative_to: str | None) -> Json | None:
    if span is None:
        return None
    begin, finish = span.begin, span.finish
    return {
        "file": display_path(span.file.path, relative_to),
        "line": begin.line + 1,
        "column": begin.column + 1,
        "end_line": finish.line + 1,
        "end_column": finish.column + 1,
    }


def _github_text(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _github_property(text: str) -> str:
    return _github_text(text).replace(":", "%3A").replace(",", "%2C")


def _sarif_rule(code: Code, pages: str) -> Json:
    rule: Json = {
        "id": code.id,
        "name": "".join(part.capitalize() for part in code.name.split("-")),
        "shortDescription": {"text": code.summary},
        "defaultConfiguration": {"level": _SARIF_LEVEL[code.severity]},
    }
    if pages:
        rule["helpUri"] = f"{pages.rstrip('/')}/{code.id}.md"
    return rule


def _sarif_result(one: Diagnostic, rule: int, relative_to: str | None) -> Json:
    text = one.message if not one.help else f"{one.message}\n{one.help}"
    result: Json = {
        "ruleId": one.code.id,
        "ruleIndex": rule,
        "level": _SARIF_LEVEL[one.code.severity],
        "message": {"text": text},
    }
    if one.span is not None:
        result["locations"] = [_sarif_location(one.span, "", relative_to)]
    others = [label for label in one.labels if not label.primary]
    if others:
        result["relatedLocations"] = [_sarif_location(label.span, label.text, relative_to) for label in others]
    if one.fixes:
        result["fixes"] = [_sarif_fix(fix, relative_to) for fix in one.fixes]
    return result


def _sarif_location(span: Span, text: str, relative_to: str | None) -> Json:
    location: Json = {
        "physicalLocation": {"artifactLocation": _sarif_artifact(span, relative_to), "region": _sarif_region(span)}
    }
    if text:
        location["message"] = {"text": text}
    return location


def _sarif_artifact(span: Span, relative_to: str | None) -> Json:
    from urllib.parse import quote

    path = Path(display_path(span.file.path, relative_to))
    return {"uri": path.as_uri() if path.is_absolute() else quote(path.as_posix())}


def _sarif_region(span: Span) -> Json:
    begin, finish = span.begin, span.finish
    return {
        "startLine": begin.line + 1,
        "startColumn": begin.column + 1,
        "endLine": finish.line + 1,
        "endColumn": finish.column + 1,
    }


def _sarif_fix(fix: Fix, relative_to: str | None) -> Json:
    changes: dict[str, Json] = {}
    for edit in fix.edits:
        artifact = _sarif_artifact(edit.span, relative_to)
        change = changes.setdefault(str(artifact["uri"]), {"artifactLocation": artifact, "replacements": []})
        replacements = change["replacements"]
        assert isinstance(replacements, list)
        replacements.append({"deletedRegion": _sarif_region(edit.span), "insertedContent": {"text": edit.text}})
    return {"description": {"text": fix.title}, "artifactChanges": list(changes.values())}
