"""Patterns of `glob`: `*`, `?`, `[…]` within a component, `**` for any number of folders. Only files match."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from oxlang.diagnostics.model import error

if TYPE_CHECKING:
    from oxlang.dialect.context import DialectContext

_MAGIC = re.compile(r"[*?\[]")


def matches(ctx: DialectContext, pattern: str) -> Iterator[str]:
    """Gives the files that match an absolute pattern, in sorted order of each folder."""
    plain = pattern.replace("\\", "/")
    parts = [one for one in plain.split("/") if one]
    fixed = 0
    while fixed < len(parts) - 1 and not _MAGIC.search(parts[fixed]):
        fixed += 1
    root = ("/" if plain.startswith("/") else "") + "/".join(parts[:fixed])
    yield from _below(ctx, root, [_component(one, pattern) for one in parts[fixed:]])


def _component(text: str, pattern: str) -> re.Pattern[str] | None:
    """Gives the expression of a component, None for `**`."""
    if text == "**":
        return None
    if "**" in text:
        raise error("OX0512", f"`**` stands for folders and fills a whole component, not so in `{pattern}`", argument="include")
    return re.compile("".join(_pieces(text, pattern)))


def _pieces(text: str, pattern: str) -> Iterator[str]:
    at = 0
    while at < len(text):
        one = text[at]
        if one == "*":
            yield "[^/]*"
        elif one == "?":
            yield "[^/]"
        elif one == "[":
            end = text.find("]", at + 3 if text[at + 1 : at + 2] == "!" else at + 2)
            if end < 0:
                raise error("OX0512", f"`[` is not closed in the pattern `{pattern}`", argument="include")
            inner = text[at + 1 : end]
            negated = inner.startswith("!")
            inner = inner[1:] if negated else inner
            escaped = inner.replace("\\", "\\\\").replace("]", "\\]").replace("^", "\\^").replace("[", "\\[")
            yield f"[{'^' if negated else ''}{escaped}]"
            at = end
        else:
            yield re.escape(one)
        at += 1


def _below(ctx: DialectContext, folder: str, parts: list[re.Pattern[str] | None]) -> Iterator[str]:
    """Gives the matches below a folder; equal paths may come twice when `**` is repeated."""
    try:
        entries = sorted(os.scandir(ctx.note(folder or "/")), key=lambda one: one.name)
    except OSError:
        return
    first, rest = parts[0], parts[1:]
    if first is None:
        if rest:
            yield from _below(ctx, folder, rest)
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _below(ctx, os.path.join(folder, entry.name), parts)
        return
    for entry in entries:
        if not first.fullmatch(entry.name):
            continue
        path = os.path.join(folder, entry.name)
        if rest:
            if entry.is_dir():
                yield from _below(ctx, path, rest)
        elif entry.is_file():
            yield path
