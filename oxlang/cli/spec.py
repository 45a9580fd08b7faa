"""What a command is: its name, its parameters, its texts and the function it calls.

A command is declared once with these records (plain classes: making dataclasses takes a tenth of the start-up time). The quick parser (`quick.py`), the click command (`clicked.py`: error
texts and shell completion) and the help pages (`help.py`) read the declaration; none has a list of its own.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Literal

    from oxlang.cli.invocation import Invocation

    Arity = Literal["one", "optional", "many", "rest"]

_PATHS = frozenset({"PATH", "DIR", "FILE", "CONFIG", "DESTINATION_PATH", "PROJECT_PATH"})

Value = bool | int | str | None | tuple[str, ...] | tuple[tuple[str, str], ...]


class Option:
    """An option of a command.

    Attributes:
        names: its spellings, the long one first.
        help: what it does, a sentence.
        metavar: what its value is called; empty for a flag, two words for an option that takes two.
        default: value when it is not given.
        choices: the only values it takes, if it is closed.
        multiple: may be given repeatedly; the values are collected. A repeated flag counts.
        required: must be given.
        hidden: not shown by help.
    """

    __slots__ = ("choices", "default", "help", "hidden", "metavar", "multiple", "names", "required")

    def __init__(
        self,
        names: tuple[str, ...],
        help: str,
        metavar: str = "",
        default: str | None = None,
        choices: tuple[str, ...] = (),
        multiple: bool = False,
        required: bool = False,
        hidden: bool = False,
    ) -> None:
        self.names = names
        self.help = help
        self.metavar = metavar
        self.default = default
        self.choices = choices
        self.multiple = multiple
        self.required = required
        self.hidden = hidden

    @property
    def key(self) -> str:
        """The name under which the value is found."""
        return self.names[0].lstrip("-").replace("-", "_")

    @property
    def words(self) -> int:
        """How many words its value has."""
        return len(self.metavar.split()) if self.metavar else 0

    @property
    def is_path(self) -> bool:
        """Whether its value is a path."""
        return self.metavar in _PATHS

    @property
    def absent(self) -> Value:
        """The value when the option is not given."""
        if self.words == 0:
            return 0 if self.multiple else False
        return () if self.multiple else self.default


class Argument:
    """A positional argument.

    Attributes:
        metavar: its name on the help page.
        help: what it is, a sentence.
        arity: `one`, `optional`, `many` (none is allowed), or `rest`: everything from the first free word on, options
            included, goes to it.
        default: value of an optional one that is not given.
    """

    __slots__ = ("arity", "default", "help", "metavar")

    def __init__(self, metavar: str, help: str, arity: Arity = "one", default: str | None = None) -> None:
        self.metavar = metavar
        self.help = help
        self.arity: Arity = arity
        self.default = default

    @property
    def key(self) -> str:
        """The name under which the value is found."""
        return self.metavar.lower().replace("-", "_")

    @property
    def is_path(self) -> bool:
        """Whether it is a path."""
        return self.metavar in _PATHS

    @property
    def absent(self) -> Value:
        """The value when the argument is not given."""
        return () if self.arity in ("many", "rest") else self.default


class Values:
    """The values of a command's parameters, by key, with typed access."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = dict(values)

    def __getitem__(self, key: str) -> Value:
        return self._values[key]

    def __repr__(self) -> str:
        return f"Values({self._values!r})"

    def as_dict(self) -> dict[str, Value]:
        """Gives the values by key."""
        return dict(self._values)

    def flag(self, key: str) -> bool:
        """Whether a flag is given."""
        return bool(self._values[key])

    def text(self, key: str) -> str:
        """The value of a parameter that always has one."""
        value = self._values[key]
        assert isinstance(value, str), f"{key} has no text"
        return value

    def maybe(self, key: str) -> str | None:
        """The value of an optional parameter."""
        value = self._values[key]
        assert value is None or isinstance(value, str), f"{key} is no text"
        return value

    def many(self, key: str) -> tuple[str, ...]:
        """The values of a repeated parameter."""
        value = self._values[key]
        assert isinstance(value, tuple), f"{key} is no list"
        return tuple(one for one in value if isinstance(one, str))

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        """The values of a repeated option of two words."""
        value = self._values[key]
        assert isinstance(value, tuple), f"{key} is no list"
        return tuple((one[0], one[1]) for one in value if isinstance(one, tuple))

    def integer(self, key: str) -> int | None:
        """The value of an optional parameter as a number of at least 1; wrong usage when it is none."""
        value = self.maybe(key)
        if value is None:
            return None
        if not value.isascii() or not value.isdigit() or not int(value):
            raise WrongUsage(f"`--{key.replace('_', '-')}` takes a whole number of at least 1, not `{value}`")
        return int(value)


class WrongUsage(Exception):
    """The command line is wrong; ends with status 2.

    Attributes:
        message: what is wrong.
        hint: what was probably meant, if known.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def nearest_option(name: str, known: Sequence[str]) -> str | None:
    """Gives a hint at the option that was probably meant; for a letter a long one that begins with it."""
    from oxlang.diagnostics.spelling import did_you_mean

    if len(name) == 2:
        long = next((one for one in known if one.startswith("--" + name[1])), None)
        return None if long is None else f"did you mean `{long}`?"
    return did_you_mean(name, known)


class Command:
    """A command.

    Attributes:
        name: as users type it; a subcommand's holds its group, `cache gc`.
        summary: one line for lists.
        run: does it; gives the exit status.
        params: its own parameters, the global ones apart.
        details: further paragraphs of the help page.
        examples: command lines with what each does.
    """

    __slots__ = ("details", "examples", "name", "params", "run", "summary")

    def __init__(
        self,
        name: str,
        summary: str,
        run: Callable[[Invocation], int],
        params: tuple[Option | Argument, ...] = (),
        details: str = "",
        examples: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.name = name
        self.summary = summary
        self.run = run
        self.params = params
        self.details = details
        self.examples = examples

    @property
    def options(self) -> tuple[Option, ...]:
        """Its options, the global ones last."""
        return (*(one for one in self.params if isinstance(one, Option)), *GLOBAL)

    @property
    def arguments(self) -> tuple[Argument, ...]:
        """Its positional arguments."""
        return tuple(one for one in self.params if isinstance(one, Argument))

    @property
    def usage(self) -> str:
        """The usage line, without `usage: `."""
        words = ["oxl", *self.name.split(), "[OPTIONS]"]
        for one in self.params:
            if isinstance(one, Option) and one.required:
                words.append(f"{one.names[0]} {one.metavar}")
        shapes = {"one": "{}", "optional": "[{}]", "many": "[{}]...", "rest": "[{}]..."}
        words += [shapes[one.arity].format(one.metavar) for one in self.arguments]
        return " ".join(words)


GLOBAL: tuple[Option, ...] = (
    Option(("--verbose",), "Say more; twice says much, three times shows everything.", multiple=True),
    Option(("--system-rust",), "Use the Rust of this machine (the default; accepted for PyOxidizer's sake)."),
)
