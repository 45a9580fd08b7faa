"""Types of values, and whether one can stand where another is wanted. In doubt it can: an unknown is never an error."""

from __future__ import annotations

from oxlang.declare.types import ANY, BYTES, FLOAT, INT, STRING, Ty, union

_ITERABLE = {"list", "tuple", "dict", "set", "iterable"}


def fits(wanted: Ty, actual: Ty) -> bool:
    """Says whether some value of `actual` may be of `wanted`."""
    if wanted.kind == "any" or actual.kind == "any":
        return True
    if actual.kind == "union":
        return any(fits(wanted, one) for one in actual.items)
    match wanted.kind:
        case "union":
            return any(fits(one, actual) for one in wanted.items)
        case "string" | "literal":
            return actual.kind in ("string", "literal")
        case "iterable":
            return actual.kind == "instance" or (actual.kind in _ITERABLE and fits(wanted.element, actual.element))
        case "list" | "set":
            return actual.kind == wanted.kind and fits(wanted.element, actual.element)
        case "dict":
            return actual.kind == "dict" and (
                not wanted.items or not actual.items or all(map(fits, wanted.items, actual.items))
            )
        case "tuple":
            return actual.kind == "tuple"
        case "instance":
            return actual.kind == "instance" and actual.name == wanted.name
        case _:
            return actual.kind == wanted.kind


def join(types: list[Ty]) -> Ty:
    """Gives the union of types; any as soon as one is unknown."""
    if not types or any(one.kind == "any" for one in types):
        return ANY
    return types[0] if len(types) == 1 else union(*(_plain(one) for one in types))


def _plain(one: Ty) -> Ty:
    return STRING if one.kind == "literal" else one


def without_none(ty: Ty) -> Ty:
    """Gives a type without None, for what follows a dot."""
    if ty.kind != "union":
        return ty
    rest = [one for one in ty.items if one.kind != "none"]
    return union(*rest) if rest else ty


def element(ty: Ty) -> Ty:
    """Gives the type of what iterating gives."""
    if ty.kind in ("list", "set", "iterable", "dict"):
        return ty.element
    if ty.kind == "tuple" and ty.items:
        return join(list(ty.items))
    return INT if ty.kind == "instance" and ty.name == "range" else ANY


def of_literal(value: object) -> Ty:
    """Gives the type of a value that is written out."""
    if isinstance(value, str):
        return STRING
    if isinstance(value, bytes):
        return BYTES
    return FLOAT if isinstance(value, float) else INT


def list_of(items: list[Ty]) -> Ty:
    """Gives the type of a list of such elements."""
    inner = join(items)
    return Ty("list", (inner,)) if inner.kind != "any" else Ty("list")


def dict_of(keys: list[Ty], values: list[Ty]) -> Ty:
    """Gives the type of a dict of such keys and values."""
    return Ty("dict", (join(keys), join(values))) if keys else Ty("dict")
