"""Types of parameters, attributes and results.

A `Ty` is read from the text of an annotation when somebody first asks for it, without evaluating it: `str | None`,
`list[str]`, `Literal["a", "b"]`, names of declared classes. `bool` is Starlark's boolean at the boundary and Python's
inside implementations.
"""

from __future__ import annotations

from oxlang.declare.booleans import Bool
from oxlang.declare.text import type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, Literal

    TyKind = Literal[
        "any", "none", "bool", "int", "float", "string", "bytes", "literal", "union", "list", "dict", "tuple",
        "set", "iterable", "function", "instance",
    ]  # fmt: skip


class Ty:
    """A type; never changed after it is made (no dataclass, because every start of oxl would pay for making one).

    Attributes:
        kind: which one.
        items: members of a union; element type of list, set, iterable; key and value type of a dict; element types of a tuple.
        choices: accepted texts of a literal; an entry that ends in `<…>` is a prefix with free text.
        open: a literal that accepts other texts, too.
        name: Starlark name of an instance's type.
    """

    __slots__ = ("choices", "items", "kind", "name", "open")

    def __init__(
        self,
        kind: TyKind,
        items: tuple[Ty, ...] = (),
        choices: tuple[str, ...] = (),
        open: bool = False,
        name: str = "",
    ) -> None:
        self.kind: TyKind = kind
        self.items = items
        self.choices = choices
        self.open = open
        self.name = name

    def _key(self) -> tuple[object, ...]:
        return self.kind, self.items, self.choices, self.open, self.name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ty) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"Ty({self.display()})"

    def __str__(self) -> str:
        return self.display()

    def display(self) -> str:
        """Gives the type as users read it: `string | None`, `list[string]`, `"a" | "b"`."""
        match self.kind:
            case "none":
                return "None"
            case "literal":
                shown = " | ".join(f'"{one}"' for one in self.choices)
                return f"{shown} | string" if self.open else shown
            case "union":
                return " | ".join(one.display() for one in self.items)
            case "list" | "dict" | "tuple" | "set" | "iterable" if self.items:
                return f"{self.kind}[{', '.join(one.display() for one in self.items)}]"
            case "instance":
                return self.name
            case _:
                return self.kind

    @property
    def starlark_names(self) -> tuple[str, ...]:
        """Names that `type()` gives for values of the type, `any` and `iterable` as such."""
        match self.kind:
            case "none":
                return ("NoneType",)
            case "literal":
                return ("string",)
            case "instance":
                return (self.name,)
            case "union":
                return tuple(dict.fromkeys(name for one in self.items for name in one.starlark_names))
            case _:
                return (self.kind,)

    @property
    def element(self) -> Ty:
        """The element type of a list, set or iterable, the key type of a dict; any when it is not given."""
        return self.items[0] if self.items else ANY

    def matches(self, value: object) -> bool:
        """Says whether a Starlark value is of the type (texts of literals are checked apart)."""
        match self.kind:
            case "any":
                return True
            case "none":
                return value is None
            case "string" | "literal":
                return isinstance(value, str)
            case "bool":
                return isinstance(value, (Bool, bool))
            case "int":
                return isinstance(value, int) and not isinstance(value, bool)
            case "float":
                return isinstance(value, float)
            case "bytes":
                return isinstance(value, bytes)
            case "union":
                return any(one.matches(value) for one in self.items)
            case "function":
                return type_name(value) in ("function", "builtin_function_or_method")
            case "instance":
                return type_name(value) == self.name
            case _:
                return self._matches_collection(value)

    def _matches_collection(self, value: object) -> bool:
        if self.kind == "list":
            item = self.element
            return isinstance(value, list) and (item.kind == "any" or all(map(item.matches, value)))
        if self.kind == "dict":
            if not isinstance(value, dict):
                return False
            if not self.items:
                return True
            key, item = self.items
            return all(key.matches(k) and item.matches(v) for k, v in value.items())
        if self.kind == "tuple":
            if not isinstance(value, tuple):
                return False
            return not self.items or (
                len(value) == len(self.items)
                and all(one.matches(v) for one, v in zip(self.items, value, strict=True))
            )
        if self.kind == "set":
            return type_name(value) == "set"
        return is_iterable(value)

    def wrong_item(self, value: object) -> tuple[object, object] | None:
        """Gives the index or key and the value of the first element that does not fit, for messages."""
        options = self.items if self.kind == "union" else (self,)
        for one in options:
            if one.kind == "list" and isinstance(value, list):
                return next(((i, v) for i, v in enumerate(value) if not one.element.matches(v)), None)
            if one.kind == "dict" and isinstance(value, dict) and one.items:
                key, item = one.items
                return next(((k, k if not key.matches(k) else v) for k, v in value.items()
                             if not (key.matches(k) and item.matches(v))), None)  # fmt: skip
        return None

    def convert(self, value: object) -> object:
        """Gives what the implementation gets: booleans as Python's, everything else as it is."""
        if self.kind == "any":
            return value
        return bool(value) if isinstance(value, Bool) else value

    def choice_error(self, value: object) -> tuple[str, ...] | None:
        """Gives the accepted texts when `value` is a text that is not among them, else None."""
        if not isinstance(value, str):
            return None
        literals = [one for one in (self.items if self.kind == "union" else (self,)) if one.kind == "literal"]
        if not literals or any(one.open or in_choices(value, one.choices) for one in literals):
            return None
        return tuple(text for one in literals for text in one.choices)


ANY = Ty("any")
NONE = Ty("none")
BOOL = Ty("bool")
INT = Ty("int")
FLOAT = Ty("float")
STRING = Ty("string")
BYTES = Ty("bytes")
FUNCTION = Ty("function")

_SIMPLE: dict[str, Ty] = {
    "object": ANY,
    "Any": ANY,
    "Value": ANY,
    "any": ANY,
    "None": NONE,
    "NoneType": NONE,
    "bool": BOOL,
    "Bool": BOOL,
    "int": INT,
    "float": FLOAT,
    "str": STRING,
    "string": STRING,
    "bytes": BYTES,
    "list": Ty("list"),
    "Sequence": Ty("list"),
    "dict": Ty("dict"),
    "Mapping": Ty("dict"),
    "tuple": Ty("tuple"),
    "set": Ty("set"),
    "range": Ty("instance", name="range"),
    "Iterable": Ty("iterable"),
    "iterable": Ty("iterable"),
    "Callable": FUNCTION,
    "function": FUNCTION,
}


def in_choices(value: str, choices: Iterable[str]) -> bool:
    """Says whether a text is one of the choices; `name:<…>` accepts any text after the colon."""
    return any(
        value == one or (one.endswith(">") and "<" in one and value.startswith(one[: one.index("<")]))
        for one in choices
    )


def is_iterable(value: object) -> bool:
    """Says whether Starlark can iterate over the value; strings and bytes are not iterable."""
    if isinstance(value, (str, bytes)):
        return False
    return isinstance(value, (list, tuple, dict, set, frozenset, range)) or hasattr(type(value), "__iter__")


def literal(choices: Iterable[str], *, open: bool = False) -> Ty:
    """Gives the type of texts from a list."""
    return Ty("literal", choices=tuple(choices), open=open)


def union(*members: Ty) -> Ty:
    """Gives the union of types, flat and without repetitions."""
    flat: dict[Ty, None] = {}
    for one in members:
        for part in one.items if one.kind == "union" else (one,):
            flat[part] = None
    return next(iter(flat)) if len(flat) == 1 else Ty("union", tuple(flat))


def from_annotation(text: object, scope: Mapping[str, Any] | None = None) -> Ty:
    """Reads a type from the text of an annotation.

    Args:
        text: the annotation; a `Ty` is given back as it is.
        scope: globals of the module it stands in, for aliases of types.

    Raises:
        TypeError: the annotation says something that Starlark has no type for (our bug).
    """
    if isinstance(text, Ty):
        return text
    if text is None:
        return NONE
    hint: str = text if isinstance(text, str) else getattr(text, "__name__", str(text))
    known = _SIMPLE.get(hint)
    if known is not None:
        return known
    return _Reader(hint, scope or {}).read()


class _Reader:
    """Reads the text of one annotation.

    Python's own parser would do, but a process that first asks it for a tree pays 9 million instructions for the classes
    of all nodes, an eighth of what evaluating a small config takes.
    """

    __slots__ = ("_at", "_scope", "_text", "_tokens")

    def __init__(self, text: str, scope: Mapping[str, Any]) -> None:
        self._text = text
        self._scope = scope
        self._tokens = self._split()
        self._at = 0

    def read(self) -> Ty:
        """Gives the type. Raises TypeError for what is no type of Starlark."""
        found = self._union()
        if self._tokens[self._at]:
            raise self._wrong()
        return found

    def _split(self) -> list[str]:
        """Gives names (with dots), texts in quotes, `...` and single signs; an empty token is the end."""
        text = self._text
        tokens, at = [], 0
        while at < len(text):
            sign, begin = text[at], at
            at += 1
            if sign.isspace():
                continue
            if sign in "'\"":
                at = text.find(sign, at) + 1
                if not at or "\\" in text[begin:at]:
                    raise self._wrong()
            elif sign.isalpha() or sign in "_.":
                while at < len(text) and (text[at].isalnum() or text[at] in "_."):
                    at += 1
            tokens.append(text[begin:at])
        tokens.append("")
        return tokens

    def _wrong(self) -> TypeError:
        return TypeError(f"no Starlark type for the annotation {self._text!r}")

    def _take(self, sign: str) -> bool:
        if self._tokens[self._at] != sign:
            return False
        self._at += 1
        return True

    def _union(self) -> Ty:
        found = [self._one()]
        while self._take("|"):
            found.append(self._one())
        return found[0] if len(found) == 1 else union(*found)

    def _one(self) -> Ty:
        token = self._tokens[self._at]
        self._at += 1
        if token[:1] in ("'", '"'):
            return from_annotation(token[1:-1], self._scope)
        name = token.rpartition(".")[2]
        if not name.isidentifier():
            raise self._wrong()
        return self._subscript(name) if self._take("[") else _named(name, self._scope)

    def _subscript(self, base: str) -> Ty:
        if base == "Literal":
            return literal(self._texts())
        plain = None if base in ("Optional", "Union") else _named(base, self._scope)
        if plain is not None and plain.kind == "function":
            self._skip()
            return plain
        parts: list[Ty] = []
        while not self._take("]"):
            if parts and plain is not None and plain.kind == "tuple" and self._take("..."):
                return self._end(Ty("tuple"))
            parts.append(self._union())
            if not self._take(",") and self._tokens[self._at] != "]":
                raise self._wrong()
        if plain is None:
            return union(*parts, NONE) if base == "Optional" else union(*parts)
        return Ty(plain.kind, tuple(parts))

    def _end(self, found: Ty) -> Ty:
        if not self._take("]"):
            raise self._wrong()
        return found

    def _texts(self) -> list[str]:
        found = []
        while not self._take("]"):
            token = self._tokens[self._at]
            if token[:1] not in ("'", '"'):
                raise self._wrong()
            found.append(token[1:-1])
            self._at += 1
            if not self._take(",") and self._tokens[self._at] != "]":
                raise self._wrong()
        return found

    def _skip(self) -> None:
        """Passes what a function takes and gives, up to the bracket that closes it."""
        depth = 1
        while depth:
            token = self._tokens[self._at]
            self._at += 1
            if not token:
                raise self._wrong()
            depth += (token == "[") - (token == "]")


def _named(name: str, scope: Mapping[str, Any]) -> Ty:
    known = _SIMPLE.get(name)
    if known is not None:
        return known
    from oxlang.declare.decorators import declared_name

    value = scope.get(name)
    if isinstance(value, Ty):
        return value
    if isinstance(value, str):
        return from_annotation(value, scope)
    starlark = getattr(value, "__starlark__", None)
    if starlark is not None:
        return Ty("instance", name=starlark.name)
    found = declared_name(name)
    if found is not None:
        return Ty("instance", name=found)
    origin = getattr(value, "__args__", None)
    if origin:
        members = [getattr(one, "__name__", str(one)) for one in origin]
        return union(*(from_annotation(one, scope) for one in members))
    return ANY if value is not None else Ty("instance", name=name)
