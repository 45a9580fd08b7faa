"""Diagnostics, their codes, their rendering, and spelling hints."""

from oxlang.diagnostics.model import (
    Code,
    Diagnostic,
    Edit,
    Failure,
    Fix,
    Frame,
    Label,
    OxError,
    Severity,
    diagnostic,
    error,
)

__all__ = [
    "Code",
    "Diagnostic",
    "Edit",
    "Failure",
    "Fix",
    "Frame",
    "Label",
    "OxError",
    "Severity",
    "diagnostic",
    "error",
]
