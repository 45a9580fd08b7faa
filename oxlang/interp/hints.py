"""Advice for errors of operators."""

from __future__ import annotations


def operand_help(operator: str, left: str, right: str) -> str | None:
    """Gives what to do about operands of types that an operator does not take, for the usual slips."""
    kinds = {left, right}
    if operator in ("<", ">", "<=", ">="):
        return _order_help(kinds)
    if "NoneType" in kinds:
        return "the value is None; does a function return nothing?"
    if "bool" in kinds and kinds <= {"bool", "int", "float"}:
        return "booleans are no numbers: `int(x)` gives 1 or 0"
    if kinds == {"string", "int"} and operator in ("-", "/", "//"):
        return "convert the string with `int(x)`"
    if operator != "+":
        return None
    if (left == "string") != (right == "string"):
        other = right if left == "string" else left
        if other in ("int", "float"):
            return "convert the number with `str(x)`, or use `\"… %d\" % x`"
        if other in ("list", "tuple"):
            return "join the elements with `\", \".join(x)`"
    if left == right == "dict":
        return "use `|` to merge dicts"
    if {left, right} == {"list", "tuple"}:
        return "convert one side with `list(x)` or `tuple(x)`"
    return None


def _order_help(kinds: set[str]) -> str | None:
    if "NoneType" in kinds:
        return "the value is None; does a function return nothing?"
    if "bool" in kinds:
        return "comparisons cannot be chained: write `a < b and b < c`"
    if "string" in kinds and kinds & {"int", "float"}:
        return "convert one of them: `int(x)` gives a number, `str(x)` a string"
    if kinds == {"list", "tuple"}:
        return "convert one of them with `list(x)` or `tuple(x)`"
    if len(kinds) == 1 and not kinds & {"int", "float", "string", "bytes", "list", "tuple"}:
        return "values of this type have no order; compare something that they hold"
    return None


_METHODS = {
    "list": {
        "push": "`append(x)` adds an element", "add": "`append(x)` adds an element", "join": '`", ".join(values)` joins texts',
        "sort": "`sorted(x)` gives a sorted list", "reverse": "`reversed(x)` gives the list in reverse order",
        "copy": "`list(x)` makes a copy", "count": "write `len([one for one in x if one == value])`",
        "contains": "write `value in x`", "includes": "write `value in x`", "indexOf": "use `index(value)`",
        "find": "use `index(value)`, or `value in x`", "map": "write `[f(one) for one in x]`",
        "filter": "write `[one for one in x if condition]`", "forEach": "write `for one in x:`", "each": "write `for one in x:`",
        "concat": "write `x + y`", "addAll": "`extend(values)` adds all elements", "shift": "write `x.pop(0)`",
        "first": "write `x[0]`", "last": "write `x[-1]`", "slice": "write `x[start:end]`", "get": "write `x[index]`",
    },
    "dict": {
        "has_key": "write `key in x`", "has": "write `key in x`", "contains": "write `key in x`", "containsKey": "write `key in x`",
        "iteritems": "use `items()`", "iterkeys": "use `keys()`", "itervalues": "use `values()`", "copy": "`dict(x)` makes a copy",
        "entries": "use `items()`", "put": "write `x[key] = value`", "set": "write `x[key] = value`", "add": "write `x[key] = value`",
        "merge": "write `x | y`", "remove": "use `pop(key)`", "delete": "use `pop(key)`",
    },
    "string": {
        "toUpperCase": "use `upper()`", "toLowerCase": "use `lower()`", "toString": "it is a string already", "trim": "use `strip()`",
        "substring": "write `x[start:end]`", "substr": "write `x[start:end]`", "slice": "write `x[start:end]`",
        "contains": "write `part in x`", "includes": "write `part in x`", "indexOf": "use `find(part)`", "concat": "write `x + y`",
        "encode": "`bytes(x)` gives the bytes in UTF-8", "decode": "it is a string already", "isnumeric": "use `isdigit()`",
        "isdecimal": "use `isdigit()`", "append": "write `x += part`", "add": "write `x += part`", "chars": "use `elems()`",
        "casefold": "use `lower()`", "ljust": "`load(\"@stdlib//strings.star\", \"pad_right\")`",
        "rjust": "`load(\"@stdlib//strings.star\", \"pad_left\")`", "zfill": "`load(\"@stdlib//strings.star\", \"pad_left\")`",
    },
    "tuple": {"append": "a tuple cannot change; write `x + (value,)`, or use a list", "index": "write `list(x).index(value)`"},
    "set": {"append": "`add(x)` adds an element", "push": "`add(x)` adds an element", "contains": "write `value in x`"},
}  # fmt: skip
_ANY = {
    "length": "`len(x)` gives the length", "size": "`len(x)` gives the length", "len": "`len(x)` gives the length",
    "isEmpty": "write `not x`", "empty": "write `not x`", "toString": "`str(x)` gives the text", "str": "`str(x)` gives the text",
    "__class__": "`type(x)` gives the name of the type", "__len__": "`len(x)` gives the length", "__name__": "`str(x)` shows the name",
    "items": "only a dict has items", "keys": "only a dict has keys", "values": "only a dict has values",
}  # fmt: skip


def method_help(kind: str, name: str) -> str | None:
    """Gives what to write in place of a method that other languages, or Python, have."""
    return _METHODS.get(kind, {}).get(name) or _ANY.get(name)
