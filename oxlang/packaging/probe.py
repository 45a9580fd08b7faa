# mypy: ignore-errors
"""Script that an interpreter runs to describe itself; `foreign` takes one function of it.

Started as `python -I -S probe.py`, it prints one JSON object. It runs on CPython 3.8 and newer, imports the standard
library only, and takes everything from the *base* installation, also inside a virtual environment: there `sysconfig`
has paths of its own, and Debian's default scheme differs from the one that installed the files.
"""

import sys

_loaded_at_start = sorted(name for name in sys.builtin_module_names if name in sys.modules)

import json  # noqa: E402  # what was loaded before is part of the answer
import os  # noqa: E402
import sysconfig  # noqa: E402
from importlib import machinery, util  # noqa: E402


def test_packages(stdlib):
    """Dotted names of packages called `test`, `tests` or `idle_test`, not those inside `test`."""
    found = []
    for folder, folders, _files in os.walk(stdlib):
        relative = os.path.relpath(folder, stdlib)
        parts = [] if relative == "." else relative.split(os.sep)
        skipped = ("site-packages", "dist-packages", "__pycache__", "lib-dynload")
        folders[:] = sorted(
            name for name in folders if name not in skipped and not (not parts and name.startswith("config-"))
        )
        for name in list(folders):
            if name in ("test", "tests", "idle_test") and os.path.isfile(
                os.path.join(folder, name, "__init__.py")
            ):
                found.append(".".join([*parts, name]))
                folders.remove(name)
    return sorted(found)


def base_executable(variables):
    """The interpreter outside of any virtual environment."""
    suffix = ".exe" if sys.platform == "win32" else ""
    folder = (
        sys.base_exec_prefix if suffix else variables.get("BINDIR") or os.path.join(sys.base_prefix, "bin")
    )
    candidates = [
        getattr(sys, "_base_executable", None),
        os.path.join(folder, f"python{sys.version_info[0]}.{sys.version_info[1]}{suffix}"),
        os.path.join(folder, "python" + suffix),
        sys.executable,
    ]
    if sys.prefix != sys.base_prefix:
        candidates = [one for one in candidates if one != sys.executable] + [sys.executable]
    return os.path.realpath(next(one for one in candidates if one and os.path.isfile(one)))


def main():
    variables = {
        name: str(value)
        for name, value in sysconfig.get_config_vars().items()
        if isinstance(value, (str, int))
    }
    scheme = "nt" if sys.platform == "win32" else "posix_prefix"
    base = {
        "base": sys.base_prefix,
        "platbase": sys.base_exec_prefix,
        "installed_base": sys.base_prefix,
        "installed_platbase": sys.base_exec_prefix,
    }
    paths = sysconfig.get_paths(scheme, vars=base)
    return {
        "version": ".".join(map(str, sys.version_info[:3])),
        "release_level": sys.version_info[3],
        "full_version": sys.version.split()[0],
        "implementation": sys.implementation.name,
        "implementation_version": [str(part) for part in sys.implementation.version],
        "cache_tag": sys.implementation.cache_tag,
        "hex_version": sys.hexversion,
        "abiflags": getattr(sys, "abiflags", ""),
        "free_threaded": variables.get("Py_GIL_DISABLED") == "1",
        "platform": sysconfig.get_platform(),
        "sys_platform": sys.platform,
        "machine": os.uname().machine
        if hasattr(os, "uname")
        else os.environ.get("PROCESSOR_ARCHITECTURE", ""),
        "is_64bit": sys.maxsize > 2**32,
        "base_prefix": os.path.realpath(sys.base_prefix),
        "executable": base_executable(variables),
        "in_venv": sys.prefix != sys.base_prefix,
        "paths": {name: os.path.realpath(path) for name, path in paths.items()},
        "paths_abstract": sysconfig.get_paths(scheme, expand=False),
        "variables": variables,
        "suffixes": {
            "source": machinery.SOURCE_SUFFIXES,
            "bytecode": machinery.BYTECODE_SUFFIXES,
            "debug_bytecode": machinery.DEBUG_BYTECODE_SUFFIXES,
            "optimized_bytecode": machinery.OPTIMIZED_BYTECODE_SUFFIXES,
            "extension": machinery.EXTENSION_SUFFIXES,
        },
        "magic": util.MAGIC_NUMBER.hex(),
        "builtins": sorted(sys.builtin_module_names),
        "required": _loaded_at_start,
        "test_packages": test_packages(paths["stdlib"]),
    }


if __name__ == "__main__":
    json.dump(main(), sys.stdout, sort_keys=True)
