"""Which wheels fit a Python, by the tags in their file names."""

from __future__ import annotations

import pytest

from oxlang.diagnostics import OxError
from oxlang.packaging.distribution import Distribution
from oxlang.packaging.wheel import check_tags
from oxlang.records import replace


def of(python: Distribution, version: str, triple: str, *, abi: str = "", threads: bool = False) -> Distribution:
    minor = version.split(".")[1]
    platform = {"x86_64-pc-windows-msvc": "win-amd64", "i686-pc-windows-msvc": "win32"}.get(triple, "linux-x86_64")
    return replace(
        python, version=version, target_triple=triple, python_tag=f"cp3{minor}", abi_tag=abi or f"cp3{minor}",
        platform_tag=platform, free_threaded=threads, extension_module_loading=("builtin", "shared-library"),
    )  # fmt: skip


LINUX, MUSL, WINDOWS, MAC = (
    "x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl", "x86_64-pc-windows-msvc", "aarch64-apple-darwin",
)  # fmt: skip


@pytest.mark.parametrize(
    ("tags", "triple", "fits"),
    [
        ("py3-none-any", LINUX, True),
        ("py2.py3-none-any", MAC, True),
        ("py2-none-any", LINUX, False),
        ("py311-none-any", LINUX, True),
        ("py312-none-any", LINUX, False),
        ("cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64", LINUX, True),
        ("cp311-cp311-linux_x86_64", LINUX, True),
        ("cp38-cp38-linux_x86_64", LINUX, False),
        ("cp38-abi3-manylinux2014_x86_64", LINUX, True),
        ("cp312-abi3-manylinux2014_x86_64", LINUX, False),
        ("cp311-cp311-manylinux2014_aarch64", LINUX, False),
        ("cp311-cp311-musllinux_1_2_x86_64", LINUX, False),
        ("cp311-cp311-musllinux_1_2_x86_64", MUSL, True),
        ("cp311-cp311-manylinux2014_x86_64", MUSL, False),
        ("cp311-cp311-win_amd64", WINDOWS, True),
        ("cp311-cp311-win32", WINDOWS, False),
        ("py3-none-win_amd64", LINUX, False),
        ("cp311-cp311-macosx_11_0_arm64", MAC, True),
        ("cp311-cp311-macosx_10_9_universal2", MAC, True),
        ("cp311-cp311-macosx_10_9_x86_64", MAC, False),
        ("cp311-cp311t-linux_x86_64", LINUX, False),
        ("pp39-pypy39_pp73-linux_x86_64", LINUX, False),
    ],
)
def test_tags(python: Distribution, tags: str, triple: str, fits: bool) -> None:
    distribution = of(python, "3.11.7", triple)
    if fits:
        check_tags(f"thing-1.0-{tags}.whl", distribution)
        check_tags(f"thing-1.0-1build-{tags}.whl", distribution)
        return
    with pytest.raises(OxError, match=f"is for {tags}, not for Python 3.11 on {triple}"):
        check_tags(f"thing-1.0-{tags}.whl", distribution)


def test_threads_and_names_without_tags(python: Distribution) -> None:
    threads = of(python, "3.14.0", LINUX, abi="cp314t", threads=True)
    check_tags("thing-1.0-cp314-cp314t-manylinux_2_28_x86_64.whl", threads)
    with pytest.raises(OxError):
        check_tags("thing-1.0-cp39-abi3-manylinux_2_28_x86_64.whl", threads)
    check_tags("renamed.whl", threads)
