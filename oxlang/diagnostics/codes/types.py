"""OX03xx: types and arguments."""

from oxlang.diagnostics.model import Code

CODES: tuple[Code, ...] = ()
