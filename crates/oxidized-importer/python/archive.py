"""Imports from a zip archive without files and path hooks."""

import importlib.machinery
import importlib.util
import io
import marshal
import os
import sys
import zipfile

_HEADER_LENGTH = 16


class OxidizedZipFinder:
    """Meta path finder for the modules of one zip archive."""

    def __init__(self, *arguments, **keywords):
        raise TypeError("use OxidizedZipFinder.from_path or OxidizedZipFinder.from_zip_data")

    @classmethod
    def from_path(cls, path):
        """A finder for the archive in a file."""
        with open(path, "rb") as file:
            return cls._make(file.read(), os.fspath(path))

    @classmethod
    def from_zip_data(cls, source, path=None):
        """A finder for the archive in a buffer; `path` is the prefix of `__file__`."""
        if isinstance(source, str):
            raise TypeError("a bytes-like object is required, not 'str'")
        return cls._make(bytes(memoryview(source)), sys.executable if path is None else os.fspath(path))

    @classmethod
    def _make(cls, data, path):
        self = object.__new__(cls)
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except zipfile.BadZipFile as error:
            raise ValueError(f"not a zip archive: {error}") from None
        self._path = path
        self._members = set(self._archive.namelist())
        return self

    def __reduce__(self):
        raise TypeError("cannot pickle 'OxidizedZipFinder' object")

    def _locate(self, fullname):
        """The member with a module's code and whether it is a package; bytecode is preferred."""
        base = fullname.replace(".", "/")
        tag = sys.implementation.cache_tag
        for folder, stem, is_package in ((base, "__init__", True), (*_split(base), False)):
            prefix = folder + "/" if folder else ""
            for member in (f"{prefix}__pycache__/{stem}.{tag}.pyc", f"{prefix}{stem}.pyc", f"{prefix}{stem}.py"):
                if member in self._members:
                    return member, is_package
        return None

    def _located(self, fullname):
        found = self._locate(fullname)
        if found is None:
            raise ImportError(f"unknown module: {fullname}", name=fullname)
        return found

    def _file(self, member):
        return os.path.join(self._path, *member.split("/"))

    def _source_member(self, fullname):
        base = fullname.replace(".", "/")
        return next((member for member in (f"{base}/__init__.py", f"{base}.py") if member in self._members), None)

    def find_spec(self, fullname, path=None, target=None):
        found = self._locate(fullname)
        if found is None:
            return None
        member, is_package = found
        spec = importlib.machinery.ModuleSpec(fullname, self, origin=self._file(member), is_package=is_package)
        if is_package:
            spec.submodule_search_locations = [os.path.join(self._path, *fullname.split("."))]
        return spec

    def find_module(self, fullname, path=None):
        return self if self._locate(fullname) is not None else None

    def invalidate_caches(self):
        """Does nothing: there are no caches."""

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        name = module.__spec__.name
        member, _ = self._located(name)
        module.__file__ = self._file(member)
        exec(self.get_code(name), module.__dict__)

    def get_code(self, fullname):
        member, _ = self._located(fullname)
        data = self._archive.read(member)
        if member.endswith(".pyc"):
            return marshal.loads(memoryview(data)[_HEADER_LENGTH:])
        return compile(_newlines(data), self._file(member), "exec", dont_inherit=True)

    def get_source(self, fullname):
        self._located(fullname)
        member = self._source_member(fullname)
        return None if member is None else importlib.util.decode_source(self._archive.read(member))

    def is_package(self, fullname):
        return self._located(fullname)[1]


def _split(base):
    folder, _, stem = base.rpartition("/")
    return folder, stem


def _newlines(data):
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
