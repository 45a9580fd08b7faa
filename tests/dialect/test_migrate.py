"""Configs of older dialects are rewritten; the outcome is compared with golden files and evaluated."""

from __future__ import annotations

from pathlib import Path

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.dialect.former import advise
from oxlang.dialect.migrate import explained, migrate
from oxlang.dialect.toml_config import migrate_toml
from oxlang.source import SourceFile
from tests.dialect.harness import Run
from tests.support.golden import assert_golden

DATA = Path(__file__).parent / "migrate"
INPUTS = sorted(DATA.glob("*.old.bzl"))


@pytest.mark.parametrize("path", INPUTS, ids=[path.name.split(".")[0] for path in INPUTS])
def test_golden(path: Path, tmp_path: Path, cache: Path) -> None:
    migration = migrate(SourceFile(path.name, path.read_text(encoding="utf-8")))
    stem = path.name.removesuffix(".old.bzl")
    assert_golden(DATA / f"{stem}.new.bzl", migration.text)
    assert_golden(DATA / f"{stem}.txt", "\n".join(explained(migration, "config")) + "\n")
    (tmp_path / "src" / "pkg").mkdir(parents=True)
    (tmp_path / "names.txt").write_text("pkg\n", encoding="utf-8")
    (tmp_path / "req.txt").write_text("", encoding="utf-8")
    Run(tmp_path, migration.text, cache=cache, requested=("exe",))
    again = migrate(SourceFile(path.name, migration.text))
    assert again.text == migration.text


def test_sections(tmp_path: Path, cache: Path) -> None:
    """What was `pyoxidizer.toml` becomes a config that evaluates."""
    path = DATA / "four.old.toml"
    migration = migrate_toml(SourceFile(path.name, path.read_text(encoding="utf-8")))
    assert_golden(DATA / "four.new.bzl", migration.text)
    assert_golden(DATA / "four.txt", "\n".join(explained(migration, "config")) + "\n")
    (tmp_path / "src" / "pkg").mkdir(parents=True)
    (tmp_path / "names.txt").write_text("pkg\n", encoding="utf-8")
    (tmp_path / "req.txt").write_text("", encoding="utf-8")
    Run(tmp_path, migration.text, cache=cache, requested=("exe",))


@pytest.mark.parametrize("text", ["[[build]\n", "[tool.poetry]\nname = 'a'\n", "build = 1\n"])
def test_other_toml_files_are_refused(text: str) -> None:
    with pytest.raises(OxError) as caught:
        migrate_toml(SourceFile("x.toml", text))
    assert caught.value.diagnostic.code.id == "OX0519"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"eval:a()"', 'run_command = "a()"'),
        ('"module:a.b"', 'run_module = "a.b"'),
        ('"file:a.py"', 'run_filename = "a.py"'),
        ('"repl"', "run_command = None"),
        ("'none'", 'run_command = "pass"'),
        ('"eval:%s" % CODE', 'run_command = "%s" % CODE'),
        ('"module:" + NAME + ".main"', 'run_module = "" + NAME + ".main"'),
        ('"eval:{}".format(CODE)', 'run_command = "{}".format(CODE)'),
        ("MODE", "run_mode = MODE"),
    ],
)
def test_run_modes(old: str, new: str) -> None:
    migration = migrate(SourceFile("config", f"def make(config):\n    config.run_mode = {old}\n"))
    assert migration.text == f"def make(config):\n    config.{new}\n"
    assert len(migration.changes) + len(migration.remaining) == 1


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("x = PythonInterpreterConfig()\n", "make_python_interpreter_config"),
        ("x = BuildConfig()\n", "PyOxidizer 0.5"),
        ("default_python_distribution().pip_install(['a'])\n", "a method of the executable today"),
        ("default_python_distribution().make_python_interpreter_config().raw_allocator = 'x'\n", "`allocator_backend`"),
        ("default_python_distribution().to_python_executable('a', include_sources=True)\n", "packaging policy"),
        ("default_python_distribution().to_python_executable('a').to_embedded_data()\n", "to_embedded_resources"),
        ("default_python_distribution().make_python_packaging_policy().extension_module_filter = 'no-gpl'\n", "no-copyleft"),
        (
            "default_python_distribution().make_python_packaging_policy().resources_location = 'app-relative:lib'\n",
            "filesystem-relative:lib",
        ),
        ("WiXMSIBuilder('a', 'b', '1', 'c').target_triple = 'x'\n", "arch"),
    ],
)
def test_old_names_point_at_migrate(text: str, advice: str, tmp_path: Path, cache: Path) -> None:
    with pytest.raises(OxError) as caught:
        Run(tmp_path, text, cache=cache)
    help = advise(caught.value).diagnostic.help
    assert help is not None and advice in help and "oxl migrate" in help


def test_app_relative_locations() -> None:
    migration = migrate(SourceFile("config", "def f(policy):\n    policy.resources_location = 'app-relative:lib'\n"))
    assert migration.text == 'def f(policy):\n    policy.resources_location = "filesystem-relative:lib"\n'


def test_todays_configs_stay(tmp_path: Path) -> None:
    text = (
        "def make():\n    dist = default_python_distribution()\n    exe = dist.to_python_executable('a')\n"
        "    exe.add_python_resources(exe.pip_install(['a']))\n    return exe\n"
    )
    migration = migrate(SourceFile("config", text))
    assert migration.text == text and not migration.changes and not migration.remaining


def test_syntax_errors_are_raised() -> None:
    with pytest.raises(OxError):
        migrate(SourceFile("config", "x = = 1\n"))
