"""Each code of packaging is provoked once; the rendered texts are a golden file."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from oxlang.diagnostics import OxError
from oxlang.diagnostics.codes import all_codes
from oxlang.diagnostics.render import render_error
from oxlang.graph.digest import digest_bytes
from oxlang.graph.nodes import Artifact, Write
from oxlang.graph.platform import default_settings
from oxlang.packaging.archive import archive_distribution, default_distribution, file_hash
from oxlang.packaging.budget import within_budget
from oxlang.packaging.catalog import known_distributions, parse_flavor
from oxlang.packaging.distribution import Distribution
from oxlang.packaging.embedded import LoadMode
from oxlang.packaging.libpython import link_facts
from oxlang.packaging.local import describe
from oxlang.packaging.pip import pip_install, setup_py_install
from oxlang.packaging.placement import Rules, place
from oxlang.packaging.policy import PackagingPolicy
from oxlang.packaging.project import install_project, read_wheel
from oxlang.packaging.reports import analyze
from oxlang.packaging.resource import AddOptions, Location, Resource
from oxlang.packaging.scan import read_virtualenv
from oxlang.packaging.tcl import tcl_parts
from oxlang.packaging.unpack import unpack
from oxlang.packaging.wheel import installed_files
from oxlang.packaging.windows import runtime_dll_parts
from oxlang.records import replace
from tests.packaging.conftest import EngineDemand
from tests.packaging.test_archive import described, hostile, make_archive
from tests.packaging.test_embedded import App
from tests.support.golden import assert_golden

Provoke = Callable[["World"], object]
GOLDEN = Path(__file__).parent / "golden" / "errors.txt"
DIGEST = digest_bytes(b"x")
MODULE = Resource("module", "m", "", DIGEST)
EXTENSION = Resource("extension", "ext", "ext.so", DIGEST)
MEMORY = Rules(locations=("in-memory",))
BOTH = Rules(locations=("filesystem-relative", "in-memory"))
WINDOWS = "x86_64-pc-windows-msvc"


class World:
    """What the errors are provoked with."""

    def __init__(self, python: Distribution, tiny: Distribution, demand: EngineDemand, folder: Path) -> None:
        self.python = python
        self.tiny = tiny
        self.demand = demand
        self.folder = folder
        self.settings = default_settings()

    def file(self, name: str, text: str = "") -> Path:
        path = self.folder / name
        path.write_text(text)
        return path

    def described(self, version: str, drop: str = "") -> Path:
        data = described(self.tiny, version)
        data.pop(drop, None)
        return make_archive(self.folder / f"py{version}{drop}.tar.gz", data)

    def install(
        self, *arguments: str, distribution: Distribution | None = None, **environment: str
    ) -> object:
        return pip_install(
            distribution or self.python, arguments, policy=PackagingPolicy(), settings=self.settings,
            environment=environment, working_directory=str(self.folder),
        )  # fmt: skip

    def open(self, archive: Path) -> object:
        return archive_distribution(
            sha256=file_hash(archive), path=str(archive), cache_dir=self.folder / "cache"
        )


def common(world: World) -> dict[str, Any]:
    return {
        "policy": PackagingPolicy(), "settings": world.settings, "environment": {}, "working_directory": "/",
    }  # fmt: skip


def foreign(world: World) -> object:
    target = replace(world.tiny, target_triple="aarch64-unknown-linux-gnu")
    return setup_py_install(target, str(world.folder), **common(world))


def broken_wheel(world: World) -> object:
    with zipfile.ZipFile(world.folder / "evil-1-py3-none-any.whl", "w") as archive:
        archive.writestr("../evil.py", "")
    return list(installed_files(world.folder / "evil-1-py3-none-any.whl"))


def compile_broken(world: World) -> object:
    app = App(world.tiny).with_module("broken", "def f(:\n")
    return world.demand.engine.build([app.embedded().packed(world.settings)])


def over_budget(world: World) -> object:
    files = Artifact(Write(entries=(("app", b"x" * 2_000_000, True), ("lib/a.so", b"y" * 500_000, True))))
    return world.demand.engine.build([within_budget(files, 1_000_000, name="app")])


def no_libpython(world: World) -> object:
    return link_facts(replace(world.tiny, static_lib="", shared_lib=""), "static")


def no_tcl(world: World) -> object:
    return tcl_parts(replace(world.tiny, tcl_library_path=""), "lib", None)


def no_dlls(world: World) -> object:
    windows = replace(world.tiny, target_triple=WINDOWS, crt_features=("vcruntime:140",))
    return runtime_dll_parts(windows, "always", None)


def without_pip(world: World) -> object:
    bare = replace(world.tiny, paths=MappingProxyType({}))
    return world.install("click", distribution=bare, OXL_INSTALLER="conda")


def missing_default(world: World) -> object:
    return default_distribution(
        "3.99", triple="riscv64gc-unknown-linux-gnu", host_triple="x86_64-unknown-linux-gnu", environment={},
        cache_dir=world.folder,
    )  # fmt: skip


def too_old(world: World) -> object:
    return default_distribution(
        "3.8", triple=WINDOWS, host_triple="x86_64-unknown-linux-gnu", environment={}, cache_dir=world.folder
    )


def stale_lock(world: World) -> object:
    text = '[[package]]\nname = "app"\nsource = { editable = "." }\n[package.metadata]\nrequires-dist = [{ name = "a" }]\n'
    world.file("uv.lock", text)
    world.file("pyproject.toml", '[project]\nname = "app"\nversion = "1"\ndependencies = ["a", "b"]\n')
    return install_project(world.tiny, str(world.folder), **common(world))


CASES: list[tuple[str, Provoke]] = [
    ("OX0601", missing_default),
    ("OX0601", too_old),
    ("OX0602", lambda world: describe(world.file("nopython"))),
    ("OX0603", lambda world: Location.parse("memory")),
    ("OX0604", lambda world: place(MODULE, AddOptions(location="filesystem-relative:lib"), MEMORY)),
    ("OX0605", lambda world: place(Resource("file", "bin/tool", "", DIGEST), AddOptions(), MEMORY)),
    (
        "OX0606",
        lambda world: place(
            EXTENSION, AddOptions(location="filesystem-relative:lib", location_fallback="in-memory"), BOTH
        ),
    ),
    ("OX0607", lambda world: place(EXTENSION, AddOptions(), MEMORY)),
    ("OX0608", compile_broken),
    ("OX0609", lambda world: LoadMode.parse("file")),
    ("OX0610", lambda world: parse_flavor("static")),
    (
        "OX0611",
        lambda world: unpack(
            make_archive(world.folder / "evil.tar.gz", {}, hostile("../evil")), world.folder / "unpacked"
        ),
    ),
    ("OX0612", lambda world: world.open(world.described("6"))),
    ("OX0613", lambda world: world.open(world.described("8", drop="python_version"))),
    ("OX0614", no_libpython),
    ("OX0615", lambda world: read_virtualenv(world.tiny, str(world.folder), policy=PackagingPolicy())),
    ("OX0616", lambda world: world.install("-r", "missing.txt")),
    ("OX0617", broken_wheel),
    ("OX0617", lambda world: read_wheel(world.tiny, "/missing.whl", policy=PackagingPolicy())),
    ("OX0618", lambda world: archive_distribution(sha256="0" * 64, path=str(world.file("py.zip")), cache_dir="c")),
    (
        "OX0618",
        lambda world: archive_distribution(
            sha256="0" * 64, path=str(world.described("8")), cache_dir=world.folder / "cache"
        ),
    ),
    ("OX0619", lambda world: known_distributions(str(world.file("catalog.json", "[]")))),
    ("OX0621", without_pip),
    ("OX0622", foreign),
    ("OX0623", no_dlls),
    ("OX0624", no_tcl),
    ("OX0625", lambda world: analyze(world.file("README.md", "text"))),
    ("OX0626", lambda world: install_project(world.tiny, str(world.folder / "none"), **common(world))),
    ("OX0627", over_budget),
    ("OX0628", lambda world: world.install("-r", str(world.file("uv.lock")))),
    ("OX0628", lambda world: world.install("-r", str(world.file("pylock.toml", "no toml")))),
    ("OX0628", stale_lock),
    ("OX0630", lambda world: world.install("--user", "click")),
]  # fmt: skip
# The words of OX0620 are the installer's own; test_pip provokes it. The others are warnings, see test_archive and test_warnings.
ELSEWHERE = {"OX0620", "OX0629", "OX0631", "OX0632", "OX0633", "OX0634"}


def test_every_code_has_a_case() -> None:
    codes = {one.id for one in all_codes() if one.id.startswith("OX06")}
    assert codes == {code for code, _ in CASES} | ELSEWHERE


def test_texts_of_errors(
    python: Distribution,
    tiny: Distribution,
    demand: EngineDemand,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import oxlang.packaging.local as local

    monkeypatch.setattr(local, "_candidates", lambda version, environment: iter(()))
    shown: list[str] = []
    for number, (code, provoke) in enumerate(CASES):
        folder = tmp_path / str(number)
        folder.mkdir()
        if code == "OX0624":
            tiny = replace(tiny, extensions=MappingProxyType({}))
        with pytest.raises(OxError) as caught:
            provoke(World(python, tiny, demand, folder))
        assert caught.value.diagnostic.code.id == code
        text = render_error(caught.value).replace(str(folder), "/FOLDER")
        text = text.replace(python.version, "3.X.Y").replace(python.major_minor, "3.X")
        text = re.sub(r"/\S*/python3?[\w.]*", "/PYTHON", text)
        text = re.sub(rf"{re.escape(str(tmp_path))}\S*/", "/TMP/", text)
        shown.append(re.sub(r"[0-9a-f]{64}", "HASH", text))
    assert_golden(GOLDEN, "\n\n".join(one.rstrip() for one in shown) + "\n")


def test_budget_gives_the_tree_when_it_is_kept(demand: EngineDemand) -> None:
    files = Artifact(Write(entries=(("app", b"x" * 10, True),)))
    [tree] = demand.engine.build([within_budget(files, 10)])
    assert [path for path, _ in tree.walk()] == ["app"]
