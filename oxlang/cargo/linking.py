"""How programs are linked with libpython: the PyO3 configuration file and lines for cargo.

Lines for libraries and search folders reach a program through PyO3's build script; linker *arguments* do not (cargo
drops those of a dependency), so exported symbols and RUNPATH are lines of the application's own build script, kept in
`oxlang-cargo-lines.txt`. (spec: rust-project.md, sections 4 and 5.2; distribution.md, section 8.3)
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from oxlang.diagnostics.model import error

if TYPE_CHECKING:
    from oxlang.graph.platform import Platform
    from oxlang.packaging.distribution import Distribution
    from oxlang.packaging.libpython import LinkFacts

CARGO_LINES = "oxlang-cargo-lines.txt"
_NAME_IN_PYO3 = "pythonXY"
"""The library that PyO3's declarations name on Windows, letters and all; a link line gives it the real name."""
STATIC_CRT_FLAGS = ("-C", "target-feature=+crt-static", "-C", "link-args=/FORCE:MULTIPLE")
"""For a static libpython on Windows: its C runtime, and symbols that its objects define twice."""


def pyo3_config(
    distribution: Distribution,
    facts: LinkFacts,
    *,
    library_dir: str | None = None,
    library_name: str | None = None,
) -> str:
    """Gives the text of `pyo3-build-config-file.txt`.

    Args:
        distribution: the Python that is linked.
        facts: how.
        library_dir: folder of the library when it is not where `facts` has it (an artifact folder).
        library_name: name for `-l` there.
    """
    lines = [
        "implementation=CPython",
        f"version={distribution.major_minor}",
        f"shared={'true' if facts.mode == 'dynamic' else 'false'}",
        "abi3=false",
        f"executable={distribution.interpreter}",
        f"pointer_width={distribution.platform.pointer_width}",
        f"build_flags={','.join(distribution.build_flags)}",
        "suppress_build_script_link_lines=true",
    ]
    folder = library_dir if library_dir is not None else facts.search_dir
    name = library_name if library_name is not None else facts.name
    directives = _static(distribution, facts, folder, name) if facts.mode == "static" else _dynamic(distribution, facts, folder, name)
    lines += [f"extra_build_script_line={directive}" for directive in directives]
    return "\n".join(lines) + "\n"


def application_lines(platform: Platform, facts: LinkFacts) -> tuple[str, ...]:
    """Gives the cargo lines that the build script of a program has to print."""
    lines: list[str] = []
    if platform.is_musl:
        # A static program: it loads nothing, and exported names would be relocated at its start, which musl does not do.
        return ()
    if platform.object_format == "elf":
        lines.append("cargo:rustc-link-arg-bins=-Wl,-export-dynamic")
    elif platform.is_apple:
        lines.append("cargo:rustc-link-arg-bins=-rdynamic")
    # In both link modes: extension modules in memory find libraries beside the program, too.
    if platform.origin_rpath:
        if platform.object_format == "elf":
            lines.append("cargo:rustc-link-arg-bins=-Wl,--enable-new-dtags")
        lines.append(f"cargo:rustc-link-arg-bins=-Wl,-rpath,{platform.origin_rpath}")
    if facts.mode == "dynamic" and platform.object_format == "elf":
        # What libpython itself needs lies where the program runs; a machine that links for another one lacks it.
        lines.append("cargo:rustc-link-arg-bins=-Wl,--allow-shlib-undefined")
    if facts.mode == "static" and facts.relocation_model == "static" and platform.object_format == "elf":
        lines.append("cargo:rustc-link-arg-bins=-no-pie")
    return tuple(lines)


def rust_flags(platform: Platform, facts: LinkFacts, env: Mapping[str, str]) -> tuple[str, ...]:
    """Gives the compiler flags of the caller, extended by what the platform needs."""
    if platform.is_msvc and facts.mode == "static":
        return static_crt_flags(platform.triple, env)
    if platform.is_musl and facts.relocation_model == "static":
        return (*caller_rust_flags(env), "-C", "relocation-model=static")
    return caller_rust_flags(env)


def caller_rust_flags(env: Mapping[str, str]) -> tuple[str, ...]:
    """Gives the flags of `CARGO_ENCODED_RUSTFLAGS`, else those of `RUSTFLAGS`, as cargo reads them."""
    encoded = env.get("CARGO_ENCODED_RUSTFLAGS")
    if encoded:
        return tuple(encoded.split("\x1f"))
    return tuple(env.get("RUSTFLAGS", "").split())


def static_crt_flags(triple: str, env: Mapping[str, str]) -> tuple[str, ...]:
    """Gives the caller's flags with those for a static libpython on Windows.

    The result is meant for `RUSTFLAGS`, beside which cargo ignores the variables of one platform and of all builds: their
    flags are taken over.
    """
    flags = caller_rust_flags(env)
    for name in (f"CARGO_TARGET_{triple.upper().replace('-', '_')}_RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS"):
        flags = flags or tuple(env.get(name, "").split())
    return (*flags, *STATIC_CRT_FLAGS)


def encoded_flags(flags: tuple[str, ...]) -> dict[str, str]:
    """Gives the variable that hands flags to cargo: the readable one, unless a flag has a space in it."""
    if not flags:
        return {}
    if any(" " in flag for flag in flags):
        return {"CARGO_ENCODED_RUSTFLAGS": "\x1f".join(flags)}
    return {"RUSTFLAGS": " ".join(flags)}


def _static(distribution: Distribution, facts: LinkFacts, folder: str, name: str) -> list[str]:
    platform = distribution.platform
    if not facts.library:
        raise error(
            "OX0806",
            f"Python {distribution.version} for `{distribution.target_triple}` comes as object files, without a libpython archive",
            help="take a distribution with a libpython, or link dynamically (flavor `standalone_dynamic`)",
        )
    if platform.is_windows:
        lines = [f"cargo:rustc-link-lib=static={_NAME_IN_PYO3}:{name}"]
    else:
        # Whole: extension modules that are loaded later need the C API functions that nothing else refers to. Not
        # bundled: an archive of 60 MB would be copied into an rlib and out of it again.
        lines = [f"cargo:rustc-link-lib=static:-bundle,+whole-archive={name}"]
    lines.append(f"cargo:rustc-link-search=native={folder}")
    lines += [f"cargo:rustc-link-lib=framework={framework}" for framework in facts.frameworks]
    lines += [f"cargo:rustc-link-lib={library}" for library in facts.system_libraries]
    folders = []
    for archive in facts.static_libraries:
        folders.append(os.path.dirname(archive))
        lines.append(f"cargo:rustc-link-lib=static={_stem(archive)}")
    lines += [f"cargo:rustc-link-search=native={one}" for one in dict.fromkeys(folders)]
    return [*lines, *_export(platform)]


def _dynamic(distribution: Distribution, facts: LinkFacts, folder: str, name: str) -> list[str]:
    platform = distribution.platform
    if platform.is_windows:
        return [
            f"cargo:rustc-link-lib={_NAME_IN_PYO3}:{name}",
            f"cargo:rustc-link-search=native={folder}",
            f"cargo:rustc-link-search=native={os.path.join(folder, 'libs')}",
        ]
    kind = name
    if platform.object_format == "elf" and not os.path.exists(os.path.join(folder, f"lib{name}.so")):
        # Without the development link `libpythonX.Y.so` only the file with its version number can be named.
        kind = f"dylib:+verbatim={os.path.basename(facts.library)}"
    return [
        f"cargo:rustc-link-lib={kind}",
        f"cargo:rustc-link-search=native={folder}",
        *_export(platform),
    ]


def _export(platform: Platform) -> list[str]:
    if platform.object_format == "elf":
        return [] if platform.is_musl else ["cargo:rustc-link-arg=-Wl,-export-dynamic"]
    return ["cargo:rustc-link-arg=-rdynamic"] if platform.is_apple else []


def _stem(path: str) -> str:
    base = os.path.basename(path).removeprefix("lib")
    return base.rsplit(".", 1)[0]
