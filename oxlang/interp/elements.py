"""Elements and parts of values: `x[i]`, `x[i] = v`, `x[a:b:c]`, and dict expressions."""

from __future__ import annotations

import gc
import marshal

from oxlang.declare.booleans import FALSE, TRUE
from oxlang.diagnostics.model import OxError, error
from oxlang.interp.formatting import quote, repr_of
from oxlang.interp.nesting import grown
from oxlang.interp.operators import changeable_list, hash_check, unhashable
from oxlang.interp.values import Range, SDict, SList, index_error, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn


def index(value: Any, at: Any) -> Any:
    """`value[at]`"""
    if isinstance(value, (list, tuple, str, bytes)):
        if type(at) is not int:
            raise error("OX0350", f"{type_name(value)} index: got {type_name(at)}, want int")
        try:
            return value[at]
        except IndexError:
            raise index_error(type_name(value), at, len(value)) from None
    if isinstance(value, dict):
        try:
            return value[at]
        except KeyError:
            raise missing_key(value, at) from None
        except TypeError:
            raise unhashable(at) from None
    if isinstance(value, Range):
        return value[at]
    own = getattr(type(value), "__getitem__", None)
    if own is None or isinstance(value, type):
        raise error(
            "OX0350", f"unhandled index operation {type_name(value)}[{type_name(at)}]",
            help="the value is None; does a function return nothing?" if value is None else None,
        )  # fmt: skip
    try:
        return own(value, at)
    except IndexError:
        raise index_error(type_name(value), at, len(value)) from None
    except KeyError:
        raise missing_key(value, at) from None
    except TypeError:
        raise error("OX0350", f"unhandled index operation {type_name(value)}[{type_name(at)}]") from None


def missing_key(value: Any, key: Any) -> OxError:
    """Makes the error for a key that a dict does not have."""
    from oxlang.diagnostics.spelling import did_you_mean

    help = did_you_mean(key, [one for one in value if isinstance(one, str)]) if isinstance(key, str) else None
    return error("OX0404", f"key {repr_of(key)} not in {type_name(value)}", help=help or "`x.get(key, default)` gives a default")


def set_index(value: Any, at: Any, new: Any) -> None:
    """`value[at] = new`"""
    if isinstance(value, list):
        changeable_list(value, "assign to element of")
        if type(at) is not int:
            raise error("OX0350", f"list index: got {type_name(at)}, want int")
        try:
            value[at] = new
        except IndexError:
            raise index_error("list", at, len(value)) from None
    elif isinstance(value, dict):
        hash_check(at)
        value[at] = new
    elif hasattr(type(value), "__setitem__"):
        value[at] = new
    else:
        raise error(
            "OX0350",
            f"{type_name(value)} value does not support item assignment",
            help="it cannot change; make a new one" if isinstance(value, (str, bytes, tuple)) else None,
        )


def part(value: Any, lower: Any, upper: Any) -> Any:
    """`value[lower:upper]`"""
    kind = type(value)
    try:
        if kind is str:
            return value[lower:upper]
        if kind is tuple:
            return grown(value[lower:upper], value)
        if kind is SList:
            return SList(value[lower:upper])
    except TypeError:
        pass
    return slice_(value, lower, upper, None)


def slice_(value: Any, lower: Any, upper: Any, step: Any) -> Any:
    """`value[lower:upper:step]`"""
    if not isinstance(value, (list, tuple, str, bytes, Range)):
        raise error("OX0350", f"invalid slice operand {type_name(value)}")
    for part, name in ((lower, "start index"), (upper, "end index"), (step, "slice step")):
        if part is not None and type(part) is not int:
            raise error("OX0350", f"invalid {name}: got {type_name(part)}, want int")
    if step == 0:
        raise error("OX0357", "zero is not a valid slice step")
    at = slice(lower, upper, step)
    if isinstance(value, list):
        return SList(value[at])
    if isinstance(value, Range):
        return Range(value.python[at])
    return grown(value[at], value) if type(value) is tuple else value[at]


def dict_display(flat: tuple[Any, ...]) -> SDict:
    """Gives the dict of `(key, value, key, value, …)`. Raises OX0414 for a key that stands there twice."""
    made = SDict()
    for at in range(0, len(flat), 2):
        key = flat[at]
        hash_check(key)
        if key in made:
            raise duplicate_key(key)
        dict.__setitem__(made, key, flat[at + 1])
    return made


def data_display(written: bytes) -> SList | SDict:
    """Gives a list or dict of literals that `generate_data` wrote."""
    collecting = gc.isenabled()
    gc.disable()  # nothing of it is garbage, however much it is
    try:
        return _read(marshal.loads(written))
    finally:
        if collecting:
            gc.enable()


def _read(written: Any) -> SList | SDict:
    inner: dict[Any, Any] = {}
    if written.__class__ is tuple:
        written, inner = written
    for at, one in inner.items():
        kind = one.__class__
        if kind is list:
            written[at] = SList(one)
        elif kind is bool:
            written[at] = TRUE if one else FALSE
        else:
            written[at] = _read(one)
    return SList(written) if written.__class__ is list else SDict(written)


def duplicate_key(key: Any) -> NoReturn:
    """Raises the error for a key that a dict expression has twice."""
    raise error("OX0414", f"duplicate key: {quote(key) if isinstance(key, str) else repr_of(key)}")
