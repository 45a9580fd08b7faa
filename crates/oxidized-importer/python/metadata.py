"""Metadata of installed distributions, for `importlib.metadata`."""

import errno
import importlib.metadata
import os
import pathlib
import re

_DATA, _PATHS = 0x0C, 0x15
_SOURCE_PATH, _RESOURCE_PATHS = 0x0F, 0x14


def _normalized(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def _metadata_names(finder, entry):
    names = set(finder._item_names(entry, _DATA) or ())
    names.update(finder._item_names(entry, _PATHS) or ())
    return sorted(names)


def _metadata_bytes(finder, entry, name):
    data = finder._item(entry, _DATA, name)
    if data is None:
        stored = finder._item(entry, _PATHS, name)
        if stored is not None:
            text = stored.decode("utf-16-le") if os.name == "nt" else os.fsdecode(stored)
            with open(os.path.join(finder.origin, text), "rb") as file:
                data = file.read()
    return data


class _File(importlib.metadata.PackagePath):
    """A file that RECORD lists; content comes from packed resources where it is known."""

    def read_binary(self):
        return self.dist._finder.get_data(os.fspath(self.locate()))

    def read_text(self, encoding="utf-8"):
        return self.read_binary().decode(encoding)


class OxidizedDistribution(importlib.metadata.Distribution):
    """A distribution whose metadata are packed resources."""

    def __init__(self, finder, entry):
        self._finder = finder
        self._entry = entry

    def read_text(self, filename):
        """The text of a metadata file, or None."""
        data = _metadata_bytes(self._finder, self._entry, os.fspath(filename))
        return None if data is None else data.decode("utf-8")

    def locate_file(self, path):
        """Where a file of the distribution is, or would be: beside the program, or below its path."""
        stored = self._stored(os.fspath(path).replace(os.sep, "/").split("/"))
        if stored is None:
            return pathlib.Path(self._finder.path_hook_base_str) / path
        text = stored.decode("utf-16-le") if os.name == "nt" else os.fsdecode(stored)
        return pathlib.Path(self._finder.origin, text)

    def _stored(self, parts):
        """The relative path of a module or resource that lies beside the program, or None."""
        if parts[-1].endswith(".py"):
            stem = parts[-1][:-3]
            module = ".".join(parts[:-1] if stem == "__init__" else [*parts[:-1], stem])
            return self._finder._data(module, _SOURCE_PATH)
        for count in range(len(parts) - 1, 0, -1):
            stored = self._finder._item(".".join(parts[:count]), _RESOURCE_PATHS, "/".join(parts[count:]))
            if stored is not None:
                return stored
        return None

    @property
    def metadata(self):
        if self.read_text("METADATA") is None and self.read_text("PKG-INFO") is None:
            raise OSError(errno.ENOENT, "package metadata not found", self._entry)
        return super().metadata

    @property
    def name(self):
        return self.metadata["Name"]

    @property
    def _normalized_name(self):
        return _normalized(self.name).replace("-", "_")

    @property
    def files(self):
        """What RECORD lists, whether or not it was packed; None without RECORD."""
        record = self.read_text("RECORD")
        if record is None:
            return None
        import csv

        files = []
        for row in csv.reader(record.splitlines()):
            if not row:
                continue
            file = _File(row[0])
            file.hash = importlib.metadata.FileHash(row[1]) if len(row) > 1 and row[1] else None
            file.size = int(row[2]) if len(row) > 2 and row[2] else None
            file.dist = self
            files.append(file)
        return files

    def __repr__(self):
        return f"<OxidizedDistribution {self._entry!r}>"

    def __reduce__(self):
        raise TypeError("cannot pickle 'OxidizedDistribution' object")


def _find_distributions(finder, context=None):
    wanted = getattr(context, "name", None)
    entries = sorted({*finder._names_with(_DATA), *finder._names_with(_PATHS)})
    if wanted is None:
        return (OxidizedDistribution(finder, entry) for entry in entries)
    wanted = _normalized(wanted)
    return (OxidizedDistribution(finder, entry) for entry in entries if _normalized(entry) == wanted)
