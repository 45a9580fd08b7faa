"""The interpreter's settings on their way to the runtime: as fields of the Rust structs, and as the launcher's JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from oxlang.packaging.interpreter_config import InterpreterConfig
from oxlang.packaging.module_files import ModuleFiles
from oxlang.records import dataclass

FieldKind = Literal["bool", "int", "text", "path", "enum", "texts", "paths"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RustField:
    """A setting that reaches Rust.

    Attributes:
        name: name in Starlark.
        rust: `interpreter_config.X` or a field of the outer struct.
        kind: form of the value; `enum` texts are those of the runtime.
        optional: the field is an `Option`.
    """

    name: str
    rust: str
    kind: FieldKind
    optional: bool


_PATHS = frozenset(
    {
        "base_exec_prefix", "base_executable", "base_prefix", "exec_prefix", "executable", "home",
        "module_search_paths", "prefix", "program_name", "pycache_prefix", "run_filename", "tcl_library",
    }
)  # fmt: skip


def rust_fields() -> tuple[RustField, ...]:
    """Gives the settings in the order of their declaration."""
    return tuple(_rust_fields())


def _rust_fields() -> Iterator[RustField]:
    hints: dict[str, str] = InterpreterConfig.__annotations__
    for name, declared in InterpreterConfig.__starlark__.attributes.items():  # type: ignore[attr-defined]
        hint = hints[name].removesuffix(" | None")
        kind: FieldKind = "text"
        if hint == "bool":
            kind = "bool"
        elif hint == "int":
            kind = "enum" if name == "optimization_level" else "int"
        elif hint == "list[str]":
            kind = "paths" if name in _PATHS else "texts"
        elif declared.choices:
            kind = "enum"
        elif name in _PATHS:
            kind = "path"
        yield RustField(name=name, rust=declared.rust, kind=kind, optional=hints[name].endswith("| None"))


def payload_config(
    config: InterpreterConfig, *, packed: list[dict[str, str]], module_files: ModuleFiles
) -> dict[str, Any]:
    """Gives the configuration as a launcher reads it: the fields of `OxidizedPythonInterpreterConfig` as JSON values.

    Args:
        packed: sources of packed resources, `{"payload": NAME}` or `{"path": "$ORIGIN/…"}`.
        module_files: which modules in memory have a `__file__`.
    """
    inner: dict[str, Any] = {}
    outer: dict[str, Any] = {"interpreter_config": inner}
    for field in rust_fields():
        value = getattr(config, field.name)
        if field.rust.startswith("interpreter_config."):
            if value is not None:
                inner[field.rust.split(".", 1)[1]] = _wrapped(value) if field.name == "hash_seed" else value
        else:
            outer[field.rust] = value
    outer["set_missing_path_configuration"] = True
    outer["packed_resources"] = packed
    outer |= module_files.settings()
    return outer


def _wrapped(value: int) -> int:
    return value & 0xFFFFFFFFFFFFFFFF
