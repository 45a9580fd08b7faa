"""How assignment to an attribute converts the value.

The modes are PyOxidizer's: some take any value and keep its truth or its text, others want a type. Booleans are stored
as Python's, collections as fresh Python lists and dicts, so that a stored value shares nothing with the config's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from oxlang.declare.booleans import Bool
from oxlang.declare.text import shortened, text_of, type_name, with_article
from oxlang.declare.types import in_choices, is_iterable

if TYPE_CHECKING:
    from oxlang.declare.members import AttributeDef
    from oxlang.diagnostics.model import OxError

LOCATIONS = ("in-memory", "filesystem-relative:<prefix>")
"""Texts that say where resources are loaded from."""

SetMode = Callable[["AttributeDef", object], object]


def convert(attribute: AttributeDef, value: object) -> object:
    """Gives what is stored when `value` is assigned.

    Raises:
        OxError: OX0311 not writable, OX0313 wrong type, OX0314 not among the choices, OX0315 wrong form.
    """
    if not attribute.writable:
        from oxlang.diagnostics.model import error

        raise error("OX0311", f"`{attribute.qualified_name}` can be read, but not assigned")
    return MODES[attribute.set_mode](attribute, value)


def wrong_type(attribute: AttributeDef, wanted: str, value: object) -> OxError:
    """Makes OX0313: the attribute wants another type."""
    from oxlang.diagnostics.model import error

    return error("OX0313", f"`{attribute.qualified_name}` wants {wanted}, not {with_article(type_name(value))}")


def wrong_choice(attribute: AttributeDef, choices: Sequence[str], value: object, hint: str | None = None) -> OxError:
    """Makes OX0314: the text is not among the known ones; `hint` says what may be meant."""
    from oxlang.diagnostics.model import error
    from oxlang.diagnostics.spelling import did_you_mean

    quote = "" if all(one.isdigit() for one in choices) else '"'
    known = ", ".join(f"{quote}{one}{quote}" for one in choices)
    shown = f'"{value}"' if isinstance(value, str) else shortened(value)
    if hint is None and isinstance(value, str) and len(value) > 2:
        hint = did_you_mean(value, choices)
    return error(
        "OX0314", f"{shown} is not a value for `{attribute.qualified_name}`", help=hint or f"known are {known}",
        notes=[f"known are {known}"] if hint else (),
    )  # fmt: skip


def wrong_form(attribute: AttributeDef, why: str, help: str | None = None) -> OxError:
    """Makes OX0315: the text does not have the wanted form."""
    from oxlang.diagnostics.model import error

    return error("OX0315", f"`{attribute.qualified_name}` {why}", help=help)


def _truthy(attribute: AttributeDef, value: object) -> object:
    return bool(value)


def _text(attribute: AttributeDef, value: object) -> object:
    if value is None and attribute.none == "unset":
        return None
    if value is None and attribute.none == "error":
        raise wrong_type(attribute, "a string", value)
    return text_of(value)


def _strict_text_or_none(attribute: AttributeDef, value: object) -> object:
    if value is None or isinstance(value, str):
        return value
    raise wrong_type(attribute, "a string or None", value)


def _filename(attribute: AttributeDef, value: object) -> object:
    text = text_of(value)
    if "/" in text or "\\" in text:
        raise wrong_form(attribute, f"holds a file name, and `{text}` has a path separator")
    return text


def _choice(attribute: AttributeDef, value: object) -> object:
    text = text_of(value)
    if not attribute.open_choices and not in_choices(text, attribute.choices):
        raise wrong_choice(attribute, attribute.choices, value)
    return text


def _location(attribute: AttributeDef, value: object) -> object:
    text = text_of(value)
    if not in_choices(text, attribute.choices or LOCATIONS):
        raise wrong_choice(attribute, attribute.choices or LOCATIONS, value, _meant_location(value))
    return text


def _meant_location(value: object) -> str | None:
    """Gives the location that a wrong one may mean: a folder without the word before it, or that word misspelt."""
    from oxlang.diagnostics.spelling import nearest

    if not isinstance(value, str) or value in ("", "default", "none", "None"):
        return None
    word, colon, prefix = value.partition(":")
    if "memory" in word or nearest(word, ("in-memory",)):
        return 'did you mean "in-memory"?'
    if nearest(word, ("filesystem-relative",)) or word == "filesystem-relative":
        return f'did you mean "filesystem-relative:{prefix or "lib"}"?'
    return None if colon else f'did you mean "filesystem-relative:{value}"?'


def _add_location(attribute: AttributeDef, value: object) -> object:
    if value is None or value == "default":
        raise wrong_form(
            attribute,
            "cannot be None" if value is None else 'cannot be "default"',
            help='give "in-memory" or "filesystem-relative:PREFIX"',
        )
    if not isinstance(value, str):
        raise wrong_type(attribute, "a string", value)
    return _location(attribute, value)


def _add_location_or_none(attribute: AttributeDef, value: object) -> object:
    return None if value is None or value == "default" else _add_location(attribute, value)


def _int(attribute: AttributeDef, value: object) -> object:
    if isinstance(value, (Bool, bool)):
        return 1 if value else 0
    if isinstance(value, int):
        return value
    raise wrong_type(attribute, "an int", value)


def _strict_int(attribute: AttributeDef, value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise wrong_type(attribute, "an int or None", value)


def _optimization_level(attribute: AttributeDef, value: object) -> object:
    level = _int(attribute, value)
    if level not in (0, 1, 2):
        raise wrong_choice(attribute, ("0", "1", "2"), value)
    return level


def _texts(attribute: AttributeDef, value: object) -> object:
    if value is None:
        return []
    if not is_iterable(value):
        raise wrong_type(attribute, "a list of strings", value)
    return [text_of(one) for one in value]  # type: ignore[attr-defined]


def _dict_of_texts(attribute: AttributeDef, value: object) -> object:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise wrong_type(attribute, "a dict", value)
    return {text_of(key): text_of(item) for key, item in value.items()}


def _dict_of_dicts(attribute: AttributeDef, value: object) -> object:
    if not isinstance(value, dict):
        raise wrong_type(attribute, "a dict of dicts", value)
    for item in value.values():
        if not isinstance(item, dict):
            raise wrong_type(attribute, "a dict of dicts", item)
    return {text_of(key): _dict_of_texts(attribute, item) for key, item in value.items()}


def _dict_of_lists(attribute: AttributeDef, value: object) -> object:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise wrong_type(attribute, "a dict of lists", value)
    for item in value.values():
        if not is_iterable(item):
            raise wrong_type(attribute, "a dict of lists", item)
    return {text_of(key): _texts(attribute, item) for key, item in value.items()}


def _list_of_dicts(attribute: AttributeDef, value: object) -> object:
    if value is None:
        return []
    if not isinstance(value, list):
        raise wrong_type(attribute, "a list of dicts", value)
    for item in value:
        if not isinstance(item, dict):
            raise wrong_type(attribute, "a list of dicts", item)
    return [_dict_of_texts(attribute, item) for item in value]


def _list_of_choices(attribute: AttributeDef, value: object) -> object:
    if value is None:
        return []
    if not isinstance(value, list):
        raise wrong_type(attribute, "a list of strings", value)
    return [_choice(attribute, one) for one in value]


def _tag(attribute: AttributeDef, value: object) -> object:
    text = text_of(value)
    if text.count("-") < 2:
        raise wrong_form(attribute, f'wants PYTHON-ABI-PLATFORM, not "{text}"', help='such as "py3-none-any"')
    return text


def _or_none(mode: SetMode) -> SetMode:
    return lambda attribute, value: None if value is None else mode(attribute, value)


MODES: dict[str, SetMode] = {
    "truthy": _truthy,
    "truthy-or-none": _or_none(_truthy),
    "str": _text,
    "str-or-none": _or_none(_text),
    "strict-str-or-none": _strict_text_or_none,
    "filename": _filename,
    "enum": _choice,
    "enum-or-none": _or_none(_choice),
    "location": _location,
    "location-or-none": _or_none(_location),
    "add-location": _add_location,
    "add-location-or-none": _add_location_or_none,
    "int": _int,
    "int-or-none": _or_none(_int),
    "strict-int-or-none": _or_none(_strict_int),
    "opt-level-or-none": _or_none(_optimization_level),
    "strs-or-none": _or_none(_texts),
    "strs": _texts,
    "dict-str-str": _dict_of_texts,
    "dict-dict-str": _dict_of_dicts,
    "dict-strs": _dict_of_lists,
    "list-dict-str": _list_of_dicts,
    "enum-list": _list_of_choices,
    "tag": _tag,
}
"""Converters by name; `custom` and `misrouted` attributes have a method `_set_NAME` in their class."""
