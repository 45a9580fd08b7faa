"""What a built program says of itself: extension modules that load from memory, and the C library that it needs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from oxlang.records import dataclass

if TYPE_CHECKING:
    from oxlang.packaging.elf import ElfFacts
    from oxlang.packaging.packed import PackedResource


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """How a program and its libraries are loaded.

    Attributes:
        from_memory: number of extension modules that load from memory.
        glibc: newest version of glibc that the program, the files beside it or libraries inside it ask for, such as
            `2.35`; empty when none asks for any.
    """

    from_memory: int = 0
    glibc: str = ""


def loading_of(program: Path, beside: Iterable[Path] = ()) -> Loading:
    """Reads a program and the files beside it; other files than programs of ours and ELF files count for nothing."""
    from oxlang.packaging.elf import Elf, ElfError, read_elf_facts

    resources = _packed(program)
    versions: set[str] = set()
    for path in (program, *beside):
        try:
            versions |= _glibc_of(read_elf_facts(path))
        except (ElfError, OSError):
            continue
    for one in resources:
        for data in (one.in_memory_extension_module_shared_library, one.in_memory_shared_library):
            if data is not None:
                try:
                    versions |= _glibc_of(Elf(memoryview(data)).facts())
                except ElfError:
                    continue
    return Loading(
        from_memory=sum(one.in_memory_extension_module_shared_library is not None for one in resources),
        glibc=max(versions, key=_numbers, default=""),
    )


def _packed(program: Path) -> list[PackedResource]:
    from oxlang.packaging.attach import read_payload
    from oxlang.packaging.pack import PACKED_FILE
    from oxlang.packaging.packed import PackedResourcesError, read

    try:
        packed = read_payload(program).get(PACKED_FILE)
        return [] if packed is None else read(packed, copy=False)
    except (OSError, ValueError, PackedResourcesError):
        return []


def _glibc_of(facts: ElfFacts) -> set[str]:
    names = (version.removeprefix("GLIBC_") for _, version in facts.versions if version.startswith("GLIBC_"))
    return {one for one in names if one[:1].isdigit()}


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
