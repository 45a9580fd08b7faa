"""OX02xx: names."""

from oxlang.diagnostics.model import Code

CODES: tuple[Code, ...] = ()
