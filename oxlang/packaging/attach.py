"""Attaching a payload to a launcher: configuration and packed resources become part of one file.

Payload: magic, count, a table of parts (name, offset, length), the parts, each aligned to 16 bytes. On ELF it is the
section `.oxlang`, which survives `strip`; elsewhere it is appended with a footer of 24 bytes. The launcher looks for
the section first, then for the footer (crates/pyembed, `launcher`).
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from struct import Struct
from typing import TYPE_CHECKING, Any

from oxlang.packaging.packed import Buffer

if TYPE_CHECKING:
    from oxlang.graph.compute import ComputeContext
    from oxlang.graph.tree import Tree

ATTACH, ATTACH_VERSION = "packaging.attach", 3
PAYLOAD_MAGIC, FOOTER_MAGIC = b"oxlpay01", b"oxlfoot1"
_ENTRY = Struct("<QQ")
_FOOTER = Struct("<QQ8s")
_ALIGN = 16


def payload_parts(parts: Sequence[tuple[str, Sequence[Buffer]]]) -> list[Buffer]:
    """Gives a payload as buffers to be written one after the other.

    Args:
        parts: name and content (as buffers) of each part.
    """
    table_length = len(PAYLOAD_MAGIC) + 4 + sum(2 + len(name.encode()) + _ENTRY.size for name, _ in parts)
    offset = table_length
    table = bytearray(PAYLOAD_MAGIC + len(parts).to_bytes(4, "little"))
    out: list[Buffer] = [b""]
    for name, content in parts:
        padding = -offset % _ALIGN
        if padding:
            out.append(b"\0" * padding)
        offset += padding
        length = sum(map(len, content))
        encoded = name.encode()
        table += len(encoded).to_bytes(2, "little") + encoded + _ENTRY.pack(offset, length)
        out += content
        offset += length
    out[0] = bytes(table)
    return out


def read_payload(program: Path) -> dict[str, memoryview]:
    """Gives the parts of a program's payload by name; empty when it has none."""
    with open(program, "rb") as stream:
        data = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
    payload = _find_payload(data)
    if payload is None or payload[:8] != PAYLOAD_MAGIC:
        return {}
    found: dict[str, memoryview] = {}
    position = 12
    for _ in range(int.from_bytes(payload[8:12], "little")):
        length = int.from_bytes(payload[position : position + 2], "little")
        name = str(payload[position + 2 : position + 2 + length], "utf-8")
        offset, size = _ENTRY.unpack_from(payload, position + 2 + length)
        found[name] = payload[offset : offset + size]
        position += 2 + length + _ENTRY.size
    return found


def _find_payload(data: memoryview) -> memoryview | None:
    from oxlang.packaging.elf import Elf, ElfError
    from oxlang.packaging.elf_write import PAYLOAD_SECTION

    try:
        for section in Elf(data).sections():
            if section.name == PAYLOAD_SECTION:
                return data[section.offset : section.offset + section.size]
    except ElfError:
        pass
    if len(data) >= _FOOTER.size:
        offset, length, magic = _FOOTER.unpack_from(data, len(data) - _FOOTER.size)
        if magic == FOOTER_MAGIC and offset + length <= len(data):
            return data[offset : offset + length]
    return None


def attach(launcher: Path, target: Path, parts: Sequence[tuple[str, Sequence[Buffer]]]) -> None:
    """Writes a copy of a launcher with a payload to `target`."""
    from oxlang.packaging.elf_write import add_payload_section, write_all

    payload = payload_parts(parts)
    length = sum(map(len, payload))
    with open(launcher, "rb") as source, open(target, "wb") as out:
        program = mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ)
        prepared = add_payload_section(memoryview(program), length)
        if prepared is None:
            offset = -(-len(program) // _ALIGN) * _ALIGN
            footer = _FOOTER.pack(offset, length, FOOTER_MAGIC)
            gap = b"\0" * (offset - len(program))
            write_all(out, [memoryview(program), gap, *payload, footer])
            return
        header, offset, tail = prepared
        gap = b"\0" * (offset - len(program))
        write_all(out, [bytes(header), memoryview(program)[len(header) :], gap, *payload, tail])


def compute_attach(params: dict[str, Any], inputs: Mapping[str, Tree], context: ComputeContext) -> Tree:
    """Gives `{NAME: program}` from a launcher, the configuration in `params`, and the resources of a plan."""
    from oxlang.graph.tree import FileEntry, Tree
    from oxlang.packaging.module_files import ModuleFiles
    from oxlang.packaging.pack import PACKED_FILE, Contents, only_file

    config = json.dumps(params["config"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    parts: list[tuple[str, Sequence[Buffer]]] = [("config", [config.encode("utf-8", "surrogateescape")])]
    if params["embedded"]:
        contents = Contents(inputs, context, module_files=ModuleFiles.from_settings(params["config"]))
        parts.append((PACKED_FILE, contents.packed_parts(windows=params["windows"])))
    target = context.temporary() / "program"
    attach(context.path(only_file(inputs["launcher"])), target, parts)
    os.chmod(target, 0o755)
    return Tree.of({params["name"]: FileEntry(context.put_file(target), True)})
