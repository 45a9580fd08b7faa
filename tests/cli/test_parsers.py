"""The quick parser and click read a command line alike, or the quick one leaves it to click."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from oxlang.cli import clicked, quick
from oxlang.cli.invocation import Invocation
from oxlang.cli.quick import HelpAsked
from oxlang.cli.spec import Argument, Command, Option, WrongUsage


def _nothing(call: Invocation) -> int:
    return 0


PARAMS = (
    Option(("--flag",), "F"),
    Option(("--text", "-t"), "T", "TEXT", default="d"),
    Option(("--choice",), "C", "C", choices=("a", "b")),
    Option(("--pair",), "P", "NAME VALUE", multiple=True),
    Option(("--list",), "L", "ONE", multiple=True),
)
COMMANDS = [
    Command("many", "s", _nothing, (*PARAMS, Argument("TARGET", "t", "many"))),
    Command("rest", "s", _nothing, (*PARAMS, Argument("EXTRA", "t", "rest"))),
    Command("one", "s", _nothing, (*PARAMS, Argument("A", "a"), Argument("B", "b", "optional", "x"))),
    Command("need", "s", _nothing, (*PARAMS, Option(("--need",), "n", "N", required=True))),
]
WORDS = st.sampled_from(
    ["--flag", "--text", "-t", "--text=x", "--choice", "--choice=a", "--pair", "--list", "--list=", "--need", "--", "-",
     "a", "b", "c d", "--verbose", "--system-rust", "--bogus", "", "--flag=1", "-x"]
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(COMMANDS), st.lists(WORDS, max_size=8))
def test_parsers_agree(command: Command, words: list[str]) -> None:
    fast = quick.parse(command, words)
    try:
        slow = clicked.parse(command, words)
    except WrongUsage:
        assert fast is None
        return
    if fast is not None:
        assert fast == slow


def test_help_is_asked() -> None:
    for word, short in (("-h", True), ("--help", False)):
        try:
            quick.parse(COMMANDS[0], ["x", word])
        except HelpAsked as asked:
            assert asked.short is short
        else:
            raise AssertionError("no help")


def test_rest_takes_options() -> None:
    found = quick.parse(COMMANDS[1], ["--flag", "x", "--flag", "-c", "--", "y"])
    assert found is not None and found["extra"] == ("x", "--flag", "-c", "--", "y")
    found = quick.parse(COMMANDS[1], ["--", "-c", "--help"])
    assert found is not None and found["extra"] == ("-c", "--help")
