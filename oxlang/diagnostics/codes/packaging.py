"""OX06xx: packaging."""

from oxlang.diagnostics.model import Code

CODES: tuple[Code, ...] = (
    Code(id="OX0601", name="no-python", summary="no usable Python was found", failure="environment"),
    Code(id="OX0602", name="unusable-python", summary="an interpreter cannot be used", failure="environment"),
    Code(id="OX0612", name="distribution-format", summary="the format of a Python distribution is too old"),
    Code(id="OX0613", name="distribution-incomplete", summary="a Python distribution lacks something"),
    Code(id="OX0614", name="link-mode", summary="libpython cannot be linked in the wanted way"),
)
