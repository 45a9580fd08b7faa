"""How the extension modules of a built program are loaded, for the report of a build."""

from __future__ import annotations

from pathlib import Path


def extensions_in_memory(program: Path) -> int:
    """Gives the number of extension modules that a program loads from memory; 0 for a file that is no such program."""
    from oxlang.packaging.attach import read_payload
    from oxlang.packaging.pack import PACKED_FILE
    from oxlang.packaging.packed import PackedResourcesError, read

    try:
        packed = read_payload(program).get(PACKED_FILE)
        resources = [] if packed is None else read(packed, copy=False)
    except (OSError, ValueError, PackedResourcesError):
        return 0
    return sum(one.in_memory_extension_module_shared_library is not None for one in resources)
