"""Lock files: which one belongs to a project, and which files of this machine it names.

Two forms are read: `uv.lock`, and `pylock.toml` (PEP 751). Both may name folders and archives by paths relative to
themselves. What they name is given to the sandbox in the same places relative to each other, so that the text of a lock
need not be changed; only editable installs become plain ones, since a program cannot point at a source folder.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oxlang.diagnostics import error

if TYPE_CHECKING:
    from oxlang.source import Span

UV_LOCK, PYLOCK = "uv.lock", "pylock.toml"
_PYLOCK_NAME = re.compile(r"(^|/)pylock(\.[^/.]+)?\.toml$")
_EDITABLE = re.compile(r"(?m)((?:^|[{,])\s*editable\s*=\s*)true\b")
_OTHER_LOCKS = {
    "poetry.lock": "poetry export",
    "pdm.lock": "pdm export",
    "Pipfile.lock": "pipenv requirements",
}


class Lock:
    """A lock file of a project.

    Attributes:
        path: absolute path.
        folder: folder of the file; what it names counts from there.
        project: absolute path of the project's folder.
        name: normalised name of the project, empty when it has none.
        data: the parsed file.
        local: absolute paths of the folders and files that installing needs, the project apart, each with the
            normalised name of its package.
        has_project: the lock says how to install the project itself.
        is_virtual: the project is an application that is run where it lies, without a build backend.
    """

    __slots__ = ("data", "folder", "has_project", "is_virtual", "local", "name", "path", "project")

    def __init__(self, path: str, project: str, data: Mapping[str, Any], name: str) -> None:
        self.path = path
        self.folder = os.path.dirname(path)
        self.project = project
        self.name = name
        self.data = data
        self.local: dict[str, str] = {}
        self.has_project = False
        self.is_virtual = False

    @property
    def is_uv(self) -> bool:
        """Whether uv alone understands it."""
        return os.path.basename(self.path) == UV_LOCK


def is_pylock(path: str) -> bool:
    """Whether a file has a name of PEP 751: `pylock.toml` or `pylock.NAME.toml`."""
    return _PYLOCK_NAME.search(path) is not None


def normalised(name: str) -> str:
    """Gives a project's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_toml(path: str, origin: Span | None = None) -> dict[str, Any]:
    """Reads a TOML file. Raises OX0628 when it cannot be read or is not TOML."""
    toml: Any = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        with open(path, "rb") as stream:
            found: dict[str, Any] = toml.load(stream)
    except OSError as failure:
        raise error(
            "OX0628", f"`{path}` cannot be read: {failure.strerror or failure}", span=origin
        ) from None
    except ValueError as failure:
        raise error("OX0628", f"`{path}` is not TOML: {failure}", span=origin) from None
    return found


def find_lock(folder: str, origin: Span | None = None) -> Lock | None:
    """Gives the lock that decides about the dependencies of a project; None without one.

    A lock in the project's folder comes first; then that of the uv workspace which the project is a member of.

    Raises OX0628 when the lock cannot be used, or when it does not know a dependency of the project.
    """
    description = _description(folder, origin)
    name = normalised(str(description.get("project", {}).get("name", "")))
    for file in (UV_LOCK, PYLOCK):
        path = os.path.join(folder, file)
        if os.path.isfile(path):
            return (
                _uv_lock(path, folder, name, description, origin)
                if file == UV_LOCK
                else _pylock(path, folder, name, origin)
            )
    root = _workspace(folder, origin)
    if root:
        return _uv_lock(os.path.join(root, UV_LOCK), folder, name, description, origin)
    return None


def _description(folder: str, origin: Span | None) -> dict[str, Any]:
    path = os.path.join(folder, "pyproject.toml")
    return read_toml(path, origin) if os.path.isfile(path) else {}


def _workspace(folder: str, origin: Span | None) -> str:
    """Gives the folder above whose `pyproject.toml` has this project as member of its workspace, with a `uv.lock`."""
    below = folder
    while (above := os.path.dirname(below)) != below:
        if os.path.isfile(os.path.join(above, UV_LOCK)):
            found = _description(above, origin).get("tool", {}).get("uv", {}).get("workspace", {})
            relative = Path(os.path.relpath(folder, above)).as_posix()
            inside = any(_matches(relative, one) for one in found.get("members", ()))
            return (
                above
                if inside and not any(_matches(relative, one) for one in found.get("exclude", ()))
                else ""
            )
        below = above
    return ""


def _matches(path: str, pattern: str) -> bool:
    parts, wanted = path.split("/"), pattern.strip("/").removeprefix("./").split("/")
    if "**" in wanted:
        return fnmatch(path, pattern)
    return len(parts) == len(wanted) and all(
        fnmatch(one, other) for one, other in zip(parts, wanted, strict=True)
    )


def _uv_lock(path: str, folder: str, name: str, description: dict[str, Any], origin: Span | None) -> Lock:
    lock = Lock(path, folder, read_toml(path, origin), name)
    packages: dict[str, list[dict[str, Any]]] = {}
    for one in lock.data.get("package", ()):
        packages.setdefault(normalised(str(one.get("name", ""))), []).append(one)
    own = packages.get(name, [])
    if not own:
        raise error(
            "OX0628",
            f"`{UV_LOCK}` does not know the project `{name or os.path.basename(folder)}`",
            span=origin,
            help="run `uv lock` in the project",
            notes=(path,),
        )
    lock.is_virtual = "virtual" in own[0].get("source", {})
    _check_current(own[0], description, path, origin)
    wanted, seen = [name], {name}
    while wanted:
        for package in packages.get(wanted.pop(), ()):
            for next_one in _dependencies(package):
                if next_one not in seen:
                    seen.add(next_one)
                    wanted.append(next_one)
    for known in seen - {name}:
        for package in packages.get(known, ()):
            source = package.get("source", {})
            for kind in ("editable", "directory", "virtual", "path"):
                if kind in source:
                    _note(lock, source[kind], known, origin)
            registry = str(source.get("registry", ""))
            if registry and "://" not in registry:
                _note(lock, registry, known, origin)
    return lock


def _dependencies(package: Mapping[str, Any]) -> Iterator[str]:
    groups = [package.get("dependencies", ())]
    groups += package.get("optional-dependencies", {}).values()
    groups += package.get("dev-dependencies", {}).values()
    for rows in groups:
        for one in rows:
            yield normalised(str(one.get("name", "")))


def _check_current(
    own: Mapping[str, Any], description: Mapping[str, Any], path: str, origin: Span | None
) -> None:
    """Raises OX0628 when `pyproject.toml` names a dependency that the lock was made without."""
    locked = {
        normalised(str(one.get("name", ""))) for one in own.get("metadata", {}).get("requires-dist", ())
    }
    project = description.get("project", {})
    if "dependencies" in project.get("dynamic", ()):
        return
    for one in project.get("dependencies", ()):
        found = re.match(r"\s*([A-Za-z0-9][\w.-]*)", str(one))
        if found and normalised(found[1]) not in locked:
            raise error(
                "OX0628",
                f"`{UV_LOCK}` is older than `pyproject.toml`: it does not lock `{found[1]}`",
                span=origin,
                help="run `uv lock` in the project",
                notes=(path,),
            )


def _pylock(path: str, folder: str, name: str, origin: Span | None) -> Lock:
    lock = Lock(path, folder, read_toml(path, origin), name)
    for place, package in pylock_paths(lock.data):
        if os.path.normpath(os.path.join(lock.folder, place)) == os.path.normpath(folder):
            lock.has_project = True
        else:
            _note(lock, place, package, origin)
    return lock


def _note(lock: Lock, place: str, package: str, origin: Span | None) -> None:
    path = os.path.normpath(os.path.join(lock.folder, place.removeprefix("file://")))
    if not os.path.exists(path):
        raise missing_from_lock(lock.path, path, package, origin)
    if path != os.path.normpath(lock.project):
        lock.local[path] = package


def missing_from_lock(lock: str, path: str, package: str, origin: Span | None = None) -> Exception:
    """Makes OX0628 for a path that a lock names."""
    return error(
        "OX0628",
        f"`{os.path.basename(lock)}` takes `{package}` from `{path}`, which does not exist",
        span=origin,
        help="paths in a lock count from its own folder; lock the project again where it lies now",
    )


def pylock_paths(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Gives the paths that a `pylock.toml` names, each with the name of its package."""
    for package in data.get("packages", ()):
        name = normalised(str(package.get("name", "")))
        sources = [package.get(kind) for kind in ("directory", "archive", "vcs", "sdist")]
        for source in (*sources, *package.get("wheels", ())):
            if isinstance(source, Mapping) and "url" not in source and isinstance(source.get("path"), str):
                yield source["path"], name


def plain_installs(text: str) -> str:
    """Gives the text of a lock with editable installs made plain."""
    return _EDITABLE.sub(r"\1false", text)


def refuse_other_locks(path: str, origin: Span | None = None) -> None:
    """Raises OX0628 for files that look like requirements to nobody: locks of other tools, `pyproject.toml`."""
    name = os.path.basename(path)
    if name in (UV_LOCK, "pyproject.toml"):
        raise error(
            "OX0628", f"`{name}` is no file of requirements", span=origin,
            help=f'`exe.add_project("{os.path.dirname(path) or "."}")` installs a project'
            + (" as its lock says" if name == UV_LOCK else ""),
        )  # fmt: skip
    if name in _OTHER_LOCKS:
        raise error(
            "OX0628", f"`{name}` is no file of requirements", span=origin,
            help=f"write requirements with `{_OTHER_LOCKS[name]}`, or lock the project with `uv lock`",
        )  # fmt: skip


def common_folder(paths: Iterator[str] | list[str]) -> str:
    """Gives the deepest folder that holds all of the folders and files. Raises ValueError on different drives."""
    found = [one if os.path.isdir(one) else os.path.dirname(one) for one in paths]
    return os.path.commonpath(found)
