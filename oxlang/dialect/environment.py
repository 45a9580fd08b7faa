"""Every name of the dialect: the one place to see the whole surface.

The table below says which module declares a global function; the module is imported when something but the name of the
function is asked for, so a config pays for what it calls. Types come with the modules; constants have no module. A test
compares the table with the declarations.
"""

from __future__ import annotations

import sys

from oxlang.declare.environment import Environment
from oxlang.declare.members import FunctionDef

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from oxlang.dialect.context import DialectContext

_FUNCTIONS = {
    "targets": ("register_target", "resolve_target", "resolve_targets"),
    "globals": (
        "print", "set_build_path", "can_prompt", "prompt_confirm", "prompt_input", "prompt_password",
    ),
    "distribution": ("default_python_distribution", "PythonDistribution"),
    "files": ("FileContent", "FileManifest", "glob"),
    "apple": ("AppleUniversalBinary", "MacOsApplicationBundleBuilder"),
    "wheel_builder": ("PythonWheelBuilder",),
    "snap": ("SnapApp", "SnapPart", "Snap", "SnapcraftBuilder"),
    "language": ("struct",),
    "installers": ("WiXInstaller", "WiXMSIBuilder", "WiXBundleBuilder"),
    "signing": (
        "code_signer_from_pfx_file", "code_signer_from_windows_store_sha1_thumbprint",
        "code_signer_from_windows_store_subject", "code_signer_from_windows_store_auto",
    ),
}  # fmt: skip
_TYPE_MODULES = (
    "dialect.targets", "dialect.globals", "dialect.distribution", "packaging.policy", "packaging.interpreter_config",
    "dialect.executable", "dialect.embedded", "dialect.resources", "dialect.files", "dialect.apple",
    "dialect.wheel_builder", "dialect.snap", "dialect.installers", "dialect.signing",
)  # fmt: skip


def _imported(path: str) -> Any:
    __import__(path)
    return sys.modules[path]


class DeferredFunction(FunctionDef):
    """A function whose declaration is read when something but its name is asked for."""

    __slots__ = ("_module",)

    def __init__(self, name: str, module: str) -> None:
        self.name = name
        self._module = module

    def __getattr__(self, slot: str) -> Any:
        # Python comes here for slots that are empty still; the declaration fills them all at once.
        if slot.startswith("__"):
            raise AttributeError(slot)
        module = _imported(f"oxlang.dialect.{self._module}")
        found = next(one for one in declared_functions(module) if one.name == self.name)
        for name in FunctionDef.__slots__:
            setattr(self, name, getattr(found, name))
        return getattr(self, slot)


class DialectEnvironment(Environment):
    """The dialect's names; types and constants are gathered when they are first asked for."""

    __slots__ = ()

    def __init__(self) -> None:
        self.functions = {
            name: DeferredFunction(name, module) for module, names in _FUNCTIONS.items() for name in names
        }

    def __getattr__(self, slot: str) -> Any:
        if slot == "types":
            self.types = {one.name: one for one in _declared_types()}
            return self.types
        if slot == "constants":
            from oxlang.dialect.globals import CONSTANTS

            self.constants = {one.name: one for one in CONSTANTS}
            return self.constants
        raise AttributeError(slot)


_ENVIRONMENT = DialectEnvironment()


def environment() -> Environment:
    """Gives the declarations of `pyoxidizer.bzl`'s own names, without those of the language."""
    return _ENVIRONMENT


def declared_functions(module: Any) -> Iterable[FunctionDef]:
    """Gives the functions that a module of this room declares."""
    return [one.__starlark__ for one in module.FUNCTIONS]


def _declared_types() -> Iterable[Any]:
    for name in _TYPE_MODULES:
        for one in _imported(f"oxlang.{name}").TYPES:
            yield one.__starlark__


def constant_values(ctx: DialectContext) -> dict[str, Any]:
    """Gives the values of the constants for one evaluation, as Python values."""
    from oxlang.dialect.opaque import constant_values as values

    return values(ctx)
