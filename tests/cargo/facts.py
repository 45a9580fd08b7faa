"""Distributions that exist only as facts, one per platform."""

from __future__ import annotations

from oxlang.packaging.distribution import Distribution, LinkEntry, LinkMode
from oxlang.packaging.libpython import LinkFacts, link_facts

TRIPLES = (
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-musl",
    "x86_64-pc-windows-msvc",
    "i686-pc-windows-msvc",
    "x86_64-pc-windows-gnu",
    "aarch64-apple-darwin",
)


def distribution(triple: str, mode: LinkMode, **changes: object) -> Distribution:
    """Gives a Python 3.12 of a triple that can be linked in a mode."""
    windows, apple = "windows" in triple, "apple" in triple
    static = {"static_lib": "lib/python312.lib" if windows else "lib/libpython3.12.a"}
    shared_name = "python312.dll" if windows else "libpython3.12.dylib" if apple else "libpython3.12.so.1.0"
    shared = {"shared_lib": shared_name if windows else f"lib/{shared_name}", "soname": shared_name}
    fields: dict[str, object] = {
        "kind": "archive",
        "identity": "0" * 64,
        "root": "/python",
        "version": "3.12.4",
        "target_triple": triple,
        "python_tag": "cp312",
        "platform_tag": "x",
        "cache_tag": "cpython-312",
        "bytecode_magic": "cb0d0d0a",
        "python_exe": "python.exe" if windows else "bin/python3.12",
        "stdlib": "lib/python3.12",
        "include": "include/python3.12",
        "suffixes": {},
        "extensions": {},
        "core_links": (
            LinkEntry(name="m", system=True),
            LinkEntry(name="AppKit", framework=True) if apple else LinkEntry(name="z", path_static="build/lib/libz.a"),
        ),
        "apple_sdk": {"deployment_target": "11.0"} if apple else {},
        **(static if mode == "static" else shared),
    }
    fields.update(changes)
    return Distribution(**fields)  # type: ignore[arg-type]


def facts(triple: str, mode: LinkMode, **changes: object) -> tuple[Distribution, LinkFacts]:
    """Gives a distribution and how it is linked."""
    made = distribution(triple, mode, **changes)
    return made, link_facts(made, mode)
