"""The DLLs of the Visual C++ runtime, which Windows distributions need beside the program."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from oxlang.diagnostics import error
from oxlang.graph.nodes import Artifact, Part, Source

if TYPE_CHECKING:
    from oxlang.packaging.distribution import Distribution
    from oxlang.source import Span

_ARCHES = {"x86_64": "x64", "i686": "x86", "aarch64": "arm64"}
_ROOTS = (r"C:\Program Files\Microsoft Visual Studio", r"C:\Program Files (x86)\Microsoft Visual Studio")


def runtime_version(distribution: Distribution) -> str:
    """Gives the major version of the runtime (`14`) that a distribution needs; empty when it needs none."""
    for feature in distribution.crt_features:
        if feature.startswith("vcruntime:"):
            return feature.partition(":")[2][:2]
    return ""


def find_runtime_dlls(distribution: Distribution) -> list[Path]:
    """Gives the DLLs that came with the Python, else those of the newest installed redistributable; may be empty."""
    if own := sorted(distribution.interpreter.parent.glob("vcruntime*.dll")):
        return own
    version, arch = runtime_version(distribution), _ARCHES.get(distribution.platform.arch, "")
    found: list[Path] = []
    for root in _ROOTS:
        if version and arch and os.path.isdir(root):
            found += Path(root).glob(f"*/*/VC/Redist/MSVC/*/{arch}/Microsoft.VC{version}*.CRT")
    return sorted(sorted(found)[-1].glob("*.dll")) if found else []


def runtime_dll_parts(distribution: Distribution, mode: str, origin: Span | None) -> list[Part]:
    """Gives the DLLs as files beside the program. Raises OX0623 when the mode is `always` and there are none."""
    if not runtime_version(distribution):
        return []
    dlls = find_runtime_dlls(distribution)
    if not dlls and mode == "always":
        raise error(
            "OX0623",
            "the DLLs of the Visual C++ runtime were not found",
            span=origin,
            help="install the Visual Studio build tools, or set `windows_runtime_dlls_mode` to when-present or never",
        )
    return [
        Part(artifact=Artifact(Source(path=str(dll), description=dll.name, origin=origin)), executable=True)
        for dll in dlls
    ]
