"""Distributions from archives: hashes, hostile members, format versions, the catalog."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from oxlang.diagnostics import OxError
from oxlang.packaging.archive import archive_distribution, default_distribution, file_hash
from oxlang.packaging.catalog import find_distribution, known_distributions, parse_flavor
from oxlang.packaging.compose import ar_archive
from oxlang.packaging.distribution import Distribution
from oxlang.packaging.elf import archive_members
from oxlang.packaging.unpack import unpack, unpack_whole
from tests.packaging.conftest import EngineDemand, write_files


def make_archive(
    path: Path, description: dict[str, Any], members: list[tarfile.TarInfo] | None = None
) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        content = json.dumps(description).encode()
        info = tarfile.TarInfo("python/PYTHON.json")
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
        for one in members or []:
            tar.addfile(one, io.BytesIO(b"x" * one.size) if one.isfile() else None)
    return path


def described(python: Distribution, version: str) -> dict[str, Any]:
    data = python.to_json()
    data["version"] = version
    return data


def test_known_distributions() -> None:
    records = known_distributions()
    assert len(records) == 34
    assert all(len(one.sha256) == 64 for one in records)
    default = find_distribution("x86_64-unknown-linux-gnu")
    assert default is not None and default.version == "3.10.9"
    assert default.file_name == "cpython-3.10.9+20221220-x86_64-unknown-linux-gnu-pgo-full.tar.zst"
    windows = find_distribution("x86_64-pc-windows-msvc")
    assert windows is not None and windows.profile == "shared-pgo"
    static = find_distribution("x86_64-pc-windows-msvc", flavor="standalone-static")
    assert static is not None and static.profile == "static-noopt"
    assert find_distribution("x86_64-unknown-linux-gnu", flavor="standalone_static") is None
    assert find_distribution("aarch64-unknown-linux-gnu", "3.8") is None


def test_flavor_names() -> None:
    assert parse_flavor("standalone-static") == parse_flavor("standalone_static") == "standalone_static"
    with pytest.raises(OxError, match="distribution flavor bogus not recognized"):
        parse_flavor("bogus")


@pytest.mark.parametrize("version", ["7", "8", "9"])
def test_distribution_json_versions(python: Distribution, tmp_path: Path, version: str) -> None:
    archive = make_archive(tmp_path / "py.tar.gz", described(python, version))
    digest = file_hash(archive)
    warnings: list[str] = []
    found = archive_distribution(
        sha256=digest, path=str(archive), cache_dir=tmp_path / "c", warn=warnings.append
    )
    assert found.version == python.version
    assert found.kind == "archive"
    assert bool(warnings) == (version == "9")
    assert (
        tmp_path / "c" / "python_distributions" / f"python.{digest[:12]}" / "python" / "PYTHON.json"
    ).is_file()


def test_distribution_json_version_6_is_refused(python: Distribution, tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "py.tar.gz", described(python, "6"))
    with pytest.raises(OxError, match="found version 6"):
        archive_distribution(sha256=file_hash(archive), path=str(archive), cache_dir=tmp_path / "c")


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("python_suffixes", "source"), ".py", "`python_suffixes` in .* is not a mapping from names to lists of texts"),
        (("build_info", "core"), None, "`build_info.core` in .* is not a mapping"),
        (("build_info", "core", "links"), ["dl"], "`build_info.core.links` in .* is not a mapping"),
        (("build_info", "extensions", "_ssl"), {}, "`build_info.extensions` in .* is not a mapping from names to lists"),
        (("build_info", "extensions", "_ssl"), [{"objs": None}], "`build_info.extensions._ssl.objs` in .* is not a list of texts"),
        (("python_version",), "three", "`python_version` in .* is not a version such as `3.12.1`"),
        (("target_triple",), "linux", "`target_triple` in .* is not a triple"),
        (("python_bytecode_magic_number",), "xyz", "is not eight hexadecimal digits"),
        (("libpython_link_mode",), [], "is not `static` or `shared`"),
    ],
)
def test_distribution_json_of_another_form(
    python: Distribution, tmp_path: Path, path: tuple[str, ...], value: object, words: str
) -> None:
    data = json.loads(json.dumps(described(python, "8")))
    place = data
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    archive = make_archive(tmp_path / "py.tar.gz", data)
    with pytest.raises(OxError, match=words) as caught:
        archive_distribution(sha256=file_hash(archive), path=str(archive), cache_dir=tmp_path / "c")
    assert caught.value.diagnostic.code.id == "OX0613"


def test_distribution_json_that_is_no_mapping(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "py.tar.gz", [])  # type: ignore[arg-type]  # that is the point
    with pytest.raises(OxError, match="is not a mapping"):
        archive_distribution(sha256=file_hash(archive), path=str(archive), cache_dir=tmp_path / "c")


def test_distribution_bad_hash(python: Distribution, tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "py.tar.gz", described(python, "8"))
    with pytest.raises(OxError, match="does not validate"):
        archive_distribution(sha256="0" * 64, path=str(archive), cache_dir=tmp_path / "c")
    with pytest.raises(OxError, match="does not exist"):
        archive_distribution(sha256="0" * 64, path=str(tmp_path / "none.tar.gz"), cache_dir=tmp_path / "c")


def hostile(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> list[tarfile.TarInfo]:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = link
    info.size = 1 if kind == tarfile.REGTYPE else 0
    return [info]


@pytest.mark.parametrize(
    "members",
    [
        hostile("../evil"),
        hostile("/etc/evil"),
        hostile("python/../../evil"),
        hostile("python/link", tarfile.SYMTYPE, "/etc"),
        hostile("python/link", tarfile.SYMTYPE, "../../evil"),
        hostile("python/hard", tarfile.LNKTYPE, "../evil"),
        hostile("python/device", tarfile.CHRTYPE),
        hostile("python/link", tarfile.SYMTYPE, "lib") + hostile("python/link/through"),
        hostile("C:/evil"),
        hostile("python\\..\\evil"),
    ],
)
def test_distribution_hostile_members(
    python: Distribution, tmp_path: Path, members: list[tarfile.TarInfo]
) -> None:
    archive = make_archive(tmp_path / "py.tar.gz", described(python, "8"), members)
    with pytest.raises(OxError) as caught:
        archive_distribution(sha256=file_hash(archive), path=str(archive), cache_dir=tmp_path / "c")
    assert caught.value.diagnostic.code.id == "OX0611"
    assert [one.name for one in (tmp_path / "c" / "python_distributions").iterdir()] == [
        "distribution-extract-lock"
    ]


def test_links_inside_are_kept(python: Distribution, tmp_path: Path) -> None:
    members = hostile("python/lib/file") + hostile("python/alias", tarfile.SYMTYPE, "lib/file")
    archive = make_archive(tmp_path / "py.tar.gz", described(python, "8"), members)
    found = archive_distribution(sha256=file_hash(archive), path=str(archive), cache_dir=tmp_path / "c")
    assert found.path("alias").read_bytes() == b"x"


def test_archive_from_a_file_address(python: Distribution, tmp_path: Path, demand: EngineDemand) -> None:
    archive = make_archive(tmp_path / "py.tar.gz", described(python, "8"))
    digest = file_hash(archive)
    found = archive_distribution(sha256=digest, url=archive.as_uri(), cache_dir=tmp_path / "c", demand=demand)
    assert found.identity == digest
    with pytest.raises(OxError, match="does not validate"):
        archive_distribution(sha256="1" * 64, url=archive.as_uri(), cache_dir=tmp_path / "c", demand=demand)


def test_mirror_replaces_the_address(python: Distribution, tmp_path: Path, demand: EngineDemand) -> None:
    (tmp_path / "mirror" / "20221220").mkdir(parents=True)
    archive = make_archive(tmp_path / "mirror" / "20221220" / "py.tar.gz", described(python, "8"))
    found = archive_distribution(
        sha256=file_hash(archive),
        url="https://example.invalid/releases/download/20221220/py.tar.gz",
        cache_dir=tmp_path / "c",
        environment={"OXL_PYTHON_MIRROR": (tmp_path / "mirror").as_uri()},
        demand=demand,
    )
    assert found.version == python.version


@pytest.mark.parametrize(
    "members",
    [
        hostile("python/lib/a") + hostile("python/lib/a"),
        hostile("python/lib/a") + hostile("python/lib/./a", tarfile.SYMTYPE, "b"),
        hostile("python/a/b/up", tarfile.SYMTYPE, "../..")
        + hostile("python/out", tarfile.SYMTYPE, "a/b/up/../../etc"),
        hostile("python/fifo", tarfile.FIFOTYPE),
        hostile("python/hard", tarfile.LNKTYPE, "python/later") + hostile("python/later"),
    ],
)
def test_members_that_do_harm_together(
    python: Distribution, tmp_path: Path, members: list[tarfile.TarInfo]
) -> None:
    archive = make_archive(tmp_path / "py.tar.gz", described(python, "8"), members)
    with pytest.raises(OxError) as caught:
        archive_distribution(sha256=file_hash(archive), path=str(archive), cache_dir=tmp_path / "c")
    assert caught.value.diagnostic.code.id == "OX0611"
    assert not list((tmp_path / "c" / "python_distributions").glob("*python.*"))


def test_an_archive_that_would_fill_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oxlang.packaging.unpack._PLENTY", 1 << 20)
    with tarfile.open(tmp_path / "bomb.tar.gz", "w:gz") as tar:
        for number in range(4):
            info = tarfile.TarInfo(f"python/{number}")
            info.size = 1 << 20
            tar.addfile(info, io.BytesIO(bytes(info.size)))
    with pytest.raises(OxError, match=r"makes the content more than"):
        unpack(tmp_path / "bomb.tar.gz", tmp_path / "out")


def test_damaged_archives(python: Distribution, tmp_path: Path) -> None:
    whole = make_archive(tmp_path / "py.tar.gz", described(python, "8")).read_bytes()
    for number, data in enumerate(
        (whole[: len(whole) // 2], whole[:40] + b"\xff" * 40 + whole[80:], b"\x28\xb5\x2f\xfd12345678")
    ):
        broken = tmp_path / f"broken{number}.tar.gz"
        broken.write_bytes(data)
        with pytest.raises(OxError) as caught:
            unpack(broken, tmp_path / f"out{number}")
        assert caught.value.diagnostic.code.id == "OX0618"
    (tmp_path / "file").write_text("")
    with pytest.raises(OxError, match="cannot be unpacked: not a directory"):
        unpack(tmp_path / "py.tar.gz", tmp_path / "file" / "below")


def test_an_extraction_that_was_killed(python: Distribution, tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "py.tar.gz", described(python, "8"))
    digest = file_hash(archive)
    folder = tmp_path / "c" / "python_distributions"
    left = folder / f".python.{digest[:12]}.999999"
    write_files(left, {"python/PYTHON.json": "{"})
    write_files(folder, {f"python.{digest[:12]}/other": ""})
    found = archive_distribution(sha256=digest, path=str(archive), cache_dir=tmp_path / "c")
    assert found.version == python.version
    assert not left.exists()


def faithful_archive(path: Path) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, kind, mode, link in (
            ("python", tarfile.DIRTYPE, 0o755, ""),
            ("python/sealed", tarfile.DIRTYPE, 0o555, ""),
            ("python/sealed/file", tarfile.REGTYPE, 0o440, ""),
            ("python/tool", tarfile.REGTYPE, 0o750, ""),
            ("python/same", tarfile.LNKTYPE, 0o750, "python/tool"),
            ("python/alias", tarfile.SYMTYPE, 0o777, "tool"),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.mode, info.linkname, info.mtime = kind, mode, link, 1_000_000_000
            tar.addfile(info, io.BytesIO())
    return path


def test_times_and_modes_are_kept_when_asked(tmp_path: Path) -> None:
    archive = faithful_archive(tmp_path / "a.tar.gz")
    unpack_whole(archive, tmp_path / "kept")
    unpack(archive, tmp_path / "now")
    for name, mode in (("", 0o755), ("sealed", 0o555), ("sealed/file", 0o440), ("tool", 0o750), ("same", 0o750), ("alias", None)):
        kept = (tmp_path / "kept/python" / name).lstat()
        assert kept.st_mtime == 1_000_000_000, name
        assert mode is None or kept.st_mode & 0o777 == mode, name
        assert (tmp_path / "now/python" / name).lstat().st_mtime > 1_500_000_000
    assert (tmp_path / "now/python/sealed/file").stat().st_mode & 0o777 == 0o644
    unpack_whole(archive, tmp_path / "kept")  # Again, over what is there.
    assert sorted(one.name for one in (tmp_path / "kept").iterdir()) == ["python"]


def test_nothing_is_left_of_a_broken_archive(python: Distribution, tmp_path: Path) -> None:
    whole = make_archive(tmp_path / "py.tar.gz", described(python, "8")).read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(whole[: len(whole) // 2])
    write_files(tmp_path / "there", {"python/other": "kept"})
    for folder in ("new", "there"):
        with pytest.raises(OxError) as caught:
            unpack_whole(tmp_path / "cut.tar.gz", tmp_path / folder)
        assert caught.value.diagnostic.code.id == "OX0618"
    assert not (tmp_path / "new").exists()
    assert [one.relative_to(tmp_path).as_posix() for one in (tmp_path / "there").rglob("*")] == ["there/python", "there/python/other"]
    (tmp_path / "text.tar.zst").write_text("hello")
    with pytest.raises(OxError, match="it is no archive of the kind that its name says"):
        unpack_whole(tmp_path / "text.tar.zst", tmp_path / "new")


def test_a_hash_that_only_begins_alike(python: Distribution, tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "py.tar.gz", described(python, "8"))
    digest = file_hash(archive)
    archive_distribution(sha256=digest, path=str(archive), cache_dir=tmp_path / "c")
    alike = digest[:12] + "0" * 52
    with pytest.raises(OxError, match="does not validate") as caught:
        archive_distribution(sha256=alike, path=str(archive), cache_dir=tmp_path / "c")
    assert caught.value.argument == "sha256"
    # What older versions unpacked has no such record, and is believed as before.
    (tmp_path / "c/python_distributions" / f"python.{digest[:12]}.sha256").unlink()
    assert archive_distribution(sha256=digest, path="gone", cache_dir=tmp_path / "c").version == python.version


def test_an_archive_that_does_not_come(tmp_path: Path, demand: EngineDemand) -> None:
    with pytest.raises(OxError, match="does not exist") as caught:
        archive_distribution(
            sha256="0" * 64, url=(tmp_path / "none.tar.zst").as_uri(), cache_dir=tmp_path / "c", demand=demand
        )
    [note] = caught.value.diagnostic.notes
    assert "OXL_PYTHON_MIRROR" in note and str(tmp_path / "c/python_distributions") in note


def test_offline_takes_what_is_there(python: Distribution, tmp_path: Path, demand: EngineDemand) -> None:
    archive = make_archive(tmp_path / "py.tar.gz", described(python, "8"))
    digest = file_hash(archive)
    environment = {"OXL_OFFLINE": "1"}
    with pytest.raises(OxError, match="`OXL_OFFLINE=1` forbids it") as caught:
        archive_distribution(
            sha256=digest, url=archive.as_uri(), cache_dir=tmp_path / "c", environment=environment, demand=demand
        )
    assert caught.value.argument == "url"
    kept = tmp_path / "c/python_distributions"
    kept.mkdir(parents=True)
    shutil.copy(archive, kept / "py.tar.gz")
    found = archive_distribution(
        sha256=digest, url="https://example.invalid/py.tar.gz", cache_dir=tmp_path / "c", environment=environment
    )
    assert found.version == python.version


@pytest.fixture
def own_catalog(python: Distribution, tmp_path: Path) -> dict[str, str]:
    """Environment with a catalog of one archive, which says of itself that it is Python 3.10.99."""
    archive = make_archive(tmp_path / "own.tar.gz", {**described(python, "8"), "python_version": "3.10.99"})
    record = {
        "python": "3.10", "version": "3.10.99", "release": "1", "triple": python.target_triple, "profile": "pgo",
        "extension_files": True, "sha256": file_hash(archive), "url": archive.as_uri(),
    }  # fmt: skip
    (tmp_path / "catalog.json").write_text(json.dumps({"address": "", "records": [record]}))
    return {"OXL_PYTHON_CATALOG": str(tmp_path / "catalog.json"), "PATH": str(python.interpreter.parent)}


def test_an_archive_in_the_cache_goes_before_installed_ones(
    python: Distribution, tmp_path: Path, own_catalog: dict[str, str], demand: EngineDemand
) -> None:
    """distribution.md, section 1: path, then the cache, then installed, then a download."""
    record = json.loads(Path(own_catalog["OXL_PYTHON_CATALOG"]).read_text())["records"][0]

    def default(flavor: str = "standalone", **variables: str) -> Distribution:
        return default_distribution(
            None, triple=python.target_triple, host_triple=python.target_triple, flavor=flavor,
            environment={**own_catalog, **variables}, cache_dir=tmp_path / "c",
        )  # fmt: skip

    assert default().kind == "local"
    archive_distribution(sha256=record["sha256"], url=record["url"], cache_dir=tmp_path / "c", demand=demand)
    assert default().version == "3.10.99"
    assert default("local").kind == "local"
    assert default(OXL_PYTHON=str(python.interpreter)).kind == "local"


def test_foreign_defaults_without_a_network(
    python: Distribution, tmp_path: Path, own_catalog: dict[str, str], demand: EngineDemand
) -> None:
    def foreign(flavor: str = "standalone") -> Distribution:
        return default_distribution(
            None, triple=python.target_triple, host_triple="aarch64-apple-darwin", flavor=flavor,
            environment={**own_catalog, "OXL_OFFLINE": "1"}, cache_dir=tmp_path / "c",
        )  # fmt: skip

    with pytest.raises(OxError, match="has to be downloaded, and `OXL_OFFLINE=1` forbids it"):
        foreign()
    with pytest.raises(OxError, match="an installed Python is for this machine only"):
        foreign("local")
    record = json.loads(Path(own_catalog["OXL_PYTHON_CATALOG"]).read_text())["records"][0]
    archive_distribution(sha256=record["sha256"], url=record["url"], cache_dir=tmp_path / "c", demand=demand)
    assert foreign().version == "3.10.99"


def test_libpython_from_objects(tmp_path: Path) -> None:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    for name, text in {
        "core": "int PyInit_x(void); int Py_Core(void) { return PyInit_x(); }",
        "x": "int PyInit_x(void) { return 7; }",
    }.items():
        (tmp_path / f"{name}.c").write_text(text)
        subprocess.run([compiler, "-c", "-fPIC", f"{name}.c", "-o", f"{name}.o"], cwd=tmp_path, check=True)
    objects = {name: (tmp_path / name).read_bytes() for name in ("core.o", "x.o")}
    objects["folder/a-name-that-is-too-long-for-the-header.o"] = objects["x.o"]
    (tmp_path / "libmade.a").write_bytes(ar_archive(objects))
    assert [name for name, _ in archive_members(tmp_path / "libmade.a")] == [
        "core.o", "x.o", "a-name-that-is-too-long-for-the-header.o",
    ]  # fmt: skip
    (tmp_path / "main.c").write_text("int Py_Core(void); int main(void) { return Py_Core() - 7; }")
    subprocess.run([compiler, "main.c", "-L.", "-lmade", "-o", "main"], cwd=tmp_path, check=True)
    subprocess.run([tmp_path / "main"], check=True)


def test_objects_that_are_bitcode(python: Distribution, tmp_path: Path) -> None:
    data = described(python, "8")
    core = data["build_info"]["core"]
    core.pop("static_lib", None)
    core["objs"] = ["build/a.o"]
    data["build_info"]["object_file_format"] = "elf"
    member = tarfile.TarInfo("python/build/a.o")
    content = b"BC\xc0\xde" + bytes(60)
    member.size = len(content)
    archive = make_archive(tmp_path / "py.tar.gz", data)
    with tarfile.open(tmp_path / "with.tar", "w") as tar:
        with tarfile.open(archive) as first:
            for one in first:
                tar.addfile(one, first.extractfile(one))
        tar.addfile(member, io.BytesIO(content))
    warnings: list[str] = []
    path = tmp_path / "with.tar"
    found = archive_distribution(
        sha256=file_hash(path), path=str(path), cache_dir=tmp_path / "c", warn=warnings.append
    )
    assert found.bitcode and not found.supports_static
    assert any("LLVM bitcode" in one for one in warnings)
