"""Reads and writes `PYTHON.json`, the description inside full archives of python-build-standalone.

Versions 7 and 8 are known; newer ones are read with a warning, since keys were only ever added. Unknown keys are
harmless, and only keys that packaging uses are required.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from oxlang.diagnostics import error
from oxlang.packaging.distribution import Distribution, ExtensionVariant, Kind, LinkEntry

KNOWN_VERSIONS = ("7", "8")


def read_python_json(
    data: Mapping[str, Any],
    root: Path | str,
    *,
    kind: Kind,
    identity: str,
    warn: Callable[[str], None] | None = None,
) -> Distribution:
    """Makes the record of a description whose paths are relative to `root`.

    Raises OX0612 for a format version before 7, OX0613 for a missing key or one of another form.
    """
    if not isinstance(data, Mapping):
        raise error("OX0613", "the description of the Python distribution is not a mapping")
    version = str(data.get("version", ""))
    if version not in KNOWN_VERSIONS:
        if not version.isdigit() or int(version) < 7:
            raise error(
                "OX0612",
                f"expected version 7 or 8 standalone distribution; found version {version or 'none'}",
                help="use an archive of python-build-standalone from 2021-08 or later",
            )
        if warn is not None:
            warn(
                f"the description of the Python distribution has format version {version}; read as version 8"
            )
    try:
        if kind == "archive":  # The facts of installed interpreters are our own, and read at every start.
            from oxlang.packaging.python_json_shape import check_shape

            check_shape(data)
        return _read(data, Path(root), kind, identity)
    except KeyError as missing:
        raise error(
            "OX0613", f"the description of the Python distribution lacks the key `{missing.args[0]}`"
        ) from None


def _read(data: Mapping[str, Any], root: Path, kind: Kind, identity: str) -> Distribution:
    info = data["build_info"]
    core = info["core"]
    paths = data["python_paths"]
    ours = data.get("oxlang", {})
    config_vars = data.get("python_config_vars", {})
    shared = core.get("shared_lib") or ""
    static = core.get("static_lib") or ""
    object_format = info.get("object_file_format", "elf")
    options = data.get("build_options") or data.get("optimizations") or ""
    return Distribution(
        kind=kind,
        identity=identity,
        root=str(root),
        flavor=ours.get("flavor", "standalone"),
        version=data["python_version"],
        implementation_name=data.get("python_implementation_name", "cpython"),
        implementation_version=tuple(map(str, data.get("python_implementation_version", ()))),
        hex_version=int(data.get("python_implementation_hex_version", 0)),
        target_triple=data["target_triple"],
        python_tag=data["python_tag"],
        abi_tag=data.get("python_abi_tag") or "",
        platform_tag=data["python_platform_tag"],
        cache_tag=data["python_implementation_cache_tag"],
        bytecode_magic=data["python_bytecode_magic_number"],
        python_exe=data["python_exe"],
        stdlib=paths["stdlib"],
        include=paths["include"],
        platform_config=data.get("python_stdlib_platform_config") or "",
        paths=MappingProxyType(dict(paths)),
        paths_abstract=MappingProxyType(dict(data.get("python_paths_abstract", {}))),
        config_vars=MappingProxyType({name: str(value) for name, value in config_vars.items()}),
        suffixes=MappingProxyType({name: tuple(values) for name, values in data["python_suffixes"].items()}),
        stdlib_test_packages=tuple(data["python_stdlib_test_packages"]),
        libpython_link_mode=data["libpython_link_mode"],
        symbol_visibility=data["python_symbol_visibility"],
        extension_module_loading=tuple(data["python_extension_module_loading"]),
        crt_features=tuple(data.get("crt_features", ())),
        build_options=options,
        licenses=_optional_tuple(data.get("licenses")),
        license_path=data.get("license_path") or "",
        tcl_library_path=data.get("tcl_library_path") or "",
        tcl_library_paths=tuple(data.get("tcl_library_paths") or ()),
        static_lib=static,
        shared_lib=shared,
        soname=ours.get("soname") or shared.rsplit("/", 1)[-1],
        static_lib_pic=ours.get("static_lib_pic"),
        bitcode=ours.get("bitcode", object_format.startswith("llvm-bitcode")),
        core_objs=tuple(core.get("objs", ())),
        core_links=tuple(map(_link, core.get("links", ()))),
        inittab_object=info.get("inittab_object") or "",
        inittab_source=info.get("inittab_source") or "",
        inittab_cflags=tuple(info.get("inittab_cflags", ())),
        object_file_format=object_format,
        extensions=MappingProxyType(
            {
                name: tuple(_variant(name, one) for one in variants)
                for name, variants in sorted(info["extensions"].items())
            }
        ),
        free_threaded="freethreaded" in options or str(config_vars.get("Py_GIL_DISABLED", "0")) == "1",
        apple_sdk=MappingProxyType(
            {
                name.removeprefix("apple_sdk_"): data[name]
                for name in sorted(data)
                if name.startswith("apple_sdk_")
            }
        ),
        run_tests=data.get("run_tests") or "",
    )


def _optional_tuple(value: list[str] | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(value)


def _link(entry: Mapping[str, Any]) -> LinkEntry:
    return LinkEntry(
        name=entry["name"],
        path_static=entry.get("path_static") or "",
        path_dynamic=entry.get("path_dynamic") or "",
        framework=bool(entry.get("framework")),
        system=bool(entry.get("system")),
    )


def _variant(name: str, entry: Mapping[str, Any]) -> ExtensionVariant:
    init = entry.get("init_fn") or ""
    return ExtensionVariant(
        name=name,
        variant=entry.get("variant") or "default",
        init_fn="" if init == "NULL" else init,
        in_core=bool(entry.get("in_core")),
        required=bool(entry.get("required")),
        shared_lib=entry.get("shared_lib") or "",
        static_lib=entry.get("static_lib") or "",
        objs=tuple(entry.get("objs", ())),
        links=tuple(map(_link, entry.get("links", ()))),
        licenses=_optional_tuple(entry.get("licenses")),
        license_paths=tuple(entry.get("license_paths") or ()),
        license_public_domain=entry.get("license_public_domain"),
    )


def write_python_json(distribution: Distribution) -> dict[str, Any]:
    """Gives the description in format version 8; readers of version 7 find `optimizations`, too."""
    one = distribution
    major_minor = one.major_minor
    return {
        "version": "8",
        "target_triple": one.target_triple,
        "python_tag": one.python_tag,
        "python_abi_tag": one.abi_tag or None,
        "python_platform_tag": one.platform_tag,
        "python_implementation_cache_tag": one.cache_tag,
        "python_implementation_hex_version": one.hex_version,
        "python_implementation_name": one.implementation_name,
        "python_implementation_version": list(one.implementation_version),
        "python_version": one.version,
        "python_major_minor_version": major_minor,
        "python_exe": one.python_exe,
        "python_paths": {**one.paths, "stdlib": one.stdlib, "include": one.include},
        "python_paths_abstract": dict(one.paths_abstract),
        "python_config_vars": dict(one.config_vars),
        "python_stdlib_platform_config": one.platform_config or None,
        "python_stdlib_test_packages": list(one.stdlib_test_packages),
        "python_suffixes": {name: list(values) for name, values in one.suffixes.items()},
        "python_bytecode_magic_number": one.bytecode_magic,
        "libpython_link_mode": one.libpython_link_mode,
        "python_symbol_visibility": one.symbol_visibility,
        "python_extension_module_loading": list(one.extension_module_loading),
        "crt_features": list(one.crt_features),
        "build_options": one.build_options,
        "optimizations": one.build_options.replace("freethreaded", "").strip("+") or "noopt",
        "run_tests": one.run_tests,
        "licenses": None if one.licenses is None else list(one.licenses),
        "license_path": one.license_path or None,
        "tcl_library_path": one.tcl_library_path or None,
        "tcl_library_paths": list(one.tcl_library_paths) or None,
        "build_info": {
            "core": {
                "objs": list(one.core_objs),
                "links": [_link_json(entry) for entry in one.core_links],
                **({"static_lib": one.static_lib} if one.static_lib else {}),
                **({"shared_lib": one.shared_lib} if one.shared_lib else {}),
            },
            "inittab_object": one.inittab_object,
            "inittab_source": one.inittab_source,
            "inittab_cflags": list(one.inittab_cflags),
            "object_file_format": one.object_file_format,
            "extensions": {
                name: [_variant_json(variant) for variant in variants]
                for name, variants in one.extensions.items()
            },
        },
        **{f"apple_sdk_{name}": value for name, value in one.apple_sdk.items()},
        "oxlang": {
            "flavor": one.flavor,
            "soname": one.soname,
            "static_lib_pic": one.static_lib_pic,
            "bitcode": one.bitcode,
        },
    }


def _link_json(entry: LinkEntry) -> dict[str, Any]:
    values: dict[str, Any] = {"name": entry.name}
    for name in ("path_static", "path_dynamic", "framework", "system"):
        if value := getattr(entry, name):
            values[name] = value
    return values


def _variant_json(one: ExtensionVariant) -> dict[str, Any]:
    values: dict[str, Any] = {
        "in_core": one.in_core,
        "init_fn": one.init_fn or "NULL",
        "links": [_link_json(entry) for entry in one.links],
        "objs": list(one.objs),
        "required": one.required,
        "variant": one.variant,
    }
    for name in ("shared_lib", "static_lib"):
        if value := getattr(one, name):
            values[name] = value
    if one.licenses is not None:
        values["licenses"] = list(one.licenses)
        values["license_paths"] = list(one.license_paths)
        values["license_public_domain"] = bool(one.license_public_domain)
    return values
