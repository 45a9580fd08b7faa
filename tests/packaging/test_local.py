"""Distributions of installed interpreters."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from oxlang.diagnostics import OxError
from oxlang.packaging.distribution import Distribution
from oxlang.packaging.libpython import link_facts
from oxlang.packaging.local import describe, find_all, find_interpreter, probe


def test_facts_are_the_interpreters(python: Distribution) -> None:
    assert python.version == ".".join(map(str, sys.version_info[:3]))
    assert python.cache_tag == sys.implementation.cache_tag
    assert set(sys.builtin_module_names) == {
        name for name, variants in python.extensions.items() if variants[0].in_core
    }
    assert python.variants("sys")[0].init_fn == ""
    assert python.variants("builtins")[0].required
    assert python.interpreter.is_file()
    assert python.path(python.stdlib).joinpath("os.py").is_file()
    assert "test" in python.stdlib_test_packages
    assert python.is_test_module("test.support") and not python.is_test_module("testing")


def test_local_distribution_roundtrip(python: Distribution) -> None:
    data = python.to_json()
    assert data["version"] == "8"
    assert Distribution.from_json(data, python.root, kind="local", identity=python.identity) == python


def test_facts_are_cached(python: Distribution, cache_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import oxlang.packaging.describe as module

    def refuse(interpreter: Path) -> dict[str, object]:
        raise AssertionError(f"{interpreter} was asked again")

    monkeypatch.setattr(module, "_ask", refuse)
    assert describe(sys.executable, cache_dir=cache_dir) == python


def test_base_of_a_virtual_environment(python: Distribution, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "ve")], check=True)
    found = describe(tmp_path / "ve" / "bin" / "python")
    assert found.interpreter == python.interpreter
    assert found.paths["purelib"] == python.paths["purelib"]
    assert found.identity == python.identity


def test_link_facts(python: Distribution) -> None:
    if not (python.supports_static or python.supports_dynamic):
        pytest.skip("this Python has no libpython")
    facts = link_facts(python)
    assert Path(facts.library).is_file()
    if python.supports_dynamic:
        dynamic = link_facts(python, "dynamic")
        assert dynamic.name.startswith("python3.")
        assert Path(dynamic.extra_file).is_file() and ".so" in dynamic.extra_name


def test_version_request(cache_dir: Path) -> None:
    environment = dict(os.environ)
    with pytest.raises(OxError, match=r"Python 3\.99 was not found") as caught:
        find_interpreter("3.99", environment, cache_dir=cache_dir)
    assert caught.value.diagnostic.code.id == "OX0601"
    assert caught.value.diagnostic.notes


def test_named_interpreter_has_to_fit(cache_dir: Path) -> None:
    environment = {"OXL_PYTHON": sys.executable, "PATH": ""}
    assert find_interpreter(None, environment, cache_dir=cache_dir) == Path(sys.executable)
    with pytest.raises(OxError, match="`OXL_PYTHON` names Python"):
        find_interpreter("3.99", environment, cache_dir=cache_dir)
    with pytest.raises(OxError, match="which is no program"):
        find_interpreter(None, {"OXL_PYTHON": "/no/such/python"}, cache_dir=cache_dir)


def test_not_a_python(tmp_path: Path) -> None:
    fake = tmp_path / "python3"
    fake.write_text("#!/bin/sh\necho no; exit 3\n")
    fake.chmod(0o755)
    with pytest.raises(OxError, match="does not run as a Python does"):
        describe(fake)


def test_find_all_gives_each_installation_once(cache_dir: Path) -> None:
    found = find_all(dict(os.environ), cache_dir=cache_dir)
    places = [str(facts.interpreter) for _, facts in found]
    assert len(places) == len(set(places))


def _acting(folder: Path, version: str, free_threaded: bool) -> Path:
    """A program that answers as the running Python does, but for its version."""
    facts = probe(Path(sys.executable))
    facts |= {"version": version, "full_version": version, "free_threaded": free_threaded, "abiflags": "t" * free_threaded}
    folder.mkdir(parents=True)
    (folder / "answer.json").write_text(json.dumps(facts))
    program = folder / "python3"
    program.write_text(f"#!/bin/sh\ncat '{folder}/answer.json'\n")
    program.chmod(0o755)
    return program


def test_free_threaded_builds(tmp_path: Path) -> None:
    """`3.14` means the ordinary build and `3.14t` the free-threaded one; those before 3.14 cannot be embedded."""
    versions = tmp_path / "versions"
    early = _acting(versions / "3.13.1t" / "bin", "3.13.1", True)
    with pytest.raises(OxError, match=r"is the free-threaded build of Python 3\.13\.1; of these, 3\.14 is the oldest"):
        describe(early)
    free = _acting(versions / "3.14.2t" / "bin", "3.14.2", True)
    environment = {"PYENV_ROOT": str(tmp_path), "PATH": ""}
    assert describe(free).free_threaded and describe(free).abi_tag == "cp314t"
    if sys.version_info[:2] != (3, 14):
        with pytest.raises(OxError) as caught:
            find_interpreter("3.14", environment)
        assert any("Python 3.14.2, free-threaded" in note for note in caught.value.diagnostic.notes)
    assert find_interpreter("3.14t", environment) == free
    assert find_interpreter("3.14", {"OXL_PYTHON": str(free)}) == free


@pytest.mark.parametrize("version", ["3.10", "3.11", "3.12", "3.13", "3.14"])
def test_every_supported_version(version: str, cache_dir: Path) -> None:
    try:
        found = describe(
            find_interpreter(version, dict(os.environ), cache_dir=cache_dir), cache_dir=cache_dir
        )
    except OxError:
        pytest.skip(f"no Python {version} with a libpython here")
    assert found.major_minor == version
    assert found.python_tag == "cp" + version.replace(".", "")
    assert found.supports_static or found.supports_dynamic
    assert "_json" in found.extensions


def test_shims_of_pyenv_are_looked_through(tmp_path: Path) -> None:
    from oxlang.packaging.describe import resolve_shim

    shims = tmp_path / "shims"
    shims.mkdir()
    for name in ("python3.12", "python3", "python3.8"):
        (shims / name).write_text("#!/bin/sh\n")
    for version in ("3.12.1", "3.12.10", "3.12.9", "3.11.7"):
        folder = tmp_path / "versions" / version / "bin"
        folder.mkdir(parents=True)
        (folder / "python3.12").write_text("")
        (folder / "python3").write_text("")
    (tmp_path / "version").write_text("3.11.7\n")
    versions = tmp_path / "versions"
    assert resolve_shim(shims / "python3.12") == versions / "3.12.10" / "bin" / "python3.12"
    assert resolve_shim(shims / "python3") == versions / "3.11.7" / "bin" / "python3"
    assert resolve_shim(shims / "python3.8") == shims / "python3.8"
    assert resolve_shim(Path(sys.executable)) == Path(sys.executable)
