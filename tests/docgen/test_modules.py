"""The modules of `@stdlib`, described without running them."""

from __future__ import annotations

from pathlib import Path

import pytest

from oxlang.bundled import bundled_path
from oxlang.docgen import modules
from oxlang.docgen.export import module_json
from oxlang.docgen.modules import Module, every_module, module_names, read_module, to_markdown
from oxlang.resolve.resolver import resolve
from oxlang.source import SourceFile
from oxlang.syntax.options import STDLIB
from oxlang.syntax.parse import parse

SAMPLE = '''"""What it is for.

    load("@stdlib//sample.star", "f")
"""

fail("nobody runs this")

_HIDDEN = 1

def f(first, *, second = [1, "a"], third):
    """Does it.

    More of that.

    Args:
        first: the first.
        second: the second.

    Returns:
        A number.

    Example:
        f(1, third = 2)
    """

def g(*rest, last = None, **others):
    """Collects.

    Args:
        *rest: many.
        **others: more.
    """

def undocumented():
    return 1

def _hidden():
    """Not told."""
'''


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Module:
    (tmp_path / "sample.star").write_text(SAMPLE)
    monkeypatch.setattr(modules, "bundled_path", lambda _, *parts: tmp_path.joinpath(*parts))
    found = read_module("@stdlib//sample.star")
    assert found is not None
    return found


def test_parts(sample: Module) -> None:
    assert (sample.doc, sample.details) == ("What it is for.", '    load("@stdlib//sample.star", "f")')
    assert [one.signature() for one in sample.functions] == [
        'f(first, *, second = [1, "a"], third)', "g(*rest, last = None, **others)", "undocumented()"
    ]  # fmt: skip
    assert sample.functions[0].signature(20) == 'f(\n    first,\n    *,\n    second = [1, "a"],\n    third,\n)'


def test_text(sample: Module) -> None:
    text = to_markdown(sample)
    assert text.startswith('# `@stdlib//sample.star`\n\nWhat it is for.\n\n    load("@stdlib//sample.star", "f")\n\n## `f`\n')
    assert "- `second`: the second.\n\nReturns: A number.\n\nExample:\n\n```starlark\nf(1, third = 2)\n```\n" in text
    assert "- \\*`rest`: many.\n- \\*\\*`others`: more.\n" in text
    assert text.endswith("## `undocumented`\n\n```starlark\nundocumented()\n```") and "idden" not in text


def test_json(sample: Module) -> None:
    made = module_json(sample.functions[0])
    assert (made["kind"], made["module"], made["details"]) == ("export", "@stdlib//sample.star", "More of that.")
    parameters = made["parameters"]
    assert isinstance(parameters, list)
    assert [(one["name"], one["kind"], one["required"], one["default"]) for one in parameters] == [
        ("first", "normal", True, None), ("second", "named", False, '[1, "a"]'), ("third", "named", True, None)
    ]  # fmt: skip


def test_every_module_and_function_has_a_text() -> None:
    assert module_names() == [one.name for one in every_module()] != []
    for module in every_module():
        assert module.doc and module.functions, module.name
        for function in module.functions:
            assert function.docs.summary, f"{module.name} {function.name}"
            told = {one.name for one in function.parameters if one.doc}
            assert set(function.docs.args) == told, f"{module.name} {function.name}: Args of other names"


def test_the_functions_are_those_that_can_be_loaded() -> None:
    for module in every_module():
        path = bundled_path("stdlib", module.name.removeprefix("@stdlib//"))
        file = parse(SourceFile(str(path), path.read_text(encoding="utf-8")), STDLIB).file
        assert [one.name for one in module.functions] == resolve(file, STDLIB).exported, module.name
