"""Installing packages: nodes that run uv, or the distribution's pip, and scans of what they installed.

One `Run` installs into a folder of its sandbox (`--target`), which is then scanned. Its key holds the arguments, the
contents of local projects and requirement files, the Python, and a digest of the index settings; not the moment. So
requirements without an exact version are resolved once and then stay, until the arguments change or a new
*resolution* is asked for (`OXL_RESOLUTION`, any text): a build tomorrow makes the same program as a build today. Downloads are shared through the
append-only caches of pip and uv.

uv is used when it does the same as pip: with options and settings that both understand alike, for the machine's own
platform or wheels only. `OXL_INSTALLER=pip` or `=uv` overrules that.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oxlang.diagnostics import error
from oxlang.graph.nodes import Artifact, Compute, FailureHint, Run, Tool, Write
from oxlang.packaging.installers import (
    HARMLESS,
    ONLY_PIP,
    PASSED,
    find_uv,
    has_pip,
    index_settings,
    pip_command,
    pip_settings,
    special_pip_config,
)
from oxlang.packaging.local_inputs import file_variables, local_inputs, project_files
from oxlang.packaging.pip_arguments import (
    Localised,
    localise,
    split_options,
    uv_arguments,
    uv_understands,
    variables_as_arguments,
)
from oxlang.packaging.pip_local import check_projects, localised
from oxlang.packaging.pip_platform import pip_platform, refuse_building, uv_platform
from oxlang.packaging.scan import INSTALLER_FILES, Scan, ScanOptions, scan
from oxlang.records import dataclass

if TYPE_CHECKING:
    from oxlang.graph.compute import ComputeContext
    from oxlang.graph.platform import BuildSettings
    from oxlang.graph.tree import Tree
    from oxlang.packaging.distribution import Distribution
    from oxlang.packaging.policy import PackagingPolicy
    from oxlang.source import Span

UNPACK, UNPACK_VERSION = "packaging.unpack-wheels", 1
SITE, WHEELS = "site", "wheels"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What the three public functions share."""

    distribution: Distribution
    policy: PackagingPolicy
    settings: BuildSettings
    environment: Mapping[str, str]
    working_directory: str
    origin: Span | None
    resolution: str


def pip_install(
    distribution: Distribution,
    arguments: tuple[str, ...],
    *,
    policy: PackagingPolicy,
    settings: BuildSettings,
    environment: Mapping[str, str],
    working_directory: str,
    config_directory: str = "",
    extra_envs: Mapping[str, str] | None = None,
    resolution: str = "",
    note: Callable[[str], object] | None = None,
    origin: Span | None = None,
) -> Scan:
    """Gives the scan of what `pip install` with these arguments installs.

    Args:
        distribution: the Python that the packages are for.
        arguments: as for pip.
        policy: its scanner flags count.
        settings: the build; a foreign target takes wheels for that platform only.
        environment: the caller's variables.
        working_directory: what relative paths count from.
        config_directory: second place for relative paths.
        extra_envs: further variables for the installer.
        resolution: changes when requirements are to be resolved anew.
        note: takes the paths of the local files and folders that count.
        origin: the call.

    Raises OX0616 for a missing file, OX0621 without an installer. A failure of the installer is OX0620 at `origin`.
    """
    request = _Request(
        distribution=distribution, policy=policy, settings=settings, environment=environment,
        working_directory=working_directory, origin=origin, resolution=resolution,
    )  # fmt: skip
    more, variables = variables_as_arguments(extra_envs or {})
    local = localised((*more, *arguments), working_directory, config_directory, origin)
    _tell(local, note)
    run = _install_node(request, local, variables, arguments)
    return _scan(request, Artifact(run, SITE), _label(arguments))


def _tell(local: Localised, note: Callable[[str], object] | None) -> None:
    if note is not None:
        for path in (*local.reads, *(one.path for one in local.paths.values())):
            note(path)


def _scan(request: _Request, tree: Artifact, label: str) -> Scan:
    options = ScanOptions.of(
        request.distribution,
        emit_files=request.policy.file_scanner_emit_files,
        classify_files=request.policy.file_scanner_classify_files,
        ignored=INSTALLER_FILES,
    )
    return scan(tree, options, label=label, origin=request.origin)


def _label(arguments: tuple[str, ...]) -> str:
    shown: list[str] = []
    for one in split_options(arguments):
        if not one.name:
            # Of a path the last part, with extras.
            value = (one.value or "").rstrip("/")
            is_path = "://" not in value and " " not in value and (os.sep in value or value in (".", ".."))
            shown.append(os.path.basename(os.path.abspath(value)) if is_path else value)
        elif one.name in ("--requirement", "--editable"):
            shown.append(os.path.basename((one.value or "").rstrip("/")) or ".")
    text = ", ".join(shown[:3]) + (", …" if len(shown) > 3 else "")
    return text or "packages"


def _install_node(
    request: _Request, local: Localised, extra_envs: dict[str, str], shown: tuple[str, ...]
) -> Run:
    distribution = request.distribution
    runs_here = distribution.runs_on(request.settings.host)
    if not runs_here:
        refuse_building(local, distribution, request.settings.host.triple, request.origin)
    host = distribution if runs_here else _host_distribution(request)
    uv = _choose_uv(request, local, host, extra_envs)
    argv: list[str]
    env: dict[str, str] = {}
    if uv is not None:
        argv = ["{tool:uv}", "pip", "install", "--target", SITE, "--python", "{tool:python}", "--no-config"]
        argv += ["--link-mode", "copy", "--no-progress", "--color", "never"]
        if not runs_here:
            argv += uv_platform(distribution)
            for name in local.projects():
                # Projects of this machine are built here; uv refuses what does not fit the platform.
                argv += ["--no-binary", name]
        words = [*local.arguments, *(word for line in _option_lines(local) for word in line.split())]
        if any(
            one.name == "--extra-index-url" for one in split_options(words)
        ) or request.environment.get("PIP_EXTRA_INDEX_URL"):
            # As pip takes them: the best version of all indexes.
            argv += ["--index-strategy", "unsafe-best-match"]
        argv += uv_arguments(local.arguments)
        env |= {"UV_CACHE_DIR": "{cache:uv}", "UV_PYTHON_DOWNLOADS": "never", "UV_NO_MANAGED_PYTHON": "1"}
        if local.locks:
            env["UV_PREVIEW_FEATURES"] = "pylock"
        env |= index_settings(request.environment)
        tools: list[Tool] = [_python_tool(host), Tool(name="uv", path=uv, fingerprint="uv")]
    else:
        argv, tools = pip_command(host)
        argv += [
            "install",
            "--disable-pip-version-check",
            "--no-input",
            "--no-warn-script-location",
            "--no-compile",
        ]
        argv += ["--target", SITE, "--cache-dir", "{cache:pip}"]
        if not runs_here:
            argv += ["--only-binary=:all:", *pip_platform(distribution)]
        argv += local.arguments
        # Settings that would not go with `--target`.
        env |= {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", **pip_settings(request.environment)}
    env |= (
        {"SETUPTOOLS_USE_DISTUTILS": "stdlib"} if distribution.version_info < (3, 12) and uv is None else {}
    )
    env |= extra_envs
    inputs, link_tools = local_inputs(local)
    env |= file_variables(local, link_tools)
    requirements = _shortened(_label(shown))
    return Run(
        argv=tuple(argv),
        env=tuple(sorted(env.items())),
        inputs=tuple(inputs),
        outputs=(SITE + "?",),
        tools=(*tools, *link_tools),
        platform=_platform_key(request),
        cache="always" if local.locks else "resolved",
        append_only=("uv",) if uv is not None else ("pip",),
        pass_env=PASSED,
        network=True,
        stream=True,
        description=f"install {_label(shown)}",
        origin=request.origin,
        failure=FailureHint(
            code="OX0620",
            message=f"installing {requirements}{'' if runs_here else f' for {distribution.target_triple}'} failed",
            help="run the command in the notes by hand to see more"
            + ("; OXL_INSTALLER=pip takes pip instead of uv" if uv is not None else "")
            if runs_here
            else "only wheels for that platform and Python count; nothing is built for it here",
            places=local.places(),
        ),
    )


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def _python_tool(distribution: Distribution) -> Tool:
    from oxlang.packaging.bytecode import python_tool

    return python_tool(distribution)


def _host_distribution(request: _Request) -> Distribution:
    """Gives a Python of this machine with the target's version, which runs the installer."""
    from oxlang.packaging.local import host_distribution

    return host_distribution(request.distribution, request.settings.host, request.environment)


def _choose_uv(
    request: _Request, local: Localised, host: Distribution, extra_envs: Mapping[str, str]
) -> str | None:
    """Gives the path of uv when it shall install, None for pip. Raises OX0621 when neither can."""
    chosen = request.environment.get("OXL_INSTALLER") or "auto"
    if chosen not in ("auto", "uv", "pip"):
        raise error("OX0621", f"`OXL_INSTALLER` is `{chosen}`; known are uv, pip and auto")
    uv = find_uv(request.environment)
    if local.locks:
        if uv is None or chosen == "pip":
            raise error(
                "OX0621",
                f"`{os.path.basename(local.locks[0])}` is read by uv, "
                + ("which is not installed" if uv is None else "but `OXL_INSTALLER` asks for pip"),
                span=request.origin,
                help="pip install uv" if uv is None else "unset OXL_INSTALLER",
            )
        return uv
    pip = has_pip(host)
    if pip and chosen == "auto" and request.distribution.pip_platform_tag == "none" and host is not request.distribution:
        return None  # Only wheels for every platform are wanted; uv has no word for that.
    if chosen == "uv":
        if uv is None:
            raise error(
                "OX0621", "`OXL_INSTALLER` asks for uv, which is not installed", help="pip install uv"
            )
        return uv
    if chosen == "pip" or uv is None:
        if not pip:
            raise error(
                "OX0621",
                f"`{host.interpreter}` has no pip, and uv is not installed",
                span=request.origin,
                help="install uv (`pip install uv`), or pip for that Python (`python -m ensurepip`)",
            )
        return None
    same = uv_understands(local.arguments) and not any(request.environment.get(name) for name in ONLY_PIP)
    same = same and all(uv_understands(text.split()) for text in _option_lines(local))
    same = same and not any(name.startswith("PIP_") and name not in HARMLESS for name in extra_envs)
    if local.projects_are_built() and any(one.name == "--only-binary" for one in split_options(local.arguments)):
        same = False  # uv refuses to build projects of this machine then; pip means the index only.
    if same and not special_pip_config(request.environment):
        return uv
    return None if pip else uv


def _option_lines(local: Localised) -> list[str]:
    return [line for text in local.files.values() for line in text.splitlines() if line.startswith("-")]


def _platform_key(request: _Request) -> tuple[tuple[str, str], ...]:
    """Gives what else tells results apart: the target, and the resolution asked for."""
    found = [("target", request.distribution.target_triple), ("python", request.distribution.version)]
    if special := special_pip_config(request.environment):
        found.append(("pip-config", special))
    resolution = request.resolution or request.environment.get("OXL_RESOLUTION") or ""
    if resolution:
        found.append(("resolution", resolution))
    return tuple(found)


def pip_download(
    distribution: Distribution,
    arguments: tuple[str, ...],
    *,
    policy: PackagingPolicy,
    settings: BuildSettings,
    environment: Mapping[str, str],
    working_directory: str,
    config_directory: str = "",
    resolution: str = "",
    note: Callable[[str], object] | None = None,
    origin: Span | None = None,
) -> Scan:
    """Gives the scan of wheels that `pip download` finds for the distribution's platform; arguments as `pip_install`."""
    request = _Request(
        distribution=distribution, policy=policy, settings=settings, environment=environment,
        working_directory=working_directory, origin=origin, resolution=resolution,
    )  # fmt: skip
    local = localised(arguments, working_directory, config_directory, origin)
    _tell(local, note)
    host = distribution if distribution.runs_on(settings.host) else _host_distribution(request)
    if not has_pip(host):
        raise error(
            "OX0621",
            f"`{host.interpreter}` has no pip, which downloads wheels",
            span=origin,
            help="install pip for that Python (`python -m ensurepip`)",
        )
    argv, tools = pip_command(host)
    argv += ["download", "--disable-pip-version-check", "--no-input", "--only-binary=:all:"]
    argv += ["--cache-dir", "{cache:pip}", "--dest", WHEELS, *pip_platform(distribution), *local.arguments]
    inputs, link_tools = local_inputs(local)
    run = Run(
        argv=tuple(argv),
        env=tuple(sorted({**pip_settings(environment), **file_variables(local, link_tools)}.items())),
        inputs=tuple(inputs),
        outputs=(WHEELS + "?",),
        tools=(*tools, *link_tools),
        platform=_platform_key(request),
        cache="resolved",
        append_only=("pip",),
        pass_env=PASSED,
        network=True,
        stream=True,
        description=f"download {_label(arguments)}",
        origin=origin,
        failure=FailureHint(
            code="OX0620",
            message=f"downloading {_label(arguments)} for {distribution.target_triple} failed",
            help="only wheels for that platform and Python count",
            places=local.places(),
        ),
    )
    return _scan(request, unpack_wheels(Artifact(run, WHEELS), origin), _label(arguments))


def unpack_wheels(wheels: Artifact, origin: Span | None = None) -> Artifact:
    """Gives the installed layout of the wheels in a tree."""
    node = Compute(
        function=UNPACK,
        version=UNPACK_VERSION,
        inputs=(("wheels", wheels),),
        description="unpack wheels",
        origin=origin,
    )
    return Artifact(node)


def compute_unpack(params: dict[str, Any], inputs: Mapping[str, Tree], context: ComputeContext) -> Tree:
    """Unpacks the wheels of a tree, in the order of their names, into one tree."""
    from oxlang.graph.tree import Entry, FileEntry, Tree
    from oxlang.packaging.wheel import installed_files

    entries: dict[str, Entry] = {}
    for path, entry in inputs["wheels"].walk():
        if isinstance(entry, FileEntry) and path.endswith(".whl"):
            for name, data, executable in installed_files(context.path(entry.digest), path):
                entries[name] = FileEntry(context.put(data), executable)
    return Tree.of(entries)


_SETUP_DRIVER = '''"""Runs setup.py and moves what it installed to one folder."""
import glob, os, runpy, shutil, sys

project, arguments = sys.argv[1], sys.argv[2:]
root = os.path.join(os.getcwd(), "root")
site = os.path.join(os.getcwd(), "site")
os.chdir(project)
sys.path.insert(0, os.getcwd())
sys.argv = ["setup.py", *arguments, "install", "--root", root, "--prefix", "/p", "--no-compile"]
runpy.run_path("setup.py", run_name="__main__")
os.makedirs(site, exist_ok=True)
for pattern in ("p/lib/python*/*-packages", "p/local/lib/python*/*-packages", "p/Lib/site-packages"):
    for folder in glob.glob(os.path.join(root, pattern)):
        shutil.copytree(folder, site, dirs_exist_ok=True)
'''


def setup_py_install(
    distribution: Distribution,
    package_path: str,
    *,
    policy: PackagingPolicy,
    settings: BuildSettings,
    environment: Mapping[str, str],
    working_directory: str,
    config_directory: str = "",
    extra_envs: Mapping[str, str] | None = None,
    extra_global_arguments: tuple[str, ...] = (),
    resolution: str = "",
    origin: Span | None = None,
) -> Scan:
    """Gives the scan of what `setup.py install` of a project installs, with its dependencies, as setuptools did it.

    The project is built by the installer in an environment of its own, which gives the same files and needs neither
    setuptools nor distutils in the distribution (3.12 has none). With arguments for `setup.py`, that is run itself,
    without dependencies.

    Args:
        package_path: absolute path of the project.
        extra_global_arguments: arguments before `install`.
        others: as `pip_install`.

    Raises OX0622 when the distribution's Python cannot run here.
    """
    request = _Request(
        distribution=distribution, policy=policy, settings=settings, environment=environment,
        working_directory=working_directory, origin=origin, resolution=resolution,
    )  # fmt: skip
    if not distribution.runs_on(settings.host):
        raise error(
            "OX0622",
            f"`setup.py` cannot be run for {distribution.target_triple} on {settings.host.triple}",
            span=origin,
            help="build a wheel for that platform and install it with `pip_install`",
        )
    name = os.path.basename(package_path.rstrip("/"))
    if not extra_global_arguments:
        local = localise((package_path,), working_directory, lambda path: Path(path).read_bytes())
        check_projects(local, ())
        run = _install_node(request, local, dict(extra_envs or {}), (name,))
        return _scan(request, Artifact(run, SITE), name)
    if not _has_setuptools(distribution):
        raise error(
            "OX0621",
            f"`setup.py` of {name} needs distutils or setuptools, and this Python has neither",
            span=origin,
            help="leave `extra_global_arguments` out, then the project is built in an environment of its own",
        )
    project = project_files(package_path, origin)
    driver = Write(entries=(("_oxl_setup.py", _SETUP_DRIVER.encode(), False),), description="setup.py driver")
    run = Run(
        argv=("{tool:python}", "-B", "_oxl_setup.py", "project", *extra_global_arguments),
        env=tuple(sorted({"SETUPTOOLS_USE_DISTUTILS": "stdlib", **(extra_envs or {})}.items())),
        inputs=(("", Artifact(driver)), ("project", project)),
        outputs=(SITE,),
        tools=(_python_tool(distribution),),
        platform=_platform_key(request),
        pass_env=PASSED,
        network=True,
        stream=True,
        description=f"setup.py install {name}",
        origin=origin,
        failure=FailureHint(code="OX0620", message=f"`setup.py install` of {name} failed"),
    )
    return _scan(request, Artifact(run, SITE), name)


def _has_setuptools(distribution: Distribution) -> bool:
    site = distribution.paths.get("purelib", "")
    stdlib = distribution.path(distribution.stdlib)
    folders = [distribution.path(site), stdlib / "dist-packages", stdlib.parent / "python3" / "dist-packages"]
    return (stdlib / "distutils" / "core.py").is_file() or any(
        (folder / "setuptools" / "__init__.py").is_file() for folder in folders
    )
