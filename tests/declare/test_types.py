"""Types that are read from annotations."""

from __future__ import annotations

import subprocess
import sys

import pytest

from oxlang.declare.types import STRING, Ty, from_annotation

SCOPE = {"Alias": "list[str] | None", "Known": STRING, "Python": int}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("str | None", "string | None"),
        ("None|str", "None | string"),
        ("list[str]", "list[string]"),
        ("dict[str, list[int | None]]", "dict[string, list[int | None]]"),
        ("tuple[int, str]", "tuple[int, string]"),
        ("tuple[int, str,]", "tuple[int, string]"),
        ("tuple[int, ...]", "tuple"),
        ("Callable[[str, list[int]], object] | None", "function | None"),
        ("collections.abc.Sequence[str]", "list[string]"),
        ("Optional[int]", "int | None"),
        ("Union[int, str, int]", "int | string"),
        ("Literal['a', \"b | c\", 'd[e],']", '"a" | "b | c" | "d[e],"'),
        ("'str | int'", "string | int"),
        ("list['int']", "list[int]"),
        ("Alias | int", "list[string] | None | int"),
        ("Known", "string"),
        ("Unheard", "Unheard"),
        ("  int  ", "int"),
    ],
)
def test_annotations(text: str, shown: str) -> None:
    assert from_annotation(text, SCOPE).display() == shown


@pytest.mark.parametrize(
    "text",
    ["", "str |", "| str", "list[", "list[int", "list[int str]", "str]", "a b", "3", "f(x)", "Literal[1]", "Literal['a\\n']",
     "tuple[...]", "list[int, ...]", "tuple[int, ..., str]", "Callable[[str", "'str", "x.", "..."],
)  # fmt: skip
def test_what_is_no_type(text: str) -> None:
    with pytest.raises(TypeError, match="no Starlark type for the annotation"):
        from_annotation(text)


def test_a_type_stays_what_it_is() -> None:
    made = Ty("list", (STRING,))
    assert from_annotation(made) is made
    assert from_annotation(None).kind == "none"
    assert from_annotation(str) == STRING


def test_reading_annotations_makes_no_syntax_trees() -> None:
    """The first call of `compile` makes the classes of all nodes of Python's syntax, which takes 2 ms."""
    refuse = "sys.addaudithook(lambda event, args: event == 'compile' and sys.exit(3))"
    script = f"import sys; from oxlang.declare.types import from_annotation as f; {refuse}; f('dict[str, list[int]] | None')"
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0
