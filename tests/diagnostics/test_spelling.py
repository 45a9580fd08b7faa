"""The nearest known name."""

from __future__ import annotations

import pytest

from oxlang.diagnostics.spelling import nearest


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("pip_instal", ["pip_install", "pip_download"], "pip_install"),
        ("PipInstall", ["pip_install"], "pip_install"),
        ("c", ["a", "b"], None),
        ("ab", ["a", "b"], None),
        ("a", ["ab", "ba"], None),
        ("A", ["a", "b"], "a"),
        ("_", ["a", "b"], None),
        ("xy", ["zy", "xz"], None),
        ("ab", ["ba"], "ba"),
        ("fo", ["foo", "bar"], "foo"),
        ("", ["a"], None),
    ],
)
def test_nearest(name: str, known: list[str], expected: str | None) -> None:
    assert nearest(name, known) == expected
