"""Compiled programs, and the cache that keeps them between runs.

A compiled program is what `run` needs, and nothing else: the code object, the table of places, and the names of the
module. It is stored by marshal under the digest of everything it depends on: the text, the language options, the
predeclared names, the Python version, and this package. A file of the cache begins with its key and the digest of the rest,
so that a damaged or misplaced file is never run; whoever may write there could as well change `.pyc` files.
"""

from __future__ import annotations

import marshal
import os
import sys

import oxlang
from oxlang.graph.hashing import sha256
from oxlang.records import dataclass
from oxlang.source import SourceFile
from oxlang.syntax.options import LanguageOptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import CodeType
    from typing import Any

_FORMAT = 4
_MAX_FILES = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A program ready to run.

    Attributes:
        code: the module's code.
        starts, ends: ranges of places, as bytes of 32-bit integers.
        flags: names of the flags against recursion.
        exported: names that other modules may load.
        global_names: every module-level name.
        loaded_names: module-level names bound by `load` only.
        loads: paths of the load statements.
    """

    code: CodeType
    starts: bytes
    ends: bytes
    flags: tuple[str, ...]
    exported: tuple[str, ...]
    global_names: tuple[str, ...]
    loaded_names: tuple[str, ...]
    loads: tuple[str, ...]


def compile_source(
    source: SourceFile,
    options: LanguageOptions,
    predeclared: Iterable[str],
    cache_dir: Path | str | None = None,
    known_globals: Iterable[str] = (),
) -> Compiled:
    """Gives the compiled form of a text, from the cache if it is there.

    Raises the errors of syntax and names, the first one with all others in `others`.
    """
    names = tuple(sorted(predeclared))
    path: str | None = None
    digest = b""
    if cache_dir is not None:
        digest = key(source.text, options, names)
        path = f"{cache_dir}/starlark/{digest.hex()}.bin"
        found = _read(path, digest)
        if found is not None:
            return found
    from oxlang.interp.front import compile_program

    made = compile_program(source, options, names, known_globals)
    if path is not None:
        _write(path, digest, made)
    return made


def as_entry(compiled: Compiled, number: int) -> Compiled:
    """Gives the program with a file name and flags of its own, to run among the globals of another."""
    from oxlang.records import replace

    def flag(name: Any) -> Any:
        return f"{name}.{number}" if isinstance(name, str) and name.startswith(".busy") else name

    code_type = type(compiled.code)

    def renamed(code: CodeType) -> CodeType:
        return code.replace(
            co_filename=f"<starlark {number}>",
            co_names=tuple(map(flag, code.co_names)),
            co_consts=tuple(renamed(one) if isinstance(one, code_type) else flag(one) for one in code.co_consts),
        )

    return replace(compiled, code=renamed(compiled.code), flags=tuple(map(flag, compiled.flags)))


def _digest(data: bytes) -> bytes:
    return sha256(data).digest()


def key(text: str, options: LanguageOptions, predeclared: tuple[str, ...]) -> bytes:
    """Gives the digest of everything that the compiled form depends on."""
    made = sha256()
    for part in (
        f"{_FORMAT} {oxlang.__version__} {sys.implementation.cache_tag} {sys.hexversion} {_own_stamp()}",
        repr(options),
        "\0".join(predeclared),
        text,
    ):
        data = part.encode("utf-8", "surrogatepass")
        made.update(len(data).to_bytes(8, "little"))
        made.update(data)
    return made.digest()


def _own_stamp() -> str:
    """Gives what changes when the compiler changes between releases: size and time of its files."""
    global _stamp
    if _stamp is None:
        here = os.path.dirname(__file__)
        parts = []
        for name in ("generate.py", "generate_expressions.py", "generate_operators.py", "generate_calls.py",
                     "generate_data.py", "generate_functions.py", "generate_statements.py", "generate_loops.py", "outline.py", "analysis.py",
                     "kinds.py", "confined.py", "nodes.py", "pynodes.py", "runtime.py", "compiled.py",
                     "builtins/like_go.py", "../resolve/resolver.py", "../syntax/tables.py", "../syntax/layout.py", "../syntax/words.py", "../syntax/build.py",
                     "../syntax/data.py", "../syntax/literals.py"):  # fmt: skip
            try:
                stat = os.stat(f"{here}/{name}")
                parts.append(f"{stat.st_size}.{stat.st_mtime_ns}")
            except OSError:
                parts.append("-")
        _stamp = ",".join(parts)
    return _stamp


_stamp: str | None = None


def _read(path: str, digest: bytes) -> Compiled | None:
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return None
    if data[:32] != digest or _digest(data[64:]) != data[32:64]:
        return None
    try:
        code, starts, ends, flags, exported, global_names, loaded_names, loads = marshal.loads(data[64:])
    except (ValueError, EOFError, TypeError):
        return None
    return Compiled(
        code=code, starts=starts, ends=ends, flags=flags, exported=exported, global_names=global_names,
        loaded_names=loaded_names, loads=loads,
    )  # fmt: skip


def _write(path: str, digest: bytes, made: Compiled) -> None:
    """Stores a compiled program; a cache that cannot be written is no failure."""
    data = marshal.dumps((
        made.code, made.starts, made.ends, made.flags, made.exported, made.global_names, made.loaded_names, made.loads,
    ))  # fmt: skip
    folder, name = os.path.split(path)
    temporary = f"{folder}/.{name}.{os.getpid()}"
    try:
        os.makedirs(folder, exist_ok=True)
        with open(temporary, "wb") as file:
            file.write(digest + _digest(data) + data)
        os.replace(temporary, path)
        _bound(folder)
    except OSError:
        return


def _bound(folder: str) -> None:
    """Removes the files that were written longest ago when there are too many."""
    with os.scandir(folder) as entries:
        files = [(entry.stat().st_mtime_ns, entry.path) for entry in entries if entry.name.endswith(".bin")]
    if len(files) <= _MAX_FILES:
        return
    for _, path in sorted(files)[: len(files) - _MAX_FILES // 2]:
        try:
            os.unlink(path)
        except OSError:
            continue


def table(data: bytes) -> memoryview[int]:
    """Gives the integers of a stored table."""
    return memoryview(data).cast("I")
