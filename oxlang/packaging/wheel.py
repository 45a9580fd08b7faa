"""Reads wheels: the files that installing one would put into `site-packages` (PEP 427)."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from oxlang.diagnostics import error

if TYPE_CHECKING:
    from oxlang.packaging.distribution import Distribution

MOVED = ("purelib", "platlib", "data")


def installed_files(wheel: Path, name: str = "") -> Iterator[tuple[str, bytes, bool]]:
    """Gives path, content and executable bit of a wheel's files in installed layout.

    `purelib`, `platlib` and `data` of the `.data` folder are moved to the root; scripts and headers are left out.

    Raises OX0617 when the file is no wheel or a member leaves the folder.
    """
    label = name or wheel.name
    try:
        with ZipFile(wheel) as archive:
            for member in archive.infolist():
                if member.is_dir():
                    continue
                path = _checked(member.filename, label)
                first, _, rest = path.partition("/")
                if first.endswith(".data") and rest:
                    kind, _, below = rest.partition("/")
                    if kind not in MOVED or not below:
                        continue
                    path = below
                yield path, archive.read(member), bool((member.external_attr >> 16) & stat.S_IXUSR)
    except (BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as failure:
        raise error("OX0617", f"`{label}` cannot be read as a wheel: {failure}".lower()) from None


def _checked(path: str, wheel: str) -> str:
    parts = path.split("/")
    if path.startswith("/") or ".." in parts or "\\" in path or ":" in parts[0]:
        raise error("OX0617", f"`{wheel}` has the member `{path}`, which leaves its folder")
    return "/".join(part for part in parts if part not in ("", "."))


def check_tags(name: str, distribution: Distribution) -> None:
    """Raises OX0617 for a wheel whose file name says that it is for another Python or platform (PEP 425, 600, 656)."""
    parts = name.removesuffix(".whl").split("-")
    if len(parts) < 5:
        return
    pythons, abis, platforms = (one.split(".") for one in parts[-3:])
    fits = any(
        _python_fits(python, abi, distribution) for python in pythons for abi in abis
    ) and any(_platform_fits(one, distribution) for one in platforms)
    if not fits:
        raise error(
            "OX0617",
            f"`{name}` is for {'-'.join(parts[-3:])}, not for Python {distribution.major_minor} on {distribution.target_triple}",
            help="name the wheel of that Python and platform, or let `pip_install` find one",
        )


def _python_fits(python: str, abi: str, distribution: Distribution) -> bool:
    match = re.fullmatch(r"(py|cp)(\d)(\d*)", python)
    if match is None:
        return False
    major, minor = distribution.version_info
    same, below = match[3] == str(minor), not match[3] or int(match[3]) <= minor
    if int(match[2]) != major:
        return False
    if match[1] == "py":
        return below and abi == "none"
    if abi == "abi3":
        return below and not distribution.free_threaded
    return same and abi in ("none", distribution.abi_tag or distribution.python_tag)


def _platform_fits(tag: str, distribution: Distribution) -> bool:
    platform, arch = distribution.platform, distribution.platform.arch.split("_v", 1)[0]
    if tag == "any":
        return True
    if not distribution.can_load_extension_files:
        return False
    if platform.is_linux:
        kinds = ("musllinux", "linux") if platform.is_musl else ("manylinux", "linux")
        return tag.startswith(kinds) and tag.endswith(f"_{arch}")
    if platform.is_macos:
        mac = {"aarch64": "arm64"}.get(arch, arch)
        return tag.startswith("macosx_") and tag.endswith((f"_{mac}", "_universal2"))
    return tag == distribution.pip_platform_tag
