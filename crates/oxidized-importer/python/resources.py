"""Resource files of packages, for `importlib.resources`, `pkgutil.get_data` and `Loader.get_data`."""

import errno
import io
import os
import pathlib

_DATA, _PATHS = 0x0B, 0x14
_SOURCE, _SOURCE_PATH = 0x06, 0x0F


def _missing(name, text=None):
    return FileNotFoundError(errno.ENOENT, text or os.strerror(errno.ENOENT), name)


def _stored_path(finder, data):
    """The absolute path for a relative one as blobs hold it."""
    text = data.decode("utf-16-le") if os.name == "nt" else os.fsdecode(data)
    return os.path.join(finder.origin, text)


def _read(finder, package, name):
    """The bytes of a resource, or None."""
    data = finder._item(package, _DATA, name)
    if data is None:
        stored = finder._item(package, _PATHS, name)
        if stored is not None:
            with open(_stored_path(finder, stored), "rb") as file:
                data = file.read()
    return data


def _resource_names(finder, package):
    names = set(finder._item_names(package, _DATA) or ())
    names.update(finder._item_names(package, _PATHS) or ())
    return sorted(names)


class OxidizedResourceReader:
    """Reads the resources of one package."""

    def __init__(self, finder, package):
        self._finder = finder
        self._package = package

    def open_resource(self, resource):
        """A binary file object with the resource's content."""
        name = os.fspath(resource)
        data = self._finder._item(self._package, _DATA, name)
        if data is not None:
            return io.BytesIO(data)
        stored = self._finder._item(self._package, _PATHS, name)
        if stored is None:
            raise _missing(name)
        return io.FileIO(_stored_path(self._finder, stored), "r")

    def resource_path(self, resource):
        """The path of a resource that is a file; FileNotFoundError for others."""
        name = os.fspath(resource)
        stored = self._finder._item(self._package, _PATHS, name)
        if stored is None or self._finder._item(self._package, _DATA, name) is not None:
            raise _missing(name)
        return _stored_path(self._finder, stored)

    def is_resource(self, path):
        """True; FileNotFoundError if there is no such resource."""
        name = os.fspath(path)
        if name not in _resource_names(self._finder, self._package):
            raise _missing(name)
        return True

    def contents(self):
        """The names of all resources, those in folders included, sorted."""
        return _resource_names(self._finder, self._package)

    def files(self):
        """The package's folder as a `Traversable`."""
        if not self._finder._item_names(self._package, _DATA):
            folder = _package_folder(self._finder, self._package)
            if folder is not None:
                return pathlib.Path(folder)
        return _Node(self._finder, self._package, ())

    def __reduce__(self):
        raise TypeError("cannot pickle 'OxidizedResourceReader' object")


def _package_folder(finder, package):
    """The real folder of a package whose source is a file."""
    stored = finder._data(package, _SOURCE_PATH)
    if stored is None:
        return None
    folder = os.path.dirname(_stored_path(finder, stored))
    return folder if os.path.isdir(folder) else None


class _Node:
    """A file or folder in the tree below a package; it may not exist.

    `package` is the innermost package on the way, `parts` the rest of the path. Sub-packages are folders, modules with
    source in memory are files, as in a folder on disk.
    """

    def __init__(self, finder, package, parts):
        self._finder = finder
        self._package = package
        self._parts = parts

    @property
    def name(self):
        return self._parts[-1] if self._parts else self._package.rpartition(".")[2]

    def _key(self):
        return "/".join(self._parts)

    def __str__(self):
        folders = [self._finder.path_hook_base_str, *self._package.split("."), *self._parts]
        return os.sep.join(folders)

    def __repr__(self):
        return f"<packed resource {str(self)!r}>"

    def __eq__(self, other):
        if not isinstance(other, _Node):
            return NotImplemented
        return (self._package, self._parts) == (other._package, other._parts) and self._finder is other._finder

    def __hash__(self):
        return hash((self._package, self._parts))

    def __reduce__(self):
        raise TypeError("cannot pickle a packed resource")

    def _child(self, part):
        if not self._parts and self._is_package(f"{self._package}.{part}"):
            return _Node(self._finder, f"{self._package}.{part}", ())
        return _Node(self._finder, self._package, (*self._parts, part))

    def _is_package(self, name):
        kind = self._finder._kind(name)
        return kind is not None and kind[0]

    def joinpath(self, *descendants):
        node = self
        for descendant in descendants:
            for part in os.fspath(descendant).replace(os.sep, "/").split("/"):
                if part == "..":
                    node = node._parent()
                elif part not in ("", "."):
                    node = node._child(part)
        stored = node._finder._item(node._package, _PATHS, node._key()) if node._parts else None
        if stored is not None and node._finder._item(node._package, _DATA, node._key()) is None:
            return pathlib.Path(_stored_path(node._finder, stored))
        return node

    def __truediv__(self, child):
        return self.joinpath(child)

    def _parent(self):
        if self._parts:
            return _Node(self._finder, self._package, self._parts[:-1])
        return _Node(self._finder, self._package.rpartition(".")[0], ())

    def _module_source(self):
        if len(self._parts) != 1 or not self.name.endswith(".py"):
            return None
        stem = self.name[:-3]
        return self._finder._data(self._package if stem == "__init__" else f"{self._package}.{stem}", _SOURCE)

    def _bytes(self):
        if not self._parts:
            return None
        data = _read(self._finder, self._package, self._key())
        return self._module_source() if data is None else data

    def is_file(self):
        if not self._parts:
            return False
        if self._key() in _resource_names(self._finder, self._package):
            return True
        return self._module_source() is not None

    def is_dir(self):
        if not self._parts:
            return True
        prefix = self._key() + "/"
        return any(name.startswith(prefix) for name in _resource_names(self._finder, self._package))

    def exists(self):
        return self.is_file() or self.is_dir()

    def iterdir(self):
        if not self.is_dir():
            if self.is_file():
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(self))
            raise _missing(str(self))
        prefix = self._key() + "/" if self._parts else ""
        names = {
            name[len(prefix) :].split("/")[0]
            for name in _resource_names(self._finder, self._package)
            if name.startswith(prefix)
        }
        if not self._parts:
            names.update(self._python_names())
        for name in sorted(names):
            yield self.joinpath(name)

    def _python_names(self):
        dotted = self._package + "."
        for name, is_package, _ in self._finder._names():
            if name == self._package:
                if self._finder._data(name, _SOURCE) is not None:
                    yield "__init__.py"
            elif name.startswith(dotted) and "." not in name[len(dotted) :]:
                child = name[len(dotted) :]
                if is_package:
                    yield child
                elif self._finder._data(name, _SOURCE) is not None:
                    yield child + ".py"

    def read_bytes(self):
        data = self._bytes()
        if data is None:
            if self.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(self))
            raise _missing(str(self))
        return data

    def read_text(self, encoding=None, errors=None):
        with self.open("r", encoding=encoding, errors=errors) as file:
            return file.read()

    def open(self, mode="r", *arguments, encoding=None, errors=None, newline=None):
        if mode not in ("r", "rt", "rb"):
            raise ValueError(f"packed resources can only be read, mode {mode!r} is not possible")
        stream = io.BytesIO(self.read_bytes())
        if mode == "rb":
            return stream
        if arguments:
            encoding = arguments[1] if len(arguments) > 1 else encoding
        return io.TextIOWrapper(stream, encoding=encoding or "utf-8", errors=errors, newline=newline)


def _get_resource_reader(finder, fullname):
    kind = finder._kind(fullname)
    return OxidizedResourceReader(finder, fullname) if kind is not None and kind[0] else None


def _relative_parts(path, root):
    for separator in (os.sep, "/"):
        if path.startswith(root + separator):
            return path[len(root) + 1 :].replace(os.sep, "/").split("/")
    return None


def _module_name(parts):
    """The module whose source file is called so, or None."""
    if not parts[-1].endswith(".py"):
        return None
    stem = parts[-1][:-3]
    return ".".join(parts[:-1] if stem == "__init__" else [*parts[:-1], stem])


def _memory_data(finder, path, parts):
    module = _module_name(parts)
    source = finder._data(module, _SOURCE) if module else None
    if source is not None:
        return source
    if len(parts) < 2:
        raise OSError(errno.ENOENT, "illegal resource name: missing package component", path)
    for count in range(len(parts) - 1, 0, -1):
        package = ".".join(parts[:count])
        kind = finder._kind(package)
        if kind is not None and kind[0]:
            data = finder._item(package, _DATA, "/".join(parts[count:]))
            if data is not None:
                return data
            break
    raise OSError(errno.ENOENT, "resource not known", path)


def _file_data(finder, path, parts):
    for start in range(len(parts)):
        module = _module_name(parts[start:])
        stored = finder._data(module, _SOURCE_PATH) if module else None
        if stored is None:
            for count in range(len(parts) - 1, start, -1):
                package, name = ".".join(parts[start:count]), "/".join(parts[count:])
                stored = finder._item(package, _PATHS, name)
                if stored is not None:
                    break
        # Without a folder in front the package decides; else the stored path must be the one asked for.
        if stored is not None and (start == 0 or os.path.normpath(_stored_path(finder, stored)) == path):
            with open(_stored_path(finder, stored), "rb") as file:
                return file.read()
    raise OSError(errno.ENOENT, "resource not known", path)


def _get_data(finder, path):
    path = os.path.normpath(os.fspath(path))
    parts = _relative_parts(path, finder.path_hook_base_str)
    if parts is not None:
        return _memory_data(finder, path, parts)
    parts = _relative_parts(path, os.fspath(finder.origin))
    if parts is not None:
        return _file_data(finder, path, parts)
    raise OSError(errno.ENOENT, "resource not known", path)
