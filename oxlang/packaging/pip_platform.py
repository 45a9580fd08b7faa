"""The options by which installers choose wheels of a platform other than the one they run on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oxlang.packaging.distribution import Distribution


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
    if platform.is_linux and tags[0].startswith("manylinux"):
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
