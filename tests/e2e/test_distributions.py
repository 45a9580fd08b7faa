"""Archives of Pythons, from making them to running a program: packed, install-only, without libpython, from a server."""

from __future__ import annotations

import http.server
import io
import json
import os
import shutil
import tarfile
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest

from oxlang.diagnostics import OxError
from oxlang.packaging.archive import file_hash
from oxlang.packaging.elf import archive_members
from oxlang.packaging.elf_write import with_runpath
from oxlang.packaging.local import describe, find_interpreter
from tests.e2e.conftest import Oxl, Product

pytestmark = pytest.mark.e2e

CONFIG = """\
def make_exe():
    dist = PythonDistribution(sha256 = "{sha256}", {place})
    config = dist.make_python_interpreter_config()
    config.run_command = "{command}"
    return dist.to_python_executable(name = "app", config = config)

register_target("exe", make_exe)
resolve_targets()
"""
COMMAND = (
    "import sys, json, ssl, sqlite3, zlib, decimal, ctypes, email.message; "
    "print('%d.%d' % sys.version_info[:2], zlib.crc32(b'x'), ctypes.sizeof(ctypes.c_int), ssl.OPENSSL_VERSION[:7])"
)


def interpreter(version: str) -> Path:
    try:
        return find_interpreter(version, os.environ)
    except OxError as problem:
        pytest.skip(problem.diagnostic.message)


@pytest.fixture
def build(oxl: Oxl, tmp_path: Path, triple: str) -> Callable[..., tuple[Product, str]]:
    """Builds a program from an archive; gives it and what the build said."""

    def build(
        archive: Path | None = None, *, url: str = "", sha256: str = "", **environment: str
    ) -> tuple[Product, str]:
        folder = tmp_path / "project"
        folder.mkdir(exist_ok=True)
        place = f'url = "{url}"' if url else f'local_path = "{archive}"'
        digest = sha256 or file_hash(archive) if archive else sha256
        (folder / "pyoxidizer.bzl").write_text(CONFIG.format(sha256=digest, place=place, command=COMMAND))
        done = oxl("build", "--path", folder, **environment)
        target = tmp_path / "moved" / "product"
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(folder / "build" / triple / "debug" / "exe", target)
        return Product(target / "app"), done.stderr

    return build


def unpacked(oxl: Oxl, version: str, folder: Path) -> Path:
    """Packs an interpreter and unpacks it again; gives the folder with `python` in it."""
    oxl("python-distribution-pack", interpreter(version), folder / "whole.tar.gz")
    oxl("python-distribution-extract", "--archive-path", folder / "whole.tar.gz", folder / "whole")
    return folder / "whole"


def repacked(folder: Path, archive: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Changes the description in an unpacked archive and packs it anew."""
    description = folder / "python" / "PYTHON.json"
    data = json.loads(description.read_text())
    change(data)
    description.write_text(json.dumps(data))
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        tar.add(folder / "python", "python")
    return archive


@pytest.mark.parametrize("version", ["3.10", "3.11", "3.12", "3.13"])
def test_pack_use_build_run(
    oxl: Oxl, tmp_path: Path, build: Callable[..., tuple[Product, str]], version: str
) -> None:
    kind = "zst" if version != "3.12" else "gz"
    archive = tmp_path / f"py.tar.{kind}"
    oxl("python-distribution-pack", interpreter(version), archive)
    info = oxl("python-distribution-info", archive).stdout
    assert version in info
    product, _ = build(archive)
    assert product.run().split()[:3] == [version, "2363233923", "4"]


def test_an_install_only_archive(tmp_path: Path, build: Callable[..., tuple[Product, str]]) -> None:
    facts = describe(interpreter("3.12"))
    prefix, root = facts.interpreter.parent.parent, tmp_path / "python"
    tests = {"__pycache__", "test", "tests", "site-packages", "idle_test"}
    for name in ("bin", "lib", "include"):
        shutil.copytree(prefix / name, root / name, symlinks=True, ignore=shutil.ignore_patterns(*tests))
    program = root / "bin" / "python3.12"
    moved = with_runpath(program.read_bytes(), "$ORIGIN/../lib")
    if moved is not None:
        program.write_bytes(moved)
    assert not (root / "PYTHON.json").exists()
    archive = tmp_path / "cpython-3.12-install_only.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        tar.add(root, "python")
    shutil.rmtree(root)
    product, _ = build(archive)
    assert product.run().startswith("3.12 ")


def test_the_older_format(oxl: Oxl, tmp_path: Path, build: Callable[..., tuple[Product, str]]) -> None:
    def older(data: dict[str, Any]) -> None:
        data["version"] = "7"
        data["optimizations"] = "noopt"
        del data["build_options"], data["oxlang"]

    archive = repacked(unpacked(oxl, "3.11", tmp_path), tmp_path / "seven.tar.gz", older)
    product, said = build(archive)
    assert "format version" not in said
    assert product.run().startswith("3.11 ")


def static_archive(folder: Path) -> Path:
    found = [one for one in (folder / "python").rglob("libpython3.*.a") if "pic" not in one.name]
    if not found:
        pytest.skip("this Python has no static libpython")
    return found[0]


def test_libpython_as_object_files(
    oxl: Oxl, tmp_path: Path, build: Callable[..., tuple[Product, str]]
) -> None:
    folder = unpacked(oxl, "3.11", tmp_path)
    library = static_archive(folder)
    objects = folder / "python" / "build"
    objects.mkdir()
    names = []
    for number, (name, content) in enumerate(archive_members(library)):
        names.append(f"build/{number}-{name}")
        (folder / "python" / names[-1]).write_bytes(content)
    library.unlink()

    def loose(data: dict[str, Any]) -> None:
        core = data["build_info"]["core"]
        core["objs"] = names
        core.pop("static_lib")
        core.pop("shared_lib", None)
        data["libpython_link_mode"] = "static"

    archive = repacked(folder, tmp_path / "objects.tar.gz", loose)
    product, _ = build(archive)
    assert product.run().startswith("3.11 ")
    beside = {one.name for one in product.program.parent.iterdir()}
    assert not any(name.startswith("libpython") for name in beside)


def test_libpython_as_bitcode(oxl: Oxl, tmp_path: Path, build: Callable[..., tuple[Product, str]]) -> None:
    folder = unpacked(oxl, "3.11", tmp_path)
    static_archive(folder).unlink()
    (folder / "python" / "build").mkdir()
    for name in ("build/a.o", "build/b.o"):
        (folder / "python" / name).write_bytes(b"BC\xc0\xde\x35\x14" + bytes(64))

    def bitcode(data: dict[str, Any]) -> None:
        core = data["build_info"]["core"]
        core["objs"] = ["build/a.o", "build/b.o"]
        core.pop("static_lib")
        if "shared_lib" not in core:
            pytest.skip("this Python has no shared libpython")

    archive = repacked(folder, tmp_path / "bitcode.tar.gz", bitcode)
    product, said = build(archive)
    assert "LLVM bitcode" in said and "linked dynamically" in said
    assert product.run().startswith("3.11 ")
    assert any(one.name.startswith("libpython3.11") for one in product.program.parent.iterdir())


class Server(http.server.SimpleHTTPRequestHandler):
    """Serves a folder; breaks off the first answers, and can be used as proxy. Knows byte ranges."""

    requests: ClassVar[list[tuple[str, str]]] = []
    breaks: ClassVar[int] = 0

    def do_GET(self) -> None:
        Server.requests.append((self.path, self.headers.get("Range", "")))
        path = Path(self.directory, self.path.partition("://")[2].partition("/")[2] or self.path.lstrip("/"))
        if not path.is_file():
            self.send_error(404)
            return
        content = path.read_bytes()
        start = int(self.headers["Range"][6:].rstrip("-")) if self.headers.get("Range") else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        if Server.breaks:
            Server.breaks -= 1
            self.wfile.write(content[start : start + (len(content) - start) // 2])
            self.close_connection = True
            return
        shutil.copyfileobj(io.BytesIO(content[start:]), self.wfile)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    Server.requests.clear()
    Server.breaks = 0
    folder = tmp_path / "served" / "20300101"
    folder.mkdir(parents=True)
    opened = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Server, directory=str(tmp_path / "served"))
    )
    threading.Thread(target=opened.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{opened.server_port}"
    opened.shutdown()
    opened.server_close()


def test_from_a_server(
    oxl: Oxl, tmp_path: Path, server: str, build: Callable[..., tuple[Product, str]]
) -> None:
    archive = tmp_path / "served" / "20300101" / "py.tar.gz"
    oxl("python-distribution-pack", interpreter("3.11"), archive)
    digest = file_hash(archive)
    Server.breaks = 2
    path = "/20300101/py.tar.gz"
    wrong = oxl("build", "--path", _project(tmp_path / "wrong", server + path, "1" * 64), status=None)
    assert wrong.returncode != 0 and "sha256 of Python distribution does not validate" in wrong.stderr
    Server.requests.clear()
    Server.breaks = 2
    product, _ = build(
        url=server + path, sha256=digest, PYOXIDIZER_CACHE_DIR=str(tmp_path / "one"), HTTP_PROXY=""
    )
    assert product.run().startswith("3.11 ")
    assert [one for one, _ in Server.requests] == [path] * 3
    assert [bool(one) for _, one in Server.requests] == [False, True, True], (
        "the second and third go on where it broke"
    )
    # A server that is known to nobody, through a mirror and through a proxy; the folder of the cache is fresh each time.
    for number, variables in enumerate(
        ({"OXL_PYTHON_MIRROR": server}, {"http_proxy": server, "no_proxy": ""})
    ):
        Server.requests.clear()
        cache = tmp_path / f"cache{number}"
        done = oxl(
            "eval", "--dry-run", _project(tmp_path / "far", "http://python.invalid" + path, digest) / "pyoxidizer.bzl",
            PYOXIDIZER_CACHE_DIR=str(cache), **variables,
        )  # fmt: skip
        assert "target exe" in done.stdout
        assert len(Server.requests) == 1
    gone = oxl(
        "eval", _project(tmp_path / "gone", f"{server}/20300101/none.tar.gz", digest) / "pyoxidizer.bzl",
        status=None, PYOXIDIZER_CACHE_DIR=str(tmp_path / "two"),
    )  # fmt: skip
    assert gone.returncode != 0 and "404" in gone.stderr and "pyoxidizer.bzl:2" in gone.stderr


def _project(folder: Path, url: str, digest: str) -> Path:
    folder.mkdir(exist_ok=True)
    text = CONFIG.format(sha256=digest, place=f'url = "{url}"', command="")
    (folder / "pyoxidizer.bzl").write_text(text)
    return folder
