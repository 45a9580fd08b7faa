"""Which modules in memory have a `__file__`: the policy's `module_file` with its exceptions, as the runtime reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class ModuleFiles:
    """The rule of a policy.

    Attributes:
        mode: `emulated` or `absent`.
        exceptions: packages for which the other mode holds; `*` is any text.
    """

    __slots__ = ("exceptions", "mode")

    def __init__(self, mode: str = "emulated", exceptions: Sequence[str] = ()) -> None:
        self.mode = mode
        self.exceptions = tuple(exceptions)

    def emulated(self, name: str) -> bool:
        """Whether a module of this name has a `__file__`."""
        return (self.mode == "emulated") != any(covers(pattern, name) for pattern in self.exceptions)

    def settings(self) -> dict[str, Any]:
        """Gives the two keys of the runtime's configuration."""
        return {"module_file": self.mode, "module_file_exceptions": list(self.exceptions)}

    @staticmethod
    def from_settings(settings: dict[str, Any]) -> ModuleFiles:
        """Reads what `settings` gave; other keys do not matter."""
        return ModuleFiles(settings["module_file"], settings["module_file_exceptions"])


def covers(pattern: str, name: str) -> bool:
    """Whether a pattern names a module or a package that the module is in."""
    if "*" not in pattern:
        return name == pattern or name.startswith(pattern + ".")
    from fnmatch import fnmatchcase

    # The other signs of `fnmatch` are not special here.
    literal = pattern.replace("[", "[[]").replace("?", "[?]")
    parts = name.split(".")
    return any(fnmatchcase(".".join(parts[:count]), literal) for count in range(1, len(parts) + 1))
