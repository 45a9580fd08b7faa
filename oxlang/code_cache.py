"""Modules of oxlang from one file of the cache folder, so that commands start faster.

Python needs 60 microseconds to find a module and to read its `.pyc`, and a short command imports ninety of ours. The first
command that imports a module stores its code here; later ones take it from here, as long as everything is as it was:

1. The file is of this Python, this level of optimisation, this folder of the package and this edition of this module; it is
   whole; it belongs to this user, and nobody else may write it. Else it counts as empty.
2. Whenever a module is imported, the size and the times (of content and inode) of its source are what they were, so are the
   times of the folder around it (nothing was added there that goes before it). Else Python looks for the module as if there
   were no such file, which is written anew when the command ends.

These are the rules of `.pyc` files and more: nobody can set back the time of an inode, and what had changed shortly before it
was looked at is not stored (`code_cache_writer`). The finder stands just before Python's own for `sys.path`, so all others go
before it, and a module's loader differs from Python's own only in where the code comes from: tracebacks, `inspect` and coverage
see what they always see.
"""

from __future__ import annotations

import _frozen_importlib
import _frozen_importlib_external
import _imp
import marshal
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.machinery import ModuleSpec, SourceFileLoader
    from types import CodeType

    Times = tuple[int, int]
    Key = tuple[int, bytes, int, str, int, Times]
    Entry = tuple[str, bool, int, int, int, Times]
else:
    ModuleSpec = _frozen_importlib.ModuleSpec
    SourceFileLoader = _frozen_importlib_external.SourceFileLoader

MAGIC = b"oxl modules 1\n"
HEAD_BYTES = len(MAGIC) + 8 + 8
_APPLICATION = "oxlang"
_FIRST_READ_BYTES = 1 << 16


class Loader(SourceFileLoader):
    """Loads a module whose code the cache has."""

    def __init__(self, name: str, path: str, code: CodeType) -> None:
        self.name = name
        self.path = path
        self._code: CodeType | None = code

    def get_code(self, fullname: str) -> CodeType | None:
        """Gives the code; after the module was run, as its source is then."""
        code, self._code = self._code, None
        return super().get_code(fullname) if code is None else code


class CodeCache:
    """Finds modules of oxlang in the cache. *Mutable*: notes what it did not have.

    Args:
        path: the file.
        key: what the whole file depends on.

    Attributes:
        folders: times of the folders of the package, by path.
        entries: by name of a module: path of its source, whether it is a package, where its code begins and its length, size
            and times of the source.
        has_missed: whether a module was asked for that it did not have.
    """

    def __init__(self, path: str, key: Key) -> None:
        self.path = path
        self.key = key
        self.folders: dict[str, Times] = {}
        self.entries: dict[str, Entry] = {}
        self.has_missed = False
        self._same_folders: dict[str, bool] = {}
        optimised = f".opt-{sys.flags.optimize}" if sys.flags.optimize else ""
        self._suffix = f".{sys.implementation.cache_tag}{optimised}.pyc"
        try:
            self._file = os.open(path, os.O_RDONLY)
            self._read_index()
        except (OSError, ValueError, EOFError, TypeError):
            self.entries = {}

    def _read_index(self) -> None:
        found = os.fstat(self._file)
        head = os.pread(self._file, _FIRST_READ_BYTES, 0)
        end = HEAD_BYTES + int.from_bytes(head[len(MAGIC) : len(MAGIC) + 8], "little")
        if not head.startswith(MAGIC) or found.st_uid != os.geteuid() or found.st_mode & 0o022 or end > found.st_size:
            return
        if end > len(head):
            head = os.pread(self._file, end, 0)
        index = head[HEAD_BYTES:end]
        if digest(index) != head[HEAD_BYTES - 8 : HEAD_BYTES]:
            return
        key, size_bytes, folders, entries = marshal.loads(index)
        if key == self.key and size_bytes == found.st_size - end:
            self._begin = end
            self.folders = folders
            self.entries = entries

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Gives the specification of a module if its code is here, for Python's import system."""
        entry = self.entries.get(name)
        data = None if entry is None else self.code(entry)
        if entry is None or data is None:
            if name.startswith("oxlang."):
                self.has_missed = True
            return None
        place = entry[0]
        folder, _, file = place.rpartition("/")
        # What `spec_from_file_location` does, in a third of its time.
        spec = ModuleSpec(name, Loader(name, place, marshal.loads(data)), origin=place, is_package=entry[1])
        spec._set_fileattr = True  # type: ignore[attr-defined]
        spec.cached = f"{folder}/__pycache__/{file[:-3]}{self._suffix}"
        if spec.submodule_search_locations is not None:
            spec.submodule_search_locations.append(folder)
        return spec

    def code(self, entry: Entry) -> bytes | None:
        """Gives the code of a module as marshal writes it, None if it is not what the source says now."""
        place, _, begin, length, size_bytes, when = entry
        try:
            found = os.stat(place)
            if found.st_size != size_bytes or (found.st_mtime_ns, found.st_ctime_ns) != when:
                return None
            folder = place.rpartition("/")[0]
            is_same = self._same_folders.get(folder)
            if is_same is None:
                is_same = self._same_folders[folder] = times(os.stat(folder)) == self.folders.get(folder)
            data = os.pread(self._file, length, self._begin + begin) if is_same else b""
        except OSError:
            return None
        return data if len(data) == length else None


def digest(data: bytes) -> bytes:
    """Gives eight bytes that show damage: the digest by which Python knows sources in `.pyc` files."""
    return _imp.source_hash(0, data)


def times(found: os.stat_result) -> Times:
    """Gives the times, in nanoseconds, that change with a file: of its content, and of its inode."""
    return found.st_mtime_ns, found.st_ctime_ns


def install(environment: Mapping[str, str]) -> CodeCache | None:
    """Lets modules be found in the cache, if this process finds and loads modules as Python does by itself."""
    package = sys.modules[_APPLICATION]
    # A program that holds its modules may give them no file.
    folder = os.path.dirname(getattr(package, "__file__", None) or "")
    external = _frozen_importlib_external
    is_usual = (
        sys.implementation.name == "cpython"
        and hasattr(os, "pread")
        and sys.pycache_prefix is None
        and getattr(_imp, "check_hash_based_pycs", "default") == "default"
        and os.path.isabs(folder)
        and type(package.__loader__) is SourceFileLoader
        and list(package.__path__) == [folder]
        and type(sys.path_importer_cache.get(folder)) is external.FileFinder
        and external.PathFinder in sys.meta_path
        and "oxlang.cli" not in sys.modules
    )
    if not is_usual:
        return None
    try:
        place = cache_folder(environment)
        edition = times(os.stat(__file__))
    except OSError:  # There is no current folder, which a relative name counts from.
        return None
    if not os.path.isdir(place):
        # A machine's only command, as in a container that is thrown away, is not to pay for those that never come.
        return None
    key = (sys.hexversion, external.MAGIC_NUMBER, sys.flags.optimize, folder, os.geteuid(), edition)
    name = digest(repr(key[:-1]).encode("utf-8", "surrogateescape")).hex()
    cache = CodeCache(f"{place}/modules/{name}.bin", key)
    sys.meta_path.insert(sys.meta_path.index(external.PathFinder), cache)
    return cache


def cache_folder(env: Mapping[str, str]) -> str:
    """Gives the cache folder: `PYOXIDIZER_CACHE_DIR` as it stands, else `oxlang` below the user's cache folder."""
    named = env.get("PYOXIDIZER_CACHE_DIR")
    if named:
        return os.path.abspath(named)
    if sys.platform == "darwin":
        return os.path.join(_home(env), "Library", "Caches", _APPLICATION)
    if sys.platform == "win32":
        local = env.get("LOCALAPPDATA")
        return os.path.join(local or os.path.join(_home(env), "AppData", "Local"), _APPLICATION)
    base = env.get("XDG_CACHE_HOME", "")
    # The base directory specification wants relative values to be ignored.
    return os.path.join(base if os.path.isabs(base) else os.path.join(_home(env), ".cache"), _APPLICATION)


def _home(env: Mapping[str, str]) -> str:
    return env.get("HOME") or os.path.expanduser("~")
