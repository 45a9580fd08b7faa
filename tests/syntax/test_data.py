"""Lists and dicts of literals: the loop for them gives the trees and diagnostics of the tables."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oxlang.syntax.parse as driver
from tests.syntax.trees import dump, parsed

leaves = st.sampled_from(["1", "2.5", '"s"', "b'x'", "True", "x", '"\\q"', "08", "1_0"])
pieces = (
    st.sampled_from(["[", "]", "{", "}", ",", ":", "(", ")", "\n", "# c\n", "+", ".", "for", "f(", "-1"])
    | leaves
)


def _nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    items = st.lists(inner, max_size=3)
    entries = st.lists(st.tuples(inner, inner).map(": ".join), max_size=3)
    ends = st.sampled_from(["", ",", "\n", ",\n # c\n"])
    return st.one_of(
        st.tuples(items, ends).map(lambda two: f"[{', '.join(two[0])}{two[1] if two[0] else ''}]"),
        st.tuples(entries, ends).map(lambda two: f"{{{', '.join(two[0])}{two[1] if two[0] else ''}}}"),
        inner.map(lambda one: f"f({one})"),
    )


data = st.recursive(leaves, _nested, max_leaves=15)
soup = st.lists(pieces, max_size=15).map(" ".join)


def both(text: str) -> None:
    fast = parsed(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(driver, "OPENS_DATA", frozenset())
        slow = parsed(text)
    assert dump(fast.file.statements) == dump(slow.file.statements)
    assert [(one.message, str(one.span)) for one in fast.diagnostics] == [
        (one.message, str(one.span)) for one in slow.diagnostics
    ]


@given(data)
@settings(max_examples=150, deadline=None)
def test_data(text: str) -> None:
    both(f"x = {text}\ny = 1\n")


@given(soup)
@settings(max_examples=150, deadline=None)
def test_soup(text: str) -> None:
    both(f"x = [{text}\ny = 1\n")
    both(f"x = {{{text}}}\ny = 1\n")


def test_deep_failures_are_linear() -> None:
    import time

    begin = time.process_time()
    parsed("x = " + "[" * 190 + "1, " * 20_000 + "f()" + "]" * 190 + "\n")
    assert time.process_time() - begin < 3
