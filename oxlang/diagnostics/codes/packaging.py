"""OX06xx: packaging."""

from oxlang.diagnostics.model import Code

CODES: tuple[Code, ...] = ()
