"""OX1xxx: lint rules."""

from oxlang.diagnostics.model import Code

CODES: tuple[Code, ...] = ()
