"""`--upgrade`: what was resolved stays, until somebody asks for it anew."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.e2e.conftest import Oxl

pytestmark = pytest.mark.e2e

CONFIG = """\
def make_files():
    exe = default_python_distribution().to_python_executable(name = "app")
    files = FileManifest()
    for one in exe.pip_install(["--no-index", "--find-links", VARS["wheels"], "top", "other"]):
        if one.name == "VERSION" or type(one) == "PythonModuleSource":
            files.add_python_resource("lib", one)
    return files

register_target("files", make_files)
resolve_targets()
"""


def wheel(folder: Path, name: str, version: str, needs: str = "") -> None:
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f"VERSION = '{version}'\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
        archive.writestr(f"{info}/RECORD", "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"]))


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A server of the folder `wheels`; a change of the folder does not show in the address."""
    (tmp_path / "wheels").mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "wheels")))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_upgrade(oxl: Oxl, tmp_path: Path, triple: str, address: str, installer: str) -> None:
    wheels = tmp_path / "wheels"
    (tmp_path / "pyoxidizer.bzl").write_text(CONFIG)
    for name in ("top", "other", "below"):
        wheel(wheels, name, "1.0", "Requires-Dist: below\n" if name == "top" else "")

    def build(*options: str) -> tuple[str, ...]:
        done = oxl("build", "--var", "wheels", address, *options, cwd=tmp_path, OXL_INSTALLER=installer)
        lib = tmp_path / "build" / triple / "debug" / "files" / "lib"
        lines = [
            one
            for one in done.stderr.splitlines()
            if " is now " in one or "as new as" in one or "is called" in one
        ]
        return (*((lib / f"{name}.py").read_text()[11:-2] for name in ("top", "other", "below")), *lines)

    assert build() == ("1.0", "1.0", "1.0")
    (tmp_path / "pyoxidizer.bzl").write_text(CONFIG + "# another text, the same requirements\n")
    assert build("--upgrade") == ("1.0", "1.0", "1.0", "every package is as new as the requirements allow")
    for name in ("top", "other", "below"):
        wheel(wheels, name, "2.0", "Requires-Dist: below\n" if name == "top" else "")
    assert build("--upgrade-package", "Other") == ("1.0", "2.0", "1.0", "other 1.0 is now 2.0")
    assert build() == ("1.0", "2.0", "1.0")
    assert build("--upgrade-package", "nothing") == (
        "1.0",
        "2.0",
        "1.0",
        "no package of this build is called `nothing`",
    )
    assert build("--upgrade") == ("2.0", "2.0", "2.0", "below 1.0 is now 2.0", "top 1.0 is now 2.0")
    assert build() == ("2.0", "2.0", "2.0")
