"""`default_python_config.rs` as text; that it compiles is shown in test_e2e."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from oxlang.cargo.config_rs import config_source, rust_string
from oxlang.packaging.interpreter_config import InterpreterConfig
from oxlang.packaging.module_files import ModuleFiles
from oxlang.packaging.runtime_config import payload_config, rust_fields
from tests.support.golden import assert_golden

GOLDEN = Path(__file__).parent / "golden"


def every_field_set() -> dict[str, Any]:
    """Gives a configuration in which no field has its default, with texts that need escapes."""
    config = InterpreterConfig()
    odd = 'a"b\\c\n\x7fä'
    for field in rust_fields():
        declared = InterpreterConfig.__starlark__.attributes[field.name]  # type: ignore[attr-defined]
        values: dict[str, Any] = {
            "bool": not getattr(config, field.name),
            "int": 2**40 if field.name == "hash_seed" else 1,
            "text": odd,
            "path": "/" + odd,
            "texts": [odd, "x"],
            "paths": ["$ORIGIN/lib", odd],
        }
        value = values.get(field.kind)
        if field.kind == "enum":
            value = 2 if field.name == "optimization_level" else declared.choices[-1].replace("<path>", odd)
        setattr(config, field.name, value)
    sources = [{"payload": "packed-resources"}, {"path": "$ORIGIN/res"}]
    return payload_config(config, packed=sources, module_files=ModuleFiles("absent"))


def test_defaults() -> None:
    text = config_source(
        payload_config(InterpreterConfig(), packed=[{"payload": "packed-resources"}], module_files=ModuleFiles())
    )
    _check_golden("config-default.rs", text)


def test_every_field_set() -> None:
    _check_golden("config-all.rs", config_source(every_field_set()))


def test_no_packed_resources() -> None:
    text = config_source(payload_config(InterpreterConfig(), packed=[], module_files=ModuleFiles()))
    assert "packed_resources: vec![]," in text


def test_rust_strings() -> None:
    assert rust_string('a"\\\n\r\t\0\x01ä中') == '"a\\"\\\\\\n\\r\\t\\0\\u{1}ä中"'


def _check_golden(name: str, text: str) -> None:
    assert_golden(GOLDEN / name, text)
