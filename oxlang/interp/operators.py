"""Operators, for the operands that generated code does not handle in place.

Generated code does what is cheap and the same in Python (integers, mostly) and calls these for the rest. They check
types, bound the size of results, and keep floats free of Python's NaN.
"""

from __future__ import annotations

from oxlang.declare.booleans import FALSE, TRUE, Bool
from oxlang.diagnostics.model import OxError, error
from oxlang.interp.comparing import refuse_endless
from oxlang.interp.formatting import percent
from oxlang.interp.nesting import grown
from oxlang.interp.thread import charge
from oxlang.interp.values import (
    NAN,
    FrozenDict,
    FrozenList,
    FrozenSet,
    LockedDict,
    LockedList,
    LockedSet,
    Range,
    SDict,
    SList,
    SSet,
    binary_error,
    frozen_error,
    locked_error,
    type_name,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_BITS = 1 << 20
_MAX_REPEAT = 1 << 30
_SMALL = 4096
_OWN = (str, list, tuple, dict)


def _float(value: Any) -> float:
    if type(value) is int:
        try:
            return float(value)
        except OverflowError:
            raise error("OX0412", "int too large to convert to float") from None
    return value  # type: ignore[no-any-return]


def _number(value: float) -> float:
    return value if value == value else NAN


def add(left: Any, right: Any) -> Any:
    """`left + right`"""
    kind = type(left)
    if kind is str and type(right) is str:
        size = len(left) + len(right)
        if size > _SMALL:
            charge(size)
        return left + right
    if kind is int and type(right) is int:
        return left + right
    if isinstance(left, list) and isinstance(right, list):
        size = len(left) + len(right)
        if size > _SMALL:
            charge(size * 8)
        return SList(list.__add__(left, right))
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return _number(_float(left) + _float(right))
    if kind is tuple and type(right) is tuple:
        size = len(left) + len(right)
        if size > _SMALL:
            charge(size * 8)
        return grown(left + right, left, right)
    if kind is bytes and type(right) is bytes:
        size = len(left) + len(right)
        if size > _SMALL:
            charge(size)
        return left + right
    return _other("+", left, right)


def sub(left: Any, right: Any) -> Any:
    """`left - right`"""
    if type(left) is int and type(right) is int:
        return left - right
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return _number(_float(left) - _float(right))
    if isinstance(left, SSet) and isinstance(right, SSet):
        return SSet([one for one in left.keys if one not in right.keys])
    return _other("-", left, right)


def _charge_bits(bits: int) -> None:
    if bits > MAX_BITS:
        raise error("OX0407", f"an integer of {bits:,} bits is larger than the limit of {MAX_BITS:,} bits")
    charge(bits >> 3)


def mul(left: Any, right: Any) -> Any:
    """`left * right`"""
    kind, other = type(left), type(right)
    if kind is int:
        if other is int:
            bits = left.bit_length() + right.bit_length()
            if bits > _SMALL:
                _charge_bits(bits)
            return left * right
        if other is str or other is bytes or other is tuple or isinstance(right, list):
            return repeat(right, left)
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return _number(_float(left) * _float(right))
    if other is int and (kind is str or kind is bytes or kind is tuple or isinstance(left, list)):
        return repeat(left, right)
    return _other("*", left, right)


def repeat(value: Any, count: int) -> Any:
    """Gives a sequence `count` times. Raises OX0407 when the result would be too large."""
    if count <= 0:
        return SList() if isinstance(value, SList) else value[:0]
    if count >= 1 << 31:
        raise error("OX0407", f"repeat count {count} too large")
    size = len(value) * count
    if size > _MAX_REPEAT:
        raise error("OX0407", f"excessive repeat ({len(value)} * {count} elements)")
    if size > _SMALL:
        charge(size if isinstance(value, (str, bytes)) else size * 8)
    if isinstance(value, SList):
        return SList(list.__mul__(value, count))
    return grown(value * count, value) if type(value) is tuple else value * count


def div(left: Any, right: Any) -> Any:
    """`left / right`"""
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        divisor = _float(right)
        if divisor == 0:
            raise error("OX0411", "floating-point division by zero")
        return _number(_float(left) / divisor)
    return _other("/", left, right)


def floordiv(left: Any, right: Any) -> Any:
    """`left // right`"""
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        if type(left) is int and type(right) is int:
            if right == 0:
                raise error("OX0411", "integer division by zero: floored division by zero")
            return left // right
        divisor = _float(right)
        if divisor == 0:
            raise error("OX0411", "floored division by zero")
        # floor(x / y), as the specification has it: Python's `//` gives 9.0 for 1.0 // 0.1, and nan for inf // 1.
        quotient = _float(left) / divisor
        return _number(quotient // 1.0 if abs(quotient) != float("inf") else quotient)
    return _other("//", left, right)


def mod(left: Any, right: Any) -> Any:
    """`left % right`"""
    if type(left) is str:
        text = percent(left, right)
        if len(text) > _SMALL:
            charge(len(text))
        return text
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        if type(left) is int and type(right) is int:
            if right == 0:
                raise error("OX0411", "integer modulo by zero")
            return left % right
        divisor = _float(right)
        if divisor == 0:
            raise error("OX0411", "floating-point modulo by zero")
        number = _float(left)
        return _number(number % divisor) if abs(number) != float("inf") else NAN
    return _other("%", left, right)


def or_(left: Any, right: Any) -> Any:
    """`left | right`"""
    if type(left) is int and type(right) is int:
        return left | right
    if isinstance(left, dict) and isinstance(right, dict):
        return SDict(dict(left) | dict(right))
    if isinstance(left, SSet) and isinstance(right, SSet):
        made = SSet(left.keys)
        made.keys.update(right.keys)
        return made
    return _other("|", left, right)


def and_(left: Any, right: Any) -> Any:
    """`left & right`"""
    if type(left) is int and type(right) is int:
        return left & right
    if isinstance(left, SSet) and isinstance(right, SSet):
        return SSet([one for one in left.keys if one in right.keys])
    return _other("&", left, right)


def xor(left: Any, right: Any) -> Any:
    """`left ^ right`"""
    if type(left) is int and type(right) is int:
        return left ^ right
    if isinstance(left, SSet) and isinstance(right, SSet):
        made = SSet([one for one in left.keys if one not in right.keys])
        made.keys.update(dict.fromkeys(one for one in right.keys if one not in left.keys))
        return made
    return _other("^", left, right)


def lshift(left: Any, right: Any) -> Any:
    """`left << right`"""
    if type(left) is int and type(right) is int:
        if right < 0:
            raise error("OX0357", f"negative shift count: {right}")
        if right >= 512:
            raise error("OX0412", f"shift count too large: {right}")
        bits = left.bit_length() + right
        if bits > _SMALL:
            _charge_bits(bits)
        return left << right
    return _other("<<", left, right)


def rshift(left: Any, right: Any) -> Any:
    """`left >> right`"""
    if type(left) is int and type(right) is int:
        if right < 0:
            raise error("OX0357", f"negative shift count: {right}")
        return left >> right
    return _other(">>", left, right)


def _other(operator: str, left: Any, right: Any) -> Any:
    """Host values may have operators of their own: see `HostOperators`."""
    for one, other, reflected in ((left, right, False), (right, left, True)):
        own = getattr(type(one), "starlark_binary", None)
        if own is not None and not isinstance(other, _OWN):
            result = own(one, operator, other, reflected)
            if result is not NotImplemented:
                return result
    raise binary_error(operator, left, right)


def _host_operator(name: str, reflected: bool) -> Any:
    def method(self: Any, other: Any) -> Any:
        return NotImplemented if isinstance(other, _OWN) else self.starlark_binary(name, other, reflected)

    return method


class HostOperators:
    """Base of host values that have operators, by a method `starlark_binary(operator, other, reflected)`.

    The method gives NotImplemented for an operand that it does not take; it is never asked about texts, lists, tuples and dicts,
    which have only operators of their own. Generated code uses Python's operators where they do what Starlark's do, so these are here, too.
    """

    __slots__ = ()
    __add__, __radd__ = _host_operator("+", False), _host_operator("+", True)
    __sub__, __rsub__ = _host_operator("-", False), _host_operator("-", True)
    __mul__, __rmul__ = _host_operator("*", False), _host_operator("*", True)
    __truediv__, __rtruediv__ = _host_operator("/", False), _host_operator("/", True)
    __floordiv__, __rfloordiv__ = _host_operator("//", False), _host_operator("//", True)
    __mod__, __rmod__ = _host_operator("%", False), _host_operator("%", True)
    __and__, __rand__ = _host_operator("&", False), _host_operator("&", True)
    __or__, __ror__ = _host_operator("|", False), _host_operator("|", True)
    __xor__, __rxor__ = _host_operator("^", False), _host_operator("^", True)
    __rshift__, __rrshift__ = _host_operator(">>", False), _host_operator(">>", True)

    def __neg__(self) -> Any:
        return negative(self, "-")

    def __pos__(self) -> Any:
        return negative(self, "+")

    def __invert__(self) -> Any:
        return negative(self, "~")


def fold(names: tuple[str, ...], values: list[Any]) -> Any:
    """Gives `values[0] names[0] values[1] names[1] …`, from left to right."""
    result = values[0]
    for name, value in zip(names, values[1:], strict=True):
        result = BINARY[name](result, value)
    return result


BINARY: dict[str, Any] = {
    "+": add, "-": sub, "*": mul, "/": div, "//": floordiv, "%": mod, "|": or_, "&": and_, "^": xor, "<<": lshift,
    ">>": rshift,
}  # fmt: skip

# ---- augmented assignment


def iadd(left: Any, right: Any) -> Any:
    """`left += right`: changes a list in place."""
    kind = type(left)
    if kind is SList or kind is list:
        if not isinstance(right, (list, tuple, Range, dict, SSet)) and not hasattr(type(right), "__iter__"):
            raise binary_error("+", left, right)
        if isinstance(right, (str, bytes)):
            raise binary_error("+", left, right)
        if len(right) > _SMALL if hasattr(right, "__len__") else False:
            charge(len(right) * 8)
        list.extend(left, list(right) if right is left else right)
        return left
    if kind is FrozenList or kind is LockedList:
        left += right
        return left
    return add(left, right)


def ior(left: Any, right: Any) -> Any:
    """`left |= right`: changes a dict or set in place."""
    if isinstance(left, dict) and isinstance(right, dict):
        changeable_dict(left, "insert into")
        dict.update(left, right)
        return left
    if isinstance(left, SSet) and isinstance(right, SSet):
        changeable_set(left, "insert into")
        left.keys.update(right.keys)
        return left
    return or_(left, right)


def _in_place(operation: Any) -> Any:
    def apply(left: Any, right: Any) -> Any:
        made = operation(left, right)
        if isinstance(left, SSet):
            changeable_set(left, "insert into")
            left.keys = made.keys
            return left
        return made

    return apply


iand = _in_place(and_)
ixor = _in_place(xor)
isub = _in_place(sub)


def changeable_dict(value: Any, action: str) -> None:
    """Raises OX0401 or OX0402 unless the dict may change."""
    kind = type(value)
    if kind is FrozenDict:
        raise frozen_error(action, "hash table")
    if kind is LockedDict:
        raise locked_error(action, "hash table")


def changeable_list(value: Any, action: str) -> None:
    """Raises OX0401 or OX0402 unless the list may change."""
    kind = type(value)
    if kind is FrozenList:
        raise frozen_error(action, "list")
    if kind is LockedList:
        raise locked_error(action, "list")


def changeable_set(value: Any, action: str) -> None:
    """Raises OX0401 or OX0402 unless the set may change."""
    kind = type(value)
    if kind is FrozenSet:
        raise frozen_error(action, "hash table")
    if kind is LockedSet:
        raise locked_error(action, "hash table")


# ---- comparison and membership


def contains(value: Any, container: Any) -> bool:
    """`value in container`, as Python's boolean."""
    if isinstance(container, str):
        if type(value) is not str:
            raise error("OX0350", f"'in <string>' requires string as left operand, not {type_name(value)}")
        return value in container
    if isinstance(container, bytes):
        if type(value) is int:
            if not 0 <= value <= 255:
                raise error("OX0357", f"int in bytes: {value} out of range")
            return value in container
        if type(value) is not bytes:
            raise error(
                "OX0350", f"'in <bytes>' requires bytes or int as left operand, not {type_name(value)}"
            )
        return value in container
    if isinstance(container, (list, tuple, Range)):
        return value in container
    if isinstance(container, (dict, SSet)):
        hash_check(value)
        return value in container
    if isinstance(container, (int, float, Bool)) or container is None or not hasattr(type(container), "__contains__"):
        raise binary_error("in", value, container)
    return bool(value in container)


def hash_check(value: Any) -> None:
    """Raises OX0355 for a value that cannot be a key."""
    try:
        hash(value)
    except TypeError:
        raise unhashable(value) from None


def unhashable(value: Any) -> OxError:
    """Makes the error for a value that cannot be a key; the culprit may be an element of a tuple."""
    culprit = value
    while isinstance(culprit, tuple):
        inner = next((one for one in culprit if not _hashable(one)), None)
        if inner is None:
            break
        culprit = inner
    return error(
        "OX0355",
        f"unhashable type: {type_name(culprit)}",
        help="use a tuple in its place" if isinstance(culprit, list) else None,
    )


def _hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def compare_self(value: Any, operator: str) -> Bool:
    """`x == x` and the like: Python's shortcut for identical elements would hide endless nesting."""
    refuse_endless(value)
    if operator in ("==", "<=", ">=") or operator in ("<", ">", "!="):
        if operator in ("<", ">", "<=", ">="):
            ordered = value < value
            return TRUE if operator in ("<=", ">=") else (TRUE if ordered else FALSE)
        return TRUE if operator == "==" else FALSE
    raise AssertionError(operator)


def negative(value: Any, operator: str) -> Any:
    """Unary `-`, `+` and `~`."""
    if type(value) is int:
        return -value if operator == "-" else +value if operator == "+" else ~value
    if isinstance(value, float) and operator != "~":
        return -value if operator == "-" else value
    own = getattr(type(value), "starlark_unary", None)
    if own is not None:
        return own(value, operator)
    raise error("OX0350", f"unknown unary op: {operator}{type_name(value)}")
