"""The reference pages under `docs/reference`: one per type, one for the global names, an index; made from declarations.

`python -m oxlang.docgen.pages --write` makes them, `--check` says which are not current.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from oxlang.declare.environment import Environment
from oxlang.docgen import markdown

HEADER = "<!-- Made by `python -m oxlang.docgen.pages --write` from the declarations; do not edit. -->"
_LANGUAGE = "language"


def reference_environment() -> Environment:
    """Gives the names that the reference describes: those of the language and of the dialect."""
    from oxlang.check.language import language_environment
    from oxlang.dialect.environment import environment

    return language_environment() | environment()


def pages(environment: Environment) -> dict[str, str]:
    """Gives every page by file name."""
    found = {"index.md": _index(environment), "globals.md": _globals(environment)}
    for name, kind in environment.types.items():
        found[file_name(name)] = f"{HEADER}\n\n{markdown.type_page(kind, environment)}\n"
    return found


def file_name(type_name: str) -> str:
    """Gives the file of a type's page; names that differ only in case get different files on every system."""
    return f"{type_name}.md" if type_name[:1].isupper() else f"type-{type_name}.md"


def _index(environment: Environment) -> str:
    lines = [HEADER, "", "# Reference", "", "What a `pyoxidizer.bzl` can use. `oxl docs NAME` shows the same texts. The commands: [commands.md](commands.md).", ""]
    dialect = sorted(name for name, kind in environment.types.items() if kind.origin != _LANGUAGE)
    language = sorted(name for name, kind in environment.types.items() if kind.origin == _LANGUAGE)
    lines += _table(
        "Functions",
        [
            (f"[`{name}`](globals.md#{name.lower()})", one.doc)
            for name, one in sorted(environment.functions.items())
            if name not in environment.types
        ],
    )
    lines += _table(
        "Constants",
        [(f"[`{name}`](globals.md#{name.lower()})", one.doc) for name, one in sorted(environment.constants.items())],
    )
    for title, names in (("Types", dialect), ("Types of the language", language)):
        lines += _table(title, [(f"[`{one}`]({file_name(one)})", environment.types[one].doc) for one in names])
    return "\n".join(lines).rstrip() + "\n"


def _table(title: str, rows: Sequence[tuple[str, str]]) -> list[str]:
    if not rows:
        return []
    lines = [f"## {title}", "", "| name | what it is |", "|---|---|"]
    lines += ["| {} | {} |".format(name, doc.replace("|", "\\|")) for name, doc in rows]
    return [*lines, ""]


def _globals(environment: Environment) -> str:
    parts = [HEADER, "# Global names"]
    for name, function in sorted(environment.functions.items()):
        if name in environment.types:
            continue
        parts.append(markdown.member(function, environment, 2))
    for _, constant in sorted(environment.constants.items()):
        parts.append(markdown.member(constant, environment, 2))
    return "\n\n".join(parts) + "\n"


_OTHERS = frozenset({"commands.md"})
"""Pages of the folder that are made elsewhere."""


def stale(folder: Path, wanted: Mapping[str, str]) -> list[str]:
    """Gives the names of pages that are missing, different or no longer made."""
    present = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md") if path.name not in _OTHERS}
    return sorted(name for name in {*wanted, *present} if wanted.get(name) != present.get(name))


def write(folder: Path, wanted: Mapping[str, str]) -> list[str]:
    """Brings the pages of a folder up to date; gives the names of those that changed."""
    changed = stale(folder, wanted)
    folder.mkdir(parents=True, exist_ok=True)
    for name in changed:
        path = folder / name
        if name in wanted:
            path.write_text(wanted[name], encoding="utf-8", newline="\n")
        else:
            path.unlink()
    return changed


def main(arguments: Sequence[str]) -> int:
    """Writes or checks the pages of the checkout; gives the exit status."""
    from oxlang.bundled import bundled_path

    folder = bundled_path("docs", "reference")
    wanted = pages(reference_environment())
    if "--check" in arguments:
        for name in stale(folder, wanted):
            print(f"not current: docs/reference/{name}")
        return 1 if stale(folder, wanted) else 0
    for name in write(folder, wanted):
        print(f"written: docs/reference/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
