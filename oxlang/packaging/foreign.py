"""Describing an interpreter that this machine cannot run, from the files of its installation.

A cross build wants the facts of the target's Python, whose program is for another processor or system. Everything that
`probe.py` would answer stands in the installation, too: the variables of its build in `_sysconfigdata_….py`, the version
in `patchlevel.h`, the number of its bytecode in the importer's source text, the built-in modules in `config.c`. Paths in
the variables are those of the place that it was built for; they are moved to where the files are.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from pathlib import Path
from struct import Struct, unpack_from
from typing import Any

from oxlang.packaging.probe import test_packages

# What CPython imports before it runs anything, in every version from 3.9 to 3.14.
_AT_START = ("_abc", "_codecs", "_imp", "_io", "_signal", "_thread", "_warnings", "_weakref", "builtins", "marshal", "posix", "sys", "time")
_LEVELS = {"ALPHA": ("alpha", 0xA), "BETA": ("beta", 0xB), "GAMMA": ("candidate", 0xC), "FINAL": ("final", 0xF)}
_MACHINES = {"x86_64": 62, "i686": 3, "i386": 3, "aarch64": 183, "arm64": 183, "armv7l": 40, "riscv64": 243, "ppc64le": 21, "s390x": 22}
_WINDOWS = {"AMD64": ("win-amd64", "win_amd64"), "ARM64": ("win-arm64", "win_arm64"), "x86": ("win32", "win32")}
"""Of a machine: the platform as sysconfig names it, and the tag in names of extension modules."""
_WINDOWS_NAMES = {"posix": "nt"}
_Version = tuple[int, int, int, str, int, str]
_ELF_HEAD = Struct("<4sBB10xHH")


def is_foreign(program: Path) -> bool:
    """Whether a program is an ELF program for another processor than this machine's, or for another system."""
    try:
        with open(program, "rb") as stream:
            head = stream.read(_ELF_HEAD.size)
    except OSError:
        return False
    if head[:2] == b"MZ":
        return os.name != "nt"
    if head[:4] != b"\x7fELF" or len(head) < _ELF_HEAD.size:
        return False
    if not sys.platform.startswith("linux"):
        return True
    machine = unpack_from("<H" if head[5] == 1 else ">H", head, 18)[0]
    here = _MACHINES.get(os.uname().machine)
    # A 64-bit processor of Intel's kind runs 32-bit programs, too.
    return here is not None and machine != here and not (here == 62 and machine == 3)


def answer_from_files(interpreter: Path) -> dict[str, Any] | None:
    """Gives what `probe.py` would print if the interpreter ran here; None when its files do not tell.

    Args:
        interpreter: `PREFIX/bin/python3` of a Linux installation with the files for development, or `python.exe` of one
            of Windows.
    """
    program = Path(os.path.realpath(interpreter))
    if program.suffix == ".exe":
        return _windows(program)
    prefix = program.parent.parent
    named = re.search(r"(\d+\.\d+t?)$", program.name)
    folders = sorted(prefix.glob(f"lib/python{named.group(1)}" if named else "lib/python3.*"))
    for stdlib in folders:
        variables = _variables(stdlib, prefix)
        if variables is not None and variables.get("MACHDEP") == "linux":
            return _linux(program, prefix, stdlib, variables)
    return None


def _windows(program: Path) -> dict[str, Any] | None:
    """Answers for an installation of Windows: `python.exe` and `python3XX.dll` beside `Lib`, `DLLs` and `include`."""
    from oxlang.packaging.foreign_binaries import pe_builtin_modules, pe_machine

    prefix = program.parent
    library = next(iter(sorted(one for one in prefix.glob("python3*.dll") if one.stem != "python3")), None)
    stdlib, include = _folder(prefix, "Lib"), _folder(prefix, "include")
    version, magic = _version(include / "patchlevel.h"), _magic(stdlib, include)
    if library is None or version is None or magic is None:
        return None
    content = library.read_bytes()
    machine = pe_machine(content)
    if machine not in _WINDOWS:
        return None
    platform, tag = _WINDOWS[machine]
    major, minor = version[:2]
    threads = "t" if library.stem.endswith("t") else ""
    extension = f".cp{major}{minor}{threads}-{tag}.pyd"
    site = str(stdlib / "site-packages")
    variables = {
        "EXT_SUFFIX": extension, "INCLUDEPY": str(include), "LIBDIR": str(prefix), "INSTSONAME": library.name,
        "Py_ENABLE_SHARED": "1", "DESTSHARED": str(_folder(prefix, "DLLs") if _folder(prefix, "DLLs").is_dir() else stdlib),
        "Py_GIL_DISABLED": "1" if threads else "0",
    }  # fmt: skip
    return _answer(version, magic, variables) | {
        "abiflags": threads,
        "platform": platform,
        "sys_platform": "win32",
        "machine": machine,
        "is_64bit": machine != "x86",
        "base_prefix": str(prefix),
        "executable": str(program),
        "paths": {
            "stdlib": str(stdlib), "platstdlib": str(stdlib), "purelib": site, "platlib": site, "include": str(include),
            "platinclude": str(include), "scripts": str(prefix / "Scripts"), "data": str(prefix),
        },
        "paths_abstract": _abstract_paths("nt"),
        "suffixes": _suffixes(extension, ".pyd"),
        "builtins": pe_builtin_modules(content) or [_WINDOWS_NAMES.get(name, name) for name in _AT_START],
        "required": [*(_WINDOWS_NAMES.get(name, name) for name in _AT_START), "_stat", "_winapi", "winreg"],
        "test_packages": _tests(stdlib),
    }  # fmt: skip


def _folder(prefix: Path, name: str) -> Path:
    """Gives a folder whose name may be written in capitals or not, as Windows has it."""
    found = [one for one in prefix.iterdir() if one.name.lower() == name.lower()]
    return found[0] if found else prefix / name


def _variables(stdlib: Path, prefix: Path) -> dict[str, str] | None:
    """Gives the variables of an installation's build, with its paths moved below `prefix`."""
    for file in sorted(stdlib.glob("_sysconfigdata_*.py")):
        try:
            tree = ast.parse(file.read_text(encoding="utf-8", errors="replace"))
        except (OSError, SyntaxError, ValueError):
            continue
        for statement in tree.body:
            if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Dict):
                found: dict[str, Any] = ast.literal_eval(statement.value)
                built_for = str(found.get("prefix", ""))
                return {name: _moved(str(value), built_for, str(prefix)) for name, value in found.items()}
    return None


def _moved(value: str, old: str, new: str) -> str:
    if old and (value == old or value.startswith(old.rstrip("/") + "/")):
        return new + value[len(old.rstrip("/")) :]
    return value


def _linux(program: Path, prefix: Path, stdlib: Path, variables: dict[str, str]) -> dict[str, Any] | None:
    include = Path(variables.get("INCLUDEPY") or prefix / "include" / stdlib.name)
    version = _version(include / "patchlevel.h")
    magic = _magic(stdlib, include)
    if version is None or magic is None:
        return None
    machine = (variables.get("HOST_GNU_TYPE") or variables.get("MULTIARCH") or "unknown").split("-", 1)[0]
    return _answer(version, magic, variables) | {
        "abiflags": variables.get("ABIFLAGS", ""),
        "platform": f"linux-{machine}",
        "sys_platform": "linux",
        "machine": machine,
        "is_64bit": variables.get("SIZEOF_VOID_P", "8") == "8",
        "base_prefix": str(prefix),
        "executable": str(program),
        "paths": _paths(prefix, stdlib, include),
        "paths_abstract": _abstract_paths("posix_prefix"),
        "suffixes": _suffixes(variables.get("EXT_SUFFIX") or ".so", ".abi3.so", ".so"),
        "builtins": _builtins(Path(variables.get("LIBPL", ""), "config.c")),
        "required": list(_AT_START),
        "test_packages": _tests(stdlib),
    }


def _answer(version: _Version, magic: str, variables: dict[str, str]) -> dict[str, Any]:
    """Gives the part of the answer that versions and variables decide."""
    major, minor, micro, level, serial, text = version
    free_threaded = variables.get("Py_GIL_DISABLED") == "1"
    release, nibble = _LEVELS.get(level, _LEVELS["FINAL"])
    return {
        "version": f"{major}.{minor}.{micro}",
        "release_level": release,
        "full_version": text,
        "implementation": "cpython",
        "implementation_version": [str(major), str(minor), str(micro), release, str(serial)],
        "cache_tag": f"cpython-{major}{minor}{'t' if free_threaded else ''}",
        "hex_version": major << 24 | minor << 16 | micro << 8 | nibble << 4 | serial,
        "free_threaded": free_threaded,
        "in_venv": False,
        "variables": variables,
        "magic": magic,
    }


def _suffixes(*extension: str) -> dict[str, list[str]]:
    bytecode = {name: [".pyc"] for name in ("bytecode", "debug_bytecode", "optimized_bytecode")}
    return {"source": [".py"], **bytecode, "extension": list(extension)}


def _tests(stdlib: Path) -> list[str]:
    found: list[str] = test_packages(str(stdlib))  # type: ignore[no-untyped-call]  # old Pythons run the script
    return found


def _version(header: Path) -> _Version | None:
    """Gives major, minor, micro, level, serial and the whole text of `patchlevel.h`."""
    try:
        text = header.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    numbers = dict(re.findall(r"^#define\s+PY_(MAJOR_VERSION|MINOR_VERSION|MICRO_VERSION|RELEASE_SERIAL)\s+(\d+)", text, re.MULTILINE))
    level = re.search(r"^#define\s+PY_RELEASE_LEVEL\s+PY_RELEASE_LEVEL_(\w+)", text, re.MULTILINE)
    whole = re.search(r'^#define\s+PY_VERSION\s+"([^"]+)"', text, re.MULTILINE)
    if len(numbers) != 4 or level is None or whole is None:
        return None
    major, minor, micro, serial = (
        int(numbers[name]) for name in ("MAJOR_VERSION", "MINOR_VERSION", "MICRO_VERSION", "RELEASE_SERIAL")
    )
    return major, minor, micro, level.group(1), serial, whole.group(1)


def _magic(stdlib: Path, include: Path) -> str | None:
    """Gives the four bytes before bytecode, in hexadecimal: up to 3.13 they stand in Python code, later in a header."""
    for file, pattern in (
        (stdlib / "importlib" / "_bootstrap_external.py", r"^MAGIC_NUMBER = \((\d+)\)"),
        (include / "internal" / "pycore_magic_number.h", r"^#define\s+PYC_MAGIC_NUMBER\s+(\d+)"),
    ):
        try:
            found = re.search(pattern, file.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
        except OSError:
            continue
        if found:
            return (int(found.group(1)).to_bytes(2, "little") + b"\r\n").hex()
    return None


def _builtins(config_c: Path) -> list[str]:
    try:
        text = config_c.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return list(_AT_START)
    return sorted(set(re.findall(r'^\s*\{"(\w[\w.]*)",\s*\w+\}', text, re.MULTILINE)))


def _paths(prefix: Path, stdlib: Path, include: Path) -> dict[str, str]:
    site = str(stdlib / "site-packages")
    folders = {"stdlib": str(stdlib), "platstdlib": str(stdlib), "purelib": site, "platlib": site}
    headers = {"include": str(include), "platinclude": str(include)}
    return {**folders, **headers, "scripts": str(prefix / "bin"), "data": str(prefix)}


def _abstract_paths(scheme: str) -> dict[str, str]:
    import sysconfig

    return dict(sysconfig.get_paths(scheme, expand=False))
