"""Names that PyOxidizer does not have."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.dialect.projects import command_of
from tests.dialect.harness import Run

START = "exe = default_python_distribution().to_python_executable('app')\n"


@pytest.mark.parametrize(
    ("entry", "call"),
    [
        ("pkg.cli:main", "from pkg.cli import main; sys.exit(main())"),
        (" pkg : App.run ", "from pkg import App; sys.exit(App.run())"),
        ("pkg:main [extra]", "from pkg import main; sys.exit(main())"),
    ],
)
def test_entry_points(entry: str, call: str) -> None:
    assert command_of(entry).endswith(call)


@pytest.mark.parametrize("entry", ["pkg", "pkg:", ":main", "pkg:main()", "1:2", "a b:c"])
def test_what_is_no_entry_point(entry: str) -> None:
    with pytest.raises(OxError, match="not an entry point"):
        command_of(entry)


def test_run_entry_point_replaces_what_runs(tmp_path: Path, cache: Path) -> None:
    run = Run(
        tmp_path,
        "def make():\n"
        "    dist = default_python_distribution()\n"
        "    config = dist.make_python_interpreter_config()\n"
        "    config.run_module = 'other'\n"
        "    exe = dist.to_python_executable('app', config=config)\n"
        "    exe.run_entry_point('pkg:main')\n"
        "    assert_eq(config.run_module, 'other')\n"
        "    return exe\n"
        "register_target('exe', make)\nresolve_targets()\n",
        cache=cache,
    )
    config = run.context.targets.value("exe").config
    assert config.run_module is None and "from pkg import main" in config.run_command


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("exe.add_console_script('app', 'a:b')", "OX0512", "is called `app`"),
        ("exe.add_console_script('a/b', 'a:b')", "OX0513", "name of a program"),
        ("exe.add_console_script('x', 'nothing')", "OX0512", "not an entry point"),
        ("exe.size_budget = '5'", "OX0313", "wants an int or None"),
        ("exe.read_wheel('none.whl')", "OX0510", "does not exist"),
        ("exe.read_wheel('thing-1-cp38-cp38-win_amd64.whl')", "OX0617", "is for cp38-cp38-win_amd64, not for Python"),
        ("exe.setup_py_install('empty')", "OX0626", "neither `pyproject.toml` nor `setup.py`"),
        ("exe.add_project('none')", "OX0510", "does not exist"),
        ("exe.add_project('empty')", "OX0626", "no Python project"),
        ("exe.add_project('project', script='serv')", "OX0512", "no console script `serv`"),
    ],
)
def test_mistakes(text: str, code: str, words: str, tmp_path: Path, cache: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "thing-1-cp38-cp38-win_amd64.whl").touch()
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "pyproject.toml").write_text(
        '[project]\nname = "p"\nversion = "1"\n[project.scripts]\nserve = "p:serve"\n', encoding="utf-8"
    )
    with pytest.raises(OxError, match=words) as caught:
        Run(tmp_path, START + text + "\n", cache=cache)
    assert caught.value.diagnostic.code.id == code


def test_projects_bring_their_scripts(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "p"\nversion = "1"\n'
        '[project.scripts]\nserve = "p:serve"\nadmin = "p.admin:main"\n'
        '[tool.poetry.scripts]\nold = "p:old"\nbroken = "p"\n',
        encoding="utf-8",
    )
    run = Run(
        tmp_path,
        "def make():\n"
        "    exe = default_python_distribution().to_python_executable('app')\n"
        "    exe.add_project(CWD, script='serve', console_scripts=True)\n"
        "    return exe\n"
        "register_target('exe', make)\nresolve_targets()\n",
        cache=cache,
    )
    exe = run.context.targets.value("exe")
    assert exe.scripts == {"admin": "p.admin:main", "old": "p:old"}
    assert "from p import serve" in exe.config.run_command
    assert run.engine.demands == 0
    assert str(tmp_path / "pyproject.toml") in run.context.reads.files


def test_wheels_are_read(tmp_path: Path, cache: Path) -> None:
    with zipfile.ZipFile(tmp_path / "thing-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr("thing/__init__.py", "X = 1\n")
        archive.writestr("thing/data.txt", "data")
        archive.writestr("thing-1.0.dist-info/METADATA", "Name: thing\nVersion: 1.0\n")
        archive.writestr("thing-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n")
        archive.writestr("thing-1.0.dist-info/RECORD", "")
    run = Run(
        tmp_path,
        START + "found = exe.read_wheel('thing-1.0-py3-none-any.whl')\n"
        "assert_contains([(type(r), r.name) for r in found], ('PythonModuleSource', 'thing'))\n"
        "assert_contains([(type(r), r.name) for r in found], ('PythonPackageResource', 'data.txt'))\n"
        "exe.add_python_resources(found)\n",
        cache=cache,
    )
    assert run.engine.demands == 1


@pytest.mark.e2e
def test_two_programs_share_their_resources(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "tool").mkdir()
    (tmp_path / "tool" / "__init__.py").write_text(
        "def one():\n    print('one')\n    return 3\n\ndef two():\n    print('two')\n", encoding="utf-8"
    )
    run = Run(
        tmp_path,
        "def make():\n"
        "    exe = default_python_distribution().to_python_executable('first')\n"
        "    exe.add_python_resources(exe.read_package_root(CWD, ['tool']))\n"
        "    exe.run_entry_point('tool:one')\n"
        "    exe.add_console_script('second', 'tool:two')\n"
        "    return exe\n"
        "register_target('exe', make)\nresolve_targets()\n",
        cache=cache,
    )
    tree = run.built("exe")
    from oxlang.dialect.content import write_tree

    write_tree(run.context, tree, str(tmp_path / "out"))
    first = subprocess.run([tmp_path / "out" / "first"], capture_output=True, text=True, check=False)
    second = subprocess.run([tmp_path / "out" / "second"], capture_output=True, text=True, check=False)
    assert (first.returncode, first.stdout) == (3, "one\n"), first.stderr
    assert (second.returncode, second.stdout) == (0, "two\n"), second.stderr
    assert sum(path.endswith(".packed-resources") for path, _ in tree.walk()) == 1


def test_language_extensions(tmp_path: Path, cache: Path) -> None:
    Run(
        tmp_path,
        "assert_eq(struct(a=1).a, 1)\n"
        "assert_eq(json.encode({'a': [True, None]}), '{\"a\":[true,null]}')\n"
        "assert_eq(1.5 * 2, 3.0)\n"
        "assert_eq(len(set([1, 1])), 1)\n"
        "assert_eq((lambda x: x + 1)(1), 2)\n"
        "if len(CWD) > 0:\n    y = 1\n",
        cache=cache,
    )
    with pytest.raises(OxError, match="stop here"):
        Run(tmp_path, "fail('stop', 'here')\n", cache=cache)
