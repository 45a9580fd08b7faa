"""Values of the global constants; among them opaque ones that PyOxidizer's configs can see and cannot use."""

from __future__ import annotations

from oxlang.declare.decorators import starlark_type
from oxlang.interp.values import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from oxlang.dialect.context import DialectContext


@starlark_type("EnvironmentContext", origin="build-targets")
class EnvironmentContext:
    """An opaque value that PyOxidizer's configs can see and cannot use."""


@starlark_type("TuggerContext", origin="tugger")
class TuggerContext:
    """An opaque value that PyOxidizer's configs can see and cannot use."""


class JsonModule:
    """The module `json` of Starlark, loaded when one of its functions is first named."""

    __slots__ = ()
    __starlark__ = Kind("module")

    def starlark_attribute(self, name: str) -> Any:
        """Gives a function of the module, None for another name."""
        return _json().get(name)

    def starlark_names(self) -> list[str]:
        """Gives the names of the functions."""
        return sorted(_json())

    def starlark_repr(self) -> str:
        """Gives what `print` shows."""
        return '<module "json">'


def _json() -> dict[str, Any]:
    from oxlang.interp.builtins.json import module

    return module().fields


def constant_values(ctx: DialectContext) -> dict[str, Any]:
    """Gives the values of the constants as Python values; `VARS` is fresh and belongs to the config."""
    return {
        "VARS": dict(ctx.variables),
        "CWD": ctx.cwd,
        "CONFIG_PATH": ctx.config_path,
        "BUILD_TARGET_TRIPLE": ctx.build.target.triple,
        "CONTEXT": EnvironmentContext(),
        "BUILD_CONTEXT": EnvironmentContext(),
        "TUGGER_CONTEXT": TuggerContext(),
        "json": JsonModule(),
    }
