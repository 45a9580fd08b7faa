"""The forms that keys of `PYTHON.json` have; only keys that packaging reads are here, and any of them may be missing.

An archive that somebody made by hand or by another tool may say anything; what has another form is named, so that its
maker can mend it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from oxlang.diagnostics import error

_Form = Callable[[Any], bool]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_mapping(value: Any) -> bool:
    return isinstance(value, Mapping)


def _maps_to(form: _Form) -> _Form:
    return lambda value: isinstance(value, Mapping) and all(form(one) for one in value.values())


def _or_none(form: _Form) -> _Form:
    return lambda value: value is None or form(value)


def _is_version(value: Any) -> bool:
    return isinstance(value, str) and re.match(r"\d+\.\d+(\.|$)", value) is not None


def _is_number(value: Any) -> bool:
    return isinstance(value, int) or (isinstance(value, str) and value.isdigit())


def _is_triple(value: Any) -> bool:
    return isinstance(value, str) and value.count("-") >= 2


_TEXT, _TEXTS, _MAPPING = ("a text", _is_text), ("a list of texts", _is_texts), ("a mapping", _is_mapping)
_MAYBE_TEXT = ("a text or null", _or_none(_is_text))
_MAYBE_TEXTS = ("a list of texts or null", _or_none(_is_texts))
_PATHS = ("a mapping from names to texts", _maps_to(_is_text))

_TOP: dict[str, tuple[str, _Form]] = {
    "build_info": _MAPPING,
    "build_options": _MAYBE_TEXT,
    "crt_features": _TEXTS,
    "libpython_link_mode": ("`static` or `shared`", lambda value: value in ("static", "shared")),
    "license_path": _MAYBE_TEXT,
    "licenses": _MAYBE_TEXTS,
    "optimizations": _MAYBE_TEXT,
    "oxlang": _MAPPING,
    "python_abi_tag": _MAYBE_TEXT,
    "python_bytecode_magic_number": (
        "eight hexadecimal digits",
        lambda value: isinstance(value, str) and re.fullmatch(r"[0-9a-fA-F]{8}", value) is not None,
    ),
    "python_config_vars": _MAPPING,
    "python_exe": _TEXT,
    "python_extension_module_loading": _TEXTS,
    "python_implementation_cache_tag": _TEXT,
    "python_implementation_hex_version": ("a number", _is_number),
    "python_implementation_name": _TEXT,
    "python_implementation_version": ("a list", lambda value: isinstance(value, list)),
    "python_paths": _PATHS,
    "python_paths_abstract": _PATHS,
    "python_platform_tag": _TEXT,
    "python_stdlib_platform_config": _MAYBE_TEXT,
    "python_stdlib_test_packages": _TEXTS,
    "python_suffixes": ("a mapping from names to lists of texts", _maps_to(_is_texts)),
    "python_symbol_visibility": _TEXT,
    "python_tag": _TEXT,
    "python_version": ("a version such as `3.12.1`", _is_version),
    "run_tests": _MAYBE_TEXT,
    "target_triple": ("a triple such as `x86_64-unknown-linux-gnu`", _is_triple),
    "tcl_library_path": _MAYBE_TEXT,
    "tcl_library_paths": _MAYBE_TEXTS,
}
_LINK: dict[str, tuple[str, _Form]] = {"name": _TEXT, "path_static": _MAYBE_TEXT, "path_dynamic": _MAYBE_TEXT}
_VARIANT: dict[str, tuple[str, _Form]] = {
    "init_fn": _MAYBE_TEXT,
    "license_paths": _MAYBE_TEXTS,
    "licenses": _MAYBE_TEXTS,
    "links": ("a list of mappings", lambda value: isinstance(value, list)),
    "objs": _TEXTS,
    "shared_lib": _MAYBE_TEXT,
    "static_lib": _MAYBE_TEXT,
    "variant": _MAYBE_TEXT,
}
_CORE: dict[str, tuple[str, _Form]] = {
    "links": _VARIANT["links"],
    "objs": _TEXTS,
    "shared_lib": _MAYBE_TEXT,
    "static_lib": _MAYBE_TEXT,
}
_INFO: dict[str, tuple[str, _Form]] = {
    "core": _MAPPING,
    "extensions": ("a mapping from names to lists", _maps_to(lambda value: isinstance(value, list))),
    "inittab_cflags": _TEXTS,
    "inittab_object": _MAYBE_TEXT,
    "inittab_source": _MAYBE_TEXT,
    "object_file_format": _TEXT,
}
_OURS: dict[str, tuple[str, _Form]] = {"flavor": _TEXT, "soname": _MAYBE_TEXT}


def check_shape(data: Mapping[str, Any]) -> None:
    """Raises OX0613 for the first key of a description that has another form."""
    _check(data, _TOP, "")
    _check(data.get("oxlang", {}), _OURS, "oxlang.")
    info = data.get("build_info", {})
    _check(info, _INFO, "build_info.")
    core = info.get("core", {})
    _check(core, _CORE, "build_info.core.")
    for link in core.get("links", ()):
        _check(link, _LINK, "build_info.core.links.")
    for name, variants in info.get("extensions", {}).items():
        for one in variants:
            where = f"build_info.extensions.{name}."
            _check(one, _VARIANT, where)
            for link in one.get("links", ()):
                _check(link, _LINK, f"{where}links.")


def _check(data: Any, forms: Mapping[str, tuple[str, _Form]], where: str) -> None:
    if not isinstance(data, Mapping):
        raise _wrong(where.rstrip("."), "a mapping")
    for key, (wanted, fits) in forms.items():
        if key in data and not fits(data[key]):
            raise _wrong(where + key, wanted)


def _wrong(key: str, wanted: str) -> Exception:
    return error(
        "OX0613", f"`{key}` in the description of the Python distribution is not {wanted}",
        help="mend `PYTHON.json`, or use an archive of python-build-standalone or of `oxl python-distribution-pack`",
    )  # fmt: skip
