"""Names of PyOxidizer's older dialects (0.4 to 0.10) and what stands in their place today.

Used by `migrate`, which rewrites configs, and by the messages about unknown names. The facts are those of PyOxidizer's
release notes: 0.8 replaced the constructor of the interpreter's settings and the arguments of `to_python_executable`,
moved `pip_install` and its relatives from the distribution to the executable and removed the methods that name a
location; 0.10 and 0.11 renamed run modes and the allocator.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from oxlang.records import replace

if TYPE_CHECKING:
    from oxlang.diagnostics.model import Diagnostic, OxError

Change = Literal["same", "not", "allocator", "bytes-warning", "truth", "encoding", "drop", "run-repl"]

CONFIG_ARGUMENTS: dict[str, tuple[str, Change]] = {
    "bytes_warning": ("bytes_warning", "bytes-warning"),
    "dont_write_bytecode": ("write_bytecode", "not"),
    "filesystem_importer": ("filesystem_importer", "same"),
    "ignore_environment": ("use_environment", "not"),
    "inspect": ("inspect", "same"),
    "interactive": ("interactive", "same"),
    "isolated": ("isolated", "same"),
    "legacy_windows_fs_encoding": ("legacy_windows_fs_encoding", "same"),
    "legacy_windows_stdio": ("legacy_windows_stdio", "same"),
    "no_site": ("site_import", "not"),
    "no_user_site_directory": ("user_site_directory", "not"),
    "optimize_level": ("optimization_level", "same"),
    "opt_level": ("optimization_level", "same"),
    "parser_debug": ("parser_debug", "same"),
    "quiet": ("quiet", "same"),
    "raw_allocator": ("allocator_backend", "allocator"),
    "run_eval": ("run_command", "same"),
    "run_file": ("run_filename", "same"),
    "run_module": ("run_module", "same"),
    "run_noop": ("", "drop"),
    "run_repl": ("", "run-repl"),
    "site_import": ("site_import", "same"),
    "stdio_encoding": ("stdio_encoding", "encoding"),
    "stdio_encoding_errors": ("stdio_errors", "same"),
    "stdio_encoding_name": ("stdio_encoding", "same"),
    "sys_frozen": ("sys_frozen", "same"),
    "sys_meipass": ("sys_meipass", "same"),
    "sys_paths": ("module_search_paths", "same"),
    "terminfo_dirs": ("", "drop"),
    "terminfo_resolution": ("terminfo_resolution", "same"),
    "unbuffered_stdio": ("buffered_stdio", "not"),
    "use_hash_seed": ("", "drop"),
    "user_site_directory": ("user_site_directory", "same"),
    "verbose": ("verbose", "truth"),
    "write_bytecode": ("write_bytecode", "same"),
    "write_modules_directory_env": ("write_modules_directory_env", "same"),
}
"""Argument of `PythonInterpreterConfig(…)`: the attribute of today and how the value changes."""

CONFIG_ATTRIBUTES = {
    name: change
    for name, change in CONFIG_ARGUMENTS.items()
    if change[0] != name and name not in ("run_repl", "run_noop", "terminfo_dirs", "use_hash_seed")
}
"""Attributes of the interpreter's settings under old names."""

EXECUTABLE_ARGUMENTS: dict[str, tuple[str, Change]] = {
    "extension_module_filter": ("extension_module_filter", "same"),
    "include_resources": ("include_distribution_resources", "same"),
    "include_sources": ("", "drop"),
    "include_test": ("include_test", "same"),
    "preferred_extension_module_variants": ("", "drop"),
    "resources_policy": ("resources_location", "same"),
}
"""Arguments of `to_python_executable` that are attributes of the packaging policy today."""

RESOURCES_POLICIES = {
    "in-memory-only": ("in-memory", None),
    "filesystem-relative-only": ("filesystem-relative", None),
    "prefer-in-memory-fallback-filesystem-relative": ("in-memory", "filesystem-relative"),
}
"""Resources policy (before a colon and a prefix): location and fallback."""

ADDING = frozenset(
    f"add_{where}{what}"
    for where in ("", "in_memory_", "python_")
    for what in (
        "module_source", "module_bytecode", "package_resource", "package_distribution_resource", "extension_module",
    )
) | {"add_in_memory_python_resource", "add_in_memory_python_resources"}  # fmt: skip
"""Methods of the executable that are `add_python_resource` or `add_python_resources` today."""

ADDING_FILES = frozenset(
    f"add_filesystem_relative_{what}"
    for what in (
        "module_source", "module_bytecode", "package_resource", "package_distribution_resource", "extension_module",
        "python_resource", "python_resources",
    )
)  # fmt: skip
"""Methods of the executable that took a prefix; today `add_location` of the resource says it."""

MOVED = ("pip_install", "read_package_root", "read_virtualenv", "setup_py_install", "pip_download")
"""Methods of the distribution that are the executable's today."""

RESOURCE_LISTS = ("source_modules", "extension_modules", "package_resources", "resources_data")
"""Methods of the distribution that are `python_resources` today."""

TYPE_NAMES = {
    "PythonSourceModule": "PythonModuleSource",
    "PythonEmbeddedData": "PythonEmbeddedResources",
    "PythonResourceData": "PythonPackageResource",
    "PythonBytecodeModule": "PythonModuleSource",
}
"""Names that `type()` gave."""

OLDEST = frozenset(
    {
        "BuildConfig", "Config", "EmbeddedPythonConfig", "FilterInclude", "PackageRoot", "PipInstallSimple",
        "PipRequirementsFile", "SetupPyInstall", "Stdlib", "StdlibExtensionVariant", "StdlibExtensionsExplicitExcludes",
        "StdlibExtensionsExplicitIncludes", "StdlibExtensionsPolicy", "Virtualenv", "WriteLicenseFiles",
        "python_run_mode_eval", "python_run_mode_file", "python_run_mode_module", "python_run_mode_noop",
        "python_run_mode_repl",
    }
)  # fmt: skip
"""Global names of the first dialect, which described one program instead of targets."""

ADVICE = "`oxl migrate CONFIG` rewrites configs of older PyOxidizers"


def global_advice(name: str) -> str | None:
    """Gives what to do about an undefined name that an older dialect had."""
    if name == "PythonInterpreterConfig":
        return f"call `dist.make_python_interpreter_config()` and set its attributes; {ADVICE}"
    if name in ("starlark_pyoxidizer", "starlark_tugger"):
        return f"`{name}.` stands before names in PyOxidizer's documentation only; write the name without it"
    if name in OLDEST:
        return f"`{name}` belongs to the dialect of PyOxidizer 0.5; {ADVICE}"
    return None


def member_advice(owner: str, name: str) -> str | None:
    """Gives what to do about an unknown attribute, method or parameter that an older dialect had."""
    new = _member(owner, name)
    return None if new is None else f"{new}; {ADVICE}"


def _member(owner: str, name: str) -> str | None:
    if owner == "PythonInterpreterConfig":
        if name == "run_mode":
            return "use `run_command`, `run_module` or `run_filename`"
        if name in CONFIG_ATTRIBUTES:
            return f"it is called `{CONFIG_ATTRIBUTES[name][0]}` today"
    if owner == "PythonDistribution":
        if name in MOVED:
            return f"`{name}` is a method of the executable today"
        if name in RESOURCE_LISTS:
            return "use `python_resources()`"
        if name == "make_python_config":
            return "it is called `make_python_interpreter_config` today"
    if owner == "PythonDistribution.to_python_executable" and name in EXECUTABLE_ARGUMENTS:
        return "it is an attribute of the packaging policy today"
    if owner == "PythonExecutable":
        if name == "to_embedded_data":
            return "it is called `to_embedded_resources` today"
        if name in ADDING or name in ADDING_FILES:
            return "use `add_python_resource` or `add_python_resources`, and `add_location` of the resource"
    if owner == "WiXMSIBuilder" and name == "target_triple":
        return "give `arch` to `WiXMSIBuilder`, such as \"x64\""
    if owner == "PythonPackagingPolicy" and name == "resources_policy":
        return "use `resources_location` and `resources_location_fallback`"
    return None


_UNDEFINED = re.compile(r"undefined: (\w+)")
_NO_MEMBER = re.compile(r"`(\w+)` has no attribute(?: or method)? `(\w+)`")
_NO_VALUE = re.compile(r'"(no-gpl|app-relative:[^"]*)" is not a value for')
_ONE_OR_MANY = re.compile(r"`PythonExecutable\.add_python_resource(s?)` wants .*, not a (?:list|tuple|Python\w+|File)$")
_NO_PARAMETER = re.compile(r"`([\w.]+)` has no parameter `(\w+)`")


def advise(problem: OxError) -> OxError:
    """Adds to errors about unknown names what became of them since an older dialect; gives the error itself."""
    problem.diagnostic = _advised(problem.diagnostic)
    problem.others = tuple(_advised(one) for one in problem.others)
    return problem


def _advised(found: Diagnostic) -> Diagnostic:
    advice = None
    if found.code.id == "OX0201" and (match := _UNDEFINED.match(found.message)):
        advice = global_advice(match[1])
    elif (found.code.id == "OX0310" and (match := _NO_MEMBER.match(found.message))) or (found.code.id == "OX0302" and (match := _NO_PARAMETER.match(found.message))):
        advice = member_advice(match[1], match[2])
    elif found.code.id == "OX0314" and (match := _NO_VALUE.match(found.message)):
        today = "no-copyleft" if match[1] == "no-gpl" else match[1].replace("app-relative", "filesystem-relative")
        advice = f'it is called "{today}" today; {ADVICE}'
    elif found.code.id == "OX0304" and found.help is None and (match := _ONE_OR_MANY.match(found.message)):
        return replace(found, help="`add_python_resource` adds one" if match[1] else "`add_python_resources` adds those of a list")
    return found if advice is None else replace(found, help=advice, fixes=())
