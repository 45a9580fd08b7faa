"""Host and target: every choice by platform is a property of `Platform`."""

from __future__ import annotations

import sys

from oxlang.records import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Os = Literal["linux", "windows", "macos", "ios", "android", "freebsd", "netbsd", "openbsd", "wasi", "unknown"]

Profile = str

_OS_OF_PART: dict[str, Os] = {
    "linux": "linux",
    "windows": "windows",
    "darwin": "macos",
    "ios": "ios",
    "freebsd": "freebsd",
    "netbsd": "netbsd",
    "openbsd": "openbsd",
    "wasi": "wasi",
    "wasip1": "wasi",
    "wasip2": "wasi",
}
_NARROW_ARCHES = (
    "i386",
    "i486",
    "i586",
    "i686",
    "arm",
    "armv5te",
    "armv6",
    "armv7",
    "thumbv7neon",
    "wasm32",
    "mips",
)


@dataclass(frozen=True, slots=True)
class Platform:
    """A target triple of Rust, such as `x86_64-unknown-linux-gnu`, and what follows from it."""

    triple: str

    def __str__(self) -> str:
        return self.triple

    @property
    def arch(self) -> str:
        """First part of the triple: `x86_64`, `aarch64`, `i686`, …"""
        return self.triple.split("-", 1)[0]

    @property
    def vendor(self) -> str:
        """Second part of the triple: `unknown`, `pc`, `apple`."""
        parts = self.triple.split("-")
        return parts[1] if len(parts) > 2 else "unknown"

    @property
    def os(self) -> Os:
        """The operating system."""
        if "android" in self.triple:
            return "android"
        return next(
            (_OS_OF_PART[part] for part in self.triple.split("-")[1:] if part in _OS_OF_PART), "unknown"
        )

    @property
    def environment(self) -> str:
        """Last part after the system: `gnu`, `musl`, `msvc`, `gnueabihf`; empty when the triple has none."""
        parts = self.triple.split("-")
        return parts[3] if len(parts) > 3 else ""

    @property
    def is_windows(self) -> bool:
        return self.os == "windows"

    @property
    def is_linux(self) -> bool:
        return self.os == "linux"

    @property
    def is_macos(self) -> bool:
        return self.os == "macos"

    @property
    def is_apple(self) -> bool:
        return self.os in ("macos", "ios")

    @property
    def is_musl(self) -> bool:
        """Whether the C library is musl, a platform of its own beside glibc."""
        return self.environment.startswith("musl")

    @property
    def is_msvc(self) -> bool:
        return self.environment == "msvc"

    @property
    def exe_suffix(self) -> str:
        """`.exe` on Windows, else empty."""
        return ".exe" if self.is_windows else ""

    @property
    def object_format(self) -> Literal["elf", "pe", "macho"]:
        """The format of programs."""
        return "pe" if self.is_windows else "macho" if self.is_apple else "elf"

    @property
    def pointer_width(self) -> int:
        """32 or 64."""
        return 32 if self.arch in _NARROW_ARCHES else 64

    @property
    def origin_rpath(self) -> str:
        """How a program names its own folder in a library search path; empty where that does not exist."""
        return "" if self.is_windows else "@executable_path" if self.is_apple else "$ORIGIN"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSettings:
    """Where the build runs, where the product will run, and how it is optimised.

    Attributes:
        host: where oxl runs.
        target: where the product runs.
        profile: `debug`, `release` or the name of a profile of the user's own project.
    """

    host: Platform
    target: Platform
    profile: Profile = "debug"

    @property
    def release(self) -> bool:
        return self.profile == "release"


def host_triple() -> str:
    """Gives the triple of this machine; on Linux with musl that of musl."""
    arch = _host_arch()
    if sys.platform.startswith("linux"):
        return f"{arch}-unknown-linux-{'musl' if _host_is_musl() else 'gnu'}"
    if sys.platform == "darwin":
        return f"{arch}-apple-darwin"
    if sys.platform == "win32":
        return f"{arch}-pc-windows-msvc"
    return f"{arch}-unknown-{sys.platform.rstrip('0123456789')}"


def default_settings(target: str | None = None, profile: Profile = "debug") -> BuildSettings:
    """Gives settings for this host and a target that is the host unless named."""
    host = Platform(host_triple())
    return BuildSettings(host=host, target=Platform(target) if target else host, profile=profile)


def _host_arch() -> str:
    import os

    machine = (
        os.uname().machine if hasattr(os, "uname") else os.environ.get("PROCESSOR_ARCHITECTURE", "AMD64")
    )
    return {"amd64": "x86_64", "arm64": "aarch64", "x86": "i686"}.get(machine.lower(), machine.lower())


def _host_is_musl() -> bool:
    import os

    try:
        return not os.confstr("CS_GNU_LIBC_VERSION")
    except (ValueError, OSError, AttributeError):
        return True
