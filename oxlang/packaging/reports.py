"""Texts of the commands that look into files and distributions, line by line (cli.md, 2.1, 2.4, 2.9 to 2.11).

Functions give lines without line ends; printing them is the command line's part.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from oxlang.diagnostics import error
from oxlang.graph.digest import Digest
from oxlang.packaging.distribution import Distribution, ExtensionVariant
from oxlang.packaging.resource import Resource
from oxlang.packaging.scan import ScanOptions, classify

# Libraries that every system of the Linux Standard Base has (cli.md, 2.1).
LSB_LIBRARIES = frozenset(
    {
        "ld-linux-x86-64.so.2", "libc.so.6", "libdl.so.2", "libgcc_s.so.1", "libm.so.6", "libpthread.so.0",
        "librt.so.1", "libutil.so.1",
    }
)  # fmt: skip
_SKIPPED = frozenset({"__pycache__", "site-packages", "dist-packages", "lib-dynload"})


def analyze(path: Path) -> list[str]:
    """Gives the libraries that a program needs, and the oldest systems that have their symbols.

    Raises OX0625 for a file that is no ELF, PE or Mach-O program or library.
    """
    from oxlang.packaging.elf import ElfError, read_elf_facts

    try:
        magic = path.open("rb").read(4)
        if magic != b"\x7fELF":
            return _foreign_libraries(path, magic)
        facts = read_elf_facts(path)
    except (ElfError, OSError) as failure:
        reason = (failure.strerror or str(failure)) if isinstance(failure, OSError) else str(failure)
        raise error("OX0625", f"`{path}` cannot be analyzed: {reason.lower()}") from None
    lines = ["Shared Library Dependencies", "===========================", ""]
    for name in sorted(facts.needed):
        lines += [name, "  OK" if name in LSB_LIBRARIES else "  PROBLEMATIC", ""]
    lines += ["Symbol Versioning", "=================", ""]
    newest: dict[str, str] = {}
    from oxlang.packaging.symbol_versions import oldest_releases, version_key

    for _, version in facts.versions:
        prefix, _, number = version.partition("_")
        if number and number[0].isdigit() and version_key(number) > version_key(newest.get(prefix, "")):
            newest[prefix] = number
    for prefix in sorted(newest):
        lines.append(f"{prefix} {newest[prefix]}")
        releases = oldest_releases(prefix, newest[prefix])
        if releases is None:
            lines.append("  Minimum Distro Versions: Unknown")
        else:
            lines.append("  Minimum Distro Versions:")
            lines += [f"    {one}" for one in releases]
        lines.append("")
    return lines


def _foreign_libraries(path: Path, magic: bytes) -> list[str]:
    """Gives the libraries that a Windows or Apple program names."""
    from oxlang.packaging.foreign_binaries import macho_libraries, pe_libraries

    data = path.read_bytes()
    found = pe_libraries(data) if magic[:2] == b"MZ" else macho_libraries(data)
    if found is None:
        raise error("OX0625", f"`{path}` cannot be analyzed: it is no ELF, PE or Mach-O file")
    return ["Shared Library Dependencies", "===========================", "", *sorted(found, key=str.lower)]


def walk_files(folder: Path, *, skip_generated: bool = False) -> Iterator[tuple[str, Digest | None, bool]]:
    """Gives the files below a folder as `classify` wants them: sorted by name, folder by folder."""

    def visit(path: str, prefix: str) -> Iterator[tuple[str, Digest | None, bool]]:
        with os.scandir(path) as entries:
            names = sorted(entries, key=lambda one: one.name)
        for one in names:
            relative = prefix + one.name
            if one.is_dir():
                if skip_generated and (
                    one.name in _SKIPPED or (not prefix and one.name.startswith("config-"))
                ):
                    continue
                yield from visit(one.path, relative + "/")
            elif one.is_file():
                yield relative, None, os.access(one.path, os.X_OK)

    yield from visit(str(folder), "")


def _reader(folder: Path) -> Callable[[str], bytes | None]:
    def read(path: str) -> bytes | None:
        try:
            return (folder / path).read_bytes()
        except OSError:
            return None

    return read


def find_resources(
    path: Path | None, distribution: Distribution, *, emit_files: bool = True, classify_files: bool = True
) -> Iterator[str]:
    """Gives what a scanner makes of a folder or wheel, or (without a path) of the distribution itself."""
    head, found = found_resources(path, distribution, emit_files=emit_files, classify_files=classify_files)
    yield head
    for one in found:
        yield from resource_lines(one, distribution)


def found_resources(
    path: Path | None, distribution: Distribution, *, emit_files: bool = True, classify_files: bool = True
) -> tuple[str, list[Resource]]:
    """Gives a line that says what is looked at, and the resources in it."""
    if path is None:
        return "scanning distribution", distribution_resources(distribution)
    options = ScanOptions.of(distribution, emit_files=emit_files, classify_files=classify_files)
    if path.is_dir():
        return f"scanning directory {path}", list(classify(walk_files(path), _reader(path), options))
    if path.suffix == ".whl" and path.is_file():
        from oxlang.packaging.wheel import installed_files

        members = {name: (data, executable) for name, data, executable in installed_files(path)}
        rows = [(name, None, members[name][1]) for name in sorted(members, key=lambda one: one.split("/"))]
        found = list(classify(rows, lambda name: members[name][0] if name in members else None, options))
        return f"parsing {path} as a wheel archive", found
    return f"do not know how to find resources in {path}", []


def resource_lines(one: Resource, distribution: Distribution) -> Iterator[str]:
    """Gives the description of one resource."""

    def flag(value: bool) -> str:
        return "true" if value else "false"

    if one.kind == "module":
        yield (
            f"PythonModuleSource {{ name: {one.name}, is_package: {flag(one.is_package)}, "
            f"is_stdlib: {flag(one.is_stdlib)}, is_test: {flag(one.is_test)} }}"
        )
    elif one.kind == "bytecode":
        yield (
            f"PythonModuleBytecode {{ name: {one.name}, is_package: {flag(one.is_package)}, is_stdlib: "
            f"{flag(one.is_stdlib)}, is_test: {flag(one.is_test)}, bytecode_level: {one.detail} }}"
        )
    elif one.kind == "resource":
        yield (
            f"PythonPackageResource {{ package: {one.name}, name: {one.path}, is_stdlib: {flag(one.is_stdlib)}, "
            f"is_test: {flag(one.is_test)} }}"
        )
    elif one.kind == "distribution":
        yield f"PythonPackageDistributionResource {{ package: {one.name}, version: {one.version}, name: {one.path} }}"
    elif one.kind == "egg":
        if one.name.endswith(".egg"):
            yield f"PythonEggFile {{ path: {one.name} }}"
    elif one.kind == "pth":
        yield "PythonPathExtension"
    elif one.kind == "file":
        yield f"File {{ path: {one.name}, is_executable: {flag(one.executable)} }}"
    else:
        links = extension_links(one, distribution)
        yield "PythonExtensionModule {"
        yield f"    name: {one.name}"
        for name, value in extension_flags(one, distribution).items():
            yield f"    {name}: {flag(value)}"
        yield f"    link_libraries: [{', '.join(links)}]"
        yield "}"


def extension_flags(one: Resource, distribution: Distribution) -> dict[str, bool]:
    """Gives how an extension module can get into a program, by the names that the report has for it."""
    variant = _variant(one, distribution)
    return {
        "is_builtin": bool(variant and variant.in_core),
        "has_shared_library": not one.is_stdlib or bool(variant and variant.shared_lib),
        "has_object_files": bool(variant and variant.objs),
    }


def extension_links(one: Resource, distribution: Distribution) -> list[str]:
    """Gives the names of the libraries that an extension module of a distribution is linked with, sorted."""
    variant = _variant(one, distribution)
    return sorted(link.name for link in variant.links) if variant else []


def _variant(one: Resource, distribution: Distribution) -> ExtensionVariant | None:
    if not one.is_stdlib:
        return None
    return next((found for found in distribution.variants(one.name) if found.variant == one.detail), None)


def distribution_resources(distribution: Distribution) -> list[Resource]:
    """Gives a distribution's resources: extension modules by name, modules by name, data by package and name."""
    options = ScanOptions(
        source=distribution.source_suffixes,
        cache_tag=distribution.cache_tag,
        is_stdlib=True,
        test_packages=distribution.stdlib_test_packages,
    )
    folder = distribution.path(distribution.stdlib)
    found = list(classify(walk_files(folder, skip_generated=True), lambda path: None, options))
    extensions = [
        Resource("extension", name, is_stdlib=True, detail=one.variant)
        for name, variants in distribution.extensions.items()
        for one in variants
    ]
    modules = sorted((one for one in found if one.kind == "module"), key=lambda one: one.name)
    data = sorted((one for one in found if one.kind == "resource"), key=lambda one: (one.name, one.path))
    return [*extensions, *modules, *data]


def open_distribution(path: Path, *, cache_dir: Path | None = None) -> Distribution:
    """Gives the distribution that a path names: an archive, an unpacked one, or an interpreter.

    Archives are unpacked into the cache. Raises OX0618 for a path that is none of these.
    """
    from oxlang.packaging.archive import archive_distribution, file_hash, read_folder
    from oxlang.packaging.local import describe

    if path.is_dir():
        if (path / "PYTHON.json").is_file():
            path = path.parent if path.name == "python" else path
        if (path / "python").is_dir():
            return read_folder(path, identity="")
        for name in ("bin/python3", "bin/python", "python.exe"):
            if (path / name).is_file():
                return describe(path / name, cache_dir=cache_dir)
        raise error("OX0618", f"`{path}` is no unpacked Python distribution")
    if not path.exists():
        raise error("OX0618", f"`{path}` does not exist")
    if path.name.endswith((".tar.zst", ".tar.gz", ".tgz", ".tar.xz", ".tar")):
        import tempfile

        where = cache_dir or Path(tempfile.mkdtemp(prefix="oxl-"))
        return archive_distribution(sha256=file_hash(path), path=str(path), cache_dir=where)
    return describe(path, cache_dir=cache_dir)


def distribution_json(distribution: Distribution) -> dict[str, Any]:
    """Gives the shape of `PYTHON.json`, with all configuration variables also of an installed interpreter."""
    from oxlang.packaging.local import probe

    data = distribution.to_json()
    if distribution.kind == "local":  # What is kept of these is a handful.
        data["python_config_vars"] = probe(distribution.interpreter)["variables"]
    return data


def distribution_info(distribution: Distribution) -> list[str]:
    """Gives what `python-distribution-info` shows."""
    lines = ["High-Level Metadata", "===================", ""]
    for label, value in (
        ("Target triple:", distribution.target_triple),
        ("Tag:", distribution.python_tag),
        ("Platform tag:", distribution.platform_tag),
        ("Version:", distribution.version),
    ):
        lines.append(f"{label:<15}{value}")
    lines += ["", "Extension Modules", "=================", ""]
    for name, variants in distribution.extensions.items():
        lines += [name, "-" * len(name), ""]
        for one in variants:
            lines += [one.variant, "^" * len(one.variant), ""]
            lines.append(f"Required: {'true' if one.required else 'false'}")
            lines.append(f"Built-in Default: {'true' if one.in_core else 'false'}")
            lines.append(f"Licensing: {_licensing(one)}")
            if one.links:
                lines.append(f"Links: {', '.join(sorted(link.name for link in one.links))}")
            lines.append("")
    resources = distribution_resources(distribution)
    lines += ["Python Modules", "==============", ""]
    lines += [one.name for one in resources if one.kind == "module"]
    lines += ["", "Python Resources", "================", ""]
    lines += [f"[{one.name}].{one.path}" for one in resources if one.kind == "resource"]
    return lines


def _licensing(one: ExtensionVariant) -> str:
    if one.license_public_domain:
        return "public domain"
    if not one.licenses:
        return "none"
    return " AND ".join(one.licenses)


def distribution_licenses(distribution: Distribution) -> list[str]:
    """Gives what `python-distribution-licenses` shows."""
    from oxlang.packaging.spdx import is_expression

    own = ", ".join(distribution.licenses) if distribution.licenses else "NO LICENSE FOUND"
    title = "Extension Libraries and License Requirements"
    lines = [f"Python Distribution Licenses: {own}", "", title, "=" * len(title), ""]
    for name, variants in distribution.extensions.items():
        for one in variants:
            if not one.links:
                continue
            heading = name if one.variant == "default" else f"{name} ({one.variant})"
            lines += [heading, "-" * len(heading), ""]
            for link in one.links:
                kind = "framework" if link.framework else "system" if link.system else "library"
                lines += [f"Dependency: {link.name}", f"Link Type: {kind}", ""]
            if one.license_public_domain:
                lines.append("Licensing: Public Domain")
            elif one.licenses is None:
                lines.append("Licensing: UNKNOWN")
            elif not one.licenses:
                lines.append("Licensing: None defined")
            else:
                text = " AND ".join(one.licenses)
                lines.append(f"Licensing: {'Valid' if is_expression(text) else 'Invalid'} SPDX: {text}")
            lines.append("")
    return lines


def python_list(found: list[tuple[Path, Distribution]]) -> list[str]:
    """Gives a line per usable interpreter (see `local.find_all`), the first of which is the default."""
    rows: list[str] = []
    for number, (path, one) in enumerate(found):
        modes = [
            mode for mode, has in (("static", one.supports_static), ("dynamic", one.supports_dynamic)) if has
        ]
        how = "/".join(modes) if modes else "no libpython"
        mark = "*" if number == 0 else " "
        threads = " free-threaded" if one.free_threaded else ""
        rows.append(f"{mark} {one.version:<10} {how:<15} {path}{threads}")
    return rows
