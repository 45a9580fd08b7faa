"""Compiling modules: one process of the distribution's own Python per batch.

A batch travels as one file of source texts and comes back as one file of code objects (`compile_script.py` has the
layout), so a sandbox holds two files instead of thousands, and packing reads two mapped files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oxlang.graph.nodes import Artifact, Compute, FailureHint, Run, Tool, Write
from oxlang.records import dataclass

if TYPE_CHECKING:
    from oxlang.graph.compute import ComputeContext
    from oxlang.graph.tree import Tree
    from oxlang.packaging.collector import Batch, Collected
    from oxlang.packaging.distribution import Distribution

SOURCES, SOURCES_VERSION = "packaging.sources", 2
SOURCES_FILE, CODE_FILE = "sources.bin", "bytecode.bin"
_SCRIPT = "_oxl_compile.py"
_MAGIC_SOURCES, _MAGIC_CODE = b"oxlsrc01", b"oxlcode1"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledBatch:
    """The two files of a batch, as artifacts of single files."""

    sources: Artifact
    code: Artifact


def python_tool(distribution: Distribution, name: str = "python") -> Tool:
    """Gives a distribution's interpreter as a tool of an action."""
    return Tool(name=name, path=str(distribution.interpreter), fingerprint=distribution.identity)


def compile_batches(collected: Collected, host: Distribution) -> tuple[CompiledBatch, ...]:
    """Gives the compiled form of each batch.

    Args:
        collected: what a collector lowered to.
        host: a distribution of the target's X.Y whose interpreter runs on this machine.
    """
    script = Write(
        entries=((_SCRIPT, Path(__file__).with_name("compile_script.py").read_bytes(), False),),
        description="compile script",
    )
    return tuple(
        _compile(number, batch, collected, host, Artifact(script))
        for number, batch in enumerate(collected.batches)
    )


def _compile(
    number: int, batch: Batch, collected: Collected, host: Distribution, script: Artifact
) -> CompiledBatch:
    label = batch.scan.label if batch.scan is not None else batch.tree.node.description
    origin = batch.tree.node.origin
    sources = Compute(
        function=SOURCES,
        version=SOURCES_VERSION,
        inputs=(("batch", collected.plan.at(f"batch-{number}.json")), ("tree", batch.tree)),
        description=f"gather sources of {label}",
        origin=origin,
    )
    cache = f"bytecode-{host.identity[:16]}"
    run = Run(
        argv=(
            "{tool:python}", "-S", "-s", "-B", _SCRIPT, SOURCES_FILE, CODE_FILE,
            "{cache:" + cache + "}", "1" if batch.strict else "0",
        ),
        env=(("LC_ALL", "C.UTF-8"), ("PYTHONDONTWRITEBYTECODE", "1"), ("PYTHONHASHSEED", "0")),
        inputs=(("", script), ("", Artifact(sources, SOURCES_FILE))),
        outputs=(CODE_FILE,),
        tools=(python_tool(host),),
        append_only=(cache,),
        read_only_inputs=True,
        description=f"compile {label}",
        origin=origin,
        failure=FailureHint(
            code="OX0608",
            message=f"{_subject(batch, label)} cannot be compiled",
            help="mend it, or leave it out by a callback that sets `add_include = False`",
        ),
    )  # fmt: skip
    return CompiledBatch(sources=Artifact(sources, SOURCES_FILE), code=Artifact(run, CODE_FILE))


def _subject(batch: Batch, label: str) -> str:
    if batch.scan is not None:
        return f"a module of {label}"
    return f"the {label}" if label.startswith("module `") else "a module made in the config"


def compute_sources(params: dict[str, Any], inputs: Mapping[str, Tree], context: ComputeContext) -> Tree:
    """Joins the source texts of a batch into `{"sources.bin"}`."""
    from oxlang.graph.digest import Digest
    from oxlang.graph.tree import FileEntry, Tree
    from oxlang.packaging.plan import EMPTY_HASH

    _, entry = next(iter(inputs["batch"].walk()))
    assert isinstance(entry, FileEntry)
    rows = json.loads(context.read(entry.digest).decode("utf-8", "surrogateescape"))
    parts: list[bytes] = []
    header: list[Any] = []
    offset = 0
    for name, is_package, hash_, size, levels in rows:
        content = b"" if hash_ == EMPTY_HASH else context.read(Digest(hash_, size))
        header.append([name, is_package, offset, len(content), levels, hash_])
        parts.append(content)
        offset += len(content)
    head = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogateescape")
    data = b"".join((_MAGIC_SOURCES, len(head).to_bytes(8, "little"), head, *parts))
    return Tree.of({SOURCES_FILE: FileEntry(context.put(data))})


class BatchReader:
    """Views into the two mapped files of a batch."""

    def __init__(self, sources: Path | None, code: Path | None) -> None:
        self._sources, self._source_rows = _open(sources, _MAGIC_SOURCES)
        self._code, code_header = _open(code, _MAGIC_CODE)
        header: dict[str, Any] = code_header or {"code": [], "problems": []}
        self._code_rows: dict[tuple[int, int], tuple[int, int]] = {
            (row, level): (offset, length) for row, level, offset, length in header["code"]
        }
        self.problems: list[tuple[str, int, str]] = [tuple(one) for one in header["problems"]]

    def source(self, row: int) -> memoryview:
        """Gives the source text of a module."""
        _, _, offset, length, _, _ = self._source_rows[row]
        return self._sources[offset : offset + length]

    def code(self, row: int, level: int) -> memoryview | None:
        """Gives marshalled code; None for a module that could not be compiled."""
        found = self._code_rows.get((row, level))
        return None if found is None else self._code[found[0] : found[0] + found[1]]

    def name(self, row: int) -> str:
        """Gives a module's name."""
        name: str = self._source_rows[row][0]
        return name


def _open(path: Path | None, magic: bytes) -> tuple[memoryview, Any]:
    import mmap

    if path is None:
        return memoryview(b""), []
    with open(path, "rb") as stream:
        mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    view = memoryview(mapped)
    if view[:8] != magic:
        raise ValueError(f"unexpected content of {path.name}")
    size = int.from_bytes(view[8:16], "little")
    return view[16 + size :], json.loads(bytes(view[16 : 16 + size]).decode("utf-8", "surrogateescape"))


def pyc_header(source_hash: bytes = b"\0" * 8, *, magic: bytes) -> bytes:
    """Gives the 16 bytes before the code in a file: magic, flags of an unchecked hash-based pyc, hash (PEP 552)."""
    return magic + (1).to_bytes(4, "little") + source_hash
