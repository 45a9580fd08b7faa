"""Assignment to every attribute that can be assigned converts as its set mode says."""

from __future__ import annotations

from typing import Any

import pytest

from oxlang.declare import FALSE, TRUE, AttributeDef
from oxlang.declare.setmodes import MODES
from oxlang.diagnostics.model import OxError
from oxlang.dialect.content import Content
from oxlang.dialect.environment import environment
from oxlang.dialect.executable import PythonExecutable
from oxlang.dialect.files import FileContent
from oxlang.dialect.installers import WiXInstaller, WiXMSIBuilder
from oxlang.dialect.resources import BY_KIND
from oxlang.dialect.signing import CodeSigningRequest
from oxlang.dialect.snap import Snap, SnapApp, SnapPart
from oxlang.dialect.wheel_builder import PythonWheelBuilder
from oxlang.graph.digest import digest_bytes
from oxlang.packaging.interpreter_config import InterpreterConfig
from oxlang.packaging.policy import PackagingPolicy
from oxlang.packaging.resource import AddOptions, Resource

TYPE, CHOICE, FORM = "OX0313", "OX0314", "OX0315"
OBJECT = PackagingPolicy()


def made(owner: str) -> Any:
    """Gives an instance of a declared type."""
    anything: Any = None
    makers: dict[str, Any] = {
        "PythonPackagingPolicy": PackagingPolicy,
        "PythonInterpreterConfig": InterpreterConfig,
        "SnapApp": SnapApp,
        "SnapPart": SnapPart,
        "Snap": lambda: Snap(name="n", version="1", summary="s", description="d"),
        "FileContent": lambda: FileContent(content=Content(data=b""), executable=False, filename="n"),
        "PythonWheelBuilder": lambda: PythonWheelBuilder(
            distribution="d", version="1", content_files={}, origin=None
        ),
        "WiXInstaller": lambda: object.__new__(WiXInstaller),
        "WiXMSIBuilder": lambda: object.__new__(WiXMSIBuilder),
        "PythonExecutable": lambda: object.__new__(PythonExecutable),
        "CodeSigningRequest": lambda: CodeSigningRequest(action="a", filename="f", path=anything),
    }
    if owner in makers:
        return makers[owner]()
    kinds = {cls.__starlark__.name: kind for kind, cls in BY_KIND.items()}  # type: ignore[attr-defined]
    return BY_KIND[kinds[owner]](Resource(kinds[owner], "a", "", digest_bytes(b"")), AddOptions(), anything)


CASES: dict[str, list[tuple[Any, Any]]] = {
    "truthy": [
        (TRUE, True), (FALSE, False), (None, False), (0, False), ("", False), ([], False), ({}, False), ((), False),
        ("no", True), (1, True), ([0], True), (OBJECT, True),
    ],
    "str": [("a", "a"), (5, "5"), (TRUE, "True"), (["a", 1], '["a", 1]'), ({"k": None}, '{"k": None}'),
            (("a",), '("a",)'), (OBJECT, "<PythonPackagingPolicy>")],
    "strict-str-or-none": [("a", "a"), (None, None), (5, TYPE), (TRUE, TYPE), (["a"], TYPE)],
    "filename": [("a", "a"), (5, "5"), ("a/b", FORM), ("a\\b", FORM)],
    "enum": [(None, CHOICE), (5, CHOICE), ("", CHOICE), ("NOT ONE", CHOICE)],
    "location": [("in-memory", "in-memory"), ("filesystem-relative:", "filesystem-relative:"),
                 ("filesystem-relative:a/b", "filesystem-relative:a/b"), ("default", CHOICE), ("memory", CHOICE),
                 (5, CHOICE)],
    "add-location": [("in-memory", "in-memory"), ("filesystem-relative:x", "filesystem-relative:x"), (5, TYPE),
                     ("memory", CHOICE)],
    "int": [(5, 5), (-1, -1), (TRUE, 1), (FALSE, 0), ("5", TYPE), ([], TYPE)],
    "strict-int-or-none": [(5, 5), (None, None), (TRUE, TYPE), ("5", TYPE)],
    "opt-level-or-none": [(0, 0), (1, 1), (2, 2), (TRUE, 1), (FALSE, 0), (None, None), (3, CHOICE), (-1, CHOICE),
                          ("1", TYPE)],
    "strs": [(["a", 1, None], ["a", "1", "None"]), (("a",), ["a"]), ({"k": 1}, ["k"]), (None, []), ("abc", TYPE),
             (5, TYPE)],
    "dict-str-str": [({"a": 1, 2: None}, {"a": "1", "2": "None"}), (None, {}), ([], TYPE), ("a", TYPE)],
    "dict-dict-str": [({"a": {"b": 1}}, {"a": {"b": "1"}}), ({}, {}), (None, TYPE), ({"a": 1}, TYPE)],
    "dict-strs": [({"a": ["b", 1]}, {"a": ["b", "1"]}), (None, {}), ({"a": None}, TYPE), ({"a": "b"}, TYPE),
                  ([], TYPE)],
    "list-dict-str": [([{"a": 1}], [{"a": "1"}]), (None, []), ({"a": 1}, TYPE), (["a"], TYPE)],
    "enum-list": [(None, []), ([], []), (["NOT ONE"], CHOICE), ("a", TYPE), (("a",), TYPE)],
    "tag": [("ab", FORM), ("a-b", FORM), (5, FORM)],
}  # fmt: skip
CASES["str-or-none"] = [*CASES["str"], (None, None)]
CASES["truthy-or-none"] = [(given, kept) for given, kept in CASES["truthy"] if given is not None] + [(None, None)]
CASES["strs-or-none"] = [(given, kept) for given, kept in CASES["strs"] if given is not None] + [(None, None)]
CASES["enum-or-none"] = [(None, None), (5, CHOICE), ("NOT ONE", CHOICE)]
CASES["location-or-none"] = [*CASES["location"], (None, None)]
CASES["add-location-or-none"] = [*CASES["add-location"], (None, None), ("default", None)]
CASES["add-location"] = [*CASES["add-location"], (None, FORM), ("default", FORM)]
CASES["int-or-none"] = [*CASES["int"], (None, None)]

ATTRIBUTES = [
    attribute
    for declared in environment().types.values()
    for attribute in declared.attributes.values()
    if attribute.writable and attribute.set_mode != "custom"
]


@pytest.mark.parametrize("attribute", ATTRIBUTES, ids=[one.qualified_name for one in ATTRIBUTES])
def test_assignment(attribute: AttributeDef) -> None:
    assert attribute.set_mode in MODES
    for given, kept in CASES[attribute.set_mode]:
        holder = made(attribute.owner)
        if isinstance(kept, str) and kept in (TYPE, CHOICE, FORM):
            with pytest.raises(OxError) as caught:
                attribute.set(holder, given)
            assert caught.value.diagnostic.code.id == kept, (given, kept)
            assert attribute.qualified_name in caught.value.diagnostic.message
        else:
            attribute.set(holder, given)
            assert getattr(holder, attribute.python_name) == kept, given


@pytest.mark.parametrize(
    "attribute", [one for one in ATTRIBUTES if one.choices], ids=[one.qualified_name for one in ATTRIBUTES if one.choices]
)
def test_choices_are_taken(attribute: AttributeDef) -> None:
    for choice in attribute.choices:
        text = choice.replace("<", "").replace(">", "") if "<" in choice else choice
        given = [text] if attribute.set_mode == "enum-list" else text
        holder = made(attribute.owner)
        attribute.set(holder, given)
        assert getattr(holder, attribute.python_name) == given


@pytest.mark.parametrize("attribute", [one for one in ATTRIBUTES if one.set_mode == "str"],
                         ids=[one.qualified_name for one in ATTRIBUTES if one.set_mode == "str"])  # fmt: skip
def test_none_is_no_text(attribute: AttributeDef) -> None:
    """PyOxidizer stored the text "None"; here None unsets an attribute or is refused."""
    holder = made(attribute.owner)
    assert attribute.none in ("unset", "error")
    if attribute.none == "unset":
        attribute.set(holder, None)
        assert getattr(holder, attribute.python_name) is None
    else:
        with pytest.raises(OxError):
            attribute.set(holder, None)


def test_stored_values_share_nothing() -> None:
    given = ["a"]
    part = SnapPart()
    part.__class__.__starlark__.attribute("after").set(part, given)  # type: ignore[attr-defined]
    given.append("b")
    assert part.after == ["a"]
