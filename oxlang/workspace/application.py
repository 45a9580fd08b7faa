"""Programs without a config: from a script or a project folder to the config that would describe it.

A script brings what it imports from its own folder, and the requirements that its inline metadata names
(https://packaging.python.org/en/latest/specifications/inline-script-metadata/). A folder is a project with
`pyproject.toml`, or a package with `__main__.py`, beside which `requirements.txt` is honoured. The config is evaluated
from memory; `--save-config` writes it.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from oxlang.diagnostics.model import error
from oxlang.records import dataclass
from oxlang.workspace.config import CONFIG_NAME, cache_dir

_INLINE = re.compile(r"(?m)^# /// script\s*$\n((?:^#(?: .*)?$\n)*?)^# ///\s*$")
_SOURCE_FOLDERS = ("src", "")
_SKIPPED = frozenset({"build", "dist", "tests", "test", "docs", "examples", "venv", "node_modules"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A program as it was found.

    Attributes:
        name: file name of the program.
        folder: folder that the config belongs in.
        module: module to run as `__main__`; empty when `command` is given.
        command: Python code to run instead.
        root: folder of the own packages, relative to `folder`; `.` is the folder itself.
        packages: own modules and packages below the root.
        project: whether the folder is installed as a project, with what it depends on.
        requirements: what else is installed.
        requirement_files: files with requirements, relative to `folder`.
        python_version: such as `3.12`, when the Python that runs oxl is not one that the program accepts.
    """

    name: str
    folder: Path
    module: str = ""
    command: str = ""
    root: str = "."
    packages: tuple[str, ...] = ()
    project: bool = False
    requirements: tuple[str, ...] = ()
    requirement_files: tuple[str, ...] = ()
    python_version: str = ""


def find_application(path: Path) -> Application:
    """Recognises a script or a project folder. Raises OX0954 when there is nothing to run."""
    place = Path(os.path.abspath(path))
    if place.is_dir():
        return _folder(place)
    if place.suffix not in (".py", ".pyw"):
        raise _not_recognised(place, "it is no Python file")
    try:
        text = place.read_text("utf-8-sig")
    except FileNotFoundError as problem:
        raise error("OX0954", f"the script `{place}` does not exist") from problem
    except (OSError, UnicodeDecodeError) as problem:
        raise error("OX0954", f"the script `{place}` cannot be read") from problem
    return _script(place, text)


def holds_program(path: Path | str) -> bool:
    """Whether a path is a script, or a folder that is a project or can be run."""
    place = Path(path)
    if place.is_file():
        return place.suffix in (".py", ".pyw")
    names = ("pyproject.toml", "setup.py", "setup.cfg", "__main__.py")
    return any((place / name).is_file() for name in names) or bool(_runnable_packages(place))


def config_of(application: Application) -> str:
    """Gives the text of the config for a program."""
    version = f"python_version = {_text(application.python_version)}" if application.python_version else ""
    lines = [
        "# Describes a program for oxl. `oxl docs NAME` explains every name; `oxl init-config-file` shows all settings.",
        "",
        "def make_exe():",
        f"    dist = default_python_distribution({version})",
        "",
        "    policy = dist.make_python_packaging_policy()",
        '    policy.resources_location_fallback = "filesystem-relative:lib"',
        "    policy.include_distribution_resources = True",
        "",
        "    config = dist.make_python_interpreter_config()",
        f"    config.run_module = {_text(application.module)}"
        if application.module
        else f"    config.run_command = {_text(application.command)}",
        "",
        "    exe = dist.to_python_executable(",
        f"        name = {_text(application.name)},",
        "        packaging_policy = policy,",
        "        config = config,",
        "    )",
    ]
    wanted = [_text(one) for one in application.requirements]
    for file in application.requirement_files:
        wanted += ['"-r"', f"CWD + {_text('/' + file)}"]
    if application.project:
        wanted.append("CWD")
    if wanted:
        lines.append(f"    exe.add_python_resources(exe.pip_install([{', '.join(wanted)}]))")
    if application.packages:
        root = "CWD" if application.root == "." else f"CWD + {_text('/' + application.root)}"
        names = ", ".join(_text(one) for one in application.packages)
        lines.append(
            f"    exe.add_python_resources(exe.read_package_root(path = {root}, packages = [{names}]))"
        )
    lines += [
        "    return exe",
        "",
        "def make_embedded_resources(exe):",
        "    return exe.to_embedded_resources()",
        "",
        "def make_install(exe):",
        "    files = FileManifest()",
        '    files.add_python_resource(".", exe)',
        "    return files",
        "",
        'register_target("exe", make_exe)',
        'register_target("resources", make_embedded_resources, depends = ["exe"], default_build_script = True)',
        'register_target("install", make_install, depends = ["exe"], default = True)',
        "",
        "resolve_targets()",
        "",
    ]
    return "\n".join(lines)


def save_config(application: Application, *, force: bool = False) -> Path:
    """Writes the config of a program into its folder. Raises OX0955 when one is there or cannot be written."""
    place = application.folder / CONFIG_NAME
    if place.exists() and not force:
        raise error(
            "OX0955", f"`{place}` already exists", help="remove it first, or build without `--save-config`"
        )
    aside = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        aside.write_text(config_of(application), "utf-8")
        os.replace(aside, place)
    except OSError as problem:
        aside.unlink(missing_ok=True)
        raise error(
            "OX0955", f"`{place}` cannot be written: {(problem.strerror or str(problem)).lower()}"
        ) from problem
    return place


def _script(place: Path, text: str) -> Application:
    if not place.stem.isidentifier():
        raise _not_recognised(
            place, "its name is no name of a module", "rename it: letters, digits and `_` only"
        )
    metadata = _inline_metadata(text)
    wanted = metadata.get("dependencies", [])
    return Application(
        name=place.stem,
        folder=place.parent,
        module=place.stem,
        packages=(place.stem, *_local_imports(place, text)),
        requirements=tuple(one for one in wanted if isinstance(one, str)) if isinstance(wanted, list) else (),
        python_version=_other_python(metadata.get("requires-python")),
    )


def _inline_metadata(text: str) -> Mapping[str, Any]:
    """Gives the inline metadata of a script; a script without any has none."""
    match = _INLINE.search(text)
    if match is None:
        return {}
    lines = [line[2:] if line.startswith("# ") else line[1:] for line in match[1].splitlines()]
    return _toml("\n".join(lines), "the inline metadata of the script")


def _other_python(wanted: object) -> str:
    """Gives a version that a specifier accepts when it refuses the running Python; nothing when none is promised.

    It is the newest one of this machine; when none of them is accepted, the next after the running one, else before.
    """
    if not isinstance(wanted, str):
        return ""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    from oxlang.packaging.local import PROMISED, find_all

    try:
        accepted = SpecifierSet(wanted)
    except InvalidSpecifier:
        raise error("OX0954", f"`requires-python` is no specifier of versions: `{wanted}`") from None
    if ".".join(str(part) for part in sys.version_info[:3]) in accepted:
        return ""
    usable = [facts for _, facts in find_all(os.environ, cache_dir=cache_dir(os.environ)) if not facts.free_threaded]
    fitting = [facts for facts in usable if facts.version_info >= PROMISED and facts.version in accepted]
    if fitting:
        return max(fitting, key=lambda facts: facts.version_info).major_minor
    major, running = sys.version_info[:2]
    minors = [*range(running, 100), *range(running - 1, PROMISED[1] - 1, -1)]
    # A patch version that real releases have, so that `>=3.12.1` accepts 3.12.
    texts = (f"{major}.{minor}" for minor in minors)
    return next((one for one in texts if f"{one}.99" in accepted or f"{one}.0" in accepted), "")


def _local_imports(script: Path, text: str) -> tuple[str, ...]:
    """Gives the top-level modules of the script's folder that it imports, directly or through others."""
    folder = script.parent
    found: dict[str, None] = {}
    waiting = [(script, text)]
    while waiting:
        path, source = waiting.pop()
        for name in _imported(source, path):
            if name in found or name == script.stem:
                continue
            files = _files_of(folder, name)
            if files:
                found[name] = None
                waiting += [(one, one.read_text("utf-8", "replace")) for one in files]
    return tuple(sorted(found))


def _files_of(folder: Path, name: str) -> list[Path]:
    if (folder / f"{name}.py").is_file():
        return [folder / f"{name}.py"]
    package = folder / name
    if not package.is_dir():
        return []
    return [one for one in sorted(package.rglob("*.py")) if "__pycache__" not in one.parts]


def _imported(source: str, path: Path) -> Iterator[str]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return  # The build says what is wrong with it.
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.split(".")[0]


def _folder(folder: Path) -> Application:
    pyproject = folder / "pyproject.toml"
    if pyproject.is_file():
        return _project(folder, _toml(pyproject.read_text("utf-8"), f"`{pyproject}`"))
    candidates = _runnable_packages(folder)
    files = tuple(name for name in ("requirements.txt",) if (folder / name).is_file())
    name = folder.name
    if (folder / "__main__.py").is_file() and not candidates:
        others = _local_imports(
            folder / "__main__.py", (folder / "__main__.py").read_text("utf-8", "replace")
        )
        return Application(
            name=name,
            folder=folder,
            module="__main__",
            packages=("__main__", *others),
            requirement_files=files,
        )
    if len(candidates) != 1:
        found = ", ".join(f"`{one}`" for _, one in candidates)
        reason = (
            f"there are several packages with `__main__.py`: {found}" if found else "nothing in it can be run"
        )
        raise _not_recognised(folder, reason, "name a script, or make a config with `oxl init-config-file`")
    root, package = candidates[0]
    return Application(
        name=name,
        folder=folder,
        module=package,
        root=root or ".",
        packages=(package, *_packages_beside(folder / root, package)),
        requirement_files=files,
    )


def _runnable_packages(folder: Path) -> list[tuple[str, str]]:
    for root in _SOURCE_FOLDERS:
        base = folder / root
        if not base.is_dir():
            continue
        found = [
            (root, one.parent.name)
            for one in sorted(base.glob("*/__main__.py"))
            if one.parent.name.isidentifier() and one.parent.name not in _SKIPPED
        ]
        if found:
            return found
    return []


def _packages_beside(root: Path, package: str) -> tuple[str, ...]:
    """Gives further modules and packages of the folder that the package imports."""
    sources = "\n".join(one.read_text("utf-8", "replace") for one in _files_of(root, package))
    return _local_imports(root / f"{package}.py", sources)


def _project(folder: Path, pyproject: Mapping[str, Any]) -> Application:
    project = pyproject.get("project")
    if not isinstance(project, dict) or not isinstance(project.get("name"), str):
        raise _not_recognised(folder, "its `pyproject.toml` has no table `project` with a `name`")
    name: str = project["name"]
    scripts = project.get("scripts") or project.get("gui-scripts") or {}
    python = _other_python(project.get("requires-python"))
    chosen = name if name in scripts else next(iter(sorted(scripts)), "") if len(scripts) == 1 else ""
    if chosen:
        module, _, function = str(scripts[chosen]).partition("[")[0].strip().partition(":")
        head = function.split(".")[0]
        command = (
            f"import sys; from {module} import {head}; sys.exit({function}())"
            if function
            else f"import {module}"
        )
        return Application(name=chosen, folder=folder, command=command, project=True, python_version=python)
    if len(scripts) > 1:
        raise _not_recognised(
            folder,
            f"the project has several scripts: {', '.join(f'`{one}`' for one in sorted(scripts))}",
            "make a config with `oxl init-config-file` and choose one",
        )
    runnable = _runnable_packages(folder)
    if len(runnable) == 1:
        module = runnable[0][1]
        return Application(name=name, folder=folder, module=module, project=True, python_version=python)
    raise _not_recognised(folder, "the project has neither a script nor a package with `__main__.py`")


def _toml(text: str, what: str) -> Mapping[str, Any]:
    try:
        toml: Any = import_module("tomllib")
    except ImportError:  # Before Python 3.11.
        toml = import_module("tomli")
    try:
        found: dict[str, Any] = toml.loads(text)
    except toml.TOMLDecodeError as problem:
        raise error("OX0954", f"{what} cannot be read: {problem}") from None
    return found


def _text(value: str) -> str:
    """Gives a text as a Starlark string."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'


def _not_recognised(
    place: Path, reason: str, advice: str = "make a config with `oxl init-config-file`"
) -> Exception:
    return error("OX0954", f"`{place}` cannot be built without a config: {reason}", help=advice)
