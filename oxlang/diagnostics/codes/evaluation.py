"""OX04xx: evaluation."""

from oxlang.diagnostics.model import Code

CODES: tuple[Code, ...] = ()
