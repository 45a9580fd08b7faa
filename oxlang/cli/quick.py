"""Parses command lines without click, whose import alone takes longer than listing targets may.

Only what is right is parsed here; for anything else the caller lets click find the words for what is wrong. A test
compares both parsers on generated command lines.
"""

from __future__ import annotations

from oxlang.cli.spec import Argument, Command, Option, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class HelpAsked(Exception):
    """The command line asks for help: the short page with `-h`, the long one with `--help`."""

    def __init__(self, short: bool) -> None:
        super().__init__("help")
        self.short = short


def parse(command: Command, words: Sequence[str]) -> dict[str, Value] | None:
    """Gives the values of a command's parameters, or None when something is wrong. Raises HelpAsked."""
    options = {name: one for one in command.options for name in one.names}
    values: dict[str, Value] = {one.key: one.absent for one in command.options}
    free: list[str] = []
    before_rest = _before_rest(command)
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word == "--":
            free += words[at:]
            break
        if word == "--help" or word == "-h":
            raise HelpAsked(short=word == "-h")
        if not word.startswith("-") or word == "-":
            free.append(word)
            if before_rest is not None and len(free) > before_rest:
                free += words[at:]
                break
            continue
        name, equals, inline = word.partition("=")
        option = options.get(name)
        if option is None or (equals and (option.words != 1 or not name.startswith("--"))):
            return None
        taken = (inline,) if equals else tuple(words[at : at + option.words])
        if not equals:
            at += option.words
        if len(taken) != option.words and not equals:
            return None
        if not _store(values, option, taken):
            return None
    if any(one.required and values[one.key] in (None, ()) for one in command.options):
        return None
    return values if _place(values, command.arguments, free) else None


def _before_rest(command: Command) -> int | None:
    """How many words stand before a `rest` argument; None without one."""
    for number, one in enumerate(command.arguments):
        if one.arity == "rest":
            return number
    return None


def _store(values: dict[str, Value], option: Option, taken: tuple[str, ...]) -> bool:
    if option.choices and any(one not in option.choices for one in taken):
        return False
    old = values[option.key]
    if option.words == 0:
        values[option.key] = (old if isinstance(old, int) else 0) + 1 if option.multiple else True
        return True
    new: str | tuple[str, ...] = taken[0] if option.words == 1 else taken
    if not option.multiple:
        values[option.key] = new
        return True
    assert isinstance(old, tuple)
    values[option.key] = (*old, new)
    return True


def _place(values: dict[str, Value], arguments: Sequence[Argument], free: list[str]) -> bool:
    """Gives the free words to the arguments in order; false when there are too many or too few."""
    rest = list(free)
    for one in arguments:
        if one.arity in ("many", "rest"):
            values[one.key] = tuple(rest)
            rest = []
        elif rest:
            values[one.key] = rest.pop(0)
        elif one.arity == "one":
            return False
        else:
            values[one.key] = one.absent
    return not rest
