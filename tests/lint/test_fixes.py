"""Fixes: applied, they remove the finding and nothing else."""

from __future__ import annotations

import pytest

from oxlang.lint.fixes import apply, chosen_fixes
from tests.lint.test_rules import linted

CASES = {
    "load": ('load("@stdlib//a.star", "a")\nx = 1\n', "x = 1\n"),
    "one of a load": ('load("@stdlib//a.star", "a", "b", c = "d")\nx = a + c\n', 'load("@stdlib//a.star", "a", c = "d")\nx = a + c\n'),
    "first of a load": ('load("@stdlib//a.star", "a", "b")\nx = b\n', 'load("@stdlib//a.star", "b")\nx = b\n'),
    "pass": ("def f():\n    pass\n    return 1\n\nf()\n", "def f():\n    return 1\n\nf()\n"),
    "suppression": ("x = 1  # oxl: ignore[OX1003]\n", "x = 1\n"),
    "own line": ("# oxl: ignore[OX1003]\nx = 1\n", "x = 1\n"),
    "targets": (
        "def f():\n    return FileManifest()\n\nregister_target('a', f)\n",
        "def f():\n    return FileManifest()\n\nregister_target('a', f)\n\nresolve_targets()\n",
    ),
}
UNSAFE = {
    "attribute": ("d = default_python_distribution()\nd.pip_instal()\n", None),
    "name": ("x = FileManifest().add_manifst(FileManifest())\n", "x = FileManifest().add_manifest(FileManifest())\n"),
    "argument": ("x = FileContent(filenam = 'a', content = 'b')\n", "x = FileContent(filename = 'a', content = 'b')\n"),
    "comparisons": ("y = 1\nx = 0 < y <= 9\n", "y = 1\nx = 0 < y and y <= 9\n"),
    "denied comparisons": ("y = 1\nx = not 0 < y <= 9\n", "y = 1\nx = not (0 < y and y <= 9)\n"),
    "operand": ("y = 1\nx = 'a' + y\n", "y = 1\nx = 'a' + str(y)\n"),
}


@pytest.mark.parametrize("name", list(CASES))
def test_safe(name: str) -> None:
    before, after = CASES[name]
    found = linted(before)
    assert apply(found.source, chosen_fixes(found.source, found.diagnostics)) == after
    assert not chosen_fixes(found.source, linted(after).diagnostics)


@pytest.mark.parametrize("name", list(UNSAFE))
def test_unsafe(name: str) -> None:
    before, after = UNSAFE[name]
    found = linted(before)
    assert not chosen_fixes(found.source, found.diagnostics)
    if after is not None:
        assert apply(found.source, chosen_fixes(found.source, found.diagnostics, unsafe=True)) == after


def test_edits_that_touch_are_not_applied_together() -> None:
    found = linted("def f():\n    pass  # oxl: ignore[OX1002]\n    return 1\n\nf()\n")
    for _ in range(3):
        fixes = chosen_fixes(found.source, found.diagnostics, unsafe=True)
        found = linted(apply(found.source, fixes))
    lines = [line.rstrip() for line in found.source.text.splitlines() if line.strip()]
    assert lines == ["def f():", "    return 1", "f()"]
