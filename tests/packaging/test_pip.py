"""Installing: arguments, uv and pip from local wheels, licences of what was installed."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from oxlang.diagnostics import OxError
from oxlang.engine.engine import Engine
from oxlang.graph.build_graph import walk
from oxlang.graph.nodes import Run
from oxlang.graph.platform import BuildSettings, Platform
from oxlang.packaging.collector import Collector
from oxlang.packaging.compute import COMPUTE
from oxlang.packaging.distribution import Distribution
from oxlang.packaging.embedded import EmbeddedPython
from oxlang.packaging.installers import find_uv, has_pip
from oxlang.packaging.interpreter_config import InterpreterConfig
from oxlang.packaging.pip import pip_download, pip_install, setup_py_install
from oxlang.packaging.pip_arguments import (
    localise,
    split_options,
    uv_arguments,
    uv_understands,
    variables_as_arguments,
)
from oxlang.packaging.placement import Rules
from oxlang.packaging.policy import PackagingPolicy
from oxlang.packaging.scan import Scan
from oxlang.packaging.wheel import installed_files
from tests.packaging.conftest import EngineDemand, write_files

METADATA = "Metadata-Version: 2.1\nName: Demo-Kit\nVersion: 1.5\nLicense: MIT\nAuthor: A. Person\n"


def make_wheel(folder: Path, extra: dict[str, str] | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "demo_kit-1.5-py3-none-any.whl"
    info = "demo_kit-1.5.dist-info"
    files = {
        "demo_kit/__init__.py": "VALUE = 7\n",
        "demo_kit/data.txt": "data",
        f"{info}/METADATA": METADATA,
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/LICENSE": "Permission is granted to everybody.\n",
        f"{info}/entry_points.txt": "[console_scripts]\ndemo-kit = demo_kit:main\n",
        **(extra or {}),
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.writestr(f"{info}/RECORD", "".join(f"{name},,\n" for name in files))
    return path


def install(
    python: Distribution, settings: BuildSettings, tmp_path: Path, *arguments: str, **environment: str
) -> Scan:
    return pip_install(
        python,
        arguments,
        policy=PackagingPolicy.for_distribution(python),
        settings=settings,
        environment={"PATH": os.environ.get("PATH", ""), "HOME": str(tmp_path), **environment},
        working_directory=str(tmp_path),
    )


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_local_wheel(
    python: Distribution, settings: BuildSettings, tmp_path: Path, demand: EngineDemand, installer: str
) -> None:
    if installer == "uv" and find_uv(os.environ) is None:
        pytest.skip("uv is not installed")
    if installer == "pip" and not has_pip(python):
        pytest.skip("this Python has no pip")
    make_wheel(tmp_path / "wheels")
    scan = install(
        python,
        settings,
        tmp_path,
        "--no-index",
        "--find-links",
        "wheels",
        "demo-kit",
        OXL_INSTALLER=installer,
    )
    found = [(one.kind, one.name, one.path) for one in scan.read(demand)]
    assert ("module", "demo_kit", "") in found
    assert ("resource", "demo_kit", "data.txt") in found
    assert ("distribution", "Demo-Kit", "METADATA") in found
    before = demand.engine.executed
    scan.read(demand)
    assert demand.engine.executed == before


def test_pip_install_licences(
    python: Distribution, tiny: Distribution, settings: BuildSettings, tmp_path: Path, engine: Engine
) -> None:
    wheel = make_wheel(tmp_path / "wheels")
    scan = install(python, settings, tmp_path, "--no-index", str(wheel))
    policy = PackagingPolicy.for_distribution(tiny)
    collector = Collector(Rules.of(policy, tiny))
    collector.note(scan)
    whole = EmbeddedPython(
        name="app",
        distribution=tiny,
        policy=policy,
        config=InterpreterConfig(),
        collector=collector.snapshot(),
    )
    [tree] = engine.build([whole.license_report()])
    report = engine.store.read(tree.file("COPYING.txt").digest).decode()
    assert report.startswith("Software Licensing Summary\n")
    assert "Python package Demo-Kit 1.5" in report
    assert "Licensed under: MIT" in report
    assert "Permission is granted to everybody." in report
    assert "Author: A. Person" in report


def test_requirements_with_local_paths(
    python: Distribution, settings: BuildSettings, tmp_path: Path, demand: EngineDemand
) -> None:
    make_wheel(tmp_path / "wheels")
    write_files(
        tmp_path,
        {
            "reqs/all.txt": "--no-index\n-r more.txt  # a comment\n",
            "reqs/more.txt": "../wheels/demo_kit-1.5-py3-none-any.whl\n",
        },
    )
    scan = install(python, settings, tmp_path, "-r", "reqs/all.txt")
    assert any(one.name == "demo_kit" for one in scan.read(demand))


def test_failure_is_the_installers(
    python: Distribution, settings: BuildSettings, tmp_path: Path, demand: EngineDemand
) -> None:
    scan = install(python, settings, tmp_path, "--no-index", "no-such-project")
    with pytest.raises(OxError) as caught:
        scan.read(demand)
    assert caught.value.diagnostic.code.id == "OX0620"
    assert "no-such-project" in caught.value.diagnostic.message
    assert any("no-such-project" in note for note in caught.value.diagnostic.notes)


def test_missing_requirements(python: Distribution, settings: BuildSettings, tmp_path: Path) -> None:
    with pytest.raises(OxError, match=r"none\.txt` cannot be read") as caught:
        install(python, settings, tmp_path, "-r", "none.txt")
    assert caught.value.diagnostic.code.id == "OX0616"


@pytest.mark.parametrize(
    ("word", "help"),
    [
        ("dist/app-1.1-py3-none-any.whl", "did you mean `app-1.0-py3-none-any.whl`?"),
        ("dist/other.whl", "relative paths count from the working directory"),
        ("/nowhere/at/all/app.whl", "of its path there is `/`"),
        ("-r req.txt", 'give an option and its value as two texts: `"-r", "req.txt"`'),
    ],
)
def test_where_a_missing_file_may_be(
    python: Distribution, settings: BuildSettings, tmp_path: Path, word: str, help: str
) -> None:
    write_files(tmp_path, {"dist/app-1.0-py3-none-any.whl": ""})
    with pytest.raises(OxError) as caught:
        install(python, settings, tmp_path, word)
    assert (caught.value.diagnostic.help or "").startswith(help)


def test_a_folder_that_is_no_project(python: Distribution, settings: BuildSettings, tmp_path: Path) -> None:
    write_files(tmp_path, {"plain/module.py": "", "listed/requirements.txt": "", "project/pyproject.toml": ""})
    for word, help in (
        ("./plain", "relative paths count from the working directory"),
        ("./listed[extra]", "`-r` with its `requirements.txt`"),
    ):
        with pytest.raises(OxError, match="is no Python project") as caught:
            install(python, settings, tmp_path, word)
        assert caught.value.diagnostic.code.id == "OX0626"
        assert (caught.value.diagnostic.help or "").startswith(help)
    install(python, settings, tmp_path, "./plain; sys_platform == 'other'")
    # The working directory holds no project, the config's folder does.
    pip_install(
        python, (".",), policy=PackagingPolicy.for_distribution(python), settings=settings, environment={"PATH": os.environ["PATH"]},
        working_directory=str(tmp_path), config_directory=str(tmp_path / "project"),
    )  # fmt: skip


def test_failures_name_files_of_the_machine(
    python: Distribution, settings: BuildSettings, tmp_path: Path, demand: EngineDemand
) -> None:
    write_files(tmp_path, {"project/pyproject.toml": "not toml", "more.txt": "click\n"})
    with pytest.raises(OxError) as caught:
        install(python, settings, tmp_path, "--no-index", "-r", "more.txt", "./project").read(demand)
    told = "\n".join(caught.value.diagnostic.notes)
    assert f"{tmp_path}/more.txt" in told.splitlines()[0]
    assert f"{tmp_path}/project" in told and "local/0" not in told


def test_unknown_installer(python: Distribution, settings: BuildSettings, tmp_path: Path) -> None:
    with pytest.raises(OxError, match="known are uv, pip and auto"):
        install(python, settings, tmp_path, "x", OXL_INSTALLER="conda")


def test_foreign_target_takes_wheels_only(python: Distribution, tmp_path: Path) -> None:
    from oxlang.records import replace

    foreign = replace(python, target_triple="aarch64-unknown-linux-gnu", platform_tag="linux-aarch64")
    settings = BuildSettings(host=Platform(python.target_triple), target=foreign.platform)
    scan = pip_install(
        foreign,
        ("numpy",),
        policy=PackagingPolicy(),
        settings=settings,
        environment=dict(os.environ),
        working_directory=str(tmp_path),
    )
    node = scan.tree.node
    assert isinstance(node, Run)
    assert any(word in node.argv for word in ("--python-platform", "--platform"))
    with pytest.raises(OxError, match="cannot be run for aarch64"):
        setup_py_install(
            foreign,
            str(tmp_path),
            policy=PackagingPolicy(),
            settings=settings,
            environment={},
            working_directory="/",
        )


def test_setup_py_install(
    python: Distribution, settings: BuildSettings, tmp_path: Path, demand: EngineDemand
) -> None:
    from oxlang.packaging.pip import _has_setuptools

    if not _has_setuptools(python):
        pytest.skip("this Python has neither distutils nor setuptools")
    project = write_files(
        tmp_path / "project",
        {
            "setup.py": "try:\n    from setuptools import setup\nexcept ImportError:\n    from distutils.core import setup\n"
            "setup(name='legacy', version='0.1', py_modules=['legacy_module'])\n",
            "legacy_module.py": "x = 1\n",
        },
    )
    scan = setup_py_install(
        python,
        str(project),
        policy=PackagingPolicy(),
        settings=settings,
        environment=dict(os.environ),
        working_directory=str(tmp_path),
        extra_global_arguments=("--quiet",),
    )
    assert any(one.name == "legacy_module" for one in scan.read(demand))


@pytest.mark.network
def test_download_for_this_platform(
    python: Distribution, settings: BuildSettings, tmp_path: Path, demand: EngineDemand
) -> None:
    scan = pip_download(
        python,
        ("markupsafe",),
        policy=PackagingPolicy(),
        settings=settings,
        environment=dict(os.environ),
        working_directory=str(tmp_path),
    )
    kinds = {one.kind for one in scan.read(demand)}
    assert {"module", "extension", "distribution"} <= kinds


def test_options_are_told_apart() -> None:
    words = ["-r", "a.txt", "-rb.txt", "--index-url=https://x", "-U", "pkg==1", "-e", ".", "--no-deps"]
    assert [(one.name, one.value) for one in split_options(words)] == [
        ("--requirement", "a.txt"),
        ("--requirement", "b.txt"),
        ("--index-url", "https://x"),
        ("--upgrade", None),
        ("", "pkg==1"),
        ("--editable", "."),
        ("--no-deps", None),
    ]


def test_what_uv_understands() -> None:
    assert uv_understands(["-U", "--no-index", "-f", "x", "pkg", "--pre"])
    assert not uv_understands(["--global-option", "x", "pkg"])
    assert not uv_understands(["git+ssh://example.org/x"])
    assert uv_arguments(["-q", "--pre", "pkg", "-U"]) == ["--prerelease=allow", "pkg", "--upgrade"]


def test_local_paths_get_a_place(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "proj/pyproject.toml": "",
            "w/a-1-py3-none-any.whl": "",
            "req.txt": "-c con.txt\n./proj[x]; python_version > '3'\nclick\n",
            "con.txt": "click<9\n",
        },
    )
    local = localise(
        [
            "./proj[extra]",
            "-e",
            "proj",
            "name @ file://" + str(tmp_path / "proj"),
            "--find-links=w",
            "-r",
            "req.txt",
            "click",
        ],
        str(tmp_path),
        lambda path: Path(path).read_bytes(),
    )
    assert local.arguments == [
        "{sandbox}/local/0/proj[extra]",
        "{sandbox}/local/0/proj",
        "name @ file://{sandbox}/local/0/proj",
        "--find-links",
        "{tool:links-1}",
        "--requirement",
        "requirements/0-req.txt",
        "click",
    ]
    assert local.files["requirements/0-req.txt"].splitlines() == [
        "--constraint 1-con.txt",
        "${OXL_SANDBOX}/local/0/proj[x]; python_version > '3'",
        "click",
    ]
    assert {one.kind for one in local.paths.values()} == {"project", "links"}
    assert str(tmp_path / "con.txt") in local.reads


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_requirements_of_any_editor(tmp_path: Path, encoding: str) -> None:
    """PowerShell's `pip freeze > requirements.txt` writes UTF-16; pip reads it."""
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    (tmp_path / "req.txt").write_bytes(f"{mark}click==8.1\r\n# größer\r\nrich\r\n".encode(encoding))
    local = localise(["-r", "req.txt"], str(tmp_path), lambda path: Path(path).read_bytes())
    assert local.files["requirements/0-req.txt"].splitlines() == ["click==8.1", "rich"]


def test_missing_folders_of_links_are_nothing(tmp_path: Path) -> None:
    write_files(tmp_path, {"req.txt": "--find-links gone\nclick\n"})
    local = localise(
        ["--find-links=dist", "-r", "req.txt", "x"], str(tmp_path), lambda path: Path(path).read_bytes()
    )
    assert local.arguments == ["--requirement", "requirements/0-req.txt", "x"]
    assert local.files["requirements/0-req.txt"] == "click\n"


@pytest.mark.parametrize("word", ["dist/a-1-py3-none-any.whl", "./gone", "../gone[x]"])
def test_missing_projects(python: Distribution, settings: BuildSettings, tmp_path: Path, word: str) -> None:
    with pytest.raises(OxError, match="cannot be read: no such file") as caught:
        install(python, settings, tmp_path, word)
    assert caught.value.diagnostic.code.id == "OX0616"
    # The same may stand for another platform, or be no path.
    for fine in (
        f"{word.removesuffix('[x]')}; sys_platform == 'other'",
        "https://example.org/a/b.whl",
        "a@b/c",
        "name",
    ):
        install(python, settings, tmp_path, fine)


def test_variables_of_pip_are_arguments() -> None:
    """uv reads none of them."""
    given = {
        "PIP_FIND_LINKS": "dist/ more",
        "PIP_NO_INDEX": "1",
        "PIP_PRE": "false",
        "PIP_PROXY": "x",
        "CC": "gcc",
    }
    assert variables_as_arguments(given) == (
        ["--find-links", "dist/", "--find-links", "more", "--no-index"], {"PIP_PROXY": "x", "CC": "gcc"},
    )  # fmt: skip


def test_links_of_a_variable(
    python: Distribution, settings: BuildSettings, tmp_path: Path, demand: EngineDemand
) -> None:
    make_wheel(tmp_path / "dist")
    scan = pip_install(
        python, ("demo-kit",), policy=PackagingPolicy(), settings=settings, environment=dict(os.environ),
        working_directory=str(tmp_path), extra_envs={"PIP_FIND_LINKS": "dist/", "PIP_NO_INDEX": "1"},
    )  # fmt: skip
    assert any(one.name == "demo_kit" for one in scan.read(demand))


def test_only_wheels_but_this_project(python: Distribution, settings: BuildSettings, tmp_path: Path) -> None:
    """With `--only-binary :all:` pip builds a folder all the same, and uv does not."""
    write_files(tmp_path, {"proj/pyproject.toml": "", "w/.keep": ""})
    for words, tool in (
        (["./proj"], "uv"), (["--only-binary", ":all:", "./proj"], "python"), (["--only-binary", "a[b]", "c"], "python"),
    ):  # fmt: skip
        scan = install(python, settings, tmp_path, *words)
        [run] = [one for one in walk([scan.tree]) if isinstance(one, Run)]
        assert any(f"{{tool:{tool}}}" in word for word in run.argv[:1]), words


def test_wheels_are_read_in_installed_layout(tmp_path: Path) -> None:
    data = "demo_kit-1.5.data"
    wheel = make_wheel(
        tmp_path, {f"{data}/purelib/extra.py": "", f"{data}/scripts/run": "", f"{data}/data/share/x.txt": ""}
    )
    paths = {path for path, _, _ in installed_files(wheel)}
    assert {"extra.py", "share/x.txt", "demo_kit/__init__.py"} <= paths
    assert not any("scripts" in path or path == "run" for path in paths)


@pytest.mark.parametrize("member", ["../evil.py", "/evil.py", "a\\..\\b.py"])
def test_hostile_wheels_are_refused(tmp_path: Path, member: str) -> None:
    wheel = make_wheel(tmp_path, {member: ""})
    with pytest.raises(OxError, match="leaves its folder"):
        list(installed_files(wheel))
    (tmp_path / "no.whl").write_text("no zip")
    with pytest.raises(OxError, match="cannot be read as a wheel"):
        list(installed_files(tmp_path / "no.whl"))


def test_output_of_builds_is_no_part_of_a_project(tmp_path: Path, demand: EngineDemand) -> None:
    from oxlang.packaging.local_inputs import project_files

    folder = write_files(tmp_path / "project", {"pyproject.toml": "", "src/p.py": "", "venv/x": ""})
    before = demand.demand(project_files(str(folder)), None)
    write_files(
        folder, {"build/x86_64-unknown-linux-gnu/debug/exe/app": "", "dist/p.whl": "", ".git/HEAD": ""}
    )
    demand.engine.sources.forget()
    again = EngineDemand(Engine(tmp_path / "other", COMPUTE)).demand(project_files(str(folder)), None)
    assert [path for path, _ in again.walk()] == [path for path, _ in before.walk()]
    assert again.get("build") is None


def test_what_an_install_looks_at_is_told(
    python: Distribution, settings: BuildSettings, tmp_path: Path
) -> None:
    write_files(
        tmp_path,
        {
            "a.txt": "-r below/b.txt\n./proj\n",
            "below/b.txt": "-c c.txt\n",
            "below/c.txt": "",
            "proj/setup.py": "",
        },
    )
    seen: list[str] = []
    pip_install(
        python, ("-r", "a.txt"), policy=PackagingPolicy(), settings=settings, environment=dict(os.environ),
        working_directory=str(tmp_path), note=seen.append,
    )  # fmt: skip
    assert {os.path.relpath(one, tmp_path) for one in seen} == {"a.txt", "below/b.txt", "below/c.txt", "proj"}
