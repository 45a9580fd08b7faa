"""The files of generated Rust projects and of the template config, as text.

Nothing here touches a disk: `workspace.create` writes projects that users own, `cargo.launcher` those that oxl builds
and forgets. Text depends on its arguments only, so it is the same on every platform.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from oxlang.cargo.manifest import PyembedLocation, launcher_manifest, project_manifest
from oxlang.records import dataclass

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "templates")

LAUNCHER_NAME = "oxlang-launcher"
"""Name of the package and program that every executable starts from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigAttribute:
    """One attribute as the template config shows it.

    Attributes:
        name: its name in Starlark.
        value: its default value as a Starlark literal.
        doc: one sentence.
    """

    name: str
    value: str
    doc: str


def config_file(
    program_name: str,
    *,
    python_code: str | None = None,
    pip_packages: Sequence[str] = (),
    policy_attributes: Sequence[ConfigAttribute] = (),
    config_attributes: Sequence[ConfigAttribute] = (),
) -> str:
    """Gives the text of a new `pyoxidizer.bzl` (spec: cli.md 2.6).

    Args:
        program_name: name of the executable.
        python_code: what the program runs; None leaves the interactive interpreter.
        pip_packages: requirements, each installed by a line of its own.
        policy_attributes: attributes of the packaging policy, shown as comments.
        config_attributes: attributes of the interpreter config, shown as comments.
    """
    text = render(
        "pyoxidizer.bzl.j2",
        program_name=program_name,
        program_literal=starlark_string(program_name),
        msi_prefix=starlark_string(re.sub(r"[^a-z0-9]+", "_", program_name.lower()).strip("_") or "app"),
        python_code=None if python_code is None else starlark_string(python_code),
        pip_packages=[starlark_string(package) for package in pip_packages],
        policy_attributes=policy_attributes,
        config_attributes=config_attributes,
    )
    # Optional parts leave blank lines behind; inside functions one is enough.
    return re.sub(r"\n{3,}(?=    )", "\n\n", text)


def project_files(
    name: str,
    location: PyembedLocation,
    *,
    config: str,
    windows_subsystem: str = "console",
) -> dict[str, str]:
    """Gives the files of a project that users own, in the order in which their names are printed.

    `Cargo.lock` is not among them when no lock fits the location. (spec: rust-project.md, sections 1 to 4)
    """
    files = {".cargo/config.toml": render("cargo-config.toml.j2")}
    lock = lockfile(name) if _is_bundled(location) else None
    if lock is not None:
        files["Cargo.lock"] = lock
    files["build.rs"] = render("build.rs.j2", program_name=name)
    files["src/main.rs"] = render("main.rs.j2", windows_subsystem=windows_subsystem)
    files["pyoxidizer.bzl"] = config
    files[f"{name}.exe.manifest"] = render("exe.manifest.j2")
    files[f"{name}-manifest.rc"] = render("manifest.rc.j2", program_name=name)
    files["Cargo.toml"] = project_manifest(name, location)
    files[".gitignore"] = render("gitignore.j2")
    return files


def launcher_files(*, pyembed_path: str, windows_subsystem: str, cargo_lines: str) -> dict[str, str]:
    """Gives the files of the temporary project behind every executable.

    Args:
        pyembed_path: the crate, relative to the project.
        windows_subsystem: `console` or `windows`.
        cargo_lines: text of `oxlang-cargo-lines.txt`.
    """
    files = {
        "Cargo.toml": launcher_manifest(LAUNCHER_NAME, pyembed_path),
        "build.rs": render("launcher-build.rs.j2", program_name=LAUNCHER_NAME),
        "src/main.rs": render("launcher-main.rs.j2", windows_subsystem=windows_subsystem),
        f"{LAUNCHER_NAME}.exe.manifest": render("exe.manifest.j2"),
        f"{LAUNCHER_NAME}-manifest.rc": render("manifest.rc.j2", program_name=LAUNCHER_NAME),
        "oxlang-cargo-lines.txt": cargo_lines,
    }
    lock = lockfile(LAUNCHER_NAME)
    if lock is not None:
        files["Cargo.lock"] = lock
    return files


def has_lockfile() -> bool:
    """Whether a lock for generated projects ships with oxlang."""
    return os.path.exists(os.path.join(_TEMPLATES, "Cargo.lock"))


def lockfile(name: str) -> str | None:
    """Gives the lock that ships with oxlang for a project of that name; None when there is none.

    It fits the bundled crates and the dependencies of `project_manifest`. Packages in a lock are sorted by name,
    so the project's own entry is moved to its place.
    """
    path = os.path.join(_TEMPLATES, "Cargo.lock")
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except OSError:
        return None
    head, *packages = text.split("[[package]]\n")
    renamed = [entry.replace('name = "oxlang-project"', f'name = "{name}"') for entry in packages]
    bodies = sorted((entry.strip("\n") for entry in renamed), key=_package_key)
    return head + "\n".join(f"[[package]]\n{body}\n" for body in bodies)


def render(template: str, **values: object) -> str:
    """Gives a template of `cargo/templates` with its values filled in."""
    return _environment().get_template(template).render(**values)


def starlark_string(text: str) -> str:
    """Gives a text as a Starlark literal in double quotes."""
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(escapes.get(char, char) if char >= " " else escapes.get(char, f"\\x{ord(char):02x}") for char in text) + '"'


def notice(path: str, *, rust: bool) -> str:
    """Gives the text that says what to do with a new config or project."""
    steps: dict[str, str] = {} if path == "." else {f"cd {shlex.quote(path)}": ""}
    if rust:
        steps |= {
            "cargo build": "with the Python of this machine; good for trying",
            "oxl build": "an executable from pyoxidizer.bzl, without this project's Rust code",
            "oxl build --rust-project .": "this project, with the Python resources of pyoxidizer.bzl",
        }
    else:
        steps |= {
            "oxl run": "builds the program and runs it",
            "oxl build": "puts it, with the files it needs, into build/",
        }
    lines = ["Next:"]
    for command, remark in steps.items():
        lines.append(f"    {command:<30}{remark}".rstrip())
    return "\n".join(lines)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_TEMPLATES, encoding="utf-8"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )


def _is_bundled(location: PyembedLocation) -> bool:
    from oxlang.cargo.manifest import bundled_pyembed, vendored_location

    if location == vendored_location():
        return True
    return location.kind == "path" and os.path.realpath(location.value) == os.path.realpath(bundled_pyembed())


def _package_key(entry: str) -> tuple[str, str]:
    name = re.search(r'^name = "(.*)"', entry, re.MULTILINE)
    version = re.search(r'^version = "(.*)"', entry, re.MULTILINE)
    return (name.group(1) if name else "", version.group(1) if version else "")
