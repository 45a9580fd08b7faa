"""Programs without a config."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.workspace.application import config_of, find_application, save_config
from tests.workspace.conftest import Project


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        place = folder / name.replace("__S__", "/").replace("_DOT_", ".")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return folder


def test_script_with_what_it_imports_and_requires(tmp_path: Path) -> None:
    script = "# /// script\n# dependencies = [\n#   'rich>=13',\n# ]\n# ///\nimport os, helper\nfrom pack.deep import x\n"
    write(tmp_path, report_DOT_py=script, helper_DOT_py="import other", other_DOT_py="", unused_DOT_py="")
    write(tmp_path / "pack", __init___DOT_py="", deep_DOT_py="import helper")
    found = find_application(tmp_path / "report.py")
    assert (found.name, found.module, found.root) == ("report", "report", ".")
    assert found.packages == ("report", "helper", "other", "pack")
    assert found.requirements == ("rich>=13",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('import a\n# /// script\n# dependencies = broken\n# ///\n', "at line 3, column 16"),
        ('# /// script\n# dependencies = "click"\n# ///\n', "no list of texts"),
        ('# /// script\n# dependencies = [1]\n# ///\n', "no list of texts"),
        ("# /// script\n# ///\n\n# /// script\n# ///\n", "two blocks"),
    ],
)
def test_inline_metadata_that_is_wrong(tmp_path: Path, text: str, reason: str) -> None:
    write(tmp_path, a_DOT_py=text)
    with pytest.raises(OxError, match=reason) as caught:
        find_application(tmp_path / "a.py")
    assert caught.value.diagnostic.code.id == "OX0954"


def test_scripts_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"# -*- coding: latin-1 -*-\nimport helper  # \xe9\n")
    write(tmp_path, helper_DOT_py="")
    assert find_application(tmp_path / "a.py").packages == ("a", "helper")
    for text in (b"# \xe9\n", b"# -*- coding: nonsense -*-\n"):
        (tmp_path / "a.py").write_bytes(text)
        with pytest.raises(OxError, match="neither UTF-8 nor in an encoding that it declares"):
            find_application(tmp_path / "a.py")


def test_the_python_that_a_program_wants(tmp_path: Path) -> None:
    write(tmp_path, a_DOT_py='# /// script\n# requires-python = "<3.10,>=3.9"\n# ///\n')
    write(tmp_path, b_DOT_py='# /// script\n# requires-python = ">=3.10"\n# ///\n')
    assert find_application(tmp_path / "a.py").python_version == ""
    assert find_application(tmp_path / "b.py").python_version == ""
    other = "3.10" if sys.version_info[:2] != (3, 10) else "3.11"
    write(tmp_path, c_DOT_py=f'# /// script\n# requires-python = "=={other}.*"\n# ///\n')
    found = find_application(tmp_path / "c.py")
    assert found.python_version == other
    assert f'default_python_distribution(python_version = "{other}")' in config_of(found)
    write(tmp_path, e_DOT_py='# /// script\n# requires-python = ">=3.77.1"\n# ///\n')
    assert find_application(tmp_path / "e.py").python_version == "3.77"
    write(tmp_path, d_DOT_py='# /// script\n# requires-python = "newest"\n# ///\n')
    with pytest.raises(OxError, match="no specifier"):
        find_application(tmp_path / "d.py")


def test_script_that_cannot_be_parsed_is_left_to_the_build(tmp_path: Path) -> None:
    write(tmp_path, broken_DOT_py="def (:")
    assert find_application(tmp_path / "broken.py").packages == ("broken",)


def test_project_with_a_script(tmp_path: Path) -> None:
    write(tmp_path, pyproject_DOT_toml='[project]\nname = "a"\n[project.scripts]\nb = "a.cli:App.main"\n')
    found = find_application(tmp_path)
    assert (found.name, found.project) == ("b", True)
    assert found.command == "import sys; from a.cli import App; sys.exit(App.main())"


def test_project_with_a_package_to_run(tmp_path: Path) -> None:
    write(tmp_path, pyproject_DOT_toml='[project]\nname = "my-app"\n', src__S__my_app__S____main___DOT_py="")
    found = find_application(tmp_path)
    assert (found.name, found.module, found.project) == ("my-app", "my_app", True)


def test_folder_with_a_package_to_run(tmp_path: Path) -> None:
    folder = tmp_path / "tool"
    write(folder, app__S____main___DOT_py="import lib", lib_DOT_py="", requirements_DOT_txt="click\n")
    found = find_application(folder)
    assert (found.name, found.module, found.packages) == ("tool", "app", ("app", "lib"))
    assert found.requirement_files == ("requirements.txt",)


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, "nothing in it can be run"),
        ({"pyproject_DOT_toml": "[tool.x]\n"}, "no table `project`"),
        ({"pyproject_DOT_toml": "broken"}, "cannot be read"),
        (
            {"pyproject_DOT_toml": '[project]\nname = "a"\nscripts = {x = "a:b", y = "a:c"}\n'},
            "several scripts: `x`, `y`",
        ),
        ({"pyproject_DOT_toml": '[project]\nname = "a"\n'}, "neither a script nor a package"),
        ({"pyproject_DOT_toml": '[project]\nname = "a"\nscripts = {x = "a:b", y = "a:c"}\n'}, "oxl new --script x"),
        ({"a__S____main___DOT_py": "", "b__S____main___DOT_py": ""}, "several packages"),
    ],
)
def test_folders_that_say_too_little(tmp_path: Path, files: dict[str, str], reason: str) -> None:
    write(tmp_path, **files)
    with pytest.raises(OxError) as caught:
        find_application(tmp_path)
    found = caught.value.diagnostic
    assert found.code.id == "OX0954" and reason in f"{found.message} {found.help}"


def test_a_script_is_chosen(tmp_path: Path) -> None:
    write(tmp_path, pyproject_DOT_toml='[project]\nname = "a"\nscripts = {x = "a:b [fast]"}\ngui-scripts = {y = "a:c"}\n')
    found = find_application(tmp_path, script="x")
    assert (found.name, found.extras, found.gui) == ("x", "fast", False)
    assert 'exe.pip_install([CWD + "[fast]"])' in config_of(found)
    found = find_application(tmp_path, script="y")
    assert (found.name, found.gui) == ("y", True) and 'exe.windows_subsystem = "windows"' in config_of(found)
    with pytest.raises(OxError, match="has no script `z`"):
        find_application(tmp_path, script="z")


def test_a_folder_with_a_main_file(tmp_path: Path) -> None:
    """What `uv init` makes: requirements without a build, and a `main.py`."""
    table = '[project]\nname = "my-app"\ndependencies = ["click"]\nrequires-python = ">=3.10"\n'
    write(tmp_path, pyproject_DOT_toml=table, main_DOT_py="import lib", lib_DOT_py="")
    found = find_application(tmp_path)
    assert (found.name, found.module, found.packages) == ("my-app", "main", ("main", "lib"))
    assert (found.project, found.requirements, found.requirement_files) == (False, ("click",), ())
    (tmp_path / "pyproject.toml").unlink()
    write(tmp_path, requirements_DOT_txt="click")
    found = find_application(tmp_path)
    assert (found.name, found.module, found.requirement_files) == (tmp_path.name, "main", ("requirements.txt",))


def test_a_script_with_a_hyphen(tmp_path: Path) -> None:
    write(tmp_path, **{"my-script_DOT_py": ""})
    assert find_application(tmp_path / "my-script.py").module == "my-script"


@pytest.mark.parametrize("name", ["missing.py", "my.script.py", "notes.txt"])
def test_scripts_that_do_not_work(tmp_path: Path, name: str) -> None:
    if name != "missing.py":
        (tmp_path / name).write_text("")
    with pytest.raises(OxError) as caught:
        find_application(tmp_path / name)
    assert caught.value.diagnostic.code.id == "OX0954"


def test_made_configs_are_legal(project: Project) -> None:
    write(project.folder, app__S____main___DOT_py="", requirements_DOT_txt="")
    session = project.load(mode="list", text=config_of(find_application(project.folder)))
    assert sorted(target.name for target in session.targets) == ["exe", "install", "resources"]
    assert session.targets.default == "install"
    assert not project.config.exists()


def test_saving(tmp_path: Path) -> None:
    write(tmp_path, hello_DOT_py='print("hi")\n')
    application = find_application(tmp_path / "hello.py")
    place = save_config(application)
    assert place.read_text() == config_of(application)
    with pytest.raises(OxError) as caught:
        save_config(application)
    assert caught.value.diagnostic.code.id == "OX0955"
