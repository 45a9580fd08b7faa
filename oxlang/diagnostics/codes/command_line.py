"""OX09xx: command line and files."""

from oxlang.diagnostics.model import Code

CODES: tuple[Code, ...] = ()
