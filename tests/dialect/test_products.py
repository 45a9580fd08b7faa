"""What wheels, bundles, universal binaries, snaps and manifests are made of, byte by byte where it counts."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import plistlib
import struct
import zipfile
from pathlib import Path

import pytest

from oxlang.diagnostics.model import OxError
from oxlang.packaging.apple import Slice, slices, write_fat
from oxlang.packaging.wheel_writer import file_name, write_wheel
from tests.dialect.harness import Run


def thin(cpu: int, body: bytes = b"body") -> bytes:
    return struct.pack("<IIIIIII", 0xFEEDFACF, cpu, 3, 2, 0, 0, 0) + body


PARAMS = {
    "name": "my-Pkg",
    "version": "0.1+local",
    "tags": ["py2.py3", "none", "any"],
    "build_tag": None,
    "generator": "test",
    "root_is_purelib": True,
    "modified_time": 1_600_000_000,
}


def test_wheel_is_what_installers_expect() -> None:
    data = write_wheel({"my_pkg/__init__.py": (b"x = 1\n", False), "my_pkg/run": (b"#!", True)}, PARAMS)
    archive = zipfile.ZipFile(io.BytesIO(data))
    names = archive.namelist()
    assert names[:2] == ["my_pkg/__init__.py", "my_pkg/run"]
    folder = "my_pkg-0.1+local.dist-info"
    assert names[-1] == f"{folder}/RECORD" and set(names[2:-1]) == {f"{folder}/METADATA", f"{folder}/WHEEL"}
    assert archive.getinfo("my_pkg/run").external_attr >> 16 == 0o100755
    assert archive.getinfo("my_pkg/__init__.py").date_time == (2020, 9, 13, 12, 26, 40)
    wheel = archive.read(f"{folder}/WHEEL").decode()
    assert "Root-Is-Purelib: true\n" in wheel and "Tag: py2-none-any\nTag: py3-none-any\n" in wheel
    assert archive.read(f"{folder}/METADATA").decode() == "Metadata-Version: 2.1\nName: my-Pkg\nVersion: 0.1+local\n"
    for path, digest, size in csv.reader(archive.read(f"{folder}/RECORD").decode().splitlines()):
        if path.endswith("/RECORD"):
            assert (digest, size) == ("", "")
            continue
        content = archive.read(path)
        wanted = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        assert (digest, int(size)) == (f"sha256={wanted}", len(content))
    assert data == write_wheel({"my_pkg/run": (b"#!", True), "my_pkg/__init__.py": (b"x = 1\n", False)}, PARAMS)


def test_wheel_names() -> None:
    assert file_name("My--Pkg", "1", ("py3", "none", "any")) == "my__pkg-1-py3-none-any.whl"
    assert file_name("a.b", "1", ("py3", "none", "linux x86"), "2") == "a.b-1-2-py3-none-linux_x86.whl"


def test_wheel_target(tmp_path: Path, cache: Path) -> None:
    run = Run(
        tmp_path,
        "def make():\n"
        "    w = PythonWheelBuilder('tool', '1.0')\n"
        "    w.add_file(FileContent(filename='tool.py', content='X = 1'))\n"
        "    w.add_file_data('scripts', FileContent(filename='go', content='#!python', executable=True))\n"
        "    w.add_file_dist_info(FileContent(filename='METADATA', content='Name: tool\\n'))\n"
        "    return w\n"
        "register_target('w', make)\nresolve_targets()\n",
        cache=cache,
        environment={"SOURCE_DATE_EPOCH": "1600000000"},
    )
    tree = run.built("w")
    (path, entry), *rest = tree.walk()
    assert path == "tool-1.0-py3-none-any.whl" and not rest
    archive = zipfile.ZipFile(io.BytesIO(run.engine.read(entry.digest)))
    assert "tool-1.0.data/scripts/go" in archive.namelist()
    assert archive.read("tool-1.0.dist-info/METADATA") == b"Name: tool\n"


def test_fat_files() -> None:
    one, two = thin(0x01000007), thin(0x0100000C, b"x" * 20_000)
    data = write_fat([*slices(one), *slices(two)])
    magic, count = struct.unpack_from(">II", data)
    assert (magic, count) == (0xCAFEBABE, 2)
    table = [struct.unpack_from(">IIIII", data, 8 + 20 * n) for n in range(2)]
    assert all(offset % 0x4000 == 0 and align == 14 for _, _, offset, _, align in table)
    assert [one.data for one in slices(data)] == [thin(0x01000007), two]
    assert write_fat([]) == struct.pack(">II", 0xCAFEBABE, 0)
    with pytest.raises(ValueError, match="x86_64"):
        write_fat([Slice(0x01000007, 3, one), Slice(0x01000007, 3, one)])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xcf\xfa\xed\xfe",
        b"not a program",
        struct.pack(">II", 0xCAFEBABE, 52) + bytes(40),
        struct.pack(">II", 0xCAFEBABE, 2),
        struct.pack(">IIIIIII", 0xCAFEBABE, 1, 7, 3, 4096, 10, 12),
    ],
    ids=["empty", "cut header", "text", "java class", "cut table", "cut slice"],
)
def test_what_is_no_mach_o(data: bytes) -> None:
    with pytest.raises(ValueError):
        slices(data)


def test_universal_target(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "intel").write_bytes(thin(0x01000007))
    (tmp_path / "arm").write_bytes(thin(0x0100000C))
    run = Run(
        tmp_path,
        "def make():\n"
        "    b = AppleUniversalBinary('app')\n    b.add_path('intel')\n    b.add_file(FileContent(path='arm'))\n"
        "    m = FileManifest()\n    m.add_file(b.to_file_content(), directory='bin')\n    return m\n"
        "register_target('u', make)\nresolve_targets()\n",
        cache=cache,
    )
    ((path, entry),) = run.built("u").walk()
    assert path == "bin/app" and entry.executable
    assert len(slices(run.engine.read(entry.digest))) == 2
    assert run.context.targets.plan(run.context, "u").run == "bin/app"


def test_bundle_target(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "icon.icns").write_bytes(b"icns")
    run = Run(
        tmp_path,
        "def make():\n"
        "    b = MacOsApplicationBundleBuilder('My App')\n"
        "    b.set_info_plist_required_keys('My App', 'org.example.app', '1.0', '????', 'app')\n"
        "    b.set_info_plist_key('LSUIElement', True)\n"
        "    b.add_icon('icon.icns')\n"
        "    m = FileManifest()\n"
        "    m.add_file(FileContent(filename='app', content='x', executable=True))\n"
        "    b.add_macos_manifest(m)\n    b.add_manifest(m)\n    b.add_resources_manifest(m)\n"
        "    return b\n"
        "register_target('b', make)\nresolve_targets()\n",
        cache=cache,
    )
    tree = run.built("b")
    base = "My App.app/Contents"
    assert {path for path, _ in tree.walk()} == {
        f"{base}/Info.plist", f"{base}/MacOS/app", f"{base}/Resources/My App.icns", f"{base}/Resources/app", f"{base}/app",
    }  # fmt: skip
    plist = plistlib.loads(run.engine.read(tree.file(f"{base}/Info.plist").digest))
    assert plist["CFBundleExecutable"] == "app" and plist["LSUIElement"] is True
    assert plist["CFBundleIconFile"] == "My App.icns"
    assert tree.file(f"{base}/MacOS/app").executable
    assert run.context.targets.plan(run.context, "b").run == f"{base}/MacOS/app"


def test_snapcraft_yaml(tmp_path: Path, cache: Path) -> None:
    from oxlang.dialect.snap import snapcraft_yaml

    run = Run(
        tmp_path,
        "app = SnapApp()\napp.command = 'bin/app'\napp.plugs = ['home']\napp.stop_timeout = None\n"
        "part = SnapPart()\npart.plugin = 'dump'\npart.source_depth = 1\n"
        "s = Snap('n', '1', 'A \"quoted\" line', 'd')\ns.apps = {'n': app}\ns.parts = {'p': part}\n"
        "s.architectures = {'build_on': ['amd64'], 'run_on': ['all']}\ns.base = 'core22'\n"
        "def make():\n    b = SnapcraftBuilder(s)\n    b.add_invocation(['pack'])\n    return b\n"
        "def none():\n    return SnapcraftBuilder(s)\n"
        "register_target('s', make)\nregister_target('n', none)\nresolve_target('s')\nresolve_target('n')\n",
        cache=cache,
        environment={"PATH": str(tmp_path)},
    )
    text = snapcraft_yaml(run.context.targets.value("s").snap)
    keys = [line.split(":")[0] for line in text.splitlines() if not line.startswith(" ")]
    assert keys == ["name", "base", "version", "summary", "description", "architectures", "apps", "parts"]
    assert 'summary: "A \\"quoted\\" line"' in text
    assert '    command: "bin/app"\n    plugs: ["home"]\n' in text
    assert json.loads(text.split("architectures: ")[1].splitlines()[0]) == [{"build-on": ["amd64"], "run-on": ["all"]}]
    assert run.lower("n") is None
    with pytest.raises(OxError, match="snapcraft") as caught:
        run.lower("s")
    assert caught.value.diagnostic.code.id == "OX0520"


def test_installer_target_says_what_is_missing(tmp_path: Path, cache: Path) -> None:
    run = Run(
        tmp_path,
        "def make():\n    return WiXMSIBuilder('app', 'App', '1.0', 'me')\n"
        "register_target('msi', make)\nresolve_targets()\n",
        cache=cache,
    )
    with pytest.raises(OxError) as caught:
        run.lower("msi")
    diagnostic = caught.value.diagnostic
    assert diagnostic.code.id == "OX0520" and "App-1.0.msi" in diagnostic.message
    assert diagnostic.span is not None and diagnostic.span.begin.line == 1


def test_manifest_target(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "tool").write_text("#!/bin/sh\n", encoding="utf-8")
    (tmp_path / "tool").chmod(0o755)
    run = Run(
        tmp_path,
        "def make():\n    m = glob(['*'], strip_prefix=CWD)\n"
        "    m.add_file(FileContent(filename='a', content='1'), path='./d/../a' if False else './d/a')\n    return m\n"
        "def empty():\n    return FileManifest()\n"
        "register_target('m', make)\nregister_target('e', empty)\nresolve_target('m')\nresolve_target('e')\n",
        cache=cache,
    )
    assert {path: entry.executable for path, entry in run.built("m").walk()} == {"d/a": False, "tool": True}
    plan = run.context.targets.plan(run.context, "m")
    assert plan.run == "tool"
    assert run.context.targets.plan(run.context, "e").artifact is None
    assert run.engine.demands == 0
    assert str(tmp_path) in run.context.reads.files


def test_active_signers_warn_once(tmp_path: Path, cache: Path) -> None:
    run = Run(
        tmp_path,
        "code_signer_from_windows_store_auto().activate()\n"
        "def make():\n    return glob(['*.nothing'])\n"
        "register_target('m', make)\nresolve_targets()\n",
        cache=cache,
    )
    run.lower("m")
    run.lower("m")
    assert [one.code.id for one in run.warnings] == ["OX0529"]
    assert "the Windows store" in run.warnings[0].message
    span = run.warnings[0].span
    assert span.file.text[span.start : span.end] == "code_signer_from_windows_store_auto().activate()"


def test_a_file_where_others_want_a_folder(tmp_path: Path, cache: Path) -> None:
    text = (
        "def make():\n    m = FileManifest()\n"
        "    m.add_file(FileContent(filename='x', content=''), path='a/b/c')\n"
        "    m.add_file(FileContent(filename='y', content=''), path='a')\n    return m\n"
        "register_target('m', make)\nresolve_targets()\n"
    )
    run = Run(tmp_path, text, cache=cache)
    with pytest.raises(OxError, match="`a` is a file here, and `a/b/c` wants it to be a folder") as caught:
        run.lower("m")
    shown = [one.span.file.text[one.span.start : one.span.end] for one in caught.value.diagnostic.labels]
    assert shown == ["FileContent(filename='x', content='')", "FileContent(filename='y', content='')"]
