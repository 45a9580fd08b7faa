"""Names, placement and order, on chunked programs and on the API that tools use."""

from __future__ import annotations

from pathlib import Path

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.resolve import Program, resolve
from oxlang.source import SourceFile
from oxlang.syntax.options import CONFIG, STANDARD, LanguageOptions
from oxlang.syntax.parse import parse
from tests.support.chunked import Chunk, check, chunks_of

FOLDER = Path(__file__).parent / "chunks"
UNIVERSAL = {"None", "True", "False", "len", "print", "range", "U"}


def resolved(text: str, options: LanguageOptions = STANDARD) -> Program:
    parsed = parse(SourceFile("test.star", text), options)
    assert not parsed.diagnostics
    return resolve(parsed.file, options, UNIVERSAL, {"M"})


def _evaluate(source: SourceFile, options: LanguageOptions) -> None:
    parsed = parse(source, options)
    found = [*parsed.diagnostics, *resolve(parsed.file, options, UNIVERSAL, {"M"}).diagnostics]
    if found:
        raise OxError(found[0], others=found[1:])


@pytest.mark.parametrize("chunk", chunks_of(FOLDER), ids=str)
def test_chunk(chunk: Chunk) -> None:
    check(chunk, _evaluate)


def test_scopes() -> None:
    program = resolved(
        'load("m", "loaded")\nx = 1\ndef f(a):\n    b = a\n    def g():\n        return b + x + len(loaded)\n    return g\n'
    )
    outer, inner = program.functions
    assert outer.bindings["a"].scope == "local"
    assert outer.bindings["b"].scope == "cell"
    assert inner.free == {"b": outer.bindings["b"]}
    assert program.globals["x"].scope == "global"
    assert program.globals["loaded"].scope == "file"
    assert program.outside["len"].scope == "universal"
    assert program.exported == ["x", "f"]


def test_uses_and_assignments_are_recorded() -> None:
    program = resolved("x = 1\ny = x + x\n")
    assert len(program.globals["x"].uses) == 2
    assert [name.id for name in program.globals["x"].assignments] == ["x"]
    assert program.globals["y"].uses == []


def test_first_iterable_of_a_comprehension_is_outside() -> None:
    program = resolved("x = [1]\ny = [x for x in x]\n")
    assert len(program.globals["x"].uses) == 1


def test_config_leaves_unknown_names_of_functions_to_run_time() -> None:
    assert not resolved("def f():\n    return nowhere\n", CONFIG).diagnostics
    assert [one.code.id for one in resolved("nowhere\n", CONFIG).diagnostics] == ["OX0201"]


def test_visible_names_for_completion() -> None:
    program = resolved("x = 1\ndef f(a):\n    b = 2\n    return b\n")
    assert set(program.visible_at(30)) == {"x", "f", "a", "b"}
    assert set(program.visible_at(0)) == {"x", "f"}


def test_everything_is_reported_at_once() -> None:
    text = "def f():\n    return p + q\nbreak\nM(x = 1, 2)\n"
    assert [one.code.id for one in resolved(text).diagnostics] == ["OX0201", "OX0201", "OX0203", "OX0206"]


def test_known_globals_of_a_session() -> None:
    parsed = parse(SourceFile("<prompt>", "x + 1\n"), CONFIG)
    assert not resolve(parsed.file, CONFIG, UNIVERSAL, (), ["x"]).diagnostics
