"""What `--format json` prints is what `docs/formats/json-output.md` says, key by key and in its order."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from oxlang.bundled import bundled_path
from oxlang.cli.commands import all_names, find
from tests.cli.support import oxl

Capture = pytest.CaptureFixture[str]
PAGE = bundled_path("docs", "formats", "json-output.md").read_text(encoding="utf-8")
_TOKEN = re.compile(r'\s*("[^"]+"\??|[A-Za-z]+|[{}\[\],:])')


class Schemas:
    """The notation of the page: for each command, and each word in capitals, what its value looks like."""

    def __init__(self, page: str) -> None:
        self.commands: dict[str, Any] = {}
        for names, value in re.findall(r"^\| (`.+?`) \| (.+) \|$", page, re.MULTILINE):
            for name in re.findall(r"`(.+?)`", names):
                self.commands[name] = _parse(value.strip("`")) if value.startswith("`") else None
        self.words = {name: _parse(value) for name, value in re.findall(r"^- ([A-Z]+): `(.+)`$", page, re.MULTILINE)}

    def check(self, value: object, schema: Any, where: str = "") -> None:
        """Fails where a value is not what the schema says."""
        kind, told = schema
        if kind == "any":
            assert any(self._fits(value, one, where) for one in told), f"{where}: {value!r} is none of {told}"
        elif kind == "list":
            assert isinstance(value, list), f"{where}: {value!r} is no list"
            for number, one in enumerate(value):
                self.check(one, told, f"{where}[{number}]")
        elif kind == "object":
            self._check_object(value, told, where)
        elif told.isupper():
            self.check(value, self.words[told], where)
        else:
            types: dict[str, Any] = {"text": str, "number": (int, float), "bool": bool, "null": type(None)}
            fits = isinstance(value, types[told]) and (told == "bool" or not isinstance(value, bool))
            assert fits, f"{where}: {value!r} is no {told}"

    def _fits(self, value: object, schema: Any, where: str) -> bool:
        try:
            self.check(value, schema, where)
        except AssertionError:
            return False
        return True

    def _check_object(self, value: object, told: dict[str, tuple[bool, Any]], where: str) -> None:
        assert isinstance(value, dict), f"{where}: {value!r} is no object"
        assert set(value) <= set(told), f"{where}: the page does not know {set(value) - set(told)}"
        missing = [key for key, (is_optional, _) in told.items() if not is_optional and key not in value]
        assert not missing, f"{where}: {missing} missing"
        assert list(value) == [key for key in told if key in value], f"{where}: order of {list(value)}"
        for key, one in value.items():
            self.check(one, told[key][1], f"{where}.{key}")


def _parse(text: str) -> Any:
    tokens = _TOKEN.findall(text)
    assert "".join(tokens) == text.replace(" ", ""), text
    value = _alternatives(tokens)
    assert not tokens, f"{text}: {tokens}"
    return value


def _alternatives(tokens: list[str]) -> Any:
    found = [_one(tokens)]
    while tokens[:1] == ["or"]:
        tokens.pop(0)
        found.append(_one(tokens))
    return found[0] if len(found) == 1 else ("any", found)


def _one(tokens: list[str]) -> Any:
    first = tokens.pop(0)
    if first == "[":
        value = ("list", _alternatives(tokens))
        assert tokens.pop(0) == "]"
        return value
    if first != "{":
        return "word", first
    keys: dict[str, tuple[bool, Any]] = {}
    while True:
        key = tokens.pop(0)
        value: Any = ("word", "text")
        if tokens[0] == ":":
            tokens.pop(0)
            value = _alternatives(tokens)
        keys[key.strip('"?')] = (key.endswith("?"), value)
        if tokens.pop(0) == "}":
            return "object", keys


SCHEMAS = Schemas(PAGE)


@pytest.fixture
def project(app: Path) -> Path:
    """A config, sources with all kinds of resources, a test, and something to complain about."""
    (app / "src" / "pkg" / "__pycache__").mkdir(parents=True)
    (app / "src" / "pkg" / "__init__.py").write_text("")
    (app / "src" / "pkg" / "data.txt").write_text("x")
    (app / "src" / "pkg" / "run.sh").write_text("x")
    (app / "src" / "pkg" / "run.sh").chmod(0o755)
    suffix = f"cpython-{sys.version_info[0]}{sys.version_info[1]}"
    (app / "src" / "pkg" / "__pycache__" / f"__init__.{suffix}.opt-1.pyc").write_bytes(b"")
    (app / "src" / "pkg" / "fast.abi3.so").write_bytes(b"")
    (app / "src" / "pkg-1.0.dist-info").mkdir()
    (app / "src" / "pkg-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: pkg\nVersion: 1.0\n")
    (app / "src" / "old.egg").write_text("")
    (app / "src" / "more.pth").write_text("")
    (app / "some_test.star").write_text("def test_a():\n    pass\n\ndef test_b():\n    fail('no')\n")
    (app / "bad.star").write_text("def f():\n    pass\n    return unknwn\n\nx = [1,2]\n")
    return app


COMMANDS: dict[str, list[list[str]]] = {
    "analyze": [["analyze", sys.executable]],
    "build": [["build"]],
    "eval": [["eval"], ["eval", "--dry-run", "--target", "files", "--var", "who", "me"]],
    "list-targets": [["list-targets"]],
    "lint": [["lint"]],
    "fmt": [["fmt", "--check"]],
    "docs": [["docs"]],
    "docs NAME": [["docs", "PythonExecutable", "pip_install", "CWD", "PythonPackagingPolicy.file_scanner_emit_files", "struct"],
                  ["docs", "@stdlib//platforms.star", "platform"], ["docs", "CWD", "@stdlib//filters.star"]],
    "explain": [["explain"]],
    "explain CODE": [["explain", "OX0301"]],
    "doctor": [["doctor"]],
    "doctor CONFIG": [["doctor", "."]],
    "cache status": [["cache", "status"]],
    "cache gc": [["cache", "gc"]],
    "find-resources": [["find-resources", "src"], ["find-resources", "--scan-distribution"]],
    "python list": [["python", "list"]],
    "python-distribution-licenses": [["python-distribution-licenses", sys.executable]],
    "size": [["size", sys.executable], ["size", "again"]],
    "why": [["why", "--var", "who", "else"]],
    "test": [["test"]],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_output_is_what_the_page_says(capsys: Capture, project: Path, command: str) -> None:
    for words in COMMANDS[command]:
        ended = oxl(capsys, *words, "--format", "json")
        assert ended.out, ended.err
        SCHEMAS.check(json.loads(ended.out), SCHEMAS.commands[command], command)


def test_crates(capsys: Capture, project: Path) -> None:
    if shutil.which("cargo") is None:
        pytest.skip("no cargo here")
    (project / "Cargo.toml").write_text('[package]\nname = "a"\nversion = "1.0.0"\nedition = "2021"\n[workspace]\n')
    (project / "src" / "main.rs").write_text("fn main() {}\n")
    ended = oxl(capsys, "rust-project-licensing", ".", "--format", "json")
    SCHEMAS.check(json.loads(ended.out), SCHEMAS.commands["rust-project-licensing"], "rust-project-licensing")


def test_every_kind_of_resource_is_seen(capsys: Capture, project: Path) -> None:
    found = json.loads(oxl(capsys, "find-resources", "src", "--format", "json").out)["resources"]
    kinds = {"module", "bytecode", "extension", "resource", "distribution", "egg", "pth", "file"}
    assert {one["kind"] for one in found} == kinds
    assert next(one for one in found if one["kind"] == "bytecode")["bytecode_level"] == 1
    assert next(one for one in found if one["kind"] == "extension")["has_shared_library"]


def test_every_command_with_json_is_on_the_page() -> None:
    having = {
        name for name in all_names()
        if (command := find(name)) is not None
        and any(one.names[0] == "--format" and "json" in one.choices for one in command.options)
    }
    listed = {name for name in SCHEMAS.commands if not name.split()[-1].isupper() and name != "command"}
    assert listed == having
    assert set(COMMANDS) | {"python info", "python-distribution-info", "rust-project-licensing"} == listed | {
        name for name in SCHEMAS.commands if name.split()[-1].isupper()
    }


def test_every_word_of_the_page_is_described() -> None:
    used = set(re.findall(r"\b[A-Z]{4,}\b", "\n".join(re.findall(r"`.+`", PAGE))))
    assert used - {"NAME", "CODE", "CONFIG", "JSON", "PYTHON", "SARIF", "FILE", "LINE", "COLUMN"} <= set(SCHEMAS.words)
