"""The two installers, uv and pip: where they are, and how index settings reach them.

pip's settings come from variables and configuration files. uv reads neither, so variables are translated, and with a
configuration file that says more than how to talk to servers pip is preferred.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from oxlang.graph.nodes import Tool

if TYPE_CHECKING:
    from oxlang.packaging.distribution import Distribution

# Variables that builds of packages and access to indexes need; their values stay out of keys.
PASSED = (
    "PATH", "HOME", "LANG", "LC_ALL", "CC", "CXX", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "PKG_CONFIG_PATH",
    "LD_LIBRARY_PATH", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "SSH_AUTH_SOCK", "GIT_SSH_COMMAND", "NETRC",
    "XDG_CONFIG_HOME", "USERPROFILE", "SYSTEMROOT", "APPDATA", "LOCALAPPDATA", "ProgramFiles", "PYTHON_KEYRING_BACKEND",
    "DISTUTILS_DEBUG", "MACOSX_DEPLOYMENT_TARGET", "SDKROOT",
)  # fmt: skip

# pip's settings by variable that uv knows under another name.
_UV_NAMES = {
    "PIP_INDEX_URL": "UV_DEFAULT_INDEX",
    "PIP_EXTRA_INDEX_URL": "UV_INDEX",
    "PIP_FIND_LINKS": "UV_FIND_LINKS",
    "PIP_NO_INDEX": "UV_NO_INDEX",
    "PIP_CONSTRAINT": "UV_CONSTRAINT",
    "PIP_PRE": "UV_PRERELEASE",
    "PIP_TRUSTED_HOST": "UV_INSECURE_HOST",
    "PIP_CERT": "SSL_CERT_FILE",
    "PIP_NO_BUILD_ISOLATION": "UV_NO_BUILD_ISOLATION",
}
_SETTINGS = (*_UV_NAMES, "PIP_CONFIG_FILE", "PIP_NO_BINARY", "PIP_ONLY_BINARY", "PIP_REQUIRE_HASHES", "PIP_NO_DEPS",
             "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX", "UV_FIND_LINKS", "UV_NO_INDEX",
             "UV_CONSTRAINT", "UV_EXCLUDE_NEWER", "UV_INDEX_STRATEGY", "UV_CONFIG_FILE")  # fmt: skip
ONLY_PIP = (
    "PIP_NO_BINARY",
    "PIP_ONLY_BINARY",
    "PIP_REQUIRE_HASHES",
    "PIP_NO_DEPS",
    "PIP_PRE",
    "PIP_CONFIG_FILE",
)

# Variables of pip that change nothing about what is installed.
HARMLESS = frozenset(
    {
        "PIP_CACHE_DIR", "PIP_DEFAULT_TIMEOUT", "PIP_DISABLE_PIP_VERSION_CHECK", "PIP_NO_CACHE_DIR", "PIP_NO_COLOR",
        "PIP_NO_INPUT", "PIP_NO_WARN_SCRIPT_LOCATION", "PIP_PROGRESS_BAR", "PIP_QUIET", "PIP_RETRIES",
        "PIP_ROOT_USER_ACTION", "PIP_TIMEOUT", "PIP_VERBOSE",
    }
)  # fmt: skip


def find_uv(environment: Mapping[str, str]) -> str | None:
    """Gives the path of uv: the one installed with oxl, else on PATH."""
    from shutil import which

    try:
        from uv import find_uv_bin

        return str(find_uv_bin())
    except (ImportError, FileNotFoundError):
        return which("uv", path=environment.get("PATH", ""))


def has_pip(distribution: Distribution) -> bool:
    """Whether a distribution can run pip."""
    return _pip_place(distribution) is not None


def _pip_place(distribution: Distribution) -> str | None:
    """Gives what runs pip: empty for `-m pip`, else the path of a wheel of pip."""
    site = distribution.paths.get("purelib", "")
    folders = [distribution.path(site)] if site else []
    stdlib = distribution.path(distribution.stdlib)
    folders += [
        stdlib / "site-packages",
        stdlib / "dist-packages",
        stdlib.parent / "python3" / "dist-packages",
    ]
    if any((folder / "pip" / "__main__.py").is_file() for folder in folders):
        return ""
    wheels = sorted((stdlib / "ensurepip" / "_bundled").glob("pip-*.whl"))
    wheels += sorted(Path("/usr/share/python-wheels").glob("pip-*.whl"))
    return str(wheels[0]) if wheels else None


def pip_command(distribution: Distribution) -> tuple[list[str], list[Tool]]:
    """Gives the beginning of pip's command line, and the tools it names. The caller has asked `has_pip`."""
    from oxlang.packaging.bytecode import python_tool

    place = _pip_place(distribution)
    tools = [python_tool(distribution)]
    if place:
        tools.append(Tool(name="pip", path=place, fingerprint=os.path.basename(place)))
        return ["{tool:python}", "{tool:pip}/pip"], tools
    return ["{tool:python}", "-m", "pip"], tools


def index_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Gives pip's settings under uv's names; the caller's own UV_ settings win."""
    found: dict[str, str] = {}
    for name, other in _UV_NAMES.items():
        value = environment.get(name)
        if value and not environment.get(other):
            found[other] = value
    for name in _SETTINGS:
        value = environment.get(name)
        if name.startswith("UV_") and value:
            found[name] = value
    return found


def pip_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Gives the caller's settings of pip that belong into keys."""
    return {name: value for name in _SETTINGS if name.startswith("PIP_") and (value := environment.get(name))}


# Keys of pip's configuration files that change nothing about what is installed.
_HARMLESS_KEYS = frozenset({"cert", "timeout", "retries", "disable-pip-version-check", "no-cache-dir", "cache-dir",
                            "progress-bar", "no-color", "quiet", "verbose", "root-user-action", "no-input",
                            "break-system-packages", "no-warn-script-location", "user", "format", "require-virtualenv",
                            "no-compile", "disable_pip_version_check", "log", "use-pep517"})  # fmt: skip


def special_pip_config(environment: Mapping[str, str]) -> str:
    """Gives what pip's configuration files say that uv would not know, empty when there is nothing; it belongs into keys."""
    home = environment.get("HOME", "")
    config = environment.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    files = ["/etc/pip.conf", "/etc/xdg/pip/pip.conf", f"{home}/.pip/pip.conf", f"{config}/pip/pip.conf"]
    found: list[str] = []
    for file in files:
        try:
            text = Path(file).read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        special = False
        for line in text.splitlines():
            if line.startswith((" ", "\t")):
                if special and line.strip():
                    found.append(line.strip())
                continue
            key, equals, _ = line.partition("=")
            special = bool(equals) and not line.startswith(("#", ";")) and key.strip() not in _HARMLESS_KEYS
            if special:
                found.append(line.strip())
    return "\n".join(found)
