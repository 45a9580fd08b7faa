"""Findings about `load`: names that the file does not have. Files that are not there are found by lint, which reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from oxlang.diagnostics.model import Diagnostic, Edit, Fix, diagnostic
from oxlang.diagnostics.spelling import did_you_mean, nearest
from oxlang.source import Span
from oxlang.syntax import ast

if TYPE_CHECKING:
    from oxlang.check.model import Checked


def load_findings(checked: Checked) -> Iterator[Diagnostic]:
    """Gives the loaded names that the loaded files do not have."""
    for load in checked.program.loads:
        module = checked.modules.get(str(load.module.value))
        if module is None or any(isinstance(one, ast.ErrorStatement) for one in module.nodes):
            continue
        exported = set(module.program.exported)
        for item in load.items:
            if item.imported and item.imported not in exported:
                yield _not_there(checked.program.file, load, item, exported)


def _not_there(file: ast.File, load: ast.Load, item: ast.LoadItem, exported: set[str]) -> Diagnostic:
    span = Span(file.source, item.imported_start, item.imported_end)
    near = nearest(item.imported, exported)
    quote = file.source.text[span.start : span.start + 1]
    fixes = () if near is None else (Fix(f"change it to `{near}`", (Edit(span, f"{quote}{near}{quote}"),), safe=False),)
    return diagnostic(
        "OX0211", f"`{load.module.value!s}` has no `{item.imported}`", span=span, fixes=fixes,
        help=did_you_mean(item.imported, exported) or _known(exported),
    )


def _known(exported: set[str]) -> str:
    shown = [f"`{one}`" for one in sorted(exported)]
    if not shown:
        return "it has nothing that can be loaded; names with a leading `_` are private"
    return f"it has {', '.join(shown[:12])}{' …' if len(shown) > 12 else ''}"
