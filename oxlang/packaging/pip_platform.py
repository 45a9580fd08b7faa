"""The options by which installers choose wheels of a platform other than the one they run on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oxlang.packaging.distribution import Distribution
    from oxlang.packaging.pip_arguments import Localised
    from oxlang.source import Span


def uv_platform(distribution: Distribution) -> list[str]:
    """Gives uv's options for wheels of a distribution's platform."""
    version = ["--python-version", distribution.major_minor]
    return ["--python-platform", _uv_name(distribution), *version, "--only-binary", ":all:"]


def _uv_name(distribution: Distribution) -> str:
    platform = distribution.platform
    if platform.is_linux and not platform.is_musl:
        newest = _glibc_minor(distribution)
        # uv names manylinux targets by glibc version.
        return f"{platform.arch}-manylinux_2_{newest}"
    return distribution.target_triple


def _glibc_minor(distribution: Distribution) -> int:
    for feature in distribution.crt_features:
        if feature.startswith("glibc-max-symbol-version:2."):
            return max(17, int(feature.rsplit(".", 1)[1]))
    return 17


def pip_platform(distribution: Distribution) -> list[str]:
    """Gives pip's options for wheels of a distribution's platform (PEP 425, 600)."""
    platform = distribution.platform
    tags = [distribution.pip_platform_tag]
    if platform.is_linux and not platform.is_musl and tags[0].startswith("manylinux"):
        arch = tags[0].split("_", 1)[1]
        tags = [f"manylinux_2_{minor}_{arch}" for minor in range(_glibc_minor(distribution), 16, -1)]
        tags += [f"manylinux2014_{arch}", f"manylinux2010_{arch}", f"manylinux1_{arch}", f"linux_{arch}"]
    elif platform.is_linux and platform.is_musl and tags[0] != "none":
        arch = platform.arch
        tags = [f"musllinux_1_{minor}_{arch}" for minor in (2, 1)]
    options: list[str] = []
    for tag in tags:
        options += ["--platform", tag]
    options += ["--python-version", distribution.major_minor.replace(".", ""), "--implementation", "cp"]
    return [*options, "--abi", distribution.abi_tag or distribution.python_tag]


def refuse_building(local: Localised, distribution: Distribution, host: str, origin: Span | None) -> None:
    """Raises OX0622 for arguments that can only be met by building for a platform that this machine is not.

    Folders of projects may pass: a project without compiled parts gives a wheel for every platform, and another one is
    refused by the installer.
    """
    import os

    from oxlang.diagnostics import error
    from oxlang.packaging.pip_arguments import split_options

    names = local.projects_by_path()
    for one in split_options(local.arguments):
        why = ""
        if one.name == "--no-binary":
            why = f"`--no-binary {one.value}` asks for building"
        elif not one.name and re.search(r"(^|@\s*)(git|hg|svn|bzr)\+", one.value or ""):
            why = f"`{one.value}` is source code that has to be built"
        if why:
            raise error(
                "OX0622", f"{why}, which cannot be done for {distribution.target_triple} on {host}", span=origin,
                help="build a wheel for that platform and install it",
            )  # fmt: skip
    for path, name in names.items():
        if os.path.isfile(path) and not path.endswith(".whl") and not path.endswith(".toml"):
            why = f"`{os.path.basename(path)}` is source code that has to be built"
        elif os.path.isdir(path) and not name:
            why = f"the project `{os.path.basename(path)}` has no name in a `pyproject.toml`, so that it would have to be built"
        else:
            continue
        raise error(
            "OX0622", f"{why}, which cannot be done for {distribution.target_triple} on {host}", span=origin,
            help="build a wheel for that platform and install it",
        )  # fmt: skip
