"""Generated projects as text: golden files per name, and what the spec says about them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import tomlkit

from oxlang.bundled import bundled_path
from oxlang.cargo.manifest import (
    PyembedLocation,
    check_package_name,
    foreign_pyembed,
    parse_location,
    project_manifest,
    vendored_location,
    with_pyembed,
)
from oxlang.cargo.project import (
    ConfigAttribute,
    config_file,
    launcher_files,
    lockfile,
    project_files,
    starlark_string,
)
from oxlang.diagnostics.model import OxError
from tests.support.golden import assert_golden

GOLDEN = Path(__file__).parent / "golden"
ELSEWHERE = PyembedLocation(kind="path", value="/opt/oxlang/crates/pyembed")


def _check_golden(name: str, files: dict[str, str]) -> None:
    text = "".join(f"==== {path}\n{content}" for path, content in files.items() if path != "Cargo.lock")
    assert_golden(GOLDEN / name, text)


@pytest.mark.parametrize("subsystem", ["console", "windows"])
def test_a_project_of_the_user(subsystem: str) -> None:
    files = project_files("my-app", ELSEWHERE, config="# config\n", windows_subsystem=subsystem)
    _check_golden(f"project-{subsystem}.txt", files)


def test_the_launcher() -> None:
    files = launcher_files(
        pyembed_path="vendor/crates/pyembed", windows_subsystem="console", cargo_lines="cargo:rustc-link-arg=x\n"
    )
    _check_golden("launcher.txt", files)


def test_the_template_config() -> None:
    attributes = [ConfigAttribute(name="include_test", value="False", doc="Whether test modules are added.")]
    text = config_file(
        "my app",
        python_code='print("hi")\nexit()',
        pip_packages=["a", "b==1"],
        policy_attributes=attributes,
        config_attributes=[ConfigAttribute(name="quiet", value="None", doc="No banner.")],
    )
    _check_golden("config.txt", {"pyoxidizer.bzl": text})


def test_the_template_config_is_python_too() -> None:
    compile(config_file("x"), "pyoxidizer.bzl", "exec")


def test_main_has_what_users_edit() -> None:
    main = project_files("app", ELSEWHERE, config="")["src/main.rs"]
    assert main.startswith('#![windows_subsystem = "console"]\n')
    assert "\nfn main() {\n" in main
    assert "use pyembed" in main and "default_python_config()" in main and "exit(" in main


def test_cargo_settings_are_only_comments() -> None:
    text = project_files("app", ELSEWHERE, config="")[".cargo/config.toml"]
    assert "crt-static" in text
    assert all(not line or line.startswith("#") for line in text.splitlines())


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("version:1.2", {"version": "1.2"}),
        ("path:/a/b", {"path": "/a/b"}),
        ("git:https://example.org/x#abc", {"git": "https://example.org/x", "rev": "abc"}),
        ("git:https://example.org/x", {"git": "https://example.org/x"}),
    ],
)
def test_pyembed_locations(text: str, fields: dict[str, str]) -> None:
    location = parse_location(text)
    assert location.fields == fields
    line = next(line for line in project_manifest("x", location).splitlines() if line.startswith("pyembed = "))
    assert line == f"pyembed = {{ {location.display()}, default-features = false }}"


@pytest.mark.parametrize("text", ["1.0", "version:", "hg:x", "git:#x"])
def test_wrong_pyembed_locations(text: str) -> None:
    with pytest.raises(OxError) as caught:
        parse_location(text)
    assert caught.value.diagnostic.code.id == "OX0822"


@pytest.mark.parametrize("name", ["app", "my-app", "_x", "a1", "App"])
def test_legal_names(name: str) -> None:
    check_package_name(name)


@pytest.mark.parametrize("name", ["", "1a", "fn", "test", "a b", "-a", "ä"])
def test_illegal_names(name: str) -> None:
    with pytest.raises(OxError) as caught:
        check_package_name(name)
    assert caught.value.diagnostic.code.id == "OX0821"


def test_a_users_manifest_keeps_its_comments() -> None:
    text = (
        '# mine\n[package]\nname = "x" # name\nversion = "1.0"\n\n[dependencies]\nserde = "1" # why\n'
        'pyembed = { version = "0.1", features = ["zipimport"] }\n'
    )
    changed = with_pyembed(text, vendored_location())
    assert "# mine" in changed and "# name" in changed and "# why" in changed
    line = next(line for line in changed.splitlines() if line.startswith("pyembed"))
    assert 'path = "vendor/crates/pyembed"' in line and 'features = ["zipimport"]' in line and "version" not in line
    assert with_pyembed(changed, vendored_location()) == changed


OLD = """\
[dependencies]
pyembed = { version = "0.24.0", default-features = false }

[dependencies.jemallocator]
version = "0.5.0"
optional = true  # mine

[dependencies.mimalloc]
version = "0.1.29"
optional = true
features = ["secure"]

[features]
global-allocator-jemalloc = ["jemallocator"]
"""


def test_a_manifest_of_pyoxidizer() -> None:
    """`pyembed` and the allocators change together: two crates that link jemalloc are one too many for cargo."""
    changed = with_pyembed(OLD, vendored_location())
    assert foreign_pyembed(OLD) == "0.24.0" and foreign_pyembed(changed) == ""
    assert 'package = "tikv-jemallocator"' in changed and 'version = "0.7"' in changed and "# mine" in changed
    assert "0.5.0" not in changed and "0.24" not in changed and "snmalloc" not in changed


@pytest.mark.parametrize(
    ("dependency", "told"),
    [
        ('"0.24"', "0.24"),
        ('{ version = "=0.10.3" }', "0.10.3"),
        ('{ git = "https://github.com/indygreg/PyOxidizer.git", rev = "abc" }', "by git"),
        ('{ git = "https://github.com/oxlang/oxlang" }', ""),
        ('{ version = "0.24", path = "../pyembed" }', ""),
        ('"0.1"', ""),
        ('"0.25"', ""),
        ('{ workspace = true }', ""),
    ],
)
def test_whose_pyembed_it_is(dependency: str, told: str) -> None:
    assert foreign_pyembed(f"[dependencies]\npyembed = {dependency}\n") == told


@pytest.mark.parametrize("text", ["", "[dependencies", "dependencies = 1", "[dependencies]\nserde = '1'"])
def test_a_manifest_without_pyembed(text: str) -> None:
    assert foreign_pyembed(text) == ""


def test_vendored_crates_are_no_part_of_the_workspace() -> None:
    text = with_pyembed(project_manifest("x", ELSEWHERE), vendored_location())
    assert re.search(r"^\[workspace\]\n(.*\n)*exclude = \[\"vendor\"\]", text, re.MULTILINE)


def test_starlark_strings() -> None:
    assert starlark_string('a"b\\\n\x01ä') == '"a\\"b\\\\\\n\\x01ä"'


def test_the_lock_names_what_our_crates_need() -> None:
    lock = lockfile("x")
    assert lock is not None
    crates = bundled_path("crates")
    members = tomlkit.parse((crates / "Cargo.toml").read_text(encoding="utf-8")).unwrap()["workspace"]["members"]
    for member in members:
        manifest = tomlkit.parse((crates / member / "Cargo.toml").read_text(encoding="utf-8")).unwrap()
        needed = {
            name
            for table in ("dependencies", "build-dependencies")
            for name, fields in manifest.get(table, {}).items()
            if not (isinstance(fields, dict) and fields.get("optional"))
        }
        name = manifest["package"]["name"]
        entry = next((one for one in lock.split("[[package]]\n") if one.startswith(f'name = "{name}"\n')), "")
        assert entry, f"run `python -m oxlang.cargo.lockfile --write`: {name} is not locked"
        missing = {one for one in needed if f'"{one}"' not in entry and f'"{one} ' not in entry}
        assert not missing, f"run `python -m oxlang.cargo.lockfile --write`: {name} lacks {missing}"


def test_the_projects_own_entry_stands_in_its_place() -> None:
    for name in ("aaa", "zzz"):
        text = lockfile(name)
        assert text is not None
        names = re.findall(r'^name = "(.*)"', text, re.MULTILINE)
        assert names == sorted(names) and name in names and text.endswith("]\n")
