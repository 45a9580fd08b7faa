"""Diagnostics, their codes, their rendering, and spelling hints."""

from oxlang.diagnostics.model import (
    Code,
    Diagnostic,
    Edit,
    Fix,
    Frame,
    Label,
    OxError,
    diagnostic,
    error,
)

__all__ = [
    "Code",
    "Diagnostic",
    "Edit",
    "Fix",
    "Frame",
    "Label",
    "OxError",
    "diagnostic",
    "error",
]
