"""OX02xx: names."""

from oxlang.diagnostics.model import Code

CODES: tuple[Code, ...] = (
    Code(id="OX0201", name="undefined-name", summary="A name that nothing binds."),
    Code(id="OX0202", name="reassigned-global", summary="A global variable is bound twice."),
    Code(id="OX0203", name="misplaced-statement", summary="A statement stands where the language does not allow it."),
    Code(id="OX0204", name="bad-assignment-target", summary="Something that cannot be assigned to."),
    Code(id="OX0205", name="bad-parameters", summary="Parameters of a function in an impossible order or twice."),
    Code(id="OX0206", name="bad-arguments", summary="Arguments of a call in an impossible order or twice."),
    Code(id="OX0207", name="bad-load", summary="A `load` that names something which cannot be loaded."),
    Code(id="OX0209", name="unbound-variable", summary="A variable is read before anything was assigned to it."),
    Code(id="OX0210", name="load-failed", summary="A file named by `load` cannot be read."),
    Code(id="OX0211", name="not-in-module", summary="A loaded module does not have the name."),
    Code(id="OX0212", name="load-cycle", summary="Files load each other in a circle."),
)
