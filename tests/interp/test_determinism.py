"""The same bytes in, the same bytes out: on every Python and with every hash seed."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.interp import Thread, load_source
from oxlang.source import SourceFile
from oxlang.syntax.options import CONFIG

# Versions of Python see these failures at different places, or no longer know the variables of the comprehension then.
PLACES = {
    "[a for a, b in ['ab']]": ("['ab']", "got string in sequence assignment", None),
    "[a for x in [1] for a, b in ['ab']]": ("[a for x in [1] for a, b in ['ab']]", "got string in sequence assignment", None),
    "{[x]: 1 for x in [1]}": ("[x]", "unhashable type: list", "use a tuple in its place"),
    "[x + 'a' for x in [1]]": ("x + 'a'", "unknown binary op: int + string", "convert the number with `str(x)`, or use `\"… %d\" % x`"),
    "[[1][x] for x in [4]]": ("x", "list index out of range", None),
    "[{}[x] for x in [4]]": ("x", "key 4 not in dict", "`x.get(key, default)` gives a default"),
}


@pytest.mark.parametrize(("text", "wanted"), PLACES.items(), ids=PLACES.keys())
@pytest.mark.parametrize("inside", [False, True])
def test_places_in_comprehensions(text: str, wanted: tuple[str, str, str | None], inside: bool) -> None:
    whole = f"def f():\n    return {text}\nf()\n" if inside else f"y = {text}\n"
    with pytest.raises(OxError) as caught:
        load_source(SourceFile("a.bzl", whole), CONFIG, None, Thread())
    found = caught.value.diagnostic
    span = found.span
    assert span is not None
    assert (whole[span.start : span.end], found.message, found.help) == wanted
    last = caught.value.frames[-1].span
    assert last is not None
    assert whole[last.start : last.end] in ("[1][x]", "{}[x]", wanted[0])


def _script() -> ModuleType:
    path = Path(__file__).parents[2] / "scripts" / "determinism.py"
    spec = importlib.util.spec_from_file_location("determinism", path)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.mark.slow
def test_the_same_under_every_python_here() -> None:
    script = _script()
    pythons = script.find()
    count, problems = script.compare(pythons, ["0", "1"], 100, None, with_examples=False)
    assert count > 400
    assert not problems, "\n".join(problems[:20])
