"""Projects with a `pyproject.toml`, lock files, and wheels as input.

A project is installed with its dependencies. Where a lock file belongs to it, the locked versions are taken: of `uv.lock`
what uv exports without looking at an index, of `pylock.toml` (PEP 751) what stands there. Without one, the project's own
requirements are resolved like those of `pip_install`.

Folders that a lock or `tool.uv.sources` names stand in the sandbox as they stand on the machine, relative to each other.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oxlang.diagnostics import error
from oxlang.graph.nodes import Artifact, Assemble, FailureHint, Part, Run, Source, Tool, Write
from oxlang.packaging.editable import source_parts
from oxlang.packaging.installers import PASSED, find_uv, index_settings
from oxlang.packaging.local_inputs import project_files
from oxlang.packaging.locks import Lock, common_folder, find_lock, normalised, plain_installs, read_toml
from oxlang.packaging.pip import SITE, pip_install, unpack_wheels
from oxlang.packaging.pip_platform import uv_platform
from oxlang.packaging.scan import INSTALLER_FILES, Scan, ScanOptions, scan

if TYPE_CHECKING:
    from oxlang.graph.platform import BuildSettings
    from oxlang.packaging.distribution import Distribution
    from oxlang.packaging.policy import PackagingPolicy
    from oxlang.source import Span

_TREE = "tree"
# Settings that name another index: then locked versions are looked up there, not at the addresses in the lock.
_INDEXES = ("PIP_INDEX_URL", "PIP_NO_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_NO_INDEX")

_DRIVER = '''"""Installs a project: what its lock says, then the project itself without looking further."""
import json, os, subprocess, sys

uv, python = sys.argv[1:3]
with open("_oxl_project.json", encoding="utf-8") as stream:
    plan = json.load(stream)
here = os.getcwd()
common = [uv, "pip", "install", "--target", os.path.join(here, "site"), "--python", python, "--link-mode", "copy",
          "--no-progress", "--color", "never", *plan["platform"]]
choice = [word for name in plan["extras"] for word in ("--extra", name)]
choice += [word for name in plan["groups"] for word in ("--group", name)]


def run(arguments, cwd=here):
    code = subprocess.run(arguments, cwd=cwd).returncode
    if code:
        sys.exit(code)


os.makedirs("site", exist_ok=True)
project = os.path.join(here, plan["project"])
if plan["lock"].endswith("uv.lock"):
    folder = os.path.join(here, os.path.dirname(plan["lock"]))
    by_index = plan["by_index"]
    name = "oxl-requirements.txt" if by_index else "pylock.oxl.toml"
    form = "requirements.txt" if by_index else "pylock.toml"
    member = ["--package", plan["name"]] if folder != project else []
    run([uv, "export", "--frozen", "--no-emit-project", "--no-default-groups", "--no-editable", "--color", "never", "--quiet",
         "--python", python, "--format", form, "--output-file", name, *member, *choice], folder)
    run([*common, "--no-deps", "-r", name], folder)
elif plan["lock"]:
    run([*common, "--no-deps", "-r", os.path.join(here, plan["lock"]), *choice])
if plan["lock"]:
    if plan["install"]:
        run([*common, "--no-deps", project])
else:
    extras = "[" + ",".join(plan["extras"]) + "]" if plan["extras"] else ""
    groups = [word for name in plan["groups"] for word in ("--group", project + "/pyproject.toml:" + name)]
    run([*common, project + extras, *groups, *sys.argv[3:]])
'''


def install_project(
    distribution: Distribution,
    folder: str,
    *,
    policy: PackagingPolicy,
    settings: BuildSettings,
    environment: Mapping[str, str],
    working_directory: str,
    config_directory: str = "",
    extras: tuple[str, ...] = (),
    groups: tuple[str, ...] = (),
    resolution: str = "",
    note: Callable[[str], object] | None = None,
    origin: Span | None = None,
) -> Scan:
    """Gives the scan of a project and its dependencies.

    Args:
        folder: absolute path of the folder with `pyproject.toml`.
        extras: optional dependencies to install.
        groups: dependency groups (PEP 735).
        others: as `pip.pip_install`.

    Raises OX0626 when the folder is no project, OX0628 for a lock that cannot be used, OX0621 when a lock file needs uv,
    which is not installed.
    """
    if not any(
        os.path.isfile(os.path.join(folder, name)) for name in ("pyproject.toml", "setup.py", "setup.cfg")
    ):
        raise error("OX0626", f"`{folder}` is no Python project: it has no `pyproject.toml`", span=origin)
    folder = os.path.normpath(folder)
    description = _description(folder, origin)
    _check_choices(description, extras, groups)
    lock = find_lock(folder, origin)
    neighbours = {} if lock else _sources(folder, description, origin)
    if note is not None:
        for path in (*([lock.path, *lock.local] if lock else ()), *neighbours):
            note(path)
    uv = find_uv(environment)
    if lock is None and not (neighbours and uv):
        suffix = f"[{','.join(extras)}]" if extras else ""
        arguments = [
            f"{folder}{suffix}",
            *(word for one in groups for word in ("--group", f"{folder}/pyproject.toml:{one}")),
        ]
        return pip_install(
            distribution, tuple(arguments), policy=policy, settings=settings, environment=environment,
            working_directory=working_directory, config_directory=config_directory, resolution=resolution, note=note, origin=origin,
        )  # fmt: skip
    name = os.path.basename(folder) or "project"
    shown = os.path.basename(lock.path) if lock else "pyproject.toml"
    if uv is None:
        raise error(
            "OX0621",
            f"`{shown}` of {name} is read by uv, which is not installed",
            span=origin,
            help="pip install uv",
        )
    host, platform = distribution, []
    if not distribution.runs_on(settings.host):
        from oxlang.packaging.local import host_distribution

        host = host_distribution(distribution, settings.host, environment)
        platform = uv_platform(distribution)
        built = {
            *(lock.local if lock else neighbours).values(),
            normalised(str(description.get("project", {}).get("name", ""))),
        }
        platform += [word for one in sorted(built) if one for word in ("--no-binary", one)]
    inputs, places = _inputs(folder, lock, lock.local if lock else neighbours, origin)
    plan = {
        "project": places[folder],
        "lock": places[lock.path] if lock else "",
        "name": lock.name if lock else "",
        "install": not (lock and (lock.has_project or lock.is_virtual)),
        "by_index": any(environment.get(one) for one in _INDEXES),
        "extras": list(extras),
        "groups": list(groups),
        "platform": platform,
    }
    files = Write(
        entries=(
            ("_oxl_project.json", json.dumps(plan, sort_keys=True).encode(), False),
            ("_oxl_project.py", _DRIVER.encode(), False),
        ),
        description="project driver",
    )
    from oxlang.packaging.bytecode import python_tool

    asked = resolution or environment.get("OXL_RESOLUTION") or ""
    run = Run(
        argv=("{tool:python}", "-B", "_oxl_project.py", "{tool:uv}", "{tool:python}"),
        env=tuple(
            sorted(
                {
                    "UV_CACHE_DIR": "{cache:uv}",
                    "UV_PYTHON_DOWNLOADS": "never",
                    "UV_PREVIEW_FEATURES": "pylock",
                    **index_settings(environment),
                }.items()
            )
        ),
        inputs=(("", Artifact(files)), *inputs),
        outputs=(SITE + "?",),
        tools=(python_tool(host), Tool(name="uv", path=uv, fingerprint="uv")),
        platform=(("target", distribution.target_triple), *((("resolution", asked),) if asked and not lock else ())),
        cache="always" if lock else "resolved",
        append_only=("uv",),
        pass_env=PASSED,
        network=True,
        stream=True,
        description=f"install {name} as locked" if lock else f"install {name}",
        origin=origin,
        failure=FailureHint(
            code="OX0620", message=f"installing {name} as `{shown}` says failed" if lock else f"installing {name} failed"
        ),
    )  # fmt: skip
    tree = Artifact(run, SITE)
    if lock is not None and lock.is_virtual:
        # Its modules lie in its folder, as `uv run` finds them.
        parts = (Part(artifact=tree), *source_parts(Path(folder), origin))
        tree = Artifact(Assemble(parts=parts, description=f"modules of {name}", origin=origin))
    return _scan(tree, distribution, policy, name, origin)


def _description(folder: str, origin: Span | None) -> dict[str, Any]:
    path = os.path.join(folder, "pyproject.toml")
    return read_toml(path, origin) if os.path.isfile(path) else {}


def _check_choices(
    description: Mapping[str, Any], extras: tuple[str, ...], groups: tuple[str, ...]
) -> None:
    """Raises OX0626 for an extra or group that the project does not declare; installers only warn, or say less."""
    from oxlang.diagnostics.spelling import did_you_mean

    project = description.get("project")
    if not isinstance(project, Mapping):
        return
    known = [str(one) for one in project.get("optional-dependencies", {})]
    if "optional-dependencies" not in project.get("dynamic", ()):
        for one in extras:
            if normalised(one) not in map(normalised, known):
                raise error(
                    "OX0626", f"the project has no optional dependencies `{one}`", argument="extras",
                    help=did_you_mean(one, known) or _listed(known),
                )  # fmt: skip
    known = [str(one) for one in description.get("dependency-groups", {})]
    known += [str(one) for one in description.get("tool", {}).get("uv", {}).get("dependency-groups", {})]
    if "dev-dependencies" in description.get("tool", {}).get("uv", {}):
        known.append("dev")
    for one in groups:
        if normalised(one) not in map(normalised, known):
            raise error(
                "OX0626", f"the project has no dependency group `{one}`", argument="groups",
                help=did_you_mean(one, known) or _listed(known),
            )  # fmt: skip


def _listed(names: list[str]) -> str:
    return f"it has {', '.join(f'`{one}`' for one in sorted(names))}" if names else "it has none"


def _sources(folder: str, description: Mapping[str, Any], origin: Span | None) -> dict[str, str]:
    """Gives the folders and archives that `tool.uv.sources` takes dependencies from, each with the dependency's name.

    Raises OX0628 for one that does not exist.
    """
    found: dict[str, str] = {}
    waiting, seen = [(folder, description)], {folder}
    while waiting:
        place, described = waiting.pop()
        for name, rows in described.get("tool", {}).get("uv", {}).get("sources", {}).items():
            for row in rows if isinstance(rows, list) else [rows]:
                path = str(row.get("path", "")) if isinstance(row, Mapping) else ""
                if not path:
                    continue
                full = os.path.normpath(os.path.join(place, path))
                if not os.path.exists(full):
                    raise error(
                        "OX0628",
                        f"`tool.uv.sources` takes `{name}` from `{full}`, which does not exist",
                        span=origin,
                    )
                found[full] = normalised(name)
                if os.path.isdir(full) and full not in seen:
                    seen.add(full)
                    waiting.append((full, _description(full, origin)))
    return found


def _inputs(
    folder: str, lock: Lock | None, local: Mapping[str, str], origin: Span | None
) -> tuple[list[tuple[str, Artifact]], dict[str, str]]:
    """Gives the inputs of the sandbox, and where in it each of their paths stands."""
    wanted = [folder, *([lock.path] if lock else ()), *sorted(local)]
    top = common_folder(wanted)
    places = {path: _place(path, top) for path in wanted}
    inputs: list[tuple[str, Artifact]] = []
    for path in dict.fromkeys([folder, *sorted(local)]):
        if os.path.isdir(path):
            inputs.append((places[path], project_files(path, origin)))
        else:
            source = Source(path=path, description=os.path.basename(path), origin=origin)
            inputs.append((os.path.dirname(places[path]), Artifact(source)))
    if lock is not None:
        text = Path(lock.path).read_text(encoding="utf-8")
        if not lock.is_uv:
            entry = (os.path.basename(lock.path), plain_installs(text).encode(), False)
            inputs.append(
                (os.path.dirname(places[lock.path]), Artifact(Write(entries=(entry,), description="lock")))
            )
        elif lock.folder != folder:
            for name in ("uv.lock", "pyproject.toml"):
                source = Source(path=os.path.join(lock.folder, name), description=name, origin=origin)
                inputs.append((os.path.dirname(places[lock.path]), Artifact(source)))
    return inputs, places


def _place(path: str, top: str) -> str:
    relative = Path(os.path.relpath(path, top)).as_posix()
    return _TREE if relative == "." else f"{_TREE}/{relative}"


def read_wheel(
    distribution: Distribution, path: str, *, policy: PackagingPolicy, origin: Span | None = None
) -> Scan:
    """Gives the scan of a wheel file, as installing it would lay it out. Raises OX0617 when it is none."""
    if not os.path.isfile(path):
        raise error("OX0617", f"`{path}` does not exist", span=origin)
    from oxlang.packaging.wheel import check_tags

    name = Path(path).name
    check_tags(name, distribution)
    source = Source(path=path, description=name, origin=origin)
    return _scan(unpack_wheels(Artifact(source), origin), distribution, policy, name, origin)


def _scan(
    tree: Artifact, distribution: Distribution, policy: PackagingPolicy, label: str, origin: Span | None
) -> Scan:
    options = ScanOptions.of(
        distribution,
        emit_files=policy.file_scanner_emit_files,
        classify_files=policy.file_scanner_classify_files,
        ignored=INSTALLER_FILES,
    )
    return scan(tree, options, label=label, origin=origin)
