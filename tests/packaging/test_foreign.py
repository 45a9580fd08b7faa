"""Packages for other platforms: real wheels of a registry, chosen by the tags of a distribution of that platform."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from oxlang.diagnostics import OxError
from oxlang.graph.nodes import Run
from oxlang.graph.platform import BuildSettings, Platform
from oxlang.packaging.distribution import Distribution
from oxlang.packaging.pip import pip_download, pip_install
from oxlang.packaging.policy import PackagingPolicy
from oxlang.packaging.project import install_project
from oxlang.packaging.scan import Scan
from oxlang.records import replace
from tests.packaging.conftest import EngineDemand, write_files

# Triple, platform tag as `sysconfig` says it, suffix of extension modules.
PLATFORMS = {
    "aarch64-unknown-linux-gnu": ("linux-aarch64", ".cpython-{}-aarch64-linux-gnu.so"),
    "aarch64-unknown-linux-musl": ("linux-aarch64", ".cpython-{}-aarch64-linux-musl.so"),
    "x86_64-pc-windows-msvc": ("win-amd64", ".cp{}-win_amd64.pyd"),
    "aarch64-apple-darwin": ("macosx-11.0-arm64", ".cpython-{}-darwin.so"),
    "x86_64-apple-darwin": ("macosx-10.15-x86_64", ".cpython-{}-darwin.so"),
}
MACHINES = {
    "aarch64-unknown-linux-gnu": (b"\x7fELF", b"\xb7\x00"),
    "aarch64-unknown-linux-musl": (b"\x7fELF", b"\xb7\x00"),
    "x86_64-pc-windows-msvc": (b"MZ", b""),
    "aarch64-apple-darwin": (b"\xcf\xfa\xed\xfe", b"\x0c\x00\x00\x01"),
    "x86_64-apple-darwin": (b"\xcf\xfa\xed\xfe", b"\x07\x00\x00\x01"),
}


def of_platform(python: Distribution, triple: str) -> Distribution:
    """Gives this machine's Python as if it were one of another platform."""
    tag, suffix = PLATFORMS[triple]
    own = suffix.format(python.major_minor.replace(".", ""))
    suffixes = {**python.suffixes, "extension": (own, ".abi3.so", ".so", ".pyd")}
    features = ("glibc-dynamic", "glibc-max-symbol-version:2.17") if triple.endswith("gnu") else ()
    return replace(
        python, kind="archive", target_triple=triple, platform_tag=tag, suffixes=suffixes, crt_features=features,
        extension_module_loading=("builtin", "shared-library"),
    )  # fmt: skip


Found = dict[str, bytes]
Fetch = Callable[..., Found]


@pytest.fixture
def fetch(python: Distribution, demand: EngineDemand, tmp_path: Path) -> Fetch:
    """Gives the extension modules that an installer brings for a platform, with their content."""

    def run(triple: str, how: Callable[..., Scan], what: object, **environment: str) -> Found:
        foreign = of_platform(python, triple)
        settings = BuildSettings(host=Platform(python.target_triple), target=foreign.platform)
        variables = {name: value for name, value in os.environ.items() if name != "PIP_FIND_LINKS"}
        scan = how(
            foreign, what, policy=PackagingPolicy.for_distribution(foreign), settings=settings,
            environment={**variables, "OXL_PYTHON": str(python.interpreter), **environment}, working_directory=str(tmp_path),
        )  # fmt: skip
        rows = scan.read(demand)
        found = {one.name: demand.read(one.digest) for one in rows if one.kind == "extension"}
        return found | {f"{one.name}.py": b"" for one in rows if one.kind == "module" and "." not in one.name}

    return run


def check(triple: str, content: bytes) -> None:
    magic, machine = MACHINES[triple]
    if content.startswith(
        b"\xca\xfe\xba\xbe"
    ):  # A universal file: big endian, with a row for each processor.
        assert triple.endswith("darwin") and machine[::-1] in content[:64], triple
        return
    assert content.startswith(magic), triple
    assert machine in content[:24], triple


@pytest.mark.network
@pytest.mark.parametrize("triple", PLATFORMS)
@pytest.mark.parametrize("how", [pip_install, pip_download])
def test_wheels_of_a_platform(fetch: Fetch, triple: str, how: Callable[..., Scan]) -> None:
    found = fetch(triple, how, ("markupsafe==2.1.5",))
    check(triple, found["markupsafe._speedups"])


@pytest.mark.network
@pytest.mark.slow
@pytest.mark.parametrize("triple", PLATFORMS)
def test_a_large_package(fetch: Fetch, triple: str) -> None:
    found = fetch(triple, pip_install, ("numpy",))
    check(triple, found["numpy.random.mtrand"])
    assert "numpy.linalg._umath_linalg" in found


@pytest.mark.network
def test_markers_are_the_targets(fetch: Fetch) -> None:
    words = (
        "colorama; sys_platform == 'win32'",
        "iniconfig; platform_machine == 'AMD64'",
        "sniffio; os_name == 'posix'",
    )
    assert set(fetch("x86_64-pc-windows-msvc", pip_install, words)) == {"colorama.py", "iniconfig.py"}


@pytest.mark.network
@pytest.mark.parametrize("locked", [False, True])
def test_a_project_of_this_machine(fetch: Fetch, tmp_path: Path, locked: bool) -> None:
    folder = write_files(
        tmp_path / "proj",
        {
            "pyproject.toml": '[project]\nname = "proj"\nversion = "1"\nrequires-python = ">=3.9"\n'
            'dependencies = ["markupsafe==2.1.5", "colorama; sys_platform == \'win32\'"]\n',
            "proj/__init__.py": "",
        },
    )
    if locked:
        import subprocess

        from oxlang.packaging.installers import find_uv

        subprocess.run([str(find_uv(os.environ)), "lock", "--quiet"], cwd=folder, check=True)
    found = fetch("x86_64-pc-windows-msvc", install_project, str(folder))
    check("x86_64-pc-windows-msvc", found["markupsafe._speedups"])
    assert {"proj.py", "colorama.py"} <= set(found)


@pytest.mark.network
def test_what_has_no_wheel(fetch: Fetch, tmp_path: Path) -> None:
    with pytest.raises(OxError) as caught:
        fetch("x86_64-pc-windows-msvc", pip_install, ("uvloop",))
    assert caught.value.diagnostic.code.id == "OX0620"
    assert "x86_64-pc-windows-msvc" in caught.value.diagnostic.message
    write_files(
        tmp_path / "native",
        {
            "pyproject.toml": '[project]\nname = "native"\nversion = "1"\n[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n',
            "setup.py": "from setuptools import setup, Extension\nsetup(ext_modules=[Extension('native', ['native.c'])])\n",
            "native.c": '#include <Python.h>\nstatic struct PyModuleDef m = {PyModuleDef_HEAD_INIT, "native"};\n'
            "PyMODINIT_FUNC PyInit_native(void) { return PyModule_Create(&m); }\n",
        },
    )
    with pytest.raises(OxError) as caught:
        fetch("x86_64-pc-windows-msvc", pip_install, ("./native",))
    assert caught.value.diagnostic.code.id == "OX0620"


@pytest.mark.parametrize(
    "words",
    [
        ("--no-binary=:all:", "x"),
        ("git+https://example.org/x.git",),
        ("x @ git+https://example.org/x.git",),
        ("./old",),
        ("x-1.tar.gz",),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_runs(
    python: Distribution, tmp_path: Path, words: tuple[str, ...]
) -> None:
    write_files(tmp_path, {"old/setup.py": "", "x-1.tar.gz": ""})
    foreign = of_platform(python, "x86_64-pc-windows-msvc")
    with pytest.raises(
        OxError, match=r"built?.*, which cannot be done for x86_64-pc-windows-msvc on"
    ) as caught:
        pip_install(
            foreign, words, policy=PackagingPolicy(), environment=dict(os.environ), working_directory=str(tmp_path),
            settings=BuildSettings(host=Platform(python.target_triple), target=foreign.platform),
        )  # fmt: skip
    assert caught.value.diagnostic.code.id == "OX0622"


def test_a_distribution_that_loads_no_files(python: Distribution, tmp_path: Path) -> None:
    foreign = replace(
        of_platform(python, "aarch64-unknown-linux-musl"), extension_module_loading=("builtin",)
    )
    scan = pip_install(
        foreign, ("markupsafe",), policy=PackagingPolicy(), environment=dict(os.environ), working_directory=str(tmp_path),
        settings=BuildSettings(host=Platform(python.target_triple), target=foreign.platform),
    )  # fmt: skip
    node = scan.tree.node
    assert isinstance(node, Run) and "none" in node.argv
