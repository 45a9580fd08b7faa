"""Records behave as the standard library's dataclasses do, for what of them is used."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any, ClassVar

import pytest

from oxlang import records


def _classes(maker: Any) -> dict[str, Any]:
    """The same declarations by another maker; `maker` has `dataclass` and `field`."""

    @maker.dataclass(frozen=True, slots=True)
    class Point:
        """A place."""

        kind: ClassVar[str] = "point"
        x: int
        y: int = 2
        note: str = maker.field(default="", compare=False, repr=False)

    @maker.dataclass(frozen=True, slots=True, kw_only=True)
    class Named(Point):
        name: str
        length: int = maker.field(init=False, default=0)

        def __post_init__(self) -> None:
            object.__setattr__(self, "length", len(self.name))

    @maker.dataclass(slots=True)
    class Box:
        items: list[int] = maker.field(default_factory=list)

    @maker.dataclass(slots=True, eq=False)
    class Node:
        left: object
        right: object

    @maker.dataclass(slots=True, eq=False)
    class Leaf(Node):
        value: int

    @maker.dataclass(frozen=True)
    class Open:
        a: int = 1
        b: tuple[int, ...] = maker.field(default_factory=tuple)

    @maker.dataclass(frozen=True)
    class Empty:
        pass

    return {one.__name__: one for one in (Point, Named, Box, Node, Leaf, Open, Empty)}


OURS, THEIRS = _classes(records), _classes(dataclasses)


def _outcome(action: Any, classes: dict[str, Any]) -> Any:
    try:
        return action(classes)
    except Exception as problem:
        kinds = [kind.__name__ for kind in type(problem).__mro__ if kind.__module__ == "builtins"]
        return kinds[0], str(problem)


@pytest.mark.parametrize(
    "action",
    [
        lambda c: repr(c["Point"](1)),
        lambda c: repr(c["Point"](1, 3, note="n")),
        lambda c: repr(c["Named"](1, name="abc")),
        lambda c: c["Named"](1, name="abc").length,
        lambda c: c["Point"](1) == c["Point"](1, note="other"),
        lambda c: c["Point"](1) == c["Named"](1, name=""),
        lambda c: c["Point"](1) == 1,
        lambda c: hash(c["Point"](1)) == hash(c["Point"](1, 2, "x")),
        lambda c: c["Point"](),
        lambda c: c["Point"](1, 2, "n", 4),
        lambda c: c["Point"](1, z=1),
        lambda c: c["Named"](1, 2, "n", "abc"),
        lambda c: c["Named"](1, name="a", length=2),
        lambda c: setattr(c["Point"](1), "x", 2),
        lambda c: delattr(c["Point"](1), "x"),
        lambda c: setattr(c["Open"](), "a", 2),
        lambda c: hasattr(c["Point"](1), "__dict__"),
        lambda c: hasattr(c["Open"](), "__dict__"),
        lambda c: hash(c["Box"]()),
        lambda c: c["Box"]() == c["Box"]([]),
        lambda c: c["Box"]().items is c["Box"]().items,
        lambda c: c["Leaf"](1, 2, 3).value,
        lambda c: repr(c["Leaf"](1, 2, value=3)),
        lambda c: c["Node"](1, 2) == c["Node"](1, 2),
        lambda c: isinstance(hash(c["Node"](1, 2)), int),
        lambda c: c["Open"](),
        lambda c: c["Open"].a,
        lambda c: hasattr(c["Open"], "b"),
        lambda c: repr(c["Empty"]()) + str(c["Empty"]() == c["Empty"]()),
        lambda c: [c[name].__match_args__ for name in c],
        lambda c: [c[name].__doc__ for name in ("Point",)],
        lambda c: c["Point"].__qualname__.rpartition(".")[2],
        lambda c: c["Point"].kind,
        lambda c: repr(copy.copy(c["Point"](1, 5))),
        lambda c: repr(copy.deepcopy(c["Box"]([1]))),
    ],
)
def test_as_the_standard_library(action: Any) -> None:
    ours, theirs = _outcome(action, OURS), _outcome(action, THEIRS)
    if (
        isinstance(ours, tuple) and isinstance(theirs, tuple) and ours[0] in ("TypeError", "AttributeError")
    ) or type(ours).__module__ == "builtins":
        assert ours == theirs
    else:
        assert repr(ours) == repr(theirs)


def test_compiled_constructors_do_the_same() -> None:
    """The first few instances are made without compiling anything."""
    classes = _classes(records)
    for _ in range(20):
        assert repr(classes["Named"](1, name="abc")) == repr(THEIRS["Named"](1, name="abc"))
        assert classes["Named"](1, name="abc").length == 3
        assert classes["Box"]([1]).items == [1]
        assert classes["Open"](b=(2,)).b == (2,)
        with pytest.raises(TypeError, match=r"missing 1 required positional argument: 'x'"):
            classes["Point"](y=1)


def test_replace_and_fields() -> None:
    for classes, maker in ((OURS, records), (THEIRS, dataclasses)):
        point = classes["Point"](1)
        assert maker.replace(point, y=7) == classes["Point"](1, 7)
        assert maker.replace(classes["Named"](1, name="ab"), name="abc").length == 3
        # The standard library raises the other one since 3.13.
        with pytest.raises((ValueError, TypeError), match="length is declared with init=False"):
            maker.replace(classes["Named"](1, name="ab"), length=9)
        with pytest.raises(TypeError, match="unexpected keyword argument 'q'"):
            maker.replace(point, q=1)
        assert [one.name for one in maker.fields(point)] == ["x", "y", "note"]


def test_a_subclass_with_a_constructor_of_its_own() -> None:
    for classes in (OURS, THEIRS):

        class Sub(classes["Box"]):  # type: ignore[misc]  # a class chosen at run time
            def __init__(self) -> None:
                super().__init__([4])

        assert Sub().items == [4]
        assert classes["Box"]().items == []


@records.dataclass(frozen=True, slots=True)
class Stored:
    """At module level, so that pickle finds it."""

    a: int
    b: str = "b"


def test_pickle() -> None:
    assert pickle.loads(pickle.dumps(Stored(1))) == Stored(1)
