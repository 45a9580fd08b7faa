"""Rules 1 to 8 of the scanner, and the libraries that wheels carry."""

from __future__ import annotations

from pathlib import Path

from oxlang.graph.nodes import Artifact, Source
from oxlang.packaging.distribution import Distribution
from oxlang.packaging.policy import PackagingPolicy
from oxlang.packaging.scan import (
    INSTALLER_FILES,
    ScanOptions,
    classify,
    read_headers,
    read_root,
    read_virtualenv,
    scan,
)
from tests.packaging.conftest import EngineDemand, write_files

OPTIONS = ScanOptions(
    extension=(".cpython-311-x86_64-linux-gnu.so", ".abi3.so", ".so"), cache_tag="cpython-311"
)


def listed(files: dict[str, str], options: ScanOptions = OPTIONS) -> list[tuple[str, str, str]]:
    """Kind, name and path of what the rules make of files, in order."""

    def order(path: str) -> tuple[object, ...]:
        return tuple(path.split("/"))

    rows = [(path, None, False) for path in sorted(files, key=order)]
    found = classify(rows, lambda path: files[path].encode() if path in files else None, options)
    return [(one.kind, one.name, one.path) for one in found]


def test_resource_scanner_metadata() -> None:
    files = {
        "Some_Name-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: Some.Name\nVersion: 1.0\n\nText: x\n",
        "Some_Name-1.0.dist-info/licenses/LICENSE": "",
        "none-1.dist-info/RECORD": "",
        "old.egg-info/PKG-INFO": "Name: old\nVersion: 2\n",
        "file.egg-info": "Name: f\nVersion: 1\n",
    }
    assert listed(files) == [
        ("distribution", "Some.Name", "METADATA"),
        ("distribution", "Some.Name", "licenses/LICENSE"),
        ("distribution", "old", "PKG-INFO"),
    ]


def test_resource_scanner_modules_and_extensions() -> None:
    files = dict.fromkeys(
        [
            "a/__init__.py",
            "a/b.py",
            "a/_c.cpython-311-x86_64-linux-gnu.so",
            "a/d/__init__.abi3.so",
            "plain.so",
            "top.py",
            "ns/deep/x.py",
        ],
        "",
    )
    assert listed(files) == [
        ("module", "a", ""),
        ("extension", "a._c", "_c.cpython-311-x86_64-linux-gnu.so"),
        ("module", "a.b", ""),
        ("extension", "a.d", "__init__.abi3.so"),
        ("module", "ns.deep.x", ""),
        ("extension", "plain", "plain.so"),
        ("module", "top", ""),
    ]


def test_resource_scanner_new_roots() -> None:
    files = dict.fromkeys(
        ["site-packages/m.py", "x-1.egg/y.py", "x-1.egg/EGG-INFO/PKG-INFO", "z.egg", "p.pth"], ""
    )
    assert listed(files) == [
        ("pth", "p.pth", ""),
        ("module", "m", ""),
        ("module", "y", ""),
        ("egg", "z.egg", ""),
    ]


def test_resource_scanner_bytecode() -> None:
    files = dict.fromkeys(
        [
            "p/__pycache__/m.cpython-311.pyc",
            "p/__pycache__/m.cpython-311.opt-2.pyc",
            "p/__pycache__/m.cpython-310.pyc",
            "p/q.pyc",
            "p/data.txt",
        ],
        "",
    )
    kinds = [one for one in listed(files) if one[0] != "egg"]
    assert kinds == [("bytecode", "p.m", ""), ("bytecode", "p.m", ""), ("resource", "p", "data.txt")]


def test_resource_scanner_data_belongs_to_the_innermost_package() -> None:
    files = dict.fromkeys(
        [
            "a/__init__.py",
            "a/data/x.txt",
            "a/sub/m.py",
            "a/sub/deep/y.txt",
            "foo.py",
            "foo/z.txt",
            "lost/w.txt",
            "README",
        ],
        "",
    )
    assert [one for one in listed(files) if one[0] == "resource"] == [
        ("resource", "a", "data/x.txt"),
        ("resource", "a.sub", "deep/y.txt"),
        ("resource", "foo", "z.txt"),
    ]


def test_resource_scanner_emits_files_first() -> None:
    options = ScanOptions(emit_files=True)
    assert listed({"a.py": "", "README": ""}, options) == [
        ("file", "README", ""),
        ("file", "a.py", ""),
        ("module", "a", ""),
    ]
    assert listed({"a.py": ""}, ScanOptions(emit_files=True, classify_files=False)) == [("file", "a.py", "")]


def test_libraries_of_repaired_wheels_are_no_modules() -> None:
    files = dict.fromkeys(
        ["n/__init__.py", "n.libs/libblas-32a4b2a6.so", "n.libs/libm.so.6", "n/libx-1.so"], ""
    )
    assert [one for one in listed(files) if one[0] == "extension"] == []


def test_headers_join_continuation_lines() -> None:
    headers = read_headers(b"Name: x\nLicense: one\n  two\nClassifier: a\nClassifier: b\n\nName: body\n")
    assert headers == {"name": ["x"], "license": ["one\ntwo"], "classifier": ["a", "b"]}


def test_read_root_reads_only_the_named_packages(
    tiny: Distribution, tmp_path: Path, demand: EngineDemand
) -> None:
    root = write_files(
        tmp_path / "src",
        {
            "pkg/__init__.py": "",
            "pkg/a.txt": "",
            "pkg/x/m.py": "",
            "other.py": "",
            "build/big.bin": "",
            "pkgs.py": "",
        },
    )
    found = read_root(tiny, str(root), packages=("pkg",), policy=PackagingPolicy()).read(demand)
    assert [(one.kind, one.name) for one in found] == [
        ("module", "pkg"),
        ("module", "pkg.x.m"),
        ("resource", "pkg"),
    ]
    assert read_root(tiny, str(root), packages=(), policy=PackagingPolicy()).read(demand) == []


def test_read_virtualenv(tiny: Distribution, tmp_path: Path, demand: EngineDemand) -> None:
    site = f"lib/python{tiny.major_minor}/site-packages"
    folder = write_files(tmp_path / "ve", {f"{site}/m.py": "", f"{site}/__pycache__/m.pyc": ""})
    found = read_virtualenv(tiny, str(folder), policy=PackagingPolicy()).read(demand)
    assert [one.name for one in found] == ["m"]


def test_editable_installs_are_followed(tiny: Distribution, tmp_path: Path, demand: EngineDemand) -> None:
    site = f"lib/python{tiny.major_minor}/site-packages"
    project = write_files(tmp_path / "project", {"edited/__init__.py": "", "single.py": ""})
    mapping = f"MAPPING: dict[str, str] = {{'mapped': {str(project / 'edited')!r}}}\n"
    folder = write_files(
        tmp_path / "ve",
        {
            f"{site}/__editable__.one.pth": f"{project}\n",
            f"{site}/__editable___two_finder.py": mapping,
            f"{site}/broken.pth": "import something\n/does/not/exist\n",
        },
    )
    found = {one.name for one in read_virtualenv(tiny, str(folder), policy=PackagingPolicy()).read(demand)}
    assert {"edited", "single", "mapped"} <= found


def test_scan_twice_runs_nothing(tiny: Distribution, tmp_path: Path, demand: EngineDemand) -> None:
    root = write_files(tmp_path / "src", {"m.py": "x = 1"})
    found = scan(Artifact(Source(path=str(root))), ScanOptions.of(tiny))
    found.read(demand)
    before = demand.engine.executed
    found.read(demand)
    assert demand.engine.executed == before


def test_files_of_installers_are_nothing() -> None:
    files = {".lock": "", "pkg/.lock": "", "pkg/__init__.py": ""}
    options = ScanOptions(emit_files=True, classify_files=False, ignored=INSTALLER_FILES)
    assert [name for _, name, _ in listed(files, options)] == ["pkg/.lock", "pkg/__init__.py"]
