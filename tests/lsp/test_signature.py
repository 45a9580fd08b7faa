"""Signature help while a call is written."""

from __future__ import annotations

import pytest

from tests.lsp.conftest import Open

DIST = "dist = default_python_distribution()\n"


@pytest.mark.parametrize(
    ("text", "active"),
    [
        (f"{DIST}dist.to_python_executable(¦)\n", "name: string"),
        (f"{DIST}dist.to_python_executable(¦\n", "name: string"),
        (f"{DIST}dist.to_python_executable('a', ¦\nx = 1\n", "packaging_policy"),
        (f"{DIST}dist.to_python_executable('a', config = ¦)\n", "config"),
        (f"{DIST}dist.to_python_executable(name = str(1¦))\n", "x"),
        (f"{DIST}dist.to_python_executable(name = 'a', packaging_policy = None, ¦)\n", "config"),
        (f"{DIST}dist.to_python_executable('a', config = None, ¦)\n", "packaging_policy"),
        ("def f(one, two):\n    return one\nf(1, ¦\n", "two"),
        ("print(1, 2, ¦)\n", "*args"),
    ],
)
def test_active_parameter(document: Open, text: str, active: str) -> None:
    found = document(text).ask("signatureHelp")
    (one,) = found["signatures"]
    start, end = one["parameters"][found["activeParameter"]]["label"]
    assert one["label"][start:end].startswith(active)


def test_outside_of_calls(document: Open) -> None:
    assert document("x = ¦1\n").ask("signatureHelp") is None
    assert document("f(1)¦\n").ask("signatureHelp") is None
    assert document("x = [¦]\n").ask("signatureHelp") is None
