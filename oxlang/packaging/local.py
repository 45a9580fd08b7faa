"""Finding interpreters of this machine, and the distribution that a config gets by default from them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from oxlang.diagnostics import OxError, error
from oxlang.graph.platform import Platform
from oxlang.packaging.describe import describe, is_shim, probe, resolve_shim
from oxlang.packaging.distribution import Distribution

# Older ones that the runtime still starts are taken only when a config or variable names them.
PROMISED = (3, 10)

__all__ = ["describe", "find_all", "find_interpreter", "host_distribution", "local_distribution", "probe"]


def local_distribution(
    version: str | None, environment: Mapping[str, str], *, cache_dir: Path | None = None
) -> Distribution:
    """Finds an interpreter and describes it.

    Args:
        version: `3.12`, `3.14t` for the free-threaded build, or None for the default.
        environment: variables as recorded by `workspace.environment`.
        cache_dir: where facts are kept.

    Raises OX0601 when none fits, OX0602 when the interpreter cannot be used.
    """
    return describe(find_interpreter(version, environment, cache_dir=cache_dir), cache_dir=cache_dir)


def find_interpreter(
    version: str | None, environment: Mapping[str, str], *, cache_dir: Path | None = None
) -> Path:
    """Gives the interpreter to make a distribution from.

    Order: `OXL_PYTHON`, `PYO3_PYTHON`, the active virtual environment, the Python that runs oxl, `PATH`, pyenv's
    versions, uv's, the system's. An interpreter named by a variable must fit; the others are passed over when their
    version is not the wanted one, older than 3.10, or without a libpython that can be linked.

    Raises OX0601 when none is found, with what was looked at.
    """
    for name in ("OXL_PYTHON", "PYO3_PYTHON"):
        given = environment.get(name)
        if not given:
            continue
        found = _which(given, environment)
        if found is None:
            raise error(
                "OX0601", f"`{name}` names `{given}`, which is no program", help="give the path of a Python 3"
            )
        facts = describe(found, cache_dir=cache_dir)
        if version is not None and version not in (facts.major_minor, _request(facts)):
            if name == "PYO3_PYTHON":
                continue
            raise error(
                "OX0601",
                f"the config wants Python {version}, but `{name}` names Python {facts.version}",
                help=f"unset {name}, or point it at a Python {version}",
            )
        return found
    seen: list[str] = []
    tried: set[str] = set()
    for candidate in _candidates(version, environment):
        real = os.path.realpath(candidate)
        if real in tried:
            continue
        tried.add(real)
        try:
            facts = describe(candidate, cache_dir=cache_dir)
        except OxError as failure:
            seen.append(f"{candidate}: {failure.diagnostic.message}")
            continue
        if version is None and facts.version_info < PROMISED:
            seen.append(f"{candidate}: Python {facts.version}, taken only when asked for")
        elif version is not None and _request(facts) != version:
            seen.append(f"{candidate}: Python {facts.version}{', free-threaded' if facts.free_threaded else ''}")
        elif not facts.supports_static and not facts.supports_dynamic:
            seen.append(f"{candidate}: no libpython")
        else:
            return candidate
    wanted = f"Python {version}" if version else "a Python 3.10 or newer with a libpython"
    raise error(
        "OX0601",
        f"{wanted} was not found on this machine",
        help="install it (pyenv with `--enable-shared`, `uv python install`, or the system's -dev package), or name "
        "one with OXL_PYTHON",
        notes=tuple(f"looked at {one}" for one in seen[:12]),
    )


def host_distribution(
    target: Distribution, host: Platform, environment: Mapping[str, str], *, cache_dir: Path | None = None
) -> Distribution:
    """Gives a distribution of the target's X.Y whose interpreter runs on this machine: the target's own if it does.

    It compiles modules and runs the installer. Raises OX0601 when this machine has no Python of that version.
    """
    if target.runs_on(host):
        return target
    return local_distribution(_request(target), environment, cache_dir=cache_dir)


def find_all(
    environment: Mapping[str, str], *, cache_dir: Path | None = None
) -> list[tuple[Path, Distribution]]:
    """Gives every usable interpreter found, best first, each base installation once (for `oxl python list`)."""
    found: dict[str, tuple[Path, Distribution]] = {}
    for candidate in _candidates(None, environment):
        try:
            facts = describe(candidate, cache_dir=cache_dir)
        except OxError:
            continue
        found.setdefault(str(facts.interpreter), (candidate, facts))
    return list(found.values())


def _request(facts: Distribution) -> str:
    """Gives the text that asks for such a Python: `3.14`, or `3.14t` for its free-threaded build."""
    return facts.major_minor + "t" * facts.free_threaded


def _candidates(version: str | None, environment: Mapping[str, str]) -> Iterator[Path]:
    """Gives interpreters to look at, in order; all exist."""
    import sys

    exact = [f"python{version}"] if version else []
    if venv := environment.get("VIRTUAL_ENV"):
        yield from _existing([Path(venv, "bin", "python"), Path(venv, "Scripts", "python.exe")])
    yield from _existing([Path(sys.executable or "")])
    folders = [Path(one) for one in environment.get("PATH", "").split(os.pathsep) if one]
    for name in (*exact, "python3", "python"):
        yield from (one for one in _existing(folder / name for folder in folders) if not is_shim(one))
    for root in _pyenv_roots(environment):
        yield from _existing(
            folder / "bin" / "python3" for folder in _newest_first(root / "versions", version)
        )
    for root in _uv_roots(environment):
        yield from _existing(folder / "bin" / "python3" for folder in _newest_first(root, version))
    if version is None:
        for folder in (*folders, Path("/usr/local/bin"), Path("/usr/bin")):
            if os.access(folder, os.R_OK | os.X_OK) and folder.is_dir():
                names = [one for one in folder.glob("python3.*") if re.fullmatch(r"python3\.\d+t?", one.name)]
                yield from (one for one in sorted(names, key=_version_key, reverse=True) if not is_shim(one))
    else:
        yield from _existing(Path(folder, f"python{version}") for folder in ("/usr/local/bin", "/usr/bin"))


def _existing(paths: Any) -> Iterator[Path]:
    for path in paths:
        if os.path.isfile(path) and os.access(path, os.X_OK):
            yield path


def _pyenv_roots(environment: Mapping[str, str]) -> Iterator[Path]:
    root = Path(environment.get("PYENV_ROOT") or Path(environment.get("HOME", "/nonexistent"), ".pyenv"))
    if os.path.isdir(root):
        yield root


def _uv_roots(environment: Mapping[str, str]) -> Iterator[Path]:
    data = environment.get("XDG_DATA_HOME") or str(
        Path(environment.get("HOME", "/nonexistent"), ".local/share")
    )
    for root in (environment.get("UV_PYTHON_INSTALL_DIR"), str(Path(data, "uv", "python"))):
        if root and os.path.isdir(root):
            yield Path(root)


def _version_key(path: Path) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", path.name)))


def _newest_first(folder: Path, version: str | None) -> list[Path]:
    if not os.path.isdir(folder) or not os.access(folder, os.R_OK | os.X_OK):
        return []
    wanted = re.compile(rf"(^|-){re.escape(version.rstrip('t'))}(\.|-|t|\+|$)" if version else r"(^|-)3\.\d+")
    return sorted(
        (one for one in folder.iterdir() if wanted.search(one.name) and one.is_dir()),
        key=_version_key,
        reverse=True,
    )


def _which(name: str, environment: Mapping[str, str]) -> Path | None:
    from shutil import which

    found = which(name, path=environment.get("PATH", ""))
    return resolve_shim(Path(found).absolute()) if found else None
