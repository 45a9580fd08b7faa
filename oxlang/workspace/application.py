"""Programs without a config: from a script or a project folder to the config that would describe it.

A script brings what it imports from its own folder, and the requirements that its inline metadata names
(https://packaging.python.org/en/latest/specifications/inline-script-metadata/). A folder is a project with
`pyproject.toml` (or an older description, see `project.py`), a package with `__main__.py`, or a `main.py`; beside the last
two `requirements.txt` is honoured. The config is evaluated from memory; `--save-config` writes it.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from oxlang.diagnostics.model import error
from oxlang.records import dataclass
from oxlang.workspace.config import CONFIG_NAME, cache_dir
from oxlang.workspace.project import Project, read_project, read_toml

_INLINE = re.compile(r"(?m)^# /// script\s*$\n((?:^#(?: .*)?$\n)*?)^# ///\s*$")
_SOURCE_FOLDERS = ("src", "")
_MAIN_FILES = ("__main__.py", "main.py", "app.py")
_DESCRIPTIONS = ("pyproject.toml", "setup.cfg", "setup.py")
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
        extras: extras of the project that its script needs, such as `cli,fast`.
        gui: whether it opens windows instead of writing to a terminal.
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
    extras: str = ""
    gui: bool = False
    requirements: tuple[str, ...] = ()
    requirement_files: tuple[str, ...] = ()
    python_version: str = ""


def find_application(path: Path, *, script: str | None = None) -> Application:
    """Recognises a script or a project folder. Raises OX0954 when there is nothing to run.

    Args:
        path: the script or folder.
        script: which script of a project is the program, when it has several.
    """
    place = Path(os.path.abspath(path))
    if place.is_dir():
        return _folder(place, script)
    if place.suffix not in (".py", ".pyw"):
        raise _not_recognised(place, "it is no Python file")
    import tokenize

    try:
        # In the encoding that the script declares.
        with tokenize.open(place) as file:
            text = file.read()
    except FileNotFoundError:
        raise error("OX0954", f"the script `{place}` does not exist") from None
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise error("OX0954", f"the script `{place}` cannot be read: {reason}") from None
    except (UnicodeDecodeError, SyntaxError):
        reason = "it is neither UTF-8 nor in an encoding that it declares"
        raise error("OX0954", f"the script `{place}` cannot be read: {reason}", help="store it as UTF-8") from None
    return _script(place, text)


def holds_program(path: Path | str) -> bool:
    """Whether a path is a script, or a folder that is a project or can be run."""
    place = Path(path)
    if os.path.isfile(place):
        return place.suffix in (".py", ".pyw")
    # Of a folder that may not be entered, these say no.
    return any(os.path.isfile(place / name) for name in (*_DESCRIPTIONS, *_MAIN_FILES)) or bool(_runnable_packages(place))


def scripts_of(path: Path) -> list[str]:
    """Gives the names of a project's scripts, sorted; none when it is no project."""
    project = read_project(path) if path.is_dir() else None
    return [] if project is None else sorted(project.scripts)


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
    if application.gui:
        lines.append('    exe.windows_subsystem = "windows"')
    wanted = [_text(one) for one in application.requirements]
    for file in application.requirement_files:
        wanted += ['"-r"', f"CWD + {_text('/' + file)}"]
    if application.project:
        wanted.append(f'CWD + {_text(f"[{application.extras}]")}' if application.extras else "CWD")
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
    if re.fullmatch(r"[\w-]+", place.stem) is None:
        raise _not_recognised(place, "its name is no name of a module", "rename it: letters, digits, `_` and `-` only")
    metadata = _inline_metadata(text)
    wanted = metadata.get("dependencies", [])
    if not isinstance(wanted, list) or not all(isinstance(one, str) for one in wanted):
        raise error("OX0954", "`dependencies` in the inline metadata of the script is no list of texts")
    return Application(
        name=place.stem,
        folder=place.parent,
        module=place.stem,
        packages=(place.stem, *_local_imports(place, text)),
        requirements=tuple(wanted),
        python_version=_other_python(metadata.get("requires-python")),
    )


def _inline_metadata(text: str) -> Mapping[str, Any]:
    """Gives the inline metadata of a script; a script without any has none. Raises OX0954 when it cannot be read."""
    blocks = list(_INLINE.finditer(text))
    if not blocks:
        return {}
    if len(blocks) > 1:
        raise error("OX0954", "the script has two blocks `# /// script`", help="there can be one; put them together")
    lines = [line[2:] if line.startswith("# ") else line[1:] for line in blocks[0][1].splitlines()]
    # Lines are counted from the beginning of the script.
    before = text.count("\n", 0, blocks[0].start(1))
    return read_toml("\n" * before + "\n".join(lines), "the inline metadata of the script")


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


def _folder(folder: Path, script: str | None) -> Application:
    if any((folder / name).is_file() for name in _DESCRIPTIONS):
        project = read_project(folder)
        if project is not None:
            return _project(folder, project, script)
        if (folder / "pyproject.toml").is_file() and not _has_something_to_run(folder):
            raise _not_recognised(folder, "its `pyproject.toml` has no table `project` with a `name`")
    return _runnable(folder, folder.name, requirement_files=_requirement_files(folder))


def _requirement_files(folder: Path) -> tuple[str, ...]:
    return tuple(name for name in ("requirements.txt",) if (folder / name).is_file())


def _has_something_to_run(folder: Path) -> bool:
    return _main_file(folder) is not None or bool(_runnable_packages(folder))


def _main_file(folder: Path) -> Path | None:
    return next((folder / name for name in _MAIN_FILES if (folder / name).is_file()), None)


def _runnable(
    folder: Path,
    name: str,
    *,
    requirements: tuple[str, ...] = (),
    requirement_files: tuple[str, ...] = (),
    python_version: str = "",
) -> Application:
    """Gives the program of a folder that is not installed: its package with `__main__.py`, or its `main.py`."""
    candidates = _runnable_packages(folder)
    main = _main_file(folder)
    if len(candidates) == 1:
        root, module = candidates[0]
        packages = (module, *_packages_beside(folder / root, module))
    elif main is not None:
        root, module = "", main.stem
        packages = (module, *_local_imports(main, main.read_text("utf-8", "replace")))
    else:
        found = ", ".join(f"`{one}`" for _, one in candidates)
        reason = f"there are several packages with `__main__.py`: {found}" if found else "nothing in it can be run"
        raise _not_recognised(folder, reason, "name a script, or make a config with `oxl init-config-file`")
    return Application(
        name=name,
        folder=folder,
        module=module,
        root=root or ".",
        packages=packages,
        requirements=requirements,
        requirement_files=requirement_files,
        python_version=python_version,
    )


def _runnable_packages(folder: Path) -> list[tuple[str, str]]:
    for root in _SOURCE_FOLDERS:
        base = folder / root
        if not os.path.isdir(base) or not os.access(base, os.R_OK | os.X_OK):
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


def _project(folder: Path, project: Project, script: str | None) -> Application:
    python = _other_python(project.requires_python)
    chosen = _chosen(folder, project, script)
    if chosen:
        entry, _, extras = project.scripts[chosen].partition("[")
        module, _, function = (part.strip() for part in entry.partition(":"))
        head = function.split(".")[0]
        return Application(
            name=chosen,
            folder=folder,
            command=f"import sys; from {module} import {head}; sys.exit({function}())" if function else f"import {module}",
            project=True,
            extras=extras.partition("]")[0].strip(),
            gui=chosen in project.gui,
            python_version=python,
        )
    runnable = _runnable_packages(folder)
    if len(runnable) == 1:
        return Application(name=project.name, folder=folder, module=runnable[0][1], project=True, python_version=python)
    if not _has_something_to_run(folder):
        raise _not_recognised(folder, "the project has neither a script nor a package with `__main__.py` nor a `main.py`")
    files = () if project.dependencies else _requirement_files(folder)
    return _runnable(
        folder, project.name, requirements=project.dependencies, requirement_files=files, python_version=python
    )


def _chosen(folder: Path, project: Project, script: str | None) -> str:
    """Gives the script that is the program; nothing when the project has none. Raises OX0954 when it is not known which."""
    scripts = sorted(project.scripts)
    if script is not None and script not in scripts:
        known = f"it has {', '.join(f'`{one}`' for one in scripts)}" if scripts else "it has none"
        raise error("OX0954", f"the project `{project.name}` has no script `{script}`", help=known)
    chosen = script or (project.name if project.name in scripts else scripts[0] if len(scripts) == 1 else "")
    if not chosen and scripts:
        found = ", ".join(f"`{one}`" for one in scripts)
        raise _not_recognised(
            folder, f"the project has several scripts: {found}", f"choose one: `oxl new --script {scripts[0]} {_shown(folder)}`"
        )
    return chosen


def _shown(folder: Path) -> str:
    from shlex import quote

    return quote(os.path.relpath(folder))


def _text(value: str) -> str:
    """Gives a text as a Starlark string."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'


def _not_recognised(
    place: Path, reason: str, advice: str = "make a config with `oxl init-config-file`"
) -> Exception:
    return error("OX0954", f"`{place}` cannot be built without a config: {reason}", help=advice)
