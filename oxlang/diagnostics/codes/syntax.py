"""OX01xx: syntax."""

from oxlang.diagnostics.model import Code

CODES: tuple[Code, ...] = ()
