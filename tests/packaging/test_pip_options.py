"""Each option of `pip install`, once, by real installers from a registry: what is chosen, and what is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from oxlang.diagnostics import OxError
from oxlang.graph.nodes import Run
from oxlang.graph.platform import BuildSettings
from oxlang.packaging.distribution import Distribution
from oxlang.packaging.pip import pip_install
from oxlang.packaging.policy import PackagingPolicy
from tests.packaging.conftest import EngineDemand, write_files
from tests.packaging.test_pip import make_wheel

Install = Callable[..., tuple[str, set[str]]]


@pytest.fixture
def install(python: Distribution, settings: BuildSettings, demand: EngineDemand, tmp_path: Path) -> Install:
    """Installs; gives the installer that was chosen and the projects with their versions."""

    def run(*arguments: str, **environment: str) -> tuple[str, set[str]]:
        variables = {
            name: value
            for name, value in os.environ.items()
            if name not in ("PIP_FIND_LINKS", "OXL_INSTALLER")
        }
        scan = pip_install(
            python, arguments, policy=PackagingPolicy.for_distribution(python), settings=settings,
            environment={**variables, **environment}, working_directory=str(tmp_path),
        )  # fmt: skip
        node = scan.tree.node
        assert isinstance(node, Run)
        demand.engine._host_env = {**variables, **environment}
        rows = scan.read(demand)
        texts = {one.name: demand.read(one.digest).decode() for one in rows if one.path == "METADATA"}
        found = {
            f"{name}=={line[9:]}"
            for name, text in texts.items()
            for line in text.splitlines()
            if line.startswith("Version: ")
        }
        return "uv" if "{tool:uv}" in node.argv else "pip", found

    return run


INI = {"iniconfig==2.0.0"}
PIN = "iniconfig==2.0.0"


@pytest.mark.network
@pytest.mark.parametrize(
    "words, wanted",
    [
        ((PIN,), ("uv", INI)),
        (("-c", "limits.txt", "iniconfig"), ("uv", INI)),
        (("--constraint=limits.txt", "iniconfig"), ("uv", INI)),
        (("-r", "nested.txt"), ("uv", INI)),
        (("--no-deps", "pytest==8.0.0"), ("uv", {"pytest==8.0.0"})),
        (("-U", "--upgrade-strategy", "eager", PIN), ("pip", INI)),
        (("-I", "--force-reinstall", "--no-cache-dir", PIN), ("uv", INI)),
        (("--only-binary", ":all:", PIN), ("uv", INI)),
        (("--only-binary=iniconfig", PIN), ("uv", INI)),
        (("--no-binary", "iniconfig", PIN), ("uv", INI)),
        (("--prefer-binary", PIN), ("pip", INI)),
        (("--pre", "--no-deps", "iniconfig<2.0.1"), ("uv", INI)),
        (("-i", "https://pypi.org/simple", PIN), ("uv", INI)),
        (("--index-url=https://pypi.org/simple", "--extra-index-url", "https://pypi.org/simple", PIN), ("uv", INI)),
        (("--trusted-host", "pypi.org", PIN), ("pip", INI)),
        (("--ignore-requires-python", PIN), ("pip", INI)),
        (("--no-build-isolation", PIN), ("uv", INI)),
        (("--use-pep517", "--no-binary=iniconfig", PIN), ("uv", INI)),
        (("-C", "key=value", PIN), ("uv", INI)),
        (("--no-warn-script-location", "--no-warn-conflicts", PIN), ("pip", INI)),
        (("--progress-bar", "off", "--root-user-action=ignore", PIN), ("uv", INI)),
        (("-q", PIN), ("uv", INI)),
        (("-vv", "--no-color", "--no-input", PIN), ("uv", INI)),
        (("--log", "pip.log", PIN), ("pip", INI)),
        (("--report", "report.json", PIN), ("pip", INI)),
        (("--retries", "2", "--timeout", "20", PIN), ("uv", INI)),
        (("--exists-action", "w", "--src", "src", PIN), ("pip", INI)),
        (("--cache-dir", "own-cache", PIN), ("pip", INI)),
        (("--isolated", PIN), ("pip", INI)),
        (("--disable-pip-version-check", "--no-python-version-warning", PIN), ("uv", INI)),
        (("--use-feature", "fast-deps", PIN), ("pip", INI)),
        (("--break-system-packages", PIN), ("uv", INI)),
        (("--platform", "any", "--only-binary=:all:", PIN), ("pip", INI)),
        (("--group", "dev"), ("uv", INI)),
        (("iniconfig @ https://files.pythonhosted.org/packages/ef/a6/62565a6e1cf69e10f5727360368e451d4b7f58beeac6173dc9db836a5b46/iniconfig-2.0.0-py3-none-any.whl",), ("uv", INI)),
        (("iniconfig>=2,<2.0.1; python_version>'3'", "nothing-there; python_version<'3'"), ("uv", INI)),
    ],
)  # fmt: skip
def test_options(
    install: Install, tmp_path: Path, words: tuple[str, ...], wanted: tuple[str, set[str]]
) -> None:
    write_files(
        tmp_path,
        {
            "limits.txt": "iniconfig<2.0.1\n",
            "nested.txt": "-r below/more.txt\n-c limits.txt\n",
            "below/more.txt": "# a comment\niniconfig \\\n  >=2.0\n",
            "pyproject.toml": '[project]\nname = "x"\nversion = "1"\n[dependency-groups]\ndev = ["iniconfig==2.0.0"]\n',
        },
    )
    assert install(*words) == wanted


@pytest.mark.network
@pytest.mark.parametrize(
    "variables, wanted",
    [
        ({"PIP_CONSTRAINT": "{}/limits.txt"}, "uv"),
        ({"PIP_INDEX_URL": "https://pypi.org/simple"}, "uv"),
        ({"PIP_EXTRA_INDEX_URL": "https://pypi.org/simple"}, "uv"),
        ({"PIP_USER": "1", "OXL_INSTALLER": "pip"}, "pip"),
        ({"PIP_REQUIRE_VIRTUALENV": "1", "OXL_INSTALLER": "pip"}, "pip"),
        ({"PIP_TARGET": "elsewhere", "OXL_INSTALLER": "pip"}, "pip"),
        ({"PIP_CONFIG_FILE": "{}/pip.conf"}, "pip"),
        ({"XDG_CONFIG_HOME": "{}/xdg"}, "pip"),
    ],
)
def test_settings(install: Install, tmp_path: Path, variables: dict[str, str], wanted: str) -> None:
    write_files(
        tmp_path,
        {
            "limits.txt": "iniconfig<2.0.1\n",
            "pip.conf": "[install]\nno-deps = true\n",
            "xdg/pip/pip.conf": "[install]\nno-deps = true\n",
        },
    )
    requirement = "iniconfig" if "PIP_CONSTRAINT" in variables else PIN
    found = install(requirement, **{name: value.format(tmp_path) for name, value in variables.items()})
    assert found == (wanted, INI)


@pytest.mark.network
@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_proxies(install: Install, tmp_path: Path, installer: str) -> None:
    refused = {"https_proxy": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9", "no_proxy": ""}
    with pytest.raises(OxError) as caught:
        install(
            "--no-cache-dir",
            "iniconfig==1.1.1",
            OXL_INSTALLER=installer,
            PIP_RETRIES="0",
            UV_HTTP_RETRIES="0",
            **refused,
        )
    assert caught.value.diagnostic.code.id == "OX0620"


@pytest.mark.parametrize(
    "word", ["--target=x", "-t", "--prefix", "--root", "--user", "--dry-run", "--python"]
)
def test_what_cannot_be_given(install: Install, word: str) -> None:
    with pytest.raises(OxError, match=r"cannot be given to pip here") as caught:
        install(word, "value", PIN)
    assert caught.value.diagnostic.code.id == "OX0630"


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_folders_of_wheels_in_files(install: Install, tmp_path: Path, installer: str) -> None:
    make_wheel(tmp_path / "reqs" / "wheels")
    write_files(tmp_path, {"reqs/all.txt": "--no-index\n--find-links wheels\ndemo-kit\n"})
    os.symlink(tmp_path / "reqs" / "wheels", tmp_path / "wheels")
    assert install("-r", "reqs/all.txt", OXL_INSTALLER=installer) == (installer, {"Demo-Kit==1.5"})


@pytest.mark.network
@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_projects(install: Install, tmp_path: Path, installer: str) -> None:
    folder = write_files(
        tmp_path / "proj",
        {
            "pyproject.toml": '[project]\nname = "proj"\nversion = "3"\noptional-dependencies = { x = ["iniconfig==2.0.0"] }\n',
            "proj/__init__.py": "",
        },
    )
    expected = (installer, {"proj==3", *INI})
    for words in (("./proj[x]",), ("-e", "./proj[x]"), (f"proj[x] @ {folder.as_uri()}",)):
        assert install(*words, OXL_INSTALLER=installer) == expected
    if shutil.which("git"):
        for command in (
            ("init", "-q"),
            ("add", "-A"),
            ("-c", "user.name=n", "-c", "user.email=e@x", "commit", "-qm", "c"),
        ):
            subprocess.run(["git", *command], cwd=folder, check=True)
        if installer == "uv":  # pip before 24 does not take this form for a local repository.
            assert install(f"proj[x] @ git+{folder.as_uri()}", OXL_INSTALLER=installer) == expected
        assert install("-e", f"git+{folder.as_uri()}#egg=proj[x]", OXL_INSTALLER=installer) == expected
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", tmp_path / "w", folder], check=True
    )
    (wheel,) = (tmp_path / "w").glob("*.whl")
    assert install(f"{wheel}[x]", OXL_INSTALLER=installer) == expected
