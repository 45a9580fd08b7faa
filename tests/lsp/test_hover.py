"""Hover shows the declaration that evaluation uses."""

from __future__ import annotations

import pytest

from tests.lsp.conftest import Open

DIST = "dist = default_python_distribution()\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("register_¦target('a', print)\n", "register_target(\n    target: string,"),
        ("¦CWD\n", "CWD: string"),
        (f"{DIST}dist.make_python_¦packaging_policy()\n", "PythonDistribution.make_python_packaging_policy() -> PythonPackagingPolicy"),
        (f"{DIST}p = dist.make_python_packaging_policy()\np.include_¦test = True\n", "PythonPackagingPolicy.include_test: bool = False"),
        (f"{DIST}¦dist\n", "dist: PythonDistribution"),
        (f"{DIST}dist.to_python_executable(na¦me = 'x')\n", "name: string"),
        ("def f(a, b = 1):\n    'Adds.'\n    return a\n¦f(1)\n", "def f(a, b = …)\n```\n\nAdds."),
        ("'a'.jo¦in([])\n", "string.join("),
        ("load('@stdlib//li¦sts.star', 'unique')\n", "def unique(items)\ndef flatten(items)"),
        ("load('@stdlib//li¦sts.star', 'unique')\n", "\n\n    load(\"@stdlib//lists.star\", \"unique\", \"flatten\")\n"),
        ("le¦n([])\n", "len(x) -> int"),
        ("def e():\n    return FileManifest()\nregister_target('e¦xe', e)\n", "target exe"),
        ("def e():\n    return FileManifest()\nregister_target('exe', e)\nregister_target('b', e, depends = ['e¦xe'])\n", "Gives `FileManifest`"),
    ],
)
def test_hover(document: Open, text: str, expected: str) -> None:
    found = document(text).ask("hover")
    assert expected in found["contents"]["value"]


@pytest.mark.parametrize("text", ["¦\n", "# com¦ment\n", "unknown¦.x\n", "1 +¦ 2\n", "'te¦xt'\n", "("])
def test_nothing(document: Open, text: str) -> None:
    assert document(text).ask("hover") is None


def test_range_in_utf16(document: Open) -> None:
    doc = document("x = ['😀', le¦n('a')]\n")
    assert doc.between(doc.ask("hover")["range"]) == "len"


def test_broken_text(document: Open) -> None:
    found = document(f"{DIST}def f(:\n  x\ndist.make_python_¦packaging_policy(\n").ask("hover")
    assert "PythonPackagingPolicy" in found["contents"]["value"]
