"""Evidence whether a package can live in memory, for `policy.resources_location = "auto"` and for `oxl doctor`.

A package that opens its own data through `__file__` needs them on disk; one that asks `importlib.resources`, or has no
data, does not. So a top-level package goes beside the program when its source text uses `__file__` to build paths *and*
it ships data files that this module names (or too many to be named), or when it loads shared libraries by path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from oxlang.packaging.resource import Resource, read_rows
from oxlang.records import dataclass, replace

if TYPE_CHECKING:
    from oxlang.graph.compute import ComputeContext
    from oxlang.graph.demand import Demand
    from oxlang.graph.digest import Digest
    from oxlang.graph.nodes import Artifact

BESIDE = "filesystem-relative:lib"

_FILE_PATHS = re.compile(
    rb"(dirname|abspath|realpath|join|Path|PurePath|normpath|split)\s*\(\s*(?:[\w.]+\s*\(\s*)*__file__|__file__\s*[\])]?\s*\)?\s*\.parent"
)
_LOADED_BY_PATH = re.compile(rb"(CDLL|LoadLibrary|cdll\.LoadLibrary|dlopen)\s*\(")
_SHARED = re.compile(r"\.(so(\.\d+)*|dylib|dll)$")
_IDLE_DATA = re.compile(
    r"(\.(pyi|pyx|pxd|pxi|c|cc|cpp|h|hpp|f|f90|a|lib|pc|typed|md|rst|build|in|map)|LICEN[CS]E[^/]*|py\.typed)$",
    re.IGNORECASE,
)
# More data files than this are found by joining paths rather than by name.
_MANY = 20
# Parts of a package that its users do not run.
_IDLE_PARTS = frozenset(
    {
        "tests",
        "test",
        "testing",
        "conftest",
        "setup",
        "examples",
        "_examples",
        "docs",
        "benchmarks",
        "f2py",
        "distutils",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was found out about a top-level package.

    Attributes:
        package: its name.
        needs_files: whether it belongs beside the program.
        reasons: what speaks for it, one sentence each; also for packages that stay in memory.
    """

    package: str
    needs_files: bool
    reasons: tuple[str, ...]


def gather_evidence(resources: Iterable[Resource], read: Callable[[Digest], bytes]) -> list[Evidence]:
    """Gives the evidence for each top-level package with modules, by name. The standard library is not looked at.

    What one project installs stays together: `pkg_resources` finds parts of `setuptools` through its own place.
    """
    resources = list(resources)
    modules: dict[str, list[Resource]] = {}
    data: dict[str, list[str]] = {}
    libraries: dict[str, list[str]] = {}
    for one in resources:
        if one.is_stdlib:
            continue
        top = one.name.split(".", 1)[0]
        if one.kind == "module":
            modules.setdefault(top, []).append(one)
        elif one.kind == "resource" and _SHARED.search(one.path):
            libraries.setdefault(top, []).append(one.path)
        elif one.kind == "resource" and not _IDLE_DATA.search(one.path) and not _is_idle(one):
            data.setdefault(top, []).append(one.path)
    found: list[Evidence] = []
    for top in sorted(modules):
        users: list[str] = []
        loaders: list[str] = []
        for one in modules[top]:
            if one.digest is None or _is_idle(one):
                continue
            text = one.source if isinstance(one.source, bytes) else read(one.digest)
            if b"__file__" in text and _FILE_PATHS.search(text) and _mentions(text, data.get(top, [])):
                users.append(one.name)
            if top in libraries and _LOADED_BY_PATH.search(text):
                loaders.append(one.name)
        reasons: list[str] = []
        if users:
            reasons.append(
                f"`{users[0]}` builds paths from `__file__`"
                + (f" ({len(users)} modules do)" if len(users) > 1 else "")
            )
        if top in data:
            names = data[top]
            more = f"{len(names)} data files, such as `{names[0]}`" if len(names) > 1 else f"a data file, `{names[0]}`"
            reasons.append(f"it ships {more}")
        if loaders:
            reasons.append(f"`{loaders[0]}` loads shared libraries that the package ships")
        found.append(
            Evidence(
                package=top, needs_files=bool((users and top in data) or loaders), reasons=tuple(reasons)
            )
        )
    for together in _projects(resources, read):
        needing = [seen.package for seen in found if seen.package in together and seen.needs_files]
        for number, evidence in enumerate(found):
            if needing and evidence.package in together and not evidence.needs_files:
                reason = f"`{needing[0]}` of the same project needs files"
                found[number] = replace(evidence, needs_files=True, reasons=(*evidence.reasons, reason))
    return found


def _mentions(text: bytes, paths: list[str]) -> bool:
    """Whether a module names one of its package's data files or their folder, or there are too many to be named."""
    if len(paths) > _MANY:
        return True
    names = {path.rsplit("/", 1)[-1] for path in paths} | {
        path.split("/")[-2] for path in paths if "/" in path
    }
    return any(name.encode() in text for name in names)


def _is_idle(one: Resource) -> bool:
    return not _IDLE_PARTS.isdisjoint((*one.name.split(".")[1:], *one.path.split("/")[:-1]))


def _projects(resources: Iterable[Resource], read: Callable[[Digest], bytes]) -> Iterator[set[str]]:
    """Gives the top-level names that each installed project lists in its RECORD."""
    for one in resources:
        if one.kind != "distribution" or one.path != "RECORD" or one.digest is None:
            continue
        lines = read(one.digest).decode("utf-8", "replace").splitlines()
        firsts = {line.split(",", 1)[0].strip('"').split("/", 1)[0] for line in lines}
        yield {
            first.split(".", 1)[0]
            for first in firsts
            if not first.endswith((".dist-info", ".data")) and first != ".."
        }


def choose_locations(resources: Iterable[Resource], context: ComputeContext) -> dict[str, str]:
    """Gives the location of each top-level package under `auto`."""
    rows = list(resources)
    found = gather_evidence(rows, context.read)
    locations = {one.package: BESIDE if one.needs_files else "in-memory" for one in found} or {
        "": "in-memory"
    }
    if any(one.needs_files for one in found):
        # Packages compiled by mypyc share one library under a name of its own, whose folder they take for theirs.
        locations |= {
            one.name: BESIDE for one in rows if one.kind == "extension" and one.name.endswith("__mypyc")
        }
    return locations


def evidence_of(artifacts: Iterable[Artifact], demand: Demand) -> list[Evidence]:
    """Gives the evidence for the packages that builds of these artifacts would install or read, which it makes happen."""
    from oxlang.graph.build_graph import walk
    from oxlang.graph.nodes import Artifact as ArtifactType
    from oxlang.graph.nodes import Compute
    from oxlang.packaging.scan import RESOURCES, SCAN

    found: dict[str, Evidence] = {}
    for node in walk(list(artifacts)):
        if isinstance(node, Compute) and node.function == SCAN:
            tree = demand.demand(ArtifactType(node), node.origin)
            for one in gather_evidence(read_rows(demand.read(tree.file(RESOURCES).digest)), demand.read):
                found.setdefault(one.package, one)
    return [found[name] for name in sorted(found)]


def evidence_lines(found: Iterable[Evidence]) -> list[str]:
    """Gives a line per package, those that need files first, each with its reasons."""
    rows = sorted(found, key=lambda one: (not one.needs_files, one.package))
    return [
        f"{'beside  ' if one.needs_files else 'memory  '}  {one.package}"
        + (f": {'; '.join(one.reasons)}" if one.reasons else "")
        for one in rows
    ]
