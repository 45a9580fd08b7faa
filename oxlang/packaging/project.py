"""Projects with a `pyproject.toml`, lock files, and wheels as input.

A project is installed with its dependencies. Where a lock file lies beside it, the locked versions are taken: `uv.lock` is
exported by uv without looking at an index, `pylock.toml` (PEP 751) is given to it. Without one, the project's own
requirements are resolved like those of `pip_install`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from oxlang.diagnostics import error
from oxlang.graph.nodes import Artifact, FailureHint, Run, Source, Tool, Write
from oxlang.packaging.installers import PASSED, find_uv, index_settings
from oxlang.packaging.local_inputs import project_files
from oxlang.packaging.pip import SITE, pip_install, unpack_wheels
from oxlang.packaging.scan import Scan, ScanOptions, scan

if TYPE_CHECKING:
    from oxlang.graph.platform import BuildSettings
    from oxlang.packaging.distribution import Distribution
    from oxlang.packaging.policy import PackagingPolicy
    from oxlang.source import Span

UV_LOCK, PYLOCK = "uv.lock", "pylock.toml"

_DRIVER = '''"""Installs a locked project: what the lock says, then the project itself without looking further."""
import os, subprocess, sys

uv, python, kind, extras, groups = sys.argv[1:6]
common = [uv, "pip", "install", "--target", "site", "--python", python, "--link-mode", "copy", "--no-progress",
          "--color", "never", "--no-deps"]


def run(arguments, **more):
    code = subprocess.run(arguments, **more).returncode
    if code:
        sys.exit(code)


if kind == "uv.lock":
    export = [uv, "export", "--frozen", "--no-emit-project", "--no-dev", "--color", "never", "--quiet", "--python", python,
              "--output-file", os.path.abspath("requirements.txt")]
    for name in filter(None, extras.split(",")):
        export += ["--extra", name]
    for name in filter(None, groups.split(",")):
        export += ["--group", name]
    run(export, cwd="project")
    run([*common, "-r", "requirements.txt"])
else:
    run([*common, "-r", "project/pylock.toml"])
run([*common, "./project"])
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
    origin: Span | None = None,
) -> Scan:
    """Gives the scan of a project and its dependencies.

    Args:
        folder: absolute path of the folder with `pyproject.toml`.
        extras: optional dependencies to install.
        groups: dependency groups (PEP 735); they need a lock file.
        others: as `pip.pip_install`.

    Raises OX0626 when the folder is no project, OX0621 when a lock file needs uv, which is not installed.
    """
    if not any(
        os.path.isfile(os.path.join(folder, name)) for name in ("pyproject.toml", "setup.py", "setup.cfg")
    ):
        raise error("OX0626", f"`{folder}` is no Python project: it has no `pyproject.toml`", span=origin)
    lock = next((name for name in (UV_LOCK, PYLOCK) if os.path.isfile(os.path.join(folder, name))), "")
    name = os.path.basename(folder.rstrip("/")) or "project"
    if not lock:
        suffix = f"[{','.join(extras)}]" if extras else ""
        arguments = [f"{folder}{suffix}", *(word for group in groups for word in ("--group", group))]
        return pip_install(
            distribution, tuple(arguments), policy=policy, settings=settings, environment=environment,
            working_directory=working_directory, config_directory=config_directory, resolution=resolution, origin=origin,
        )  # fmt: skip
    if not distribution.runs_on(settings.host):
        raise error(
            "OX0622",
            f"a locked project cannot be installed for {distribution.target_triple} on {settings.host.triple}",
            span=origin,
            help="export the lock to requirements and install these with `pip_install`",
        )
    uv = find_uv(environment)
    if uv is None:
        raise error(
            "OX0621",
            f"`{lock}` of {name} is read by uv, which is not installed",
            span=origin,
            help="pip install uv",
        )
    driver = Write(entries=(("_oxl_project.py", _DRIVER.encode(), False),), description="project driver")
    from oxlang.packaging.bytecode import python_tool

    run = Run(
        argv=(
            "{tool:python}", "-B", "_oxl_project.py", "{tool:uv}", "{tool:python}", lock, ",".join(extras), ",".join(groups),
        ),
        env=tuple(
            sorted(
                {
                    "UV_CACHE_DIR": "{cache:uv}",
                    "UV_PYTHON_DOWNLOADS": "never",
                    **index_settings(environment),
                }.items()
            )
        ),
        inputs=(("", Artifact(driver)), ("project", project_files(folder, origin))),
        outputs=(SITE,),
        tools=(python_tool(distribution), Tool(name="uv", path=uv, fingerprint="uv")),
        append_only=("uv",),
        pass_env=PASSED,
        network=True,
        stream=True,
        description=f"install {name} as locked",
        origin=origin,
        failure=FailureHint(code="OX0620", message=f"installing {name} as `{lock}` says failed"),
    )  # fmt: skip
    return _scan(Artifact(run, SITE), distribution, policy, name, origin)


def read_wheel(
    distribution: Distribution, path: str, *, policy: PackagingPolicy, origin: Span | None = None
) -> Scan:
    """Gives the scan of a wheel file, as installing it would lay it out. Raises OX0617 when it is none."""
    if not os.path.isfile(path):
        raise error("OX0617", f"`{path}` does not exist", span=origin)
    name = Path(path).name
    source = Source(path=path, description=name, origin=origin)
    return _scan(unpack_wheels(Artifact(source), origin), distribution, policy, name, origin)


def _scan(
    tree: Artifact, distribution: Distribution, policy: PackagingPolicy, label: str, origin: Span | None
) -> Scan:
    options = ScanOptions.of(
        distribution,
        emit_files=policy.file_scanner_emit_files,
        classify_files=policy.file_scanner_classify_files,
    )
    return scan(tree, options, label=label, origin=origin)
