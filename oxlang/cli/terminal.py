"""Where a command writes: results on stdout, everything else on stderr, colours only on a terminal."""

from __future__ import annotations

import os
import sys

from oxlang.diagnostics.model import Diagnostic, OxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal, TextIO

    Level = Literal["warn", "info", "debug", "trace"]

LEVELS: tuple[Level, ...] = ("warn", "info", "debug", "trace")
_SILENT = ("off", "error")


class Terminal:
    """The streams of a command and how they may be used.

    Attributes:
        level: number of the least important level that is shown; -1 shows nothing but errors.
    """

    __slots__ = ("_environment", "base", "err", "level", "out")

    def __init__(
        self, *, out: TextIO, err: TextIO, environment: Mapping[str, str], verbose: int = 0, base: str | None = None,
    ) -> None:
        self.out = out
        self.err = err
        self._environment = environment
        self.base = base
        self.level = _level(environment, verbose)

    @classmethod
    def standard(cls, verbose: int = 0) -> Terminal:
        """The terminal of this process; text that a stream cannot encode is written as escapes."""
        for stream in (sys.stdout, sys.stderr):
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure is not None:
                reconfigure(errors="backslashreplace")
        try:
            base: str | None = os.getcwd()
        except OSError:
            base = None
        return cls(out=sys.stdout, err=sys.stderr, environment=os.environ, verbose=verbose, base=base)

    def write(self, text: str) -> None:
        """Writes a line of the command's result to stdout."""
        self.out.write(text + "\n")

    def log(self, level: Level, text: str) -> None:
        """Writes a line to stderr if the level is shown."""
        if LEVELS.index(level) <= self.level:
            self.err.write(text + "\n")
            self.err.flush()

    def warn(self, text: str) -> None:
        """Writes what is always worth reading."""
        self.log("warn", text)

    def info(self, text: str) -> None:
        """Writes what `--verbose` shows."""
        self.log("info", text)

    def shows(self, level: Level) -> bool:
        """Whether a level is shown."""
        return LEVELS.index(level) <= self.level

    def diagnostic(self, found: Diagnostic) -> None:
        """Shows a finding on stderr."""
        from oxlang.diagnostics.render import render

        self.err.write(render(found, colour=self.colour(self.err), relative_to=self.base) + "\n")

    def failure(self, failure: OxError) -> None:
        """Shows an error on stderr."""
        from oxlang.diagnostics.render import render_error

        self.err.write(render_error(failure, colour=self.colour(self.err), relative_to=self.base) + "\n")

    def colour(self, stream: TextIO) -> bool:
        """Whether a stream gets colours: NO_COLOR and FORCE_COLOR decide, then RUST_LOG_STYLE, then the stream."""
        if self._environment.get("NO_COLOR"):
            return False
        if self._environment.get("FORCE_COLOR"):
            return True
        style = self._environment.get("RUST_LOG_STYLE")
        if style in ("always", "never"):
            return style == "always"
        return self.interactive(stream)

    def interactive(self, stream: TextIO) -> bool:
        """Whether a stream is a terminal that understands escape sequences."""
        if self._environment.get("TERM") == "dumb":
            return False
        try:
            return stream.isatty()
        except (AttributeError, ValueError):
            return False


def _level(environment: Mapping[str, str], verbose: int) -> int:
    """`RUST_LOG` (`info`, or `oxl=info` among others) overrides what `--verbose` asks for."""
    for part in environment.get("RUST_LOG", "").split(","):
        name, equals, level = part.strip().lower().rpartition("=")
        if equals and name not in ("oxl", "pyoxidizer"):
            continue
        if level in LEVELS:
            return LEVELS.index(level)
        if level in _SILENT:
            return -1
    return min(verbose, len(LEVELS) - 1)
