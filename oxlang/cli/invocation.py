"""One call of a command: its values and the world it may touch."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from oxlang.cli.spec import Values
from oxlang.cli.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path


class Invocation:
    """What a command's function gets.

    Attributes:
        values: the parameters.
        terminal: where to write.
        environment: the environment variables.
        verbose: how often `--verbose` is given.
        system_rust: whether the machine's Rust was asked for by name.
    """

    __slots__ = ("environment", "system_rust", "terminal", "values", "verbose")

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
        self.environment: Mapping[str, str] = os.environ if environment is None else environment

    @property
    def cache_dir(self) -> Path:
        """The cache folder."""
        from oxlang.workspace.config import cache_dir

        return cache_dir(self.environment)
