"""Licences of Rust crates: of any project, asked from cargo, and of the launcher, from a table that ships with oxlang.

Which crates a program contains follows from cargo's own resolution: normal dependencies, and those of procedural macros
(which run on the host, but whose output is in the program); build and test dependencies are left out.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oxlang.diagnostics.model import error
from oxlang.records import dataclass

if TYPE_CHECKING:
    from oxlang.cargo.toolchain import Toolchain

_TEXT_NAMES = re.compile(r"(LICEN[CS]E|COPYING|NOTICE|COPYRIGHT|UNLICENSE)", re.IGNORECASE)
_TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "templates", "crates.json")
_LONGEST_TEXT = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Crate:
    """One crate with what it says about its licence.

    Attributes:
        name: name of the package.
        version: its version.
        license: SPDX expression, or empty when the manifest names none.
        authors: as in the manifest.
        homepage: address, or empty.
        repository: address, or empty.
        texts: file names and texts of its licence files.
        is_project: the project itself, not a dependency.
    """

    name: str
    version: str
    license: str = ""
    authors: tuple[str, ...] = ()
    homepage: str = ""
    repository: str = ""
    texts: tuple[tuple[str, str], ...] = ()
    is_project: bool = False

    def to_json(self) -> dict[str, Any]:
        """Gives the crate as plain data."""
        return {
            "name": self.name,
            "version": self.version,
            "license": self.license,
            "authors": list(self.authors),
            "homepage": self.homepage,
            "repository": self.repository,
            "texts": [list(pair) for pair in self.texts],
        }

    def component(self) -> dict[str, Any]:
        """Gives the crate as a component of the licence report (see `packaging.licensing`)."""
        is_public = self.license in ("Unlicense", "CC0-1.0", "CC-PDDC")
        return {
            "kind": "crate",
            "name": self.name,
            "version": self.version,
            "spdx": self.license,
            "terms": [],
            "public_domain": is_public,
            "authors": list(self.authors),
            "homepage": self.homepage,
            "source": self.repository,
            "texts": [list(pair) for pair in self.texts],
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Crate:
        """Reads what `to_json` gave."""
        return Crate(
            name=data["name"],
            version=data["version"],
            license=data["license"],
            authors=tuple(data["authors"]),
            homepage=data["homepage"],
            repository=data["repository"],
            texts=tuple((name, text) for name, text in data["texts"]),
        )


def crates_of_project(
    project: Path,
    toolchain: Toolchain,
    env: Mapping[str, str],
    *,
    triple: str,
    all_features: bool = False,
    features: Sequence[str] = (),
    default_features: bool = True,
) -> tuple[Crate, ...]:
    """Gives the crates that a build of a project links, the project itself included, by name.

    Raises OX0830 when there is no manifest, OX0831 when cargo cannot describe it.
    """
    metadata = cargo_metadata(
        project,
        toolchain,
        env,
        triple=triple,
        all_features=all_features,
        features=features,
        default_features=default_features,
    )
    return crates_of_metadata(metadata)


def cargo_metadata(
    project: Path,
    toolchain: Toolchain,
    env: Mapping[str, str],
    *,
    triple: str = "",
    all_features: bool = False,
    features: Sequence[str] = (),
    default_features: bool = True,
) -> dict[str, Any]:
    """Gives what `cargo metadata` says of a project, without the network when that is enough."""
    from subprocess import DEVNULL, PIPE

    from oxlang.children import started

    manifest = project if project.name == "Cargo.toml" else project / "Cargo.toml"
    if not manifest.is_file():
        raise error(
            "OX0830", f"`{project}` does not hold a Cargo.toml", help="name the folder of a Rust package"
        )
    command = [str(toolchain.cargo), "metadata", "--format-version", "1", "--manifest-path", str(manifest)]
    command += ["--filter-platform", triple] if triple else []
    command += ["--all-features"] if all_features else []
    command += [] if default_features else ["--no-default-features"]
    command += ["--features", ",".join(features)] if features else []
    last = ""
    for extra in (["--offline"], []):
        environment = {**env, "RUSTC": str(toolchain.rustc)}
        with started(
            [*command, *extra], cwd=manifest.parent, env=environment, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
        ) as child:
            printed, told = child.communicate()
        if child.returncode == 0:
            metadata: dict[str, Any] = json.loads(printed)
            return metadata
        last = told.decode(errors="replace")
    raise error(
        "OX0831",
        f"cargo could not describe the packages of `{project}`",
        notes=last.strip().splitlines()[-5:],
    )


def crates_of_metadata(metadata: Mapping[str, Any]) -> tuple[Crate, ...]:
    """Gives the linked crates of a description by cargo, sorted by name and version."""
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    root = metadata["resolve"].get("root")
    roots = [root] if root else list(metadata["workspace_members"])
    seen: dict[str, None] = {}
    waiting = list(roots)
    while waiting:
        ident = waiting.pop()
        if ident in seen:
            continue
        seen[ident] = None
        for dependency in nodes[ident]["deps"]:
            kinds = dependency.get("dep_kinds") or [{"kind": None}]
            if any(kind["kind"] is None for kind in kinds):
                waiting.append(dependency["pkg"])
    crates = [_crate(packages[ident], is_project=ident in roots) for ident in seen]
    return tuple(sorted(crates, key=lambda crate: (crate.name, crate.version)))


def launcher_crates(features: Iterable[str] = ()) -> tuple[Crate, ...]:
    """Gives the crates of a launcher with the given cargo features, from the table that ships with oxlang."""
    table = json.loads(Path(_TABLE).read_text(encoding="utf-8"))
    wanted = set(table["always"])
    for feature in features:
        wanted.update(table["features"].get(feature, ()))
    return tuple(Crate.from_json(data) for data in table["crates"] if f"{data['name']} {data['version']}" in wanted)


def spdx_expression(text: str) -> str:
    """Gives a manifest's licence as an SPDX expression; `/` was how manifests wrote OR."""
    return re.sub(r"\s*/\s*", " OR ", text.strip())


def _crate(package: Mapping[str, Any], *, is_project: bool) -> Crate:
    folder = Path(package["manifest_path"]).parent
    return Crate(
        name=package["name"],
        version=package["version"],
        license=spdx_expression(package.get("license") or ""),
        authors=tuple(package.get("authors") or ()),
        homepage=package.get("homepage") or "",
        repository=package.get("repository") or "",
        texts=tuple(_texts(folder, package.get("license_file"))),
        is_project=is_project,
    )


def _texts(folder: Path, named: str | None) -> Iterable[tuple[str, str]]:
    try:
        names = sorted(name for name in os.listdir(folder) if _TEXT_NAMES.match(name))
    except OSError:
        names = []
    if named and named not in names:
        names.append(named)
    for name in names:
        path = folder / name
        if path.is_file() and path.stat().st_size <= _LONGEST_TEXT:
            yield os.path.basename(name), path.read_text(encoding="utf-8", errors="replace")
