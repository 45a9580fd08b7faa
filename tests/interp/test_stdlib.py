"""The modules of `@stdlib`, by programs that load them, and as documentation."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from oxlang.bundled import bundled_path
from oxlang.diagnostics.model import OxError
from oxlang.interp import Thread, call, load_source
from oxlang.source import SourceFile
from oxlang.syntax import ast
from oxlang.syntax.options import STANDARD, STDLIB, LanguageOptions
from oxlang.syntax.parse import parse
from tests.support.chunked import Chunk, check, chunks_of

FOLDER = Path(__file__).parent / "stdlib"
MODULES = sorted(bundled_path("stdlib").glob("*.star"))


def _evaluate(source: SourceFile, options: LanguageOptions) -> object:
    return load_source(source, options, None, Thread(out=lambda text: None))


@pytest.mark.parametrize("chunk", chunks_of(FOLDER), ids=str)
def test_chunk(chunk: Chunk) -> None:
    check(chunk, _evaluate)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_every_function_is_documented(path: Path) -> None:
    parsed = parse(SourceFile(str(path), path.read_text(encoding="utf-8")), STDLIB)
    assert not parsed.diagnostics
    assert parsed.file.docstring is not None
    for statement in parsed.file.statements:
        if isinstance(statement, ast.Def) and not statement.name.id.startswith("_"):
            first = statement.body[0]
            assert isinstance(first, ast.ExpressionStatement), statement.name.id
            assert isinstance(first.value, ast.Literal_) and isinstance(first.value.value, str), statement.name.id


def test_failures_point_into_the_module_and_show_the_caller() -> None:
    text = 'load("@stdlib//asserts.star", "eq")\neq([1, 2], [1, 3])\n'
    with pytest.raises(OxError) as caught:
        _evaluate(SourceFile("config.bzl", text), STANDARD)
    problem = caught.value
    assert problem.diagnostic.message == "fail: expected [1, 3], got [1, 2] (they differ at index 1: 2, not 3)"
    assert [frame.function for frame in problem.frames] == ["<toplevel>", "eq"]
    assert problem.frames[1].arguments[:2] == ("actual = [1, 2]", "expected = [1, 3]")


def test_unknown_module_gets_a_hint() -> None:
    with pytest.raises(OxError) as caught:
        _evaluate(SourceFile("config.bzl", 'load("@stdlib//path.star", "join")\n'), STANDARD)
    assert caught.value.diagnostic.code.id == "OX0210"
    assert caught.value.diagnostic.help == "did you mean `paths.star`?"


def test_modules_stay_in_their_folder() -> None:
    with pytest.raises(OxError) as caught:
        _evaluate(SourceFile("config.bzl", 'load("@stdlib//../pyproject.toml", "x")\n'), STANDARD)
    assert caught.value.diagnostic.code.id == "OX0210"


def _version(chance: Random) -> str:
    """Gives a text that is mostly a version, in one of the spellings that PEP 440 allows."""
    choose = chance.choice

    def separator() -> str:
        return choose(("", ".", "-", "_"))

    text = choose(("", "", "", "v", "V", " ")) + choose(("", "", "", "1!", "0!", "10!"))
    text += ".".join(str(choose((0, 1, 2, 3, 10, 2024, "01"))) for _ in range(chance.randint(1, 4)))
    if chance.random() < 0.4:
        words = ("a", "b", "c", "rc", "alpha", "beta", "pre", "preview", "RC")
        text += separator() + choose(words) + choose((separator(), "")) + choose(("", "0", "1", "12"))
    if chance.random() < 0.3:
        text += choose((separator() + choose(("post", "rev", "r")) + choose(("", "1", ".2")), "-1", "-0"))
    if chance.random() < 0.3:
        text += separator() + "dev" + choose((separator(), "")) + choose(("", "0", "4"))
    if chance.random() < 0.25:
        text += "+" + choose(("abc", "1", "abc.1", "1.abc", "ubuntu-1", "a_b.01", "A.B"))
    if chance.random() < 0.08:
        text += choose((".", "x", "+", "-", "..1", "!", ".*", " "))
    return text


@pytest.mark.parametrize("seed", range(3))
def test_versions_are_ordered_as_packaging_orders_them(seed: int) -> None:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion, Version

    chance = Random(seed)
    thread = Thread()
    path = bundled_path("stdlib") / "versions.star"
    module = load_source(SourceFile(str(path), path.read_text(encoding="utf-8")), STDLIB, None, thread)

    def ours(name: str, *arguments: str) -> object:
        return call(thread, module.get(name), arguments)

    def theirs(text: str) -> Version | None:
        try:
            return Version(text)
        except InvalidVersion:
            return None

    versions = [_version(chance) for _ in range(400)]
    for one in versions:
        assert bool(ours("is_version", one)) == (theirs(one) is not None), one
    known = [(one, Version(one)) for one in versions if theirs(one) is not None]
    for _ in range(500):
        (one, left), (other, right) = chance.choice(known), chance.choice(known)
        assert ours("compare", one, other) == (left > right) - (left < right), (one, other)
    for _ in range(500):
        (one, left), (other, _) = chance.choice(known), chance.choice(known)
        operator = chance.choice(("==", "!=", "<=", ">=", "<", ">", "~=", "==", "!="))
        specifier = operator + other.strip() + chance.choice(("", "", ".*" if operator in ("==", "!=") else ""))
        try:
            wanted = SpecifierSet(specifier)
        except InvalidSpecifier:
            continue
        assert bool(ours("matches", one, specifier)) == wanted.contains(left, prereleases=True), (one, specifier)
