"""Fetches Debian's Python of another architecture and unpacks it into a folder: what cross builds are tested with.

usage: scripts/debian_python.py ARCHITECTURE VERSION FOLDER      such as: arm64 3.11 arm64

FOLDER becomes a small root of that architecture, with the C library, so that an emulator can run programs in it. Nothing
is installed: apt keeps its state in a folder of its own, and neither root nor a foreign architecture of dpkg is needed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path


def fetch(architecture: str, version: str, folder: Path) -> Path:
    """Unpacks `pythonX.Y` with its headers and libraries; gives the path of the interpreter.

    Raises CalledProcessError when apt or dpkg fails.
    """
    with tempfile.TemporaryDirectory(prefix="debian-python-") as place:
        state, cache = Path(place, "state"), Path(place, "cache")
        for needed in (state / "lists" / "partial", cache / "archives" / "partial"):
            needed.mkdir(parents=True)
        settings = {
            "APT::Architecture": architecture,
            "APT::Architectures": architecture,
            "APT::Sandbox::User": "",
            "Dir::State": state,
            "Dir::State::status": "/dev/null",
            "Dir::Cache": cache,
            "Debug::NoLocking": "1",
        }
        apt = ["apt-get", "-q", *(word for name, value in settings.items() for word in ("-o", f"{name}={value}"))]
        wanted = [f"python{version}-minimal", f"libpython{version}-dev"]
        for words in (["update"], ["install", "-y", "--download-only", "--no-install-recommends", *wanted]):
            subprocess.run([*apt, *words], check=True, stdout=sys.stderr)
        for package in sorted((cache / "archives").glob("*.deb")):
            subprocess.run(["dpkg-deb", "-x", str(package), str(folder)], check=True)
    return folder / "usr" / "bin" / f"python{version}"


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    print(fetch(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
