"""The `Cargo.toml` of generated projects, and where their `pyembed` comes from.

Written and changed with tomlkit, so that comments and order of a user's own manifest stay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from oxlang.diagnostics.model import error
from oxlang.records import dataclass

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import InlineTable

LOCATION_VARIABLE = "OXL_PYEMBED_LOCATION"
VENDOR_FOLDER = "vendor"
"""Where a project keeps its own copy of our crates, relative to its `Cargo.toml`."""

BUILD_MODES = ("standalone", "pyoxidizer-exe", "prebuilt-artifacts")
ALLOCATORS = ("jemalloc", "mimalloc", "snmalloc")

_ALLOCATOR_CRATES: dict[str, dict[str, object]] = {
    "jemallocator": {"package": "tikv-jemallocator", "version": "0.7", "optional": True},
    "mimalloc": {
        "version": "0.1",
        "optional": True,
        "features": ["local_dynamic_tls", "override", "secure"],
    },
    "snmalloc-rs": {"version": "0.7", "optional": True},
}
_GLOBAL_CRATE = {"jemalloc": "jemallocator", "mimalloc": "mimalloc", "snmalloc": "snmalloc-rs"}

# Words that cargo refuses for a binary package: Rust's keywords, and names of its own folders and crates.
_REFUSED = frozenset(
    ["Self", "abstract", "alloc", "as", "async", "await", "become", "box", "break", "build", "const", "continue", "core", "crate", "deps", "do", "dyn", "else", "enum", "examples", "extern", "false", "final", "fn", "for", "if", "impl", "in", "incremental", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "proc_macro", "pub", "ref", "return", "self", "static", "std", "struct", "super", "test", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield", "gen"]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PyembedLocation:
    """Where a project takes `pyembed` from.

    Attributes:
        kind: a released version, a folder, or a git repository.
        value: version, path (absolute, or relative to the project) or URL.
        revision: commit of a git repository, or empty for its default branch.
    """

    kind: Literal["version", "path", "git"]
    value: str
    revision: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """The keys of the dependency, such as `{"path": "/opt/oxlang/crates/pyembed"}`."""
        if self.kind == "git" and self.revision:
            return {"git": self.value, "rev": self.revision}
        return {self.kind: self.value}

    @property
    def is_inside(self) -> bool:
        """Whether it is a folder of the project itself."""
        return self.kind == "path" and not Path(self.value).is_absolute() and not self.value.startswith("..")

    def display(self) -> str:
        """The keys as they stand in a manifest: `version = "0.1.0"`."""
        return ", ".join(f"{key} = {_quoted(value)}" for key, value in self.fields.items())


def parse_location(text: str) -> PyembedLocation:
    """Reads `version:X`, `path:P` or `git:URL#REV`; raises OX0822 for anything else."""
    kind, colon, value = text.partition(":")
    if colon and value:
        if kind == "version":
            return PyembedLocation(kind="version", value=value)
        if kind == "path":
            return PyembedLocation(kind="path", value=value)
        if kind == "git":
            url, _, revision = value.partition("#")
            if url:
                return PyembedLocation(kind="git", value=url, revision=revision)
    raise error(
        "OX0822",
        f"`{text}` does not say where pyembed comes from",
        help="write `version:X`, `path:FOLDER` or `git:URL#REVISION`",
        notes=[f"the value was given by the variable {LOCATION_VARIABLE} or the option --pyembed-location"],
    )


def default_location(env: Mapping[str, str]) -> PyembedLocation:
    """Gives the location that the environment asks for, else the crate that ships with oxlang."""
    asked = env.get(LOCATION_VARIABLE)
    if asked:
        return parse_location(asked)
    return PyembedLocation(kind="path", value=str(bundled_pyembed()))


def bundled_pyembed() -> Path:
    """The folder of the `pyembed` crate that ships with this package."""
    from oxlang.bundled import bundled_path

    return bundled_path("crates", "pyembed")


def vendored_location() -> PyembedLocation:
    """The location of the copy that `oxl vendor` and `--vendor` make inside a project."""
    return PyembedLocation(kind="path", value=f"{VENDOR_FOLDER}/crates/pyembed")


def check_package_name(name: str) -> None:
    """Raises OX0821 unless cargo accepts the name for a package with a program."""
    reason = ""
    if not name:
        reason = "it is empty"
    elif name in _REFUSED:
        reason = "it is a reserved word of Rust or cargo"
    elif name[0].isdigit():
        reason = "it starts with a digit"
    elif name.startswith("-"):
        reason = "it starts with a hyphen"
    elif not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        wrong = next(char for char in name if not re.match(r"[A-Za-z0-9_-]", char))
        reason = f"the character `{wrong}` is not allowed"
    if reason:
        raise error(
            "OX0821",
            f"`{name}` cannot be the name of a Rust package: {reason}",
            help="a name has ASCII letters, digits, `-` and `_`, and starts with a letter or `_`",
        )


def project_manifest(name: str, location: PyembedLocation) -> str:
    """Gives the `Cargo.toml` of a project that embeds Python (spec: rust-project.md, section 2)."""
    import tomlkit

    document = tomlkit.document()
    package = tomlkit.table()
    package.add("name", name)
    package.add("version", "0.1.0")
    package.add("edition", "2021")
    package.add(tomlkit.comment("The files that oxl wrote for this project are free of conditions (0BSD)."))
    package.add(tomlkit.comment("Put the licence of your own work here."))
    package.add("license", "0BSD")
    package.add("build", "build.rs")
    document.add("package", package)

    dependencies = tomlkit.table()
    dependencies.add("pyembed", _pyembed(location))
    for key, fields in _ALLOCATOR_CRATES.items():
        crate = tomlkit.table()
        for field, value in fields.items():
            crate.add(field, value)
        dependencies.add(key, crate)
    document.add("dependencies", dependencies)

    document.add("features", _features())
    workspace = tomlkit.table()
    workspace.add(tomlkit.comment("An empty workspace: a workspace in a folder above does not take this project in."))
    if location.is_inside:
        workspace.add("exclude", [location.value.split("/")[0]])
    document.add("workspace", workspace)
    release = tomlkit.table()
    release.add("strip", True)
    profile = tomlkit.table(is_super_table=True)
    profile.add("release", release)
    document.add("profile", profile)
    return re.sub(r"(?<=[^\n])\n\[", "\n\n[", tomlkit.dumps(document))


def launcher_manifest(name: str, pyembed_path: str) -> str:
    """Gives the `Cargo.toml` of the temporary project behind an executable.

    The runtime crate is optimised in the debug profile too: the program's start and import speed lie there, and it
    costs about a second of compilation, once.
    """
    import tomlkit

    document = tomlkit.parse(project_manifest(name, PyembedLocation(kind="path", value=pyembed_path)))
    features = document["features"]
    features["default"] = []
    for mode in BUILD_MODES:
        del features[f"build-mode-{mode}"]
    profiles = tomlkit.table(is_super_table=True)
    for profile, fields in (
        ("dev", {"opt-level": 2, "debug": False, "incremental": False, "strip": "debuginfo", "codegen-units": 16}),
        ("release", {"opt-level": 3, "strip": True, "codegen-units": 4, "panic": "unwind"}),
    ):
        table = tomlkit.table()
        for key, value in fields.items():
            table.add(key, value)
        profiles.add(profile, table)
    document["profile"] = profiles
    return tomlkit.dumps(document)


def with_pyembed(text: str, location: PyembedLocation) -> str:
    """Gives a manifest whose `pyembed` dependency comes from another place; all else stays as it is.

    When it was PyOxidizer's, the allocator crates become those of today: cargo refuses two crates that link jemalloc.
    """
    import tomlkit

    document = tomlkit.parse(text)
    dependencies = document.setdefault("dependencies", tomlkit.table())
    if foreign_pyembed(text):
        for name, fields in _ALLOCATOR_CRATES.items():
            if name in dependencies and isinstance(dependencies[name], Mapping):
                for key, value in fields.items():
                    dependencies[name][key] = value
    present = dependencies.get("pyembed")
    fresh = _pyembed(location)
    if isinstance(present, Mapping):
        for key, value in present.items():
            if key not in ("version", "path", "git", "rev", "branch", "tag", "workspace", "default-features"):
                fresh.append(key, value)
    dependencies["pyembed"] = fresh
    if location.is_inside:
        _exclude(document, location.value.split("/")[0])
    return tomlkit.dumps(document)


def refuse_foreign_pyembed(manifest: Path) -> None:
    """Raises OX0832 when a manifest takes `pyembed` from PyOxidizer; whatever else may be wrong is left for cargo to say."""
    try:
        told = foreign_pyembed(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    if told:
        folder = manifest.parent
        raise error(
            "OX0832",
            f"the project takes pyembed {told} of PyOxidizer, which does not fit oxl's artifacts",
            help=f"`oxl vendor {folder}` puts oxl's pyembed into the project and into its Cargo.toml",
            notes=[f"it stands in `{manifest}`"],
        )


def foreign_pyembed(text: str) -> str:
    """Gives the version of the `pyembed` that a manifest takes from PyOxidizer, `by git` for its repository, else nothing.

    PyOxidizer's versions are 0.4 to 0.24; those of oxl begin again at 0.1.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        found = tomlkit.parse(text).unwrap().get("dependencies", {}).get("pyembed")
    except (TOMLKitError, AttributeError):
        return ""
    named = found if isinstance(found, dict) else {"version": found}
    if "path" in named:
        return ""
    if "pyoxidizer" in str(named.get("git", "")).lower():
        return "by git"
    version = str(named.get("version") or "").lstrip("^=~ ")
    return version if "git" not in named and re.match(r"0\.([4-9]|1\d|2[0-4])(\.|$)", version) else ""


def _exclude(document: TOMLDocument, folder: str) -> None:
    import tomlkit

    workspace = document.get("workspace")
    if workspace is None:
        return
    if "exclude" not in workspace:
        workspace.add("exclude", tomlkit.array())
    if folder not in workspace["exclude"]:
        workspace["exclude"].append(folder)


def _pyembed(location: PyembedLocation) -> InlineTable:
    import tomlkit

    table = tomlkit.parse(f"pyembed = {{ {location.display()}, default-features = false }}")["pyembed"]
    return cast("InlineTable", table)


def _features() -> dict[str, list[str]]:
    features: dict[str, list[str]] = {"default": ["build-mode-standalone"]}
    for mode in BUILD_MODES:
        features[f"build-mode-{mode}"] = []
    for allocator in ALLOCATORS:
        features[f"global-allocator-{allocator}"] = [_GLOBAL_CRATE[allocator]]
    for allocator in ALLOCATORS:
        features[f"allocator-{allocator}"] = [f"pyembed/allocator-{allocator}"]
    return features


def _quoted(text: str) -> str:
    import tomlkit

    return tomlkit.string(text).as_string()
