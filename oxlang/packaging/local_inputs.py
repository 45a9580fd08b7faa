"""Local files that an installer needs in its sandbox: requirement files, archives, projects, folders of wheels."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from oxlang.graph.nodes import Artifact, Assemble, Part, Source, Tool, Write
from oxlang.packaging.pip_arguments import Localised, variable_of
from oxlang.packaging.scan import EXCLUDED

if TYPE_CHECKING:
    from oxlang.source import Span

_SCM_TOOLS = ("setuptools_scm", "setuptools-scm", "hatch-vcs", "versioneer", "pbr", "versioningit", "dunamai",
              "poetry-dynamic-versioning", "setuptools-git-versioning", "flit_scm", "pdm.version", "vcs")  # fmt: skip
_PROJECT_EXCLUDED = (
    *(one for one in EXCLUDED if one != ".git"), "build/*-*-*", "build/bdist.*", "build/lib*", "build/temp*", "dist/*",
    "target/debug/*", "target/release/*", "node_modules", "*.pyc",
)  # fmt: skip


def local_inputs(local: Localised) -> tuple[list[tuple[str, Artifact]], list[Tool]]:
    """Gives the inputs of a sandbox for local files and projects, and folders of archives as tools."""
    inputs: list[tuple[str, Artifact]] = []
    tools: list[Tool] = []
    for one in local.paths.values():
        name = os.path.basename(one.path.rstrip("/")) or "root"
        if one.kind == "links":
            tools.append(
                Tool(name=one.token[6:-1], path=one.path, fingerprint=_listing_fingerprint(one.path))
            )
            continue
        place = one.token.removeprefix("{sandbox}/")
        if one.kind == "file":
            inputs.append((os.path.dirname(place), Artifact(Source(path=one.path, description=name))))
        else:
            inputs.append((place, project_files(one.path)))
    if local.files:
        # Last: a lock that was rewritten stands in the place of the one in a project's folder.
        entries = tuple((path, text.encode(), False) for path, text in sorted(local.files.items()))
        inputs.append(("", Artifact(Write(entries=entries, description="requirements"))))
    return inputs, tools


def project_files(folder: str, origin: Span | None = None) -> Artifact:
    """Gives a project's files without other tools' folders and output; with `.git` where its version comes from there.

    Folders that are empty without the output vanish, so that the first build of a project does not change it.
    """
    exclude = _PROJECT_EXCLUDED if _uses_git(folder) else (*_PROJECT_EXCLUDED, ".git")
    name = os.path.basename(folder.rstrip("/"))
    source = Source(path=folder, exclude=exclude, description=f"project {name}", origin=origin)
    part = Part(artifact=Artifact(source), exclude=("build/*-*-*/*",))
    return Artifact(Assemble(parts=(part,), description=f"files of project {name}", origin=origin))


def file_variables(local: Localised, links: list[Tool]) -> dict[str, str]:
    """Gives the variables that rewritten requirement files refer to."""
    if not local.files:
        return {}
    return {"OXL_SANDBOX": "{sandbox}"} | {variable_of(tool.name): f"{{tool:{tool.name}}}" for tool in links}


def _listing_fingerprint(folder: str) -> str:
    """SHA-256 over names and sizes of a folder's files: archives with the same name and size are believed the same."""
    from hashlib import sha256

    rows: list[str] = []
    try:
        with os.scandir(folder) as entries:
            rows = [f"{one.name}:{one.stat().st_size}" for one in entries if one.is_file()]
    except OSError:
        pass
    return sha256(os.fsencode("\n".join(sorted(rows)))).hexdigest()


def _uses_git(folder: str) -> bool:
    """Whether a project takes its version from the repository, so that building needs `.git`."""
    for name in ("pyproject.toml", "setup.py", "setup.cfg"):
        try:
            text = Path(folder, name).read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        if any(tool in text for tool in _SCM_TOOLS):
            return True
    return False
