"""Makes `templates/Cargo.lock` and `templates/crates.json`: what generated projects are built from.

Run as a module: `python -m oxlang.cargo.lockfile --write` after a change of the crates' dependencies; `--check` says
whether they are current. Both need cargo, and `--write` the registry.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oxlang.bundled import bundled_path
from oxlang.cargo.licensing import Crate, cargo_metadata, crates_of_metadata
from oxlang.cargo.manifest import ALLOCATORS, PyembedLocation, bundled_pyembed
from oxlang.cargo.project import project_files
from oxlang.cargo.toolchain import Toolchain, find_toolchain
from oxlang.records import replace

_TEMPLATES = Path(__file__).with_name("templates")
_NAME = "oxlang-project"
_TRIPLES = ("x86_64-unknown-linux-gnu", "x86_64-pc-windows-msvc", "aarch64-apple-darwin")


def make_lock(toolchain: Toolchain, env: Mapping[str, str], project: Path) -> str:
    """Writes a project that uses every optional dependency and lets cargo lock it; gives the lock.

    Packages that the present lock names keep their versions.
    """
    import subprocess

    location = PyembedLocation(kind="path", value=str(bundled_pyembed()))
    for name, text in project_files(_NAME, location, config="").items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    present = _TEMPLATES / "Cargo.lock"
    lock = project / "Cargo.lock"
    if present.exists():
        lock.write_text(present.read_text(encoding="utf-8"), encoding="utf-8")
    command = [str(toolchain.cargo), "update", "--workspace"] if present.exists() else [str(toolchain.cargo), "generate-lockfile"]
    subprocess.run(command, cwd=project, env=dict(env), check=True)
    return lock.read_text(encoding="utf-8")


def make_table(toolchain: Toolchain, env: Mapping[str, str], project: Path) -> str:
    """Gives the table of the crates in launchers: which always, which by feature, and what they say of licences."""
    always: set[str] = set()
    features: dict[str, set[str]] = {}
    crates: dict[str, Crate] = {}

    def ask(*names: str) -> set[str]:
        found: set[str] = set()
        for triple in _TRIPLES:
            metadata: dict[str, Any] = cargo_metadata(
                project, toolchain, env, triple=triple, features=names, default_features=False
            )
            for crate in crates_of_metadata(metadata):
                if not crate.is_project:
                    key = f"{crate.name} {crate.version}"
                    crates[key] = _with_own_texts(crate)
                    found.add(key)
        return found

    always = ask()
    for allocator in ALLOCATORS:
        for kind in ("global-allocator", "allocator"):
            features[f"{kind}-{allocator}"] = ask(f"{kind}-{allocator}") - always
    table = {
        "always": sorted(always),
        "features": {name: sorted(found) for name, found in sorted(features.items())},
        "crates": [crates[key].to_json() for key in sorted(crates)],
    }
    return json.dumps(table, indent=1, ensure_ascii=False) + "\n"


def _with_own_texts(crate: Crate) -> Crate:
    """Adds the licence texts of the checkout to a crate of ours, whose folder has none."""
    if crate.texts or not (bundled_path("crates") / crate.name).is_dir():
        return crate
    top = bundled_path("crates").parent
    texts = [(name, (top / name).read_text(encoding="utf-8")) for name in ("LICENSE-APACHE", "LICENSE-MIT")]
    return replace(crate, texts=tuple(texts))


def main(arguments: list[str]) -> int:
    """Writes or checks the two files; gives the exit status."""
    toolchain = find_toolchain(os.environ)
    current = True
    with tempfile.TemporaryDirectory(prefix="oxlang-lock") as folder:
        made = {
            "Cargo.lock": make_lock(toolchain, os.environ, Path(folder)),
            "crates.json": make_table(toolchain, os.environ, Path(folder)),
        }
    for name, text in made.items():
        path = _TEMPLATES / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        current = False
        if "--write" in arguments:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.name}")
        else:
            print(f"not current: {path.name}")
    return 0 if current or "--write" in arguments else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
