"""`default_python_config.rs`: the interpreter's configuration as a Rust function.

It is written from the same JSON that a launcher reads (`packaging.runtime_config.payload_config`), so the two ways to a
program cannot differ. Which field has which form is asked from the declaration of `PythonInterpreterConfig`; a field
that is not declared there (set by the packager) stands in `_OUTER`. (spec: rust-project.md, section 5.1)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_HEAD = """\
// Made by oxl; changes are lost when the artifacts are made again.

/// The configuration with which the embedded Python interpreter starts.
///
/// Change single fields of the value before giving it to `pyembed::MainPythonInterpreter::new`.
#[allow(clippy::needless_update)]
pub fn default_python_config<'a>() -> pyembed::OxidizedPythonInterpreterConfig<'a> {
"""


_ENUMS: Mapping[str, tuple[str, Mapping[object, str]]] = {
    "profile": ("PythonInterpreterProfile", {"isolated": "Isolated", "python": "Python"}),
    "allocator": (
        "Allocator",
        {
            "not-set": "NotSet",
            "default": "Default",
            "debug": "Debug",
            "malloc": "Malloc",
            "malloc-debug": "MallocDebug",
            "py-malloc": "PyMalloc",
            "py-malloc-debug": "PyMallocDebug",
        },
    ),
    "bytes_warning": ("BytesWarning", {"none": "None", "warn": "Warn", "raise": "Raise"}),
    "check_hash_pycs_mode": (
        "CheckHashPycsMode",
        {"always": "Always", "never": "Never", "default": "Default"},
    ),
    "coerce_c_locale": ("CoerceCLocale", {"LC_CTYPE": "LCCtype", "C": "C"}),
    "optimization_level": ("BytecodeOptimizationLevel", {0: "Zero", 1: "One", 2: "Two"}),
    "allocator_backend": (
        "MemoryAllocatorBackend",
        {
            "default": "Default",
            "jemalloc": "Jemalloc",
            "mimalloc": "Mimalloc",
            "snmalloc": "Snmalloc",
            "rust": "Rust",
        },
    ),
    "multiprocessing_start_method": (
        "MultiprocessingStartMethod",
        {"none": "None", "fork": "Fork", "forkserver": "ForkServer", "spawn": "Spawn", "auto": "Auto"},
    ),
    "module_file": ("ModuleFile", {"emulated": "Emulated", "absent": "Absent"}),
}


def config_source(config: Mapping[str, Any]) -> str:
    """Gives the text of `default_python_config.rs`.

    Args:
        config: what `payload_config` gives: fields of `OxidizedPythonInterpreterConfig` as JSON values.
    """
    from oxlang.packaging.runtime_config import rust_fields

    kinds = {field.rust: field for field in rust_fields()}
    inner = config["interpreter_config"]
    lines = [_HEAD + "    pyembed::OxidizedPythonInterpreterConfig {"]
    lines += [f"        {name}: None," for name in ("exe", "origin")]
    lines.append("        interpreter_config: pyembed::PythonInterpreterConfig {")
    for rust, field in kinds.items():
        owner, _, name = rust.rpartition(".")
        if owner == "interpreter_config":
            text = _literal(name, field.kind, inner.get(name))
            lines.append(f"            {name}: {_optional(text) if field.optional else text},")
    # All fields are named; a field that a later pyembed adds gets its default.
    lines += ["            argv: None,", "            ..Default::default()", "        },"]
    for name, value in config.items():
        if name in ("interpreter_config", "packed_resources"):
            continue
        known = kinds.get(name)
        kind = known.kind if known is not None else _kind_of(name)
        text = _literal(name, kind, value)
        optional = known.optional if known is not None else name == "tcl_library"
        lines.append(f"        {name}: {_optional(text) if optional else text},")
    sources = [_packed_source(one) for one in config["packed_resources"]]
    lines.append(f"        packed_resources: {_vector(sources)},")
    lines += [f"        {name}: None," for name in ("extra_extension_modules", "argv")]
    lines += ["        ..Default::default()", "    }", "}", ""]
    return "\n".join(lines)


def rust_string(text: str) -> str:
    """Gives a text as a Rust string literal."""
    simple = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}
    out = []
    for char in text:
        if char in simple:
            out.append(simple[char])
        elif char.isprintable():
            out.append(char)
        elif 0xD800 <= ord(char) <= 0xDFFF:
            out.append("\\u{fffd}")
        else:
            out.append(f"\\u{{{ord(char):x}}}")
    return '"' + "".join(out) + '"'


def _kind_of(name: str) -> str:
    if name in _ENUMS:
        return "enum"
    if name == "module_file_exceptions":
        return "texts"
    return "path" if name == "tcl_library" else "bool"


def _literal(name: str, kind: str, value: object) -> str | None:
    """Gives a value as Rust, None for an unset one."""
    if value is None:
        return None
    if name == "terminfo_resolution":
        return _terminfo(str(value))
    if name == "hash_seed":
        return f"{value}u64 as std::ffi::c_ulong"
    writers: Mapping[str, Callable[[Any], str]] = {
        "bool": lambda given: "true" if given else "false",
        "int": str,
        "text": lambda given: f"{rust_string(given)}.to_string()",
        "path": _path,
        "enum": lambda given: f"pyembed::{_ENUMS[name][0]}::{_ENUMS[name][1][given]}",
        "texts": lambda given: _vector([f"{rust_string(one)}.to_string()" for one in given]),
        "paths": lambda given: _vector([_path(one) for one in given]),
    }
    return writers[kind](value)


def _terminfo(value: str) -> str:
    if value.startswith("static:"):
        return f"pyembed::TerminfoResolution::Static({rust_string(value.removeprefix('static:'))}.to_string())"
    return {"dynamic": "pyembed::TerminfoResolution::Dynamic", "none": "pyembed::TerminfoResolution::None"}[value]


def _packed_source(source: Mapping[str, str]) -> str:
    if "payload" in source:
        return f'pyembed::PackedResourcesSource::Memory(include_bytes!(r#"{source["payload"]}"#))'
    return f"pyembed::PackedResourcesSource::MemoryMappedPath({_path(source['path'])})"


def _path(text: str) -> str:
    return f"std::path::PathBuf::from({rust_string(text)})"


def _vector(items: Sequence[str]) -> str:
    return f"vec![{', '.join(items)}]"


def _optional(text: str | None) -> str:
    return "None" if text is None else f"Some({text})"


def parse_config(text: bytes) -> Mapping[str, Any]:
    """Reads `config.json` of packed resources."""
    config: Mapping[str, Any] = json.loads(text)
    return config
