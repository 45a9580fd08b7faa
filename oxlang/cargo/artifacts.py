"""The artifact folder: everything a Rust project needs to embed Python (spec: rust-project.md, section 5).

The files are made by one computed node from packed resources. One of them names the folder's own place, which is not
known before the tree is placed: it is written with a placeholder, and `placing.located` fills it in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from oxlang.cargo.linking import CARGO_LINES, application_lines, pyo3_config
from oxlang.cargo.placing import CONFIG_FILE, PLACEHOLDER, PYO3_CONFIG
from oxlang.graph.nodes import Artifact, Assemble, Compute, Part, Source

if TYPE_CHECKING:
    from oxlang.graph.compute import ComputeContext
    from oxlang.graph.platform import BuildSettings
    from oxlang.graph.tree import Entry, Tree
    from oxlang.packaging.distribution import Distribution
    from oxlang.packaging.libpython import LinkFacts
    from oxlang.source import Span

EXTRA_FILES = "extra-files"
EXTRA_LIST = "extra-files.txt"
DESCRIPTION = "artifacts.json"
STATIC_LIBRARY = "libpython3.a"
COMPUTE_NAME = "cargo.artifacts"
COMPUTE_VERSION = 2

_READ = "config.json"


def artifacts_folder(
    packed: Artifact,
    distribution: Distribution,
    settings: BuildSettings,
    *,
    facts: LinkFacts,
    name: str = "python",
    description: str = "",
    origin: Span | None = None,
) -> Artifact:
    """Gives the artifact folder as a tree (its pyo3 configuration not yet located).

    Args:
        packed: tree `{"config.json": …, "extra-files": {…}}`; any other file of it is taken over, such as packed resources
            and the licence report.
        distribution: the Python that will be linked.
        settings: triple and profile, for `artifacts.json`.
        facts: how libpython is linked.
        name: the program's name, for descriptions.
        description: text for progress.
        origin: the line of the config.
    """
    from oxlang.graph.compute import canonical

    platform = settings.target
    static = facts.mode == "static" and bool(facts.library)
    library = "python3.lib" if platform.is_msvc else STATIC_LIBRARY
    config = pyo3_config(
        distribution,
        facts,
        library_dir=PLACEHOLDER if static else None,
        library_name="python3" if static else None,
    )
    params = {
        "pyo3_config": config,
        "cargo_lines": list(application_lines(platform, facts)),
        "description": {
            "python_version": distribution.version,
            "triple": platform.triple,
            "profile": settings.profile,
            "link_mode": facts.mode,
            "distribution": distribution.identity,
        },
    }
    files = Compute(
        function=COMPUTE_NAME,
        version=COMPUTE_VERSION,
        params=canonical(params),
        inputs=(("packed", packed),),
        description=description or f"embedding artifacts of {name}",
        origin=origin,
    )
    parts = [Part(artifact=Artifact(files))]
    if static:
        archive = Source(path=facts.library, description="static libpython", origin=origin)
        parts.append(Part(artifact=Artifact(archive), rename=library))
    return Artifact(Assemble(parts=tuple(parts), description=f"artifact folder of {name}", origin=origin))


def compute_artifacts(params: Mapping[str, Any], inputs: Mapping[str, Tree], context: ComputeContext) -> Tree:
    """The function behind the node: config source, link settings, lists, and the files taken over."""
    from oxlang.cargo.config_rs import config_source, parse_config
    from oxlang.graph.digest import digest_bytes
    from oxlang.graph.tree import FileEntry, Tree, merge

    packed = inputs["packed"]
    config = parse_config(context.read(packed.file(_READ).digest))
    extra = packed.subtree(EXTRA_FILES)
    names = [path for path, _ in extra.walk()]
    fingerprint = digest_bytes(f"{packed.digest.hash}\0{json.dumps(params, sort_keys=True)}".encode()).hash
    described = {
        "fingerprint": fingerprint,
        "allocator_backend": config["allocator_backend"],
        **params["description"],
    }
    texts = {
        CONFIG_FILE: config_source(config),
        PYO3_CONFIG: params["pyo3_config"],
        CARGO_LINES: "".join(f"{line}\n" for line in params["cargo_lines"]),
        DESCRIPTION: json.dumps(described, indent=2, sort_keys=True) + "\n",
    }
    if names:
        texts[EXTRA_LIST] = "".join(f"{name}\n" for name in names)
    entries: dict[str, Entry] = {path: FileEntry(context.put(text.encode())) for path, text in texts.items()}
    for path, entry in packed.walk():
        if path != _READ and not path.startswith(f"{EXTRA_FILES}/") and isinstance(entry, FileEntry):
            entries.setdefault(path, FileEntry(entry.digest))
    made = Tree.of(entries)
    return merge(made, extra.under(EXTRA_FILES)) if names else made
