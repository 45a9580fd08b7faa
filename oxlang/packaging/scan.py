"""From files to resources: the rules by which names of files become modules, data, metadata and extension modules.

`classify` is the rules alone (distribution.md section 7, dialect.md chapter 9); `compute_scan` applies them to a tree
and writes `resources.json`, and beside it `libraries.json`: for each extension module the shared libraries *of the same
tree* that it needs, found through `DT_NEEDED` and RUNPATH as the loader would find them. Wheels carry such libraries in
folders like `numpy.libs`, which are no packages and would be lost otherwise.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oxlang.graph.digest import Digest
from oxlang.graph.nodes import Artifact, Assemble, Compute, Part, Source
from oxlang.packaging.resource import Resource, read_rows, write_rows
from oxlang.records import dataclass

if TYPE_CHECKING:
    from oxlang.graph.compute import ComputeContext
    from oxlang.graph.demand import Demand
    from oxlang.graph.tree import Tree
    from oxlang.packaging.distribution import Distribution
    from oxlang.packaging.policy import PackagingPolicy
    from oxlang.source import Span

SCAN, SCAN_VERSION = "packaging.scan", 2
RESOURCES, LIBRARIES = "resources.json", "libraries.json"

# What no scan of a user's folder wants: other tools' folders, and this tool's own output.
EXCLUDED = (
    ".git",
    ".hg",
    ".svn",
    ".tox",
    ".nox",
    ".venv",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    "__pycache__",
)

# What uv leaves in the folder that it installed to; pip leaves nothing of that kind.
INSTALLER_FILES = (".lock",)

_IDENTIFIER = re.compile(r"[^\W\d]\w*$")


@dataclass(frozen=True, eq=False)
class Scan:
    """Files and what they are.

    Attributes:
        tree: the files.
        listing: tree `{"resources.json": …, "libraries.json": …}`.
        strict: a module that cannot be compiled is an error (the user's own code), not a warning.
        is_stdlib: the files are a distribution's.
        label: what it is, for messages, such as `requests`.
    """

    tree: Artifact
    listing: Artifact
    strict: bool = False
    is_stdlib: bool = False
    label: str = ""

    def read(self, demand: Demand, because: Span | None = None) -> list[Resource]:
        """Demands the listing and gives its handles, in scan order."""
        tree = demand.demand(self.listing, because)
        return read_rows(demand.read(tree.file(RESOURCES).digest), self)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanOptions:
    """What the rules need to know of a Python, and the two switches of the policy.

    Attributes:
        source: suffixes of source files, likewise the others.
        cache_tag: tag in names of bytecode files, `cpython-311`.
        emit_files: give a `file` resource for each file.
        classify_files: give typed resources.
        ignored: paths of files that are nothing at all.
    """

    source: tuple[str, ...] = (".py",)
    bytecode: tuple[str, ...] = (".pyc",)
    extension: tuple[str, ...] = ()
    cache_tag: str = ""
    emit_files: bool = False
    classify_files: bool = True
    is_stdlib: bool = False
    test_packages: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    @staticmethod
    def of(
        distribution: Distribution,
        *,
        emit_files: bool = False,
        classify_files: bool = True,
        ignored: tuple[str, ...] = (),
    ) -> ScanOptions:
        """Gives the options for files that a distribution will load."""
        return ScanOptions(
            source=distribution.source_suffixes,
            bytecode=distribution.suffixes.get("bytecode", (".pyc",)),
            extension=distribution.extension_suffixes,
            cache_tag=distribution.cache_tag,
            emit_files=emit_files,
            classify_files=classify_files,
            ignored=ignored,
        )

    def params(self) -> dict[str, Any]:
        """Gives the options as plain values."""
        return {name: getattr(self, name) for name in ScanOptions.__dataclass_fields__}

    @staticmethod
    def from_params(params: Mapping[str, Any]) -> ScanOptions:
        """Reads `params()`."""
        values = {name: tuple(value) if isinstance(value, list) else value for name, value in params.items()}
        return ScanOptions(**values)  # type: ignore[arg-type]  # the values are those that params() gave


def scan(
    tree: Artifact,
    options: ScanOptions,
    *,
    packages: tuple[str, ...] | None = None,
    strict: bool = False,
    label: str = "",
    origin: Span | None = None,
) -> Scan:
    """Gives the scan of a tree.

    Args:
        tree: the files, at the root that module names count from.
        options: suffixes and switches.
        packages: keep only resources whose module, package or project name equals one of these or is below it; plain
            files never match.
        strict: see `Scan`.
        label: see `Scan`.
        origin: the call that asked for it.
    """
    from oxlang.graph.compute import canonical

    params: dict[str, Any] = {"options": options.params()}
    if packages is not None:
        params["packages"] = sorted(set(packages))
    node = Compute(
        function=SCAN,
        version=SCAN_VERSION,
        params=canonical(params),
        inputs=(("tree", tree),),
        description=f"scan {label}".strip(),
        origin=origin,
    )
    return Scan(tree, Artifact(node), strict=strict, is_stdlib=options.is_stdlib, label=label)


def compute_scan(params: dict[str, Any], inputs: Mapping[str, Tree], context: ComputeContext) -> Tree:
    """Classifies the files of `tree`; the output is `{"resources.json": …, "libraries.json": …}`."""
    from oxlang.graph.tree import FileEntry, Tree
    from oxlang.packaging.wheel_libraries import wheel_libraries

    tree = inputs["tree"]
    options = ScanOptions.from_params(params["options"])
    files = [
        (path, entry.digest, entry.executable) for path, entry in tree.walk() if isinstance(entry, FileEntry)
    ]
    digests = {path: digest for path, digest, _ in files}

    def read(path: str) -> bytes | None:
        digest = digests.get(path)
        return context.read(digest) if digest is not None else None

    found = [one for one in classify(files, read, options) if one.kind not in ("bytecode", "egg", "pth")]
    packages = params.get("packages")
    if packages is not None:
        names = tuple(packages)
        found = [one for one in found if one.kind != "file" and _selected(one.name, names)]
    return Tree.of(
        {
            RESOURCES: FileEntry(context.put(write_rows(found))),
            LIBRARIES: FileEntry(context.put(wheel_libraries(found, digests, context))),
        }
    )


def _selected(name: str, wanted: tuple[str, ...]) -> bool:
    return any(name == one or name.startswith(one + ".") for one in wanted)


def classify(
    files: Iterable[tuple[str, Digest | None, bool]],
    read: Callable[[str], bytes | None],
    options: ScanOptions,
) -> Iterator[Resource]:
    """Gives the resources of files, in their order; data of packages come last.

    Args:
        files: path, digest and executable bit, sorted by name folder by folder.
        read: gives the content of a path, None when there is no such file.
        options: suffixes and switches.
    """
    projects: dict[str, tuple[str, str] | None] = {}
    packages: set[str] = set()
    data: list[tuple[str, Digest | None, bool]] = []
    tests = frozenset(options.test_packages)

    def is_test(name: str) -> bool:
        parts = name.split(".")
        return bool(tests) and any(".".join(parts[:end]) in tests for end in range(1, len(parts) + 1))

    for original, digest, executable in files:
        if original in options.ignored:
            continue
        if options.emit_files:
            yield Resource("file", original, "", digest, executable=executable)
        if not options.classify_files:
            continue
        first = original.split("/", 1)[0]
        if first.endswith((".dist-info", ".egg-info")):
            if first not in projects:
                projects[first] = _project(first, read)
            project = projects[first]
            if project is not None and "/" in original:
                kind = first.rpartition(".")[2]
                yield Resource(
                    "distribution",
                    project[0],
                    original[len(first) + 1 :],
                    digest,
                    detail=f"{project[1]} {kind}",
                )
            continue
        path = _below_new_root(original)
        if path is None:
            continue
        one = _module_of(path, digest, options, original)
        if one is None:
            data.append((path, digest, executable))
            continue
        if one.kind not in ("egg", "pth"):
            packages.add(_package_of(one, path))
            one.is_stdlib = options.is_stdlib
            one.is_test = options.is_stdlib and is_test(one.name)
        yield one
    for path, digest, executable in data:
        folder, _, _ = path.rpartition("/")
        while folder and folder.replace("/", ".") not in packages:
            folder = folder.rpartition("/")[0]
        if folder:
            package = folder.replace("/", ".")
            yield Resource(
                "resource",
                package,
                path[len(folder) + 1 :],
                digest,
                is_stdlib=options.is_stdlib,
                is_test=options.is_stdlib and is_test(package),
                executable=executable,
            )


def _project(folder: str, read: Callable[[str], bytes | None]) -> tuple[str, str] | None:
    """Reads name and version of a metadata folder; None when there are none."""
    content = read(f"{folder}/{'METADATA' if folder.endswith('.dist-info') else 'PKG-INFO'}")
    if content is None:
        return None
    headers = read_headers(content)
    name, version = headers.get("name"), headers.get("version")
    return (name[0], version[0]) if name and version else None


def read_headers(content: bytes) -> dict[str, list[str]]:
    """Gives the headers of a METADATA or PKG-INFO file: lower-case name to values; continuation lines are joined."""
    headers: dict[str, list[str]] = {}
    last: list[str] | None = None
    for line in content.decode("utf-8", "replace").splitlines():
        if not line.strip():
            break
        if line[0] in " \t":
            if last:
                last[-1] += "\n" + line.strip()
            continue
        name, colon, value = line.partition(":")
        if colon:
            last = headers.setdefault(name.strip().lower(), [])
            last.append(value.strip())
    return headers


def _below_new_root(path: str) -> str | None:
    """Drops a leading `site-packages/` and everything up to a folder of an egg; None for what eggs ignore."""
    if path.startswith("site-packages/"):
        path = path[len("site-packages/") :]
    parts = path.split("/")
    for number, part in enumerate(parts[:-1]):
        if part.endswith(".egg"):
            rest = parts[number + 1 :]
            return None if rest[0] == "EGG-INFO" else "/".join(rest)
    return path


def _module_of(path: str, digest: Digest | None, options: ScanOptions, original: str) -> Resource | None:
    """Applies rules 3 to 6 to a path; None when it is data."""
    folder, _, name = path.rpartition("/")
    dotted = folder.replace("/", ".")
    for suffix in options.extension:
        if name.endswith(suffix) and not _is_plain_library(folder, name[: -len(suffix)]):
            stem = name[: -len(suffix)]
            return _named("extension", dotted, stem, digest, path=name, detail=original)
    for suffix in options.source:
        if name.endswith(suffix):
            return _named("module", dotted, name[: -len(suffix)], digest)
    for suffix in options.bytecode:
        if name.endswith(suffix):
            return _bytecode(folder, name, suffix, digest, options)
    if name.endswith(".egg"):
        return Resource("egg", path, "", digest)
    if name.endswith(".pth"):
        return Resource("pth", path, "", digest)
    return None


def _is_plain_library(folder: str, stem: str) -> bool:
    """Whether a file with an extension suffix is a library of a wheel rather than a module.

    Repaired wheels put libraries into `NAME.libs` under names with a hash, such as `libgomp-a34b3233.so`.
    """
    return folder.split("/", 1)[0].endswith((".libs", ".dylibs")) or (
        not _IDENTIFIER.match(stem.split(".", 1)[0]) and stem.startswith("lib")
    )


def _named(
    kind: Any, package: str, stem: str, digest: Digest | None, *, path: str = "", detail: str = ""
) -> Resource:
    is_package = stem == "__init__" and bool(package)
    name = package if is_package else f"{package}.{stem}" if package else stem
    return Resource(kind, name, path, digest, is_package=is_package, detail=detail)


def _bytecode(
    folder: str, name: str, suffix: str, digest: Digest | None, options: ScanOptions
) -> Resource | None:
    """Bytecode counts in `__pycache__` with the right tag; elsewhere it is known as bytecode and ignored."""
    stem, level = name[: -len(suffix)], 0
    match = re.search(r"\.opt-([12])$", stem)
    if match:
        stem, level = stem[: match.start()], int(match[1])
    tag = "." + options.cache_tag
    parent, _, cache = folder.rpartition("/")
    if cache != "__pycache__" or not stem.endswith(tag):
        return Resource("egg", f"{folder}/{name}" if folder else name, "", digest)
    one = _named("bytecode", parent.replace("/", "."), stem[: -len(tag)], digest)
    one.detail = str(level)
    return one


def _package_of(one: Resource, path: str) -> str:
    """The package that a module's file shows to exist; a top-level module counts under its own name."""
    if one.is_package:
        return one.name
    return one.name.rpartition(".")[0] or one.name


def read_root(
    distribution: Distribution,
    folder: str,
    *,
    packages: tuple[str, ...],
    policy: PackagingPolicy,
    origin: Span | None = None,
) -> Scan:
    """Gives the named packages below a folder of the user; modules in it that do not compile are errors.

    Only what may belong to the packages by its name is read, so that other things in the folder (a virtual
    environment, the output of builds) neither cost time nor cause new builds.
    """
    tops = {name.split(".", 1)[0] for name in packages}
    parts: list[Part] = []
    for entry in sorted(os.listdir(folder)):
        plain = entry.split(".", 1)[0] in tops or entry in tops
        if not (plain or entry.endswith((".dist-info", ".egg-info", ".egg")) or entry == "site-packages"):
            continue
        path = os.path.join(folder, entry)
        source = Source(path=path, exclude=EXCLUDED, description=f"package files {entry}", origin=origin)
        parts.append(Part(artifact=Artifact(source), prefix=entry if os.path.isdir(path) else ""))
    label = ", ".join(packages[:3]) + (", …" if len(packages) > 3 else "")
    tree = Assemble(parts=tuple(parts), description=f"files of {label}", origin=origin)
    return scan(
        Artifact(tree),
        ScanOptions.of(
            distribution,
            emit_files=policy.file_scanner_emit_files,
            classify_files=policy.file_scanner_classify_files,
        ),
        packages=packages,
        strict=True,
        label=label,
        origin=origin,
    )


def read_virtualenv(
    distribution: Distribution, folder: str, *, policy: PackagingPolicy, origin: Span | None = None
) -> Scan:
    """Gives the packages of a virtual environment. Raises OX0615 when it has none for the distribution's Python."""
    from oxlang.diagnostics import error

    places = [f"lib/python{distribution.major_minor}/site-packages"]
    if distribution.free_threaded:
        places.insert(0, f"lib/python{distribution.major_minor}t/site-packages")
    if os.path.isdir(os.path.join(folder, "Scripts")):
        places.append("Lib/site-packages")
    for place in places:
        site = os.path.join(folder, place)
        if os.path.isdir(site):
            break
    else:
        raise error(
            "OX0615",
            f"`{folder}` has no packages for Python {distribution.major_minor}",
            span=origin,
            help=f"make it with Python {distribution.major_minor}, or choose the environment's version for the distribution",
            notes=(f"looked for {places[0]}",),
        )
    exclude = () if policy.file_scanner_emit_files else EXCLUDED
    from oxlang.packaging.editable import MACHINERY, editable_parts

    source = Source(
        path=site, exclude=(*exclude, *MACHINERY), description="packages of a virtual environment", origin=origin
    )
    followed = editable_parts(Path(site), origin)
    tree = Artifact(source)
    if followed:
        # The environment comes last: where both have a file, the installed one counts.
        parts = (*followed, Part(artifact=tree))
        tree = Artifact(
            Assemble(parts=parts, description="environment with editable projects", origin=origin)
        )
    return scan(
        tree,
        ScanOptions.of(
            distribution,
            emit_files=policy.file_scanner_emit_files,
            classify_files=policy.file_scanner_classify_files,
        ),
        label=f"environment {posixpath.basename(folder.rstrip('/'))}",
        origin=origin,
    )
