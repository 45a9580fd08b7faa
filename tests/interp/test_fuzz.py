"""Random programs: only diagnostics come out, and an independent implementation agrees."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.interp import Limits, Thread, load_source
from oxlang.source import SourceFile
from oxlang.syntax.options import CONFIG, STANDARD, LanguageOptions
from tests.interp import differential
from tests.interp.programs import Maker

LIMITS = Limits(steps=100_000, memory_bytes=8 << 20, value_bytes=1 << 20)


def outcome(text: str, options: LanguageOptions = STANDARD) -> tuple[str, str]:
    """Gives what the program printed, and the message of its error."""
    out: list[str] = []
    try:
        load_source(SourceFile("fuzz.star", "show = print\n" + text), options, None, Thread(out=out.append, limits=LIMITS))
    except OxError as problem:
        assert problem.diagnostic.span is not None
        assert problem.diagnostic.message
        assert problem.diagnostic.code.failure == "user"
        return "\n".join(out), problem.diagnostic.message
    return "\n".join(out), ""


@pytest.mark.parametrize("seed", range(10))
def test_only_diagnostics_come_out(seed: int) -> None:
    maker = Maker(Random(seed))
    succeeded = 0
    for _ in range(40):
        text = maker.program()
        _, message = outcome(text)
        succeeded += not message
    assert succeeded >= 5


@pytest.mark.parametrize("seed", range(4))
def test_configs_and_standard_files_agree(seed: int) -> None:
    maker = Maker(Random(1000 + seed))
    for _ in range(40):
        text = maker.program()
        assert outcome(text, CONFIG) == outcome(text) or "duplicate key" in outcome(text)[1], text


@pytest.mark.parametrize("seed", range(3))
def test_text_that_is_no_program(seed: int) -> None:
    chance = Random(seed)
    maker = Maker(chance)
    for _ in range(60):
        text = list(maker.program())
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(text))
            text[at] = chance.choice(["(", ")", "]", "'", "\n", " ", ":", "=", "lambda ", "\x00", "é", "", "..", "{"])
        outcome("".join(text))


@pytest.mark.slow
@pytest.mark.parametrize("peer", differential.PEERS)
@pytest.mark.parametrize("seed", range(10))
def test_agrees_with_other_implementations(peer: str, seed: int) -> None:
    """The same output, and an error in both or in none; see `differential` for what is known to differ."""
    run = differential.PEERS[peer]()
    if run is None:
        pytest.skip(f"the implementation called {peer} is not installed")
    maker = differential.maker(peer, 5000 + seed)
    for _ in range(40 if peer == "pure" else 250):
        name, shown = differential.compare(peer, run, maker.program())
        assert name != "unexplained", shown


def test_every_known_difference_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "conformance.md").read_text(encoding="utf-8")
    for known in differential.KNOWN.values():
        for name in known:
            assert name in page, name
