"""The environment variables, with a note of each that was looked at.

What evaluation read decides when a cargo build script has to run again, so this is the only way by which the
workspace looks at variables.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, KeysView, Mapping
    from typing import Any

    _Base = Mapping[str, str]
else:
    # `collections` takes a millisecond to import; a mapping is what has its methods.
    _Base = object

class Environment(_Base):
    """A read-only mapping that remembers the names it was asked for.

    Attributes:
        reads: name and value (None when not set) of every variable that was looked at, in order.
    """

    def __init__(self, variables: Mapping[str, str] | None = None) -> None:
        self._variables: Mapping[str, str] = os.environ if variables is None else variables
        self.reads: dict[str, str | None] = {}

    def __getitem__(self, name: str) -> str:
        value = self._variables.get(name)
        self.reads[name] = value
        if value is None:
            raise KeyError(name)
        return value

    def get(self, name: str, default: Any = None) -> Any:
        """Gives a variable, or the default when it is not set."""
        value = self.reads[name] = self._variables.get(name)
        return default if value is None else value

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)

    def keys(self) -> KeysView[str]:
        """Gives the names of all variables, without a note of them."""
        return self._variables.keys()

    def unrecorded(self) -> Mapping[str, str]:
        """Gives the variables for handing them to child processes; nothing is noted."""
        return self._variables

    @staticmethod
    def of(variables: Mapping[str, str] | None) -> Environment:
        """Gives the variables as an `Environment`, the same one if they are one already."""
        return variables if isinstance(variables, Environment) else Environment(variables)
