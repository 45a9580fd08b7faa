"""The two booleans of Starlark.

Python's `True` equals 1 and has its hash, so a Python dict would merge the keys `1` and `True`. Inside the
interpreter booleans are therefore the two objects below, which have truth, order and text, and no arithmetic.
Below the interpreter (arguments and results of implementations) booleans are Python's own.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn, final
else:

    def final(cls):
        """Stands in for typing's mark at run time."""
        return cls


@final
class Bool:
    """`TRUE` or `FALSE`; there are no other instances."""

    __slots__ = ("_value",)

    name = "bool"
    """What `type()` gives."""

    _value: bool

    def __bool__(self) -> bool:
        return self._value

    def __repr__(self) -> str:
        return "True" if self._value else "False"

    __str__ = __repr__

    def __hash__(self) -> int:
        return 0x6F786C54 if self._value else 0x6F786C46

    def __eq__(self, other: object) -> bool:
        return self is other

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Bool):
            return NotImplemented
        return not self._value and other._value

    def __le__(self, other: object) -> bool:
        if not isinstance(other, Bool):
            return NotImplemented
        return not self._value or other._value

    def __gt__(self, other: object) -> bool:
        if not isinstance(other, Bool):
            return NotImplemented
        return self._value and not other._value

    def __ge__(self, other: object) -> bool:
        if not isinstance(other, Bool):
            return NotImplemented
        return self._value or not other._value

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("booleans cannot be changed")

    def __reduce__(self) -> str:
        return "TRUE" if self._value else "FALSE"


def _make(value: bool) -> Bool:
    made = object.__new__(Bool)
    object.__setattr__(made, "_value", value)
    return made


TRUE = _make(True)
FALSE = _make(False)


def _refuse(cls: type[Bool], *args: object) -> Bool:
    raise TypeError("use TRUE, FALSE or boolean()")


Bool.__new__ = _refuse  # type: ignore[assignment,method-assign]


def boolean(value: object) -> Bool:
    """Gives the Starlark boolean of a value's truth."""
    return TRUE if value else FALSE
