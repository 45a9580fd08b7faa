"""Random programs: only diagnostics come out, and the independent implementation agrees."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings

from oxlang.diagnostics.model import OxError
from oxlang.interp import Limits, Thread, load_source
from oxlang.source import SourceFile
from oxlang.syntax.options import CONFIG, STANDARD
from tests.interp.programs import programs

LIMITS = Limits(steps=100_000, memory_bytes=8 << 20, value_bytes=1 << 20)
QUICK = settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
THOROUGH = settings(max_examples=3000, deadline=None, suppress_health_check=list(HealthCheck))


def outcome(text: str) -> tuple[str, str]:
    """Gives what the program printed, and the message of its error."""
    out: list[str] = []
    try:
        load_source(SourceFile("fuzz.star", text), STANDARD, None, Thread(out=out.append, limits=LIMITS))
    except OxError as problem:
        assert problem.diagnostic.span is not None
        assert problem.diagnostic.message
        assert problem.diagnostic.code.failure == "user"
        return "\n".join(out), problem.diagnostic.message
    return "\n".join(out), ""


@QUICK
@given(programs())
def test_only_diagnostics_come_out(text: str) -> None:
    outcome(text)


@QUICK
@given(programs())
def test_configs_and_standard_files_agree(text: str) -> None:
    out: list[str] = []
    try:
        load_source(SourceFile("fuzz.bzl", text), CONFIG, None, Thread(out=out.append, limits=LIMITS))
    except OxError:
        pass
    assert "\n".join(out) == outcome(text)[0]


@pytest.mark.slow
@THOROUGH
@given(programs())
def test_agrees_with_starlark_rust(text: str) -> None:
    """Compares with `starlark-pyo3`: the same output, and an error in both or in none."""
    starlark = pytest.importorskip("starlark", reason="starlark-pyo3 is not installed")
    ours, message = outcome(text)
    theirs: list[str] = []
    module = starlark.Module()
    module.add_callable("show", theirs.append)
    failed = ""
    try:
        tree = starlark.parse("fuzz.star", re.sub(r"\bprint\(", "show_text(", text).replace("def main", "def show_text(x):\n    show(str(x))\n\ndef main"))
        starlark.eval(module, tree, starlark.Globals.standard())
    except starlark.StarlarkError as problem:
        failed = str(problem)
    if explained(text, ours, "\n".join(theirs), message, failed):
        return
    assert (ours, bool(message)) == ("\n".join(theirs), bool(failed)), (text, message, failed)


def explained(text: str, ours: str, theirs: str, message: str, failed: str) -> bool:
    """Whether a difference is one that is known and right."""
    known = (
        "float" in theirs or "float" in message or re.search(r"\d\.\d|e[+-]\d", ours + theirs),  # texts of floats follow Go here
        "int too large" in message or "shift" in message,
        "not supported" in failed and "%" in text,
        "Not a valid base" in failed,
        "hash(" in text,
        "frozen" in failed or "mutate" in failed.lower(),
        "elems" in text,
        "overflow" in failed.lower(),
    )
    return any(known)
