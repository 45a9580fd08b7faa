"""OX05xx: targets."""

from oxlang.diagnostics.model import Code

CODES: tuple[Code, ...] = ()
