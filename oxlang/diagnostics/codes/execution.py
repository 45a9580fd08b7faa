"""OX07xx: execution and cache."""

from oxlang.diagnostics.model import Code

CODES: tuple[Code, ...] = ()
