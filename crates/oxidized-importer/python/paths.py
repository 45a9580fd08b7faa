"""Finders for single paths, which `pkgutil` and `sys.path_hooks` work with."""

import os
import sys

_SOURCE_PATH, _SEPARATORS = 0x0F, ("/", "\\")


def decode_source(io_module, source_bytes):
    """Source code as text: encoding by PEP 263, universal newlines.

    `io_module` is not used any more; it is the first argument for the sake of callers.
    """
    from importlib.util import decode_source

    return decode_source(source_bytes)


def _iter_modules(finder, package, prefix=""):
    start = package + "." if package else ""
    found = []
    for name, is_package, importable in finder._names():
        rest = name[len(start) :]
        if importable and name.startswith(start) and rest and "." not in rest:
            found.append(((prefix or "") + rest, is_package))
    return sorted(found)


class OxidizedPathEntryFinder:
    """Finds the modules of one package, or those without a package."""

    def __new__(cls, *arguments, **keywords):
        raise TypeError("cannot create 'OxidizedPathEntryFinder' instances")

    @classmethod
    def _make(cls, finder, package, path, folder=None):
        self = object.__new__(cls)
        self._finder = finder
        self._package = package
        self._path = path
        self._folder = folder
        return self

    def find_spec(self, fullname, target=None):
        """The spec of a module directly below the package; None for other names.

        A real folder gives modules of other names, too, if files can be imported: `setuptools/_vendor` is a part of
        `setuptools` and an entry of `sys.path`.
        """
        parent, _, name = fullname.rpartition(".")
        if parent == self._package and name:
            return self._finder.find_spec(fullname, None, target)
        return self._folder.find_spec(fullname, target) if self._folder is not None else None

    def invalidate_caches(self):
        """Forgets what a real folder contained; resources have no caches."""
        if self._folder is not None:
            self._folder.invalidate_caches()

    def iter_modules(self, prefix=""):
        """Pairs of name and is-package for the modules directly below the package."""
        return _iter_modules(self._finder, self._package, prefix)

    def __repr__(self):
        return f"<OxidizedPathEntryFinder for {self._path!r}>"

    def __reduce__(self):
        raise TypeError("cannot pickle 'OxidizedPathEntryFinder' object")


def _refuse(path, reason):
    raise ImportError(f"path is not handled by this OxidizedFinder: {path!r}") from ValueError(reason)


def _package_of_file_path(finder, path):
    """The file-relative package whose folder `path` is, or None."""
    origin = os.fspath(finder.origin)
    parts = path[len(origin) + 1 :].split(os.sep)
    for start in range(len(parts)):
        package = ".".join(parts[start:])
        stored = finder._data(package, _SOURCE_PATH)
        if stored is not None:
            text = stored.decode("utf-16-le") if os.name == "nt" else os.fsdecode(stored)
            if os.path.dirname(os.path.join(origin, text)) == path:
                return package
    return None


def _folder_finder(finder, path):
    """What the other path hooks make of a folder: a finder of files, or None if only resources are imported."""
    for hook in sys.path_hooks:
        if getattr(hook, "__self__", None) is not finder:
            try:
                return hook(path)
            except ImportError:
                pass
    return None


def _path_hook(finder, path):
    if not isinstance(path, str):
        raise ImportError(f"path is not handled by this OxidizedFinder: {path!r}") from TypeError(
            f"expected str, not {type(path).__name__}"
        )
    base = finder.path_hook_base_str
    if path == base:
        return OxidizedPathEntryFinder._make(finder, "", path)
    if not path.startswith(base) or path[len(base)] not in _SEPARATORS:
        package = None
        if path.startswith(os.fspath(finder.origin) + os.sep):
            package = _package_of_file_path(finder, path)
        if package is None:
            _refuse(path, "not the program's path nor one below it")
        return OxidizedPathEntryFinder._make(finder, package, path, _folder_finder(finder, path))
    parts = path[len(base) + 1 :].replace("\\", "/").split("/")
    for part in parts:
        if not part:
            _refuse(path, "a separator too many")
        if part.startswith(".") or part.endswith(".") or ".." in part:
            _refuse(path, f"not the name of a package: {part!r}")
    return OxidizedPathEntryFinder._make(finder, ".".join(parts), path)
