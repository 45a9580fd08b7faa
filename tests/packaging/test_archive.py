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
from oxlang.packaging.archive import archive_distribution, file_hash
from oxlang.packaging.catalog import find_distribution, known_distributions, parse_flavor
from oxlang.packaging.compose import ar_archive
from oxlang.packaging.distribution import Distribution
from oxlang.packaging.elf import archive_members
from oxlang.packaging.unpack import unpack
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


def test_times_are_kept_when_asked(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as tar:
        info = tarfile.TarInfo("python/file")
        info.mtime = 1_000_000_000
        tar.addfile(info, io.BytesIO())
    unpack(tmp_path / "a.tar.gz", tmp_path / "kept", keep_times=True)
    unpack(tmp_path / "a.tar.gz", tmp_path / "now")
    assert (tmp_path / "kept/python/file").stat().st_mtime == 1_000_000_000
    assert (tmp_path / "now/python/file").stat().st_mtime > 1_500_000_000


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
