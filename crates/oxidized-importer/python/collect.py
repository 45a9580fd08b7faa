"""Finding resources in folders and turning them into packed ones."""

import importlib.machinery
import importlib.util
import os
import pathlib

_make = _module._make
_Source, _Bytecode = _module.PythonModuleSource, _module.PythonModuleBytecode
_Resource, _Metadata = _module.PythonPackageResource, _module.PythonPackageDistributionResource
_Extension = _module.PythonExtensionModule
_OxidizedResource = _module.OxidizedResource

_EXTENSION_SUFFIXES = tuple(importlib.machinery.EXTENSION_SUFFIXES)
_HEADER_LENGTH = 16
_METADATA_SUFFIXES = (".dist-info", ".egg-info")


def find_resources_in_path(path):
    """The Python resources below a folder, in the order of their paths.

    Plain files outside packages and eggs are skipped; `site-packages` below the folder is entered.
    """
    root = os.fspath(path)
    if not os.path.isdir(root):
        raise ValueError(f"path is not a directory: {root}")
    found = []
    _scan_root(root, found)
    return found


def _scan_root(root, found):
    packages = {os.path.relpath(folder, root) for folder, _, files in os.walk(root) if "__init__.py" in files}
    for folder, folders, files in os.walk(root):
        kept = []
        for name in sorted(folders):
            child = os.path.join(folder, name)
            if name == "site-packages":
                _scan_root(child, found)
            elif name.endswith(_METADATA_SUFFIXES):
                _scan_metadata(child, found)
            elif not name.endswith(".egg"):
                kept.append(name)
        folders[:] = kept
        where = os.path.relpath(folder, root)
        parts = [] if where == "." else where.split(os.sep)
        for file in sorted(files):
            _scan_file(root, folder, parts, file, packages, found)


def _read(*parts):
    with open(os.path.join(*parts), "rb") as file:
        return file.read()


def _scan_file(root, folder, parts, file, packages, found):
    suffix = next((suffix for suffix in _EXTENSION_SUFFIXES if file.endswith(suffix)), None)
    if file.endswith(".py"):
        stem = file[:-3]
        names = parts if stem == "__init__" else [*parts, stem]
        if names:
            source = _read(folder, file)
            found.append(_make(_Source, module=".".join(names), source=source, is_package=stem == "__init__"))
    elif file.endswith(".pyc"):
        _scan_bytecode(folder, parts, file, found)
    elif suffix is not None:
        extension = _make(_Extension, name=".".join([*parts, file[: -len(suffix)]]))
        extension._values.update(path=os.path.join(folder, file), file_name=file)
        found.append(extension)
    else:
        for count in range(len(parts), 0, -1):
            if os.path.join(*parts[:count]) in packages:
                name = "/".join([*parts[count:], file])
                found.append(_make(_Resource, package=".".join(parts[:count]), name=name, data=_read(folder, file)))
                break


def _scan_bytecode(folder, parts, file, found):
    if not parts or parts[-1] != "__pycache__":
        return
    pieces = file[:-4].split(".")
    level = 0
    if pieces[-1].startswith("opt-"):
        option = pieces.pop()[4:]
        level = int(option) if option in ("1", "2") else 0
    if len(pieces) < 2 or pieces[-1] != importlib.util.cache_from_source("x.py").split(".")[-2]:
        return
    stem = ".".join(pieces[:-1])
    names = parts[:-1] if stem == "__init__" else [*parts[:-1], stem]
    if names:
        data = _read(folder, file)[_HEADER_LENGTH:]
        package = stem == "__init__"
        found.append(
            _make(_Bytecode, module=".".join(names), bytecode=data, optimize_level=level, is_package=package)
        )


def _scan_metadata(folder, found):
    package = version = None
    for candidate in ("METADATA", "PKG-INFO"):
        path = os.path.join(folder, candidate)
        if os.path.isfile(path):
            from email.parser import BytesHeaderParser

            headers = BytesHeaderParser().parsebytes(_read(path))
            package, version = headers["Name"], headers["Version"]
            break
    if package is None:
        return
    for current, folders, files in os.walk(folder):
        folders.sort()
        for file in sorted(files):
            name = os.path.relpath(os.path.join(current, file), folder).replace(os.sep, "/")
            data = _read(current, file)
            found.append(_make(_Metadata, package=package, version=version or "", name=name, data=data))


_LOCATIONS = ("in-memory", "filesystem-relative")
_ADDABLE = (_Source, _Bytecode, _Resource, _Metadata, _Extension)
_BYTECODE = ("in_memory_bytecode", "in_memory_bytecode_opt1", "in_memory_bytecode_opt2")
_BYTECODE_PATHS = (
    "relative_path_module_bytecode",
    "relative_path_module_bytecode_opt1",
    "relative_path_module_bytecode_opt2",
)

_COMPILE = """
import marshal, sys
name, source = marshal.loads(sys.stdin.buffer.read())
sys.stdout.buffer.write(marshal.dumps(compile(source, name, "exec", dont_inherit=True)))
"""


class OxidizedResourceCollector:
    """Collects resources and turns them into packed ones."""

    def __init__(self, allowed_locations):
        locations = list(allowed_locations)
        for location in locations:
            if not isinstance(location, str):
                raise TypeError("allowed_locations must be strings")
            if location not in _LOCATIONS:
                raise ValueError(f"invalid location: {location!r}")
        self._allowed = locations
        self._entries = {}
        self._files = {}

    @property
    def allowed_locations(self):
        return list(self._allowed)

    def __repr__(self):
        return "<OxidizedResourceCollector>"

    def __reduce__(self):
        raise TypeError("cannot pickle 'OxidizedResourceCollector' object")

    def _check(self, location, resource):
        if not isinstance(resource, _ADDABLE):
            raise TypeError(f"cannot operate on {type(resource).__name__} values")
        if location not in self._allowed:
            raise ValueError(f"resource location {location} is not allowed")

    def _entry(self, name):
        entry = self._entries.get(name)
        if entry is None:
            entry = self._entries[name] = _OxidizedResource()
            entry.name = name
        return entry

    def _module(self, name, is_package):
        entry = self._entry(name)
        entry.is_module = True
        entry.is_package = entry.is_package or is_package
        return entry

    def _add_item(self, entry, attribute, name, value):
        items = getattr(entry, attribute) or {}
        items[name] = value
        setattr(entry, attribute, items)

    def add_in_memory(self, resource):
        """Adds a resource whose data go into the packed resources."""
        self._check("in-memory", resource)
        if isinstance(resource, _Source):
            self._module(resource.module, resource.is_package).in_memory_source = resource.source
        elif isinstance(resource, _Bytecode):
            entry = self._module(resource.module, resource.is_package)
            setattr(entry, _BYTECODE[resource.optimize_level], resource.bytecode)
        elif isinstance(resource, _Resource):
            entry = self._module(resource.package, True)
            self._add_item(entry, "in_memory_package_resources", resource.name, resource.data)
        elif isinstance(resource, _Metadata):
            entry = self._module(resource.package, True)
            self._add_item(entry, "in_memory_distribution_resources", resource.name, resource.data)
        else:
            entry = self._entry(resource.name)
            entry.is_extension_module = True
            entry.in_memory_extension_module_shared_library = self._library(resource)

    def _library(self, resource):
        path = resource._values.get("path")
        if path is None:
            raise ValueError(f"extension module {resource.name} has no shared library")
        return _read(path)

    def _add_file(self, path, data, executable=False):
        self._files[path] = (path, data, executable)
        return path

    def add_filesystem_relative(self, prefix, resource):
        """Adds a resource as a file below `prefix`, a folder relative to the program."""
        self._check("filesystem-relative", resource)
        if not isinstance(prefix, str):
            raise TypeError("prefix must be str")
        base = pathlib.Path(prefix)
        if isinstance(resource, _Source):
            entry = self._module(resource.module, resource.is_package)
            path = self._module_path(base, resource.module, resource.is_package)
            entry.relative_path_module_source = self._add_file(path, resource.source)
        elif isinstance(resource, _Bytecode):
            entry = self._module(resource.module, resource.is_package)
            path = self._module_path(base, resource.module, resource.is_package)
            cached = importlib.util.cache_from_source(str(path), optimization=resource.optimize_level or "")
            # Flags 1: a hash-based file that is never compared with its source.
            data = importlib.util.MAGIC_NUMBER + b"\1\0\0\0" + bytes(8) + resource.bytecode
            setattr(entry, _BYTECODE_PATHS[resource.optimize_level], self._add_file(pathlib.Path(cached), data))
        elif isinstance(resource, _Resource):
            entry = self._module(resource.package, True)
            path = base.joinpath(*resource.package.split("."), resource.name)
            self._add_file(path, resource.data)
            self._add_item(entry, "relative_path_package_resources", resource.name, path)
        elif isinstance(resource, _Metadata):
            entry = self._module(resource.package, True)
            path = base / f"{resource.package}-{resource.version}.dist-info" / resource.name
            self._add_file(path, resource.data)
            self._add_item(entry, "relative_path_distribution_resources", resource.name, path)
        else:
            data = self._library(resource)
            entry = self._entry(resource.name)
            entry.is_extension_module = True
            path = base.joinpath(*resource.name.split(".")[:-1], resource._values["file_name"])
            entry.relative_path_extension_module_shared_library = self._add_file(path, data, True)

    def _module_path(self, base, name, is_package):
        parts = name.split(".")
        return base.joinpath(*parts, "__init__.py") if is_package else base.joinpath(*parts[:-1], parts[-1] + ".py")

    def oxidize(self, python_exe=None):
        """The collected resources, and the files that have to lie beside the program.

        Parent packages that were not added are made; modules with source in memory get bytecode, compiled by
        `python_exe` (the running interpreter if it is None).
        """
        self._add_parents()
        for entry in self._entries.values():
            if entry.in_memory_source is not None and entry.in_memory_bytecode is None:
                entry.in_memory_bytecode = self._compile(entry, python_exe)
        resources = [self._entries[name] for name in sorted(self._entries)]
        return resources, [self._files[path] for path in sorted(self._files)]

    def _add_parents(self):
        for name in sorted(self._entries):
            child = self._entries[name]
            if not (child.is_module or child.is_extension_module):
                continue
            parent = name.rpartition(".")[0]
            while parent:
                known = parent in self._entries and self._entries[parent].is_module
                entry = self._module(parent, True)
                if not known:
                    entry.in_memory_source = b""
                parent = parent.rpartition(".")[0]

    def _compile(self, entry, python_exe):
        import marshal
        import sys

        if python_exe is None or os.fspath(python_exe) == sys.executable:
            return marshal.dumps(compile(entry.in_memory_source, entry.name, "exec", dont_inherit=True))
        import subprocess

        given = marshal.dumps((entry.name, entry.in_memory_source), 2)
        command = [os.fspath(python_exe), "-I", "-S", "-c", _COMPILE]
        return subprocess.run(command, input=given, stdout=subprocess.PIPE, check=True).stdout
