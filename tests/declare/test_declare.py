"""Declarations: what is read from a class, how arguments bind, how assignment converts."""

from __future__ import annotations

import copy
import pickle

import pytest

from oxlang.declare import (
    FALSE,
    TRUE,
    UNSET,
    Bool,
    attribute,
    computed,
    function,
    function_def,
    method,
    starlark_type,
)
from oxlang.diagnostics.model import OxError


@starlark_type("Thing", origin="oxlang", buildable=True, run="path")
class Thing:
    """A thing to test with.

    It has two paragraphs.
    """

    flag: bool = attribute(default=False, set="truthy", doc="Whether it is on.")
    mode: str = attribute(default="a", set="enum", enum=("a", "b", "c:<text>"), doc="Which one.")
    words: list[str] | None = attribute(default=None, set="strs-or-none", doc="Some words.", rust="words")
    secret: str | None = attribute(default=None, set="str-or-none", readable=False, doc="Only written.")
    items: list[int] = attribute(default_factory=list, doc="Read only.")
    _hidden: int = 3

    @computed(set="str")
    def title(self) -> str:
        """The title in capitals."""
        return str(self.mode).upper()

    def _put_title(self, value: str) -> None:
        self.mode = value.lower()

    @method
    def greet(self, name: str, times: int = 1, *, loud: bool = False) -> str:
        """Greets somebody.

        Args:
            name: whom
                to greet.
            times: how often.
        """
        assert loud in (True, False) and isinstance(loud, bool)
        return " ".join([f"hello {name}"] * times) + ("!" if loud else "")

    @method(effect="mutates")
    def join(self, ctx: object, other: Thing | None = None, names: list[str] | None = None) -> object:
        """Joins another one."""
        return ctx, other, names


@function("choose", effect="registers")
def choose(which: str, *rest: object, default: object = UNSET, **more: object) -> object:
    """Chooses."""
    return which, rest, default, more


def call(name: str, /, *args: object, **kwargs: object) -> object:
    found = Thing.__starlark__.method(name)  # type: ignore[attr-defined]
    assert found is not None
    return found.call("host", Thing(), args, kwargs)


def put(name: str, value: object) -> Thing:
    thing = Thing()
    found = Thing.__starlark__.attribute(name)  # type: ignore[attr-defined]
    assert found is not None
    found.set(thing, value)
    return thing



class _Expect:
    def __init__(self, code: str, words: tuple[str, ...]) -> None:
        self.code, self.words = code, words
        self.error: OxError | None = None

    def __enter__(self) -> _Expect:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        assert isinstance(error, OxError), error
        assert error.diagnostic.code.id == self.code, error
        shown = f"{error.diagnostic.message} / {error.diagnostic.help}"
        for word in self.words:
            assert word in shown, shown
        self.error = error
        return True


def test_booleans() -> None:
    assert {1: "a", TRUE: "b"} == {1: "a", TRUE: "b"} and len({1: 1, TRUE: 2, 0: 3, FALSE: 4}) == 4
    assert TRUE and not FALSE and repr(TRUE) == str(TRUE) == "True"
    assert TRUE != 1 and FALSE < TRUE and not TRUE < FALSE and TRUE >= TRUE
    assert copy.deepcopy(TRUE) is TRUE and pickle.loads(pickle.dumps(FALSE)) is FALSE
    with pytest.raises(TypeError):
        Bool()
    with pytest.raises(TypeError):
        TRUE + 1  # type: ignore[operator]


def test_type_definition() -> None:
    declared = Thing.__starlark__  # type: ignore[attr-defined]
    assert declared.name == "Thing" and declared.doc == "A thing to test with."
    assert list(declared.attributes) == ["flag", "mode", "words", "secret", "items", "title"]
    assert list(declared.methods) == ["greet", "join"]
    assert str(declared.attribute("mode").type) == '"a" | "b" | "c:<text>"'
    assert str(declared.attribute("words").type) == "list[string] | None"
    assert declared.attribute("words").rust == "words" and declared.attribute("flag").default_text == "False"
    assert declared.attribute("items").default_text == "[]" and not declared.attribute("items").writable


def test_signatures() -> None:
    greet = Thing.__starlark__.method("greet")  # type: ignore[attr-defined]
    assert greet.signature() == "greet(name: string, times: int = 1, *, loud: bool = False) -> string"
    assert greet.params[0].doc == "whom to greet."
    join = Thing.__starlark__.method("join")  # type: ignore[attr-defined]
    assert join.signature() == "join(other: Thing | None = None, names: list[string] | None = None) -> any"
    assert function_def(choose).signature() == "choose(which: string, *rest, default = …, **more) -> any"


def test_calls() -> None:
    assert call("greet", "you") == "hello you"
    assert call("greet", times=2, name="x", loud=TRUE) == "hello x hello x!"
    other = Thing()
    assert call("join", other, names=["a"]) == ("host", other, ["a"])
    declared = function_def(choose)
    assert declared.call(None, None, ("a", 1, 2), {"k": 3}) == ("a", (1, 2), UNSET, {"k": 3})


def test_wrong_arguments() -> None:
    with _Expect("OX0301", ("`Thing.greet` misses the argument `name`",)):
        call("greet")
    with _Expect("OX0302", ("no parameter `tims`", "did you mean `times`")) as seen:
        call("greet", "a", tims=1)
    assert seen.error and seen.error.argument == "tims"
    with _Expect("OX0303", ("takes 2 arguments by position, but 3 are given",)) as seen:
        call("greet", "a", 1, 2)
    assert seen.error and seen.error.argument == 2
    with _Expect("OX0304", ("`Thing.greet` wants a string for `name`, not an int",)) as seen:
        call("greet", 5)
    assert seen.error and seen.error.argument == 0
    with _Expect("OX0304", ("wants an int for `times`, not a bool",)) as seen:
        call("greet", "a", times=TRUE)
    assert seen.error and seen.error.argument == "times"
    with _Expect("OX0304", ("wants a list of strings or None for `names`, not an int at index 1",)):
        call("join", None, ["a", 1])
    with _Expect("OX0304", ("wants a Thing or None for `other`, not a string",)):
        call("join", "x")
    with _Expect("OX0305", ("gets the argument `name` twice",)):
        call("greet", "a", name="b")


@function("measure")
def measure(x: object, /) -> int:
    """Measures."""
    return 1


def test_positional_only() -> None:
    assert function_def(measure).call(None, None, ("a",)) == 1
    with _Expect("OX0307", ("`measure` takes `x` by position only",)):
        function_def(measure).call(None, None, (), {"x": 1})


def test_assignment() -> None:
    assert put("flag", "no").flag is True and put("flag", []).flag is False and put("flag", FALSE).flag is False
    assert put("mode", "c:zz").mode == "c:zz"
    assert put("words", ("a", 1, None, TRUE)).words == ["a", "1", "None", "True"]
    assert put("title", "B").mode == "b"
    with _Expect("OX0314", ('"zzz" is not a value for `Thing.mode`', '"a", "b"')):
        put("mode", "zzz")
    with _Expect("OX0313", ("wants a list of strings, not a string",)):
        put("words", "abc")
    with _Expect("OX0311", ("`Thing.items` can be read, but not assigned",)):
        put("items", [])
    with _Expect("OX0312", ("`Thing.secret` can be assigned, but not read",)):
        Thing.__starlark__.attribute("secret").get(Thing())  # type: ignore[attr-defined]
    with _Expect("OX0310", ("`Thing` has no attribute or method `gret`", "`greet`")):
        raise Thing.__starlark__.unknown("gret")  # type: ignore[attr-defined]


def test_instances_share_nothing() -> None:
    one, two = Thing(), Thing(flag=True)
    one.items.append(1)
    assert two.items == [] and two.flag and not one.flag
    with pytest.raises(TypeError):
        Thing(nothing=1)  # type: ignore[call-arg]
