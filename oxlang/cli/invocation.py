"""One call of a command: its values and the world it may touch."""

from __future__ import annotations

import os

from oxlang.cli.spec import Values
from oxlang.cli.terminal import Terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from oxlang.packaging.upgrade import Upgrade


class Invocation:
    """What a command's function gets.

    Attributes:
        values: the parameters.
        terminal: where to write.
        environment: the environment variables.
        verbose: how often `--verbose` is given.
        system_rust: whether the machine's Rust was asked for by name.
        upgrade: which installs run again, when the command was asked to resolve anew.
    """

    __slots__ = ("environment", "system_rust", "terminal", "upgrade", "values", "verbose")

    def __init__(
        self,
        *,
        values: Values,
        terminal: Terminal,
        verbose: int = 0,
        system_rust: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.values = values
        self.terminal = terminal
        self.verbose = verbose
        self.system_rust = system_rust
        self.upgrade: Upgrade | None = None
        self.environment: Mapping[str, str] = os.environ if environment is None else environment

    @property
    def cache_dir(self) -> Path:
        """The cache folder."""
        from oxlang.workspace.config import cache_dir

        return cache_dir(self.environment)
