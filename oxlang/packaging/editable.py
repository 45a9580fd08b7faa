"""Follows editable installs of a virtual environment to the files they stand for.

Three forms are in use: a `.pth` file whose lines are folders, a finder module of setuptools with a dictionary `MAPPING` from
top-level names to folders, and one of the project `editables` (hatchling, pdm) with calls `map_module(name, file)` (PEP 660
leaves the form to the tool).
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from oxlang.graph.nodes import Artifact, Part, Source
from oxlang.packaging.scan import EXCLUDED

if TYPE_CHECKING:
    from oxlang.source import Span

MACHINERY = ("__editable__*", "_editable_impl_*")
"""What editable installs leave in `site-packages`, which means nothing in a program."""
_OUTPUT = ("node_modules", "*.egg-info")
# Folders of a project that are not installed, when the project's own folder is on the path.
_BESIDE = frozenset({"tests", "test", "docs", "doc", "examples", "build", "dist", "benchmarks", "scripts", "tools"})


def editable_parts(site: Path, origin: Span | None = None) -> list[Part]:
    """Gives the packages that editable installs in a `site-packages` folder stand for, at the root of a tree."""
    parts: list[Part] = []
    for file in sorted(site.glob("*.pth")):
        for folder in _folders(file):
            parts += source_parts(folder, origin)
    for file in sorted(site.glob("__editable___*_finder.py")):
        for name, place in _mapping(file):
            parts.append(_part(Path(place), name, origin))
    for file in sorted(site.glob("_editable_impl_*.py")):
        for name, place in _mapped_modules(file):
            found = Path(place)
            parts.append(_part(found.parent if found.name == "__init__.py" else found, name, origin))
    return parts


def _folders(file: Path) -> Iterator[Path]:
    """Gives the folders outside of the environment that a `.pth` file names."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        line = line.strip()
        if not line or line.startswith(("#", "import ", "import\t")):
            continue
        folder = Path(os.path.normpath(file.parent / line))
        if folder.is_dir() and file.parent not in (folder, *folder.parents):
            yield folder


def source_parts(folder: Path, origin: Span | None) -> Iterator[Part]:
    """Gives the packages and modules of a source folder; other things in it are no part of the install."""
    is_project = any((folder / name).is_file() for name in ("pyproject.toml", "setup.py", "setup.cfg"))
    for entry in sorted(folder.iterdir()):
        if is_project and entry.name in _BESIDE:
            continue
        if entry.is_dir() and entry.name.isidentifier() and _is_package(entry, anywhere=not is_project):
            yield _part(entry, entry.name, origin)
        elif entry.suffix in (".py", ".so") and entry.name != "setup.py":
            yield Part(artifact=Artifact(Source(path=str(entry), description=entry.name, origin=origin)))


def _is_package(folder: Path, *, anywhere: bool) -> bool:
    """Whether a folder is a package; in a folder of sources also one of a namespace, which has no `__init__.py`."""
    if (folder / "__init__.py").is_file():
        return True
    return anywhere and any(True for _ in folder.rglob("*.py"))


def _mapped_modules(file: Path) -> Iterator[tuple[str, str]]:
    """Gives the calls `map_module(name, file)` of a module of `editables`, read without running it."""
    try:
        tree = ast.parse(file.read_text(encoding="utf-8", errors="replace"))
    except (OSError, SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "map_module":
            values = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if len(values) == 2:
                yield values[0], values[1]


def _part(place: Path, name: str, origin: Span | None) -> Part:
    path = name.replace(".", "/")
    if place.is_file() or not place.exists():
        file = place if place.is_file() else place.with_suffix(".py")
        folder = path.rpartition("/")[0]
        return Part(artifact=Artifact(Source(path=str(file), description=name, origin=origin)), prefix=folder)
    source = Source(path=str(place), exclude=(*EXCLUDED, *_OUTPUT), description=name, origin=origin)
    return Part(artifact=Artifact(source), prefix=path)


def _mapping(file: Path) -> Iterator[tuple[str, str]]:
    """Gives the rows of the dictionary `MAPPING` of a finder module, read without running it."""
    try:
        tree = ast.parse(file.read_text(encoding="utf-8", errors="replace"))
    except (OSError, SyntaxError, ValueError):
        return
    for node in tree.body:
        targets = (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target]
            if isinstance(node, ast.AnnAssign)
            else []
        )
        if any(isinstance(one, ast.Name) and one.id == "MAPPING" for one in targets):
            try:
                value = ast.literal_eval(node.value)  # type: ignore[attr-defined]  # both kinds of nodes have it
            except (ValueError, TypeError):
                return
            if isinstance(value, dict):
                yield from ((str(name), str(place)) for name, place in sorted(value.items()))
