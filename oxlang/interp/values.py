"""Values of Starlark.

None, int, float, str, bytes and tuple are Python's. Booleans are the two objects of `oxlang.declare.booleans`. Lists,
dicts and sets say by their *class* whether they may change: freezing or locking one assigns `value.__class__`, so that
mutable containers pay for no test. `SList`/`FrozenList`/`LockedList` share one layout (dict and set alike).

A function of Starlark is a Python function made from generated code; a built-in one is a Python function that carries
`__starlark_builtin__`, or a `BuiltinFunction` of the host.
"""

from __future__ import annotations

from oxlang.declare.booleans import FALSE, TRUE, Bool
from oxlang.diagnostics.model import OxError, error
from oxlang.interp.comparing import counted, deep_equal, hashed, ordered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import BuiltinFunctionType, FunctionType, MethodType
    from typing import Any, NoReturn, final

    _List = list[Any]
    _Dict = dict[Any, Any]
else:
    _List = list
    _Dict = dict
    # As `types` gets them, whose import takes as long as that of three modules of ours.
    FunctionType = type(lambda: None)
    BuiltinFunctionType = type(len)
    MethodType = type((lambda self: None).__get__(0))

    def final(cls):
        """Stands in for typing's mark at run time."""
        return cls


class Kind:
    """The Starlark name of a class that is no declared type; stands where declared types have their `TypeDef`."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


def frozen_error(action: str, kind: str) -> OxError:
    """Makes the error for changing a frozen value."""
    return error("OX0401", f"cannot {action} frozen {kind}", help="copy it first, for example with `list(x)` or `dict(x)`")


def locked_error(action: str, kind: str) -> OxError:
    """Makes the error for changing a value while a loop runs over it."""
    return error("OX0402", f"cannot {action} {kind} during iteration", help="iterate over a copy, for example `list(x)`")


class SList(_List):
    """A list that may change."""

    __slots__ = ()
    __starlark__ = Kind("list")

    __eq__ = counted(list.__eq__, deep_equal)
    __lt__, __le__ = ordered(list.__lt__, "lt"), ordered(list.__le__, "le")
    __gt__, __ge__ = ordered(list.__gt__, "gt"), ordered(list.__ge__, "ge")

    def __iadd__(self, other: Any) -> SList:  # type: ignore[misc]  # Starlark's `+=` refuses more than Python's
        if not isinstance(other, list):
            raise binary_error("+", self, other)
        list.extend(self, other)
        return self


class FrozenList(SList):
    """A list that may never change again."""

    __slots__ = ()

    def append(self, value: Any) -> NoReturn:
        """Refuses; code that knows the value to be a list calls Python's method."""
        raise frozen_error("append to", "list")

    __hash__ = hashed(tuple)

    def __setitem__(self, index: Any, value: Any) -> NoReturn:
        raise frozen_error("assign to element of", "list")

    def __iadd__(self, other: Any) -> SList:  # type: ignore[override,misc]  # always refused
        if not isinstance(other, list):
            raise binary_error("+", self, other)
        raise frozen_error("apply += to", "list")


class LockedList(SList):
    """A list over which a loop runs."""

    __slots__ = ()

    def append(self, value: Any) -> NoReturn:
        """Refuses, as the frozen list does."""
        raise locked_error("append to", "list")

    def __setitem__(self, index: Any, value: Any) -> NoReturn:
        raise locked_error("assign to element of", "list")

    def __iadd__(self, other: Any) -> SList:  # type: ignore[override,misc]  # always refused
        if not isinstance(other, list):
            raise binary_error("+", self, other)
        raise locked_error("apply += to", "list")


class SDict(_Dict):
    """A dict that may change."""

    __slots__ = ()
    __starlark__ = Kind("dict")

    __eq__ = counted(dict.__eq__, deep_equal)


class FrozenDict(SDict):
    """A dict that may never change again."""

    __slots__ = ()

    __hash__ = hashed(lambda self: frozenset(self.items()))

    def setdefault(self, key: Any, default: Any = None) -> NoReturn:
        """Refuses; code that knows the value to be a dict calls Python's method."""
        hash(key)
        raise frozen_error("insert into", "hash table")

    __setitem__ = setdefault


class LockedDict(SDict):
    """A dict over which a loop runs."""

    __slots__ = ()

    def setdefault(self, key: Any, default: Any = None) -> NoReturn:
        """Refuses, as the frozen dict does."""
        hash(key)
        raise locked_error("insert into", "hash table")

    __setitem__ = setdefault


class SSet:
    """A set that may change; it keeps the order of insertion."""

    __slots__ = ("keys",)
    __starlark__ = Kind("set")
    __hash__ = None  # type: ignore[assignment]  # sets cannot be keys

    def __init__(self, values: Iterable[Any] = ()) -> None:
        self.keys: dict[Any, None] = dict.fromkeys(values)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.keys)

    def __len__(self) -> int:
        return len(self.keys)

    def __contains__(self, value: Any) -> bool:
        return value in self.keys

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SSet) and self.keys.keys() == other.keys.keys()

    def __lt__(self, other: object) -> bool:
        return self.keys.keys() < other.keys.keys() if isinstance(other, SSet) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self.keys.keys() <= other.keys.keys() if isinstance(other, SSet) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self.keys.keys() > other.keys.keys() if isinstance(other, SSet) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self.keys.keys() >= other.keys.keys() if isinstance(other, SSet) else NotImplemented


class FrozenSet(SSet):
    """A set that may never change again."""

    __slots__ = ()

    __hash__ = hashed(lambda self: frozenset(self.keys))


class LockedSet(SSet):
    """A set over which a loop runs."""

    __slots__ = ()


@final
class Range:
    """What `range` gives: a sequence of integers, never written out."""

    __slots__ = ("python",)
    __starlark__ = Kind("range")
    __hash__ = None  # type: ignore[assignment]  # ranges cannot be keys

    def __init__(self, python: range) -> None:
        self.python = python

    def __iter__(self) -> Iterator[int]:
        return iter(self.python)

    def __len__(self) -> int:
        return len(self.python)

    def __contains__(self, value: object) -> bool:
        if type(value) is not int:
            if isinstance(value, float):
                return value.is_integer() and int(value) in self.python
            raise error("OX0350", f"'in <range>' requires integer as left operand, not {type_name(value)}")
        return value in self.python

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Range) and self.python == other.python

    def __getitem__(self, index: Any) -> Any:
        if type(index) is not int:
            raise error("OX0350", f"range index: got {type_name(index)}, want int")
        length = len(self.python)
        if not -length <= index < length:
            raise index_error("range", index, length)
        return self.python[index]


class Elements:
    """What `string.codepoints()` and its relatives give: a sequence that can only be iterated over."""

    __slots__ = ("method", "name", "of", "values")
    __starlark__: Any = Kind("string.elems")
    __hash__ = None  # type: ignore[assignment]  # not hashable

    def __init__(self, of: str | bytes, name: str, method: str, values: Any) -> None:
        self.of = of
        self.name = name
        self.method = method
        self.values = values

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Elements) and self.of == other.of and self.method == other.method


@final
class IndexedElements(Elements):
    """What `elems()` and `elem_ords()` give: its length is known, and so is each element."""

    __slots__ = ()
    __starlark__: Any = Kind("string.elems")
    __hash__ = None

    def __len__(self) -> int:
        return len(self.of)

    def __getitem__(self, at: Any) -> Any:
        if type(at) is not int:
            raise error("OX0350", f"{type_name(self)} index: got {type_name(at)}, want int")
        return self.values[at]


class Struct:
    """A value with named fields, made by `struct(…)`; modules such as `json` are structs, too."""

    __slots__ = ("fields", "kind", "name")
    __starlark__: Any = Kind("struct")

    def __init__(self, fields: dict[str, Any], kind: str = "struct", name: str = "") -> None:
        self.fields = fields
        self.kind = kind
        self.name = name

    def _same(self, other: object) -> bool:
        if self.kind != "struct":
            return self is other
        return isinstance(other, Struct) and self.kind == other.kind and self.fields == other.fields

    __eq__ = counted(_same, deep_equal)

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.fields.items()))) if self.kind == "struct" else id(self)


class Nan(float):
    """The one value that is not a number: it equals itself and is greater than all other floats."""

    __slots__ = ()
    __starlark__ = Kind("float")

    def __eq__(self, other: object) -> bool:
        return (isinstance(other, float) and other != other) or isinstance(other, Nan)

    def __ne__(self, other: object) -> bool:
        return not isinstance(other, Nan)

    def __hash__(self) -> int:
        return 0x6E616E

    def __lt__(self, other: Any) -> bool:
        return False if isinstance(other, (int, float)) else NotImplemented

    def __le__(self, other: Any) -> bool:
        return isinstance(other, Nan) if isinstance(other, (int, float)) else NotImplemented

    def __gt__(self, other: Any) -> bool:
        return not isinstance(other, Nan) if isinstance(other, (int, float)) else NotImplemented

    def __ge__(self, other: Any) -> bool:
        return True if isinstance(other, (int, float)) else NotImplemented

    def _same(self, *_: Any) -> Nan:
        return self

    def _with(self, other: Any) -> Any:
        return self if isinstance(other, (int, float)) else NotImplemented

    __neg__ = __pos__ = _same
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _with
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _with


NAN = Nan("nan")

_TYPE_NAMES: dict[type, str] = {
    type(None): "NoneType",
    Bool: "bool",
    int: "int",
    float: "float",
    Nan: "float",
    str: "string",
    bytes: "bytes",
    tuple: "tuple",
    SList: "list",
    FrozenList: "list",
    LockedList: "list",
    SDict: "dict",
    FrozenDict: "dict",
    LockedDict: "dict",
    SSet: "set",
    FrozenSet: "set",
    LockedSet: "set",
    Range: "range",
    bool: "bool",
    list: "list",
    dict: "dict",
    range: "range",
    BuiltinFunctionType: "builtin_function_or_method",
    MethodType: "builtin_function_or_method",
}


def is_builtin(function: FunctionType) -> bool:
    """Whether a Python function is a built-in function of the language, not a function of a program."""
    return function.__qualname__.startswith("built-in ")


def type_name(value: object) -> str:
    """Gives what `type(value)` gives."""
    cls = type(value)
    found = _TYPE_NAMES.get(cls)
    if found is not None:
        return found
    if cls is FunctionType:
        return "builtin_function_or_method" if is_builtin(value) else "function"  # type: ignore[arg-type]
    if cls is Struct:
        return value.kind  # type: ignore[attr-defined,no-any-return]
    if cls is Elements or cls is IndexedElements:
        return value.name  # type: ignore[attr-defined,no-any-return]
    declared = getattr(cls, "__starlark__", None)
    if declared is not None:
        return str(declared.name)
    if callable(value):
        return "builtin_function_or_method"
    return cls.__name__


def class_name(python_name: str) -> str:
    """Gives the Starlark name for the name of a Python class, for Python's own messages."""
    return _CLASS_NAMES.get(python_name, python_name)


_CLASS_NAMES = {cls.__name__: name for cls, name in _TYPE_NAMES.items()} | {
    "str": "string",
    "function": "function",
    "Struct": "struct",
    "Elements": "string.codepoints",
    "IndexedElements": "string.elems",
    "BuiltinFunction": "builtin_function_or_method",
    "BoundMethod": "builtin_function_or_method",
    "method": "builtin_function_or_method",
    "method_descriptor": "builtin_function_or_method",
}


def binary_error(operator: str, left: object, right: object) -> OxError:
    """Makes the error for operands that an operator does not take."""
    from oxlang.interp.hints import operand_help

    return error(
        "OX0350",
        f"unknown binary op: {type_name(left)} {operator} {type_name(right)}",
        help=operand_help(operator, type_name(left), type_name(right)),
    )


def index_error(kind: str, index: int, length: int) -> OxError:
    """Makes the error for an index past either end."""
    where = f"empty {kind}" if not length else f"[{-length}:{length - 1}]"
    if not length:
        return error("OX0403", f"{kind} index {index} out of range: empty {kind}")
    last = f"it has {length} elements; the last is `x[{length - 1}]` or `x[-1]`" if length > 1 else "it has one element, `x[0]`"
    return error("OX0403", f"{kind} index {index} out of range {where}", help=last)


def to_starlark(value: Any) -> Any:
    """Turns what a host's implementation gives into Starlark values, deeply."""
    cls = type(value)
    if cls is bool:
        return TRUE if value else FALSE
    if cls is list:
        return SList([to_starlark(one) for one in value])
    if cls is dict:
        return SDict({to_starlark(key): to_starlark(one) for key, one in value.items()})
    if cls is tuple:
        return tuple([to_starlark(one) for one in value])
    if cls is set or cls is frozenset:
        return SSet(sorted((to_starlark(one) for one in value), key=repr))
    if cls is range:
        return Range(value)
    if cls is float and value != value:
        return NAN
    return value


def to_python(value: Any) -> Any:
    """Turns a Starlark value into plain Python ones, deeply; functions and host values stay."""
    if isinstance(value, Bool):
        return bool(value)
    if isinstance(value, list):
        return [to_python(one) for one in value]
    if isinstance(value, dict):
        return {to_python(key): to_python(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return tuple([to_python(one) for one in value])
    if isinstance(value, SSet):
        return {to_python(one) for one in value}
    if isinstance(value, Range):
        return value.python
    return value


def freeze(value: Any) -> None:
    """Makes everything that can be reached from a value unchangeable, closures and default values included."""
    todo = [value]
    seen: set[int] = set()
    while todo:
        one = todo.pop()
        cls = type(one)
        if cls is SList or cls is LockedList:
            one.__class__ = FrozenList
            todo.extend(one)
        elif cls is SDict or cls is LockedDict:
            one.__class__ = FrozenDict
            todo.extend(one)
            todo.extend(one.values())
        elif cls is SSet or cls is LockedSet:
            one.__class__ = FrozenSet
            todo.extend(one)
        elif cls is tuple:
            if id(one) not in seen:
                seen.add(id(one))
                todo.extend(one)
        elif cls is FunctionType:
            if id(one) not in seen:
                seen.add(id(one))
                todo.extend(one.__defaults__ or ())
                todo.extend((one.__kwdefaults__ or {}).values())
                for cell in one.__closure__ or ():
                    try:
                        todo.append(cell.cell_contents)
                    except ValueError:
                        continue
        elif cls is Struct and id(one) not in seen:
            seen.add(id(one))
            todo.extend(one.fields.values())
