"""What a project folder says of itself, whichever tool it is made for: its name, its scripts, the Python it wants.

Read without running anything: `pyproject.toml` (the standard table, and those of Poetry before 2 and Flit before 3),
`setup.cfg`, and the literal arguments of `setup()` in `setup.py`. What is computed stays unknown.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from oxlang.diagnostics.model import error
from oxlang.records import dataclass, field

_CARET = re.compile(r"\^\s*(\d+)(?:\.(\d+))?[.\d]*")
_TILDE = re.compile(r"~\s*(\d+)(?:\.(\d+))?[.\d]*")
_POETRY, _FLIT = ("tool", "poetry"), ("tool", "flit", "metadata")


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project as its files describe it.

    Attributes:
        name: its name.
        scripts: entry points by the name of the program, such as `{"tool": "tool.cli:main [fast]"}`.
        gui: names of those that open windows instead of writing to a terminal.
        requires_python: specifier of the Pythons that it accepts; empty when it says nothing.
        dependencies: its requirements, as far as the standard table names them.
    """

    name: str
    scripts: Mapping[str, str] = field(default_factory=dict)
    gui: frozenset[str] = frozenset()
    requires_python: str = ""
    dependencies: tuple[str, ...] = ()


def read_project(folder: Path) -> Project | None:
    """Reads the description of a project; None when there is none with a name. Raises OX0954 for what cannot be read."""
    pyproject: Mapping[str, Any] = {}
    path = folder / "pyproject.toml"
    if path.is_file():
        pyproject = read_toml(_text(path), f"`{path}`")
    older = _older(folder)
    for found in (_standard(pyproject, older), _poetry(pyproject), _flit(pyproject), older):
        if found is not None:
            return found
    return None


def read_toml(text: str, what: str) -> Mapping[str, Any]:
    """Parses TOML. Raises OX0954, which calls the text `what`."""
    try:
        toml: Any = import_module("tomllib")
    except ImportError:  # Before Python 3.11.
        toml = import_module("tomli")
    try:
        found: dict[str, Any] = toml.loads(text)
    except toml.TOMLDecodeError as problem:
        raise error("OX0954", f"{what} cannot be read: {problem}") from None
    return found


def _standard(pyproject: Mapping[str, Any], older: Project | None) -> Project | None:
    """Reads the table `project`; what it calls dynamic is looked for where setuptools has it."""
    table = _table(pyproject, "project")
    name = table.get("name")
    if not isinstance(name, str):
        return None
    dynamic = table.get("dynamic", [])
    scripts, gui = _texts(table.get("scripts")), _texts(table.get("gui-scripts"))
    if older is not None and ("scripts" in dynamic or "entry-points" in dynamic):
        scripts = {**older.scripts, **scripts}
    poetry = _table(pyproject, *_POETRY)
    wanted = table.get("requires-python")
    listed = table.get("dependencies", [])
    return Project(
        name=name,
        scripts={**scripts, **gui, **_texts(poetry.get("scripts"))},
        gui=frozenset(gui) - frozenset(scripts),
        requires_python=wanted if isinstance(wanted, str) else "",
        dependencies=tuple(one for one in listed if isinstance(one, str)) if isinstance(listed, list) else (),
    )


def _poetry(pyproject: Mapping[str, Any]) -> Project | None:
    table = _table(pyproject, *_POETRY)
    name = table.get("name")
    if not isinstance(name, str):
        return None
    wanted = _table(table, "dependencies").get("python")
    return Project(
        name=name, scripts=_texts(table.get("scripts")), requires_python=_specifier(wanted) if isinstance(wanted, str) else "",
    )


def _flit(pyproject: Mapping[str, Any]) -> Project | None:
    table = _table(pyproject, *_FLIT)
    name = table.get("dist-name", table.get("module"))
    if not isinstance(name, str):
        return None
    wanted = table.get("requires-python")
    return Project(
        name=name,
        scripts=_texts(_table(pyproject, "tool", "flit", "scripts")),
        requires_python=wanted if isinstance(wanted, str) else "",
    )


def _older(folder: Path) -> Project | None:
    """Reads `setup.cfg` and `setup.py`."""
    found = {}
    if (folder / "setup.cfg").is_file():
        found = _setup_cfg(_text(folder / "setup.cfg"))
    if (folder / "setup.py").is_file():
        told = _setup_py(_text(folder / "setup.py"))
        found = {**told, **{key: value for key, value in found.items() if value}}
        found.setdefault("name", folder.name)
    name = found.get("name")
    if not isinstance(name, str):
        return None
    groups = found.get("entry_points", {})
    console, gui = _entries(groups.get("console_scripts")), _entries(groups.get("gui_scripts"))
    return Project(
        name=name,
        scripts={**console, **gui},
        gui=frozenset(gui) - frozenset(console),
        requires_python=found.get("python_requires", ""),
    )


def _setup_cfg(text: str) -> dict[str, Any]:
    from configparser import ConfigParser, Error

    parser = ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except Error:
        return {}
    groups = dict(parser["options.entry_points"]) if parser.has_section("options.entry_points") else {}
    return {
        "name": parser.get("metadata", "name", fallback=None),
        "python_requires": parser.get("options", "python_requires", fallback=""),
        "entry_points": groups,
    }


def _setup_py(text: str) -> dict[str, Any]:
    """Gives the arguments of `setup()` that are literals."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return {}
    found: dict[str, Any] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or ast.unparse(node.func).rpartition(".")[2] != "setup":
            continue
        for keyword in node.keywords:
            if keyword.arg in ("name", "python_requires", "entry_points"):
                try:
                    found[keyword.arg] = ast.literal_eval(keyword.value)
                except ValueError:
                    continue
    return {
        key: value for key, value in found.items() if isinstance(value, dict if key == "entry_points" else str)
    }


def _entries(value: object) -> dict[str, str]:
    """Reads entry points: lines, or a list, of `name = module:function`."""
    lines = value.splitlines() if isinstance(value, str) else value if isinstance(value, list) else ()
    pairs = (line.partition("=") for line in lines if isinstance(line, str))
    return {name.strip(): entry.strip() for name, equals, entry in pairs if equals}


def _specifier(text: str) -> str:
    """Gives the specifier that means what Poetry's does, which has `^3.10` and `~3.10`, too."""

    def parts(alternative: str) -> Iterator[str]:
        for one in alternative.split(","):
            version = one.strip()
            if match := _CARET.fullmatch(version):
                yield f">={version[1:].strip()},<{int(match[1]) + 1}"
            elif match := _TILDE.fullmatch(version):
                yield f">={version[1:].strip()}," + (f"<{match[1]}.{int(match[2]) + 1}" if match[2] else f"<{int(match[1]) + 1}")
            elif version and version != "*":
                yield version if version[0] in "<>=!~" else f"=={version}"

    # Of alternatives, such as `~2.7 || ^3.8`, the last one is the newest.
    return ",".join(parts(text.rpartition("||")[2]))


def _table(tables: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    for name in names:
        found = tables.get(name)
        if not isinstance(found, dict):
            return {}
        tables = found
    return tables


def _texts(value: object) -> dict[str, str]:
    """Gives the entries of a table that are texts; Poetry writes some as tables with a `reference`."""
    if not isinstance(value, dict):
        return {}
    found = {name: one.get("reference") if isinstance(one, dict) else one for name, one in value.items()}
    return {name: one for name, one in found.items() if isinstance(one, str)}


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise error("OX0954", f"`{path}` cannot be read: {reason}") from problem
    except UnicodeDecodeError as problem:
        raise error("OX0954", f"`{path}` is not UTF-8", help="store it as UTF-8") from problem
