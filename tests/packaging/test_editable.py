"""Editable installs of a virtual environment, as the build backends make them, followed to the files they stand for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from oxlang.packaging.distribution import Distribution
from oxlang.packaging.installers import find_uv
from oxlang.packaging.policy import PackagingPolicy
from oxlang.packaging.scan import read_virtualenv
from tests.packaging.conftest import EngineDemand, write_files

SETUPTOOLS = '[build-system]\nrequires = ["setuptools>=64"]\nbuild-backend = "setuptools.build_meta"\n'
HATCHLING = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
FLIT = '[build-system]\nrequires = ["flit_core>=3.4"]\nbuild-backend = "flit_core.buildapi"\n'
POETRY = '[build-system]\nrequires = ["poetry-core>=1"]\nbuild-backend = "poetry.core.masonry.api"\n'
PDM = '[build-system]\nrequires = ["pdm-backend"]\nbuild-backend = "pdm.backend"\n'
PROJECT = '[project]\nname = "{0}"\nversion = "1"\ndescription = "d"\n'

# Name, pyproject.toml, where the package lies, options of the installer.
KINDS = [
    ("st-src", SETUPTOOLS + PROJECT, "src/", ()),
    ("st-flat", SETUPTOOLS + PROJECT, "", ()),
    ("st-strict", SETUPTOOLS + PROJECT, "src/", ("-C", "editable_mode=strict")),
    ("st-compat", SETUPTOOLS + PROJECT, "src/", ("-C", "editable_mode=compat")),
    ("st-renamed", SETUPTOOLS + PROJECT + '[tool.setuptools]\npackages = ["st_renamed", "st_renamed.deep"]\npackage-dir = {{ "st_renamed" = "code" }}\n', "code=", ()),
    ("st-module", SETUPTOOLS + PROJECT + '[tool.setuptools]\npy-modules = ["st_module"]\n', "module", ()),
    ("hatch-src", HATCHLING + PROJECT, "src/", ()),
    ("hatch-flat", HATCHLING + PROJECT, "", ()),
    ("hatch-exact", HATCHLING + PROJECT + "[tool.hatch.build]\ndev-mode-exact = true\n", "src/", ()),
    ("flit-src", FLIT + PROJECT, "src/", ()),
    ("flit-flat", FLIT + PROJECT, "", ()),
    ("poetry-src", POETRY + '[tool.poetry]\nname = "{0}"\nversion = "1"\ndescription = "d"\nauthors = []\npackages = [{{ include = "{1}", from = "src" }}]\n', "src/", ()),
    ("pdm-src", PDM + PROJECT, "src/", ()),
]  # fmt: skip


@pytest.mark.network
def test_editable_installs_are_followed(python: Distribution, demand: EngineDemand, tmp_path: Path) -> None:
    place = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    uv = str(find_uv(os.environ))
    # What hatchling's exact mode needs at run time.
    subprocess.run([uv, "pip", "install", "--quiet", "--python", place / "bin" / "python", "editables"], check=True)
    expected: set[str] = set()
    for name, text, where, options in KINDS:
        module = name.replace("-", "_")
        files = {"pyproject.toml": text.format(name, module), "tests/__init__.py": "", "tests/test_it.py": ""}
        if where == "module":
            files |= {f"{module}.py": '"""d"""\n'}
            expected |= {module}
        else:
            base = "code" if where == "code=" else f"{where}{module}"
            files |= {
                f"{base}/__init__.py": '"""d"""\n',
                f"{base}/deep/__init__.py": "",
                f"{base}/deep/data.txt": "x",
            }
            expected |= {module, f"{module}.deep"}
            if name != "st-strict":  # It links what a wheel would have, and no wheel of this project has the file.
                expected |= {f"{module}.deep/data.txt"}
        folder = write_files(tmp_path / name, files)
        command = [
            uv,
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--python",
            place / "bin" / "python",
            *options,
            "-e",
            folder,
        ]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, f"{name}: {done.stderr}"
    subprocess.run(
        [place / "bin" / "python", "-c", f"import {', '.join(one[0].replace('-', '_') for one in KINDS)}"],
        check=True,
    )
    scan = read_virtualenv(python, str(place), policy=PackagingPolicy.for_distribution(python))
    rows = scan.read(demand)
    found = {
        one.name if one.kind == "module" else f"{one.name}/{one.path}"
        for one in rows
        if one.kind in ("module", "resource")
    }
    assert expected <= found, sorted(expected - found)
    # Neither tests of the projects nor the machinery of the installs.
    assert not {
        one for one in found if one.startswith(("tests", "__editable__", "_editable_impl", "test_it"))
    }
    names = {one.name for one in rows if one.kind == "distribution" and one.path == "METADATA"}
    assert {one[0] for one in KINDS} <= {name.replace("_", "-") for name in names}
