"""Writes the file of `code_cache`: what was in it and is right still, and the modules that a command had to load otherwise.

Not stored are modules

- whose source, or the folder around it, changed within the last seconds: the next change may leave the same times;
- whose `.pyc` is to be believed whatever the source says (unchecked hash): it could be replaced alone;
- beside which there is a folder of the same name: an `__init__.py` in it would go before the module.

The file is written aside and then takes the place of the old one. Of two commands that do so at once the later one wins; what
it did not know is added again by the next command that imports it.
"""

from __future__ import annotations

import marshal
import os
import sys
import time

from oxlang.code_cache import HEAD_BYTES, MAGIC, CodeCache, Loader, digest, times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import SourceFileLoader
    from types import ModuleType
    from typing import Literal

    from oxlang.code_cache import Entry, Times
else:
    SourceFileLoader = Loader.__base__

_RACY_NS = 2_000_000_000
_MAX_FILES = 8
_LEFT_OVER_S = 3600.0
_NEVER = ("oxlang.code_cache", "oxlang.__main__")  # They are loaded before there is a cache.


def save(cache: CodeCache) -> None:
    """Writes the file if there is anything to add; one that cannot be written is no failure. Makes no cache folder."""
    if sys.dont_write_bytecode:
        return
    content = _Content()
    for name, entry in cache.entries.items():
        code = cache.code(entry)
        if code is not None:
            folder = os.path.dirname(entry[0])
            content.folders[folder] = cache.folders[folder]
            content.add(name, entry[0], entry[1], code, entry[4], entry[5])
    known = len(content.entries)
    for name, module in sorted(sys.modules.items()):
        if name.startswith("oxlang.") and name not in content.entries and name not in _NEVER:
            try:
                content.add_loaded(name, module)
            except (OSError, SyntaxError, ImportError, ValueError, EOFError):
                continue  # It changed after it was loaded, and cannot be loaded now.
    if len(content.entries) > known:
        try:
            _write(cache, content)
        except OSError:
            return


class _Content:
    """What is to be written. *Mutable*."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.entries: dict[str, Entry] = {}
        self.folders: dict[str, Times] = {}
        self.size_bytes = 0

    def add(self, name: str, path: str, is_package: bool, code: bytes, size_bytes: int, when: Times) -> None:
        self.entries[name] = path, is_package, self.size_bytes, len(code), size_bytes, when
        self.parts.append(code)
        self.size_bytes += len(code)

    def add_loaded(self, name: str, module: ModuleType) -> None:
        """Adds a module as its source is now, if it may be stored."""
        spec = module.__spec__
        if spec is None or type(spec.loader) not in (SourceFileLoader, Loader) or not spec.origin:
            return
        assert isinstance(spec.loader, SourceFileLoader)
        path = spec.origin
        folder = os.path.dirname(path)
        source, around = os.stat(path), times(os.stat(folder))
        latest_ns = max(*times(source), *around)
        if time.time_ns() - latest_ns < _RACY_NS or self.folders.setdefault(folder, around) != around:
            return
        pyc = _state(spec.cached, source)
        if os.path.isdir(path.removesuffix(".py")) or pyc == "unchecked":
            return
        loader = spec.loader
        code = loader.get_code(name) if pyc == "right" else loader.source_to_code(loader.get_data(path), path)
        after = os.stat(path)
        if (after.st_size, times(after)) == (source.st_size, times(source)):
            is_package = spec.submodule_search_locations is not None
            self.add(name, path, is_package, marshal.dumps(code), source.st_size, times(source))


def _state(path: str | None, source: os.stat_result) -> Literal["right", "doubtful", "unchecked"]:
    """Says how far a `.pyc` is to be believed.

    Python knows the source by size and second. What was compiled within that second may be of an earlier text; that is also
    said where there is no `.pyc`.
    """
    try:
        with open(path or "", "rb") as file:
            flags = int.from_bytes(file.read(8)[4:], "little")
            written_ns = os.fstat(file.fileno()).st_mtime_ns
    except OSError:
        return "doubtful"
    if flags & 0b11 == 0b01:
        return "unchecked"
    return "right" if flags or written_ns // 10**9 > source.st_mtime_ns // 10**9 else "doubtful"


def _write(cache: CodeCache, content: _Content) -> None:
    index = marshal.dumps((cache.key, content.size_bytes, content.folders, content.entries))
    head = MAGIC + len(index).to_bytes(8, "little") + digest(index)
    assert len(head) == HEAD_BYTES
    folder, name = os.path.split(cache.path)
    if not os.path.isdir(folder):
        os.mkdir(folder)
    aside = f"{folder}/.{name}.{os.getpid()}"
    try:
        # Nobody else may write what this user will run, whatever the umask says.
        with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(b"".join([head, index, *content.parts]))
            file.flush()
            # So that no crash leaves a file of the right length with holes in it.
            os.fsync(file.fileno())
        os.replace(aside, cache.path)
    except BaseException:
        if os.path.exists(aside):
            os.unlink(aside)
        raise
    _bound(folder)


def _bound(folder: str) -> None:
    """Removes what killed processes left, and the files that were written longest ago when there are too many."""
    with os.scandir(folder) as found:
        files = sorted((one.stat().st_mtime, one.path, one.name) for one in found)
    whole = [path for _, path, name in files if name.endswith(".bin")]
    left = [path for when, path, name in files if not name.endswith(".bin") and time.time() - when > _LEFT_OVER_S]
    for path in (*left, *whole[: len(whole) - _MAX_FILES if len(whole) > _MAX_FILES else 0]):
        os.unlink(path)
