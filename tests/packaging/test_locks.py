"""Locked projects: which lock belongs to a project, what it names, and what installing as it says gives."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from oxlang.diagnostics import OxError
from oxlang.graph.platform import BuildSettings
from oxlang.packaging.distribution import Distribution
from oxlang.packaging.installers import find_uv
from oxlang.packaging.locks import find_lock, is_pylock, plain_installs, pylock_paths
from oxlang.packaging.pip import pip_install
from oxlang.packaging.policy import PackagingPolicy
from oxlang.packaging.project import install_project
from tests.packaging.conftest import EngineDemand, write_files

BACKEND = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'


def project(name: str, more: str = "", dependencies: str = "[]") -> str:
    return f'[project]\nname = "{name}"\nversion = "1.0"\nrequires-python = ">=3.10"\ndependencies = {dependencies}\n{more}{BACKEND}'


UV_LOCK = """\
version = 1
requires-python = ">=3.10"

[[package]]
name = "app"
version = "1.0"
source = { editable = "." }
dependencies = [{ name = "lib" }]

[package.metadata]
requires-dist = [{ name = "lib", editable = "../lib" }]

[[package]]
name = "lib"
version = "1.0"
source = { editable = "../lib" }
"""
PYLOCK = """\
lock-version = "1.0"
created-by = "test"

[[packages]]
name = "app"
directory = { path = ".", editable = true }

[[packages]]
name = "lib"
directory = { path = "../lib", editable = true }
"""


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """A project `app` and beside it a project `lib` that it needs."""
    write_files(
        tmp_path,
        {
            "app/pyproject.toml": project(
                "app",
                dependencies='["lib"]',
                more='[tool.uv.sources]\nlib = { path = "../lib", editable = true }\n',
            ),
            "app/src/app/__init__.py": "",
            "lib/pyproject.toml": project("lib"),
            "lib/src/lib/__init__.py": "",
        },
    )
    return tmp_path


def test_names_of_lock_files() -> None:
    assert is_pylock("pylock.toml") and is_pylock("/x/pylock.dev.toml")
    assert not is_pylock("mypylock.toml") and not is_pylock("pylock.a.b.toml") and not is_pylock("pylock.txt")


def test_editable_installs_become_plain() -> None:
    text = (
        'directory = {path=".", editable = true}\n[packages.directory]\neditable=true\n"x editable = true"\n'
    )
    assert plain_installs(text) == (
        'directory = {path=".", editable = false}\n[packages.directory]\neditable=false\n"x editable = true"\n'
    )


def test_paths_of_a_lock() -> None:
    data = {
        "packages": [
            {"name": "A_b", "directory": {"path": "."}},
            {"name": "c", "wheels": [{"path": "c.whl"}, {"url": "https://x/c.whl", "path": "c2.whl"}]},
            {"name": "d", "archive": {"path": "d.tar.gz"}, "sdist": {"url": "https://x/d"}},
        ]
    }
    assert list(pylock_paths(data)) == [(".", "a-b"), ("c.whl", "c"), ("d.tar.gz", "d")]


@pytest.mark.parametrize("name, text", [("uv.lock", UV_LOCK), ("pylock.toml", PYLOCK)])
def test_the_lock_of_a_project(pair: Path, name: str, text: str) -> None:
    write_files(pair, {f"app/{name}": text})
    lock = find_lock(str(pair / "app"))
    assert lock is not None and lock.is_uv == (name == "uv.lock")
    assert lock.local == {str(pair / "lib"): "lib"}
    assert lock.has_project == (name == "pylock.toml")
    shutil.rmtree(pair / "lib")
    with pytest.raises(OxError, match=f"`{name}` takes `lib` from `.*lib`, which does not exist"):
        find_lock(str(pair / "app"))


def test_the_lock_of_a_workspace(pair: Path) -> None:
    text = UV_LOCK.replace('editable = "."', 'editable = "packages/app"').replace("../lib", "packages/lib")
    (pair / "packages").mkdir()
    for one in ("app", "lib", "other"):
        if one == "other":
            write_files(pair, {"packages/other/pyproject.toml": project("other")})
        else:
            (pair / one).rename(pair / "packages" / one)
    write_files(
        pair,
        {
            "uv.lock": text,
            "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\nexclude = ["*/no"]\n',
        },
    )
    lock = find_lock(str(pair / "packages" / "app"))
    assert lock is not None and lock.local == {str(pair / "packages" / "lib"): "lib"}
    with pytest.raises(OxError, match="does not know the project `other`"):
        find_lock(str(pair / "packages" / "other"))
    (pair / "pyproject.toml").write_text('[tool.uv.workspace]\nmembers = ["libs/*"]\n')
    assert find_lock(str(pair / "packages" / "app")) is None


def test_a_lock_that_is_too_old(pair: Path) -> None:
    write_files(
        pair,
        {
            "app/uv.lock": UV_LOCK,
            "app/pyproject.toml": project("app", dependencies='["lib", "Extra.Thing>2"]'),
        },
    )
    with pytest.raises(OxError, match=r"older than `pyproject.toml`: it does not lock `Extra\.Thing`"):
        find_lock(str(pair / "app"))
    (pair / "app" / "uv.lock").write_text("no toml at all")
    with pytest.raises(OxError, match="is not TOML"):
        find_lock(str(pair / "app"))


class Installing:
    """Installs projects and requirements, gives what is there then."""

    def __init__(
        self, python: Distribution, settings: BuildSettings, demand: EngineDemand, folder: Path
    ) -> None:
        self.python = python
        self.demand = demand
        self.common = {
            "policy": PackagingPolicy.for_distribution(python),
            "settings": settings,
            "environment": dict(os.environ),
            "working_directory": str(folder),
        }

    def project(self, folder: Path, **more: tuple[str, ...]) -> set[str]:
        return self._found(install_project(self.python, str(folder), **more, **self.common))  # type: ignore[arg-type]

    def pip(self, *arguments: str, **environment: str) -> set[str]:
        common = {**self.common, "environment": {**os.environ, **environment}}
        return self._found(pip_install(self.python, arguments, **common))  # type: ignore[arg-type]

    def _found(self, scan: object) -> set[str]:
        rows = scan.read(self.demand)  # type: ignore[attr-defined]
        texts = {one.name: self.demand.read(one.digest).decode() for one in rows if one.path == "METADATA"}
        return {
            f"{name}=={line[9:]}"
            for name, text in texts.items()
            for line in text.splitlines()
            if line.startswith("Version: ")
        }


@pytest.fixture
def installing(
    python: Distribution, settings: BuildSettings, demand: EngineDemand, tmp_path: Path
) -> Installing:
    return Installing(python, settings, demand, tmp_path)


@pytest.fixture
def uv() -> str:
    found = find_uv(os.environ)
    if found is None:
        pytest.skip("uv is not installed")
    return found


def run(folder: Path, *command: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


RICH = """\
[project.optional-dependencies]
fast = ["idna==3.6"]
all = ["app[fast]", "sniffio==1.3.0"]
[dependency-groups]
dev = ["iniconfig==2.0.0"]
docs = ["mdurl==0.1.0", { include-group = "dev" }]
[tool.uv]
default-groups = ["dev"]
"""


@pytest.mark.network
def test_extras_groups_and_markers_of_a_uv_lock(installing: Installing, uv: str, pair: Path) -> None:
    app = pair / "app"
    text = project(
        "app",
        dependencies="""["lib", "attrs==23.1.0", "colorama==0.4.5; sys_platform == 'win32'", "zipp==3.17.0; python_version >= '3'"]""",
        more=RICH + '[tool.uv.sources]\nlib = { path = "../lib", editable = true }\n',
    )
    (app / "pyproject.toml").write_text(text)
    run(app, uv, "lock", "--quiet")
    base = {"app==1.0", "lib==1.0", "attrs==23.1.0", "zipp==3.17.0"}
    assert installing.project(app) == base
    assert installing.project(app, extras=("fast",)) == base | {"idna==3.6"}
    assert installing.project(app, extras=("all",), groups=("docs",)) == base | {
        "idna==3.6", "sniffio==1.3.0", "iniconfig==2.0.0", "mdurl==0.1.0",
    }  # fmt: skip
    with pytest.raises(OxError, match="no optional dependencies `fats`") as caught:
        installing.project(app, extras=("fats",))
    assert "fast" in (caught.value.diagnostic.help or "")
    with pytest.raises(OxError, match="no dependency group `test`"):
        installing.project(app, groups=("test",))


@pytest.mark.network
def test_a_member_of_a_uv_workspace(installing: Installing, uv: str, pair: Path) -> None:
    write_files(
        pair,
        {
            "pyproject.toml": '[project]\nname = "root"\nversion = "0"\nrequires-python = ">=3.10"\n[tool.uv.workspace]\nmembers = ["app", "lib"]\n'
        },
    )
    text = project(
        "app", dependencies='["lib", "attrs==23.1.0"]', more="[tool.uv.sources]\nlib = { workspace = true }\n"
    )
    (pair / "app" / "pyproject.toml").write_text(text)
    run(pair, uv, "lock", "--quiet")
    assert installing.project(pair / "app") == {"app==1.0", "lib==1.0", "attrs==23.1.0"}
    assert installing.project(pair / "lib") == {"lib==1.0"}


@pytest.mark.network
@pytest.mark.parametrize("by_lock", [True, False])
def test_sources_of_every_kind(installing: Installing, uv: str, pair: Path, by_lock: bool) -> None:
    app = pair / "app"
    run(pair, uv, "build", "--quiet", "--wheel", "--out-dir", str(app / "dist"), str(pair / "lib"))
    repository = write_files(pair / "repo", {"pyproject.toml": project("gitty"), "src/gitty/__init__.py": ""})
    run(repository, "git", "init", "--quiet")
    run(repository, "git", "add", "-A")
    run(
        repository,
        "git",
        "-c",
        "user.name=n",
        "-c",
        "user.email=e@example.org",
        "commit",
        "--quiet",
        "-m",
        "first",
    )
    wheel = "https://files.pythonhosted.org/packages/f0/eb/fcb708c7bf5056045e9e98f62b93bd7467eb718b0202e7698eb11d66416c/attrs-23.1.0-py3-none-any.whl"
    sources = (
        '[tool.uv.sources]\nlib = { path = "dist/lib-1.0-py3-none-any.whl" }\n'
        f'gitty = {{ git = "{repository.as_uri()}" }}\nattrs = {{ url = "{wheel}" }}\n'
    )
    (app / "pyproject.toml").write_text(
        project("app", dependencies='["lib", "gitty", "attrs"]', more=sources)
    )
    if by_lock:
        run(app, uv, "lock", "--quiet")
    assert installing.project(app) == {"app==1.0", "lib==1.0", "gitty==1.0", "attrs==23.1.0"}


@pytest.mark.network
def test_a_standard_lock(installing: Installing, uv: str, pair: Path) -> None:
    app = pair / "app"
    text = project(
        "app",
        dependencies='["lib", "attrs==23.1.0"]',
        more='[tool.uv.sources]\nlib = { path = "../lib", editable = true }\n',
    )
    (app / "pyproject.toml").write_text(text)
    run(app, uv, "lock", "--quiet")
    run(app, uv, "export", "--quiet", "--frozen", "--format", "pylock.toml", "--output-file", "pylock.toml")
    (app / "uv.lock").unlink()
    wanted = {"app==1.0", "lib==1.0", "attrs==23.1.0"}
    assert installing.project(app) == wanted
    assert installing.pip("-r", "app/pylock.toml") == wanted
    run(app, uv, "lock", "--quiet")
    run(
        app,
        uv,
        "export",
        "--quiet",
        "--frozen",
        "--no-emit-project",
        "--format",
        "pylock.toml",
        "--output-file",
        "pylock.deps.toml",
    )
    assert installing.pip("-r", str(app / "pylock.deps.toml")) == wanted - {"app==1.0"}
    with pytest.raises(OxError, match=r"`pylock.deps.toml` is read by uv, but `OXL_INSTALLER` asks for pip"):
        installing.pip("-r", str(app / "pylock.deps.toml"), OXL_INSTALLER="pip")
    with pytest.raises(OxError, match=r"`uv.lock` is no file of requirements"):
        installing.pip("-r", str(app / "uv.lock"))


@pytest.mark.network
@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_requirements_with_hashes(installing: Installing, uv: str, pair: Path, installer: str) -> None:
    (pair / "in.txt").write_text("attrs==23.1.0\n")
    run(pair, uv, "pip", "compile", "--quiet", "--generate-hashes", "in.txt", "-o", "hashed.txt")
    words = ("--require-hashes", "-r", "hashed.txt")
    assert installing.pip(*words, OXL_INSTALLER=installer) == {"attrs==23.1.0"}
    text = (pair / "hashed.txt").read_text()
    (pair / "hashed.txt").write_text(text.replace("sha256:1", "sha256:2").replace("sha256:6", "sha256:7"))
    with pytest.raises(OxError, match=r"installing hashed\.txt failed") as caught:
        installing.pip(*words, OXL_INSTALLER=installer)
    assert any("hash" in note.lower() for note in caught.value.diagnostic.notes)
    (pair / "hashed.txt").write_text("attrs==23.1.0\n")
    with pytest.raises(OxError, match=r"installing hashed\.txt failed"):
        installing.pip(*words, OXL_INSTALLER=installer)


@pytest.mark.network
def test_groups_without_a_lock(installing: Installing, pair: Path) -> None:
    (pair / "lib" / "pyproject.toml").write_text(project("lib", more=RICH.replace("app[", "lib[")))
    assert installing.project(pair / "lib", extras=("fast",), groups=("dev",)) == {
        "lib==1.0",
        "idna==3.6",
        "iniconfig==2.0.0",
    }


@pytest.mark.network
def test_an_application_without_a_build_backend(
    installing: Installing, uv: str, tmp_path: Path, demand: EngineDemand
) -> None:
    text = '[project]\nname = "loose"\nversion = "1"\nrequires-python = ">=3.10"\ndependencies = ["attrs==23.1.0"]\n'
    folder = write_files(
        tmp_path / "loose",
        {
            "pyproject.toml": text,
            "main.py": "",
            "other.py": "",
            "pack/__init__.py": "",
            "tests/__init__.py": "",
        },
    )
    run(folder, uv, "lock", "--quiet")
    assert installing.project(folder) == {"attrs==23.1.0"}
    scan = install_project(installing.python, str(folder), **installing.common)  # type: ignore[arg-type]
    modules = {one.name for one in scan.read(demand) if one.kind == "module"}
    assert {"main", "other", "pack", "attrs"} <= modules and "tests" not in modules
