"""OX08xx: the Rust project and toolchain."""

from oxlang.diagnostics.model import Code

CODES: tuple[Code, ...] = ()
