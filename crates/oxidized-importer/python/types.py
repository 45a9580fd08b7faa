"""Resources as Python objects."""

import os
import pathlib

_FLAGS = {
    "is_package": 0x04,
    "is_namespace_package": 0x05,
    "is_module": 0x16,
    "is_builtin_extension_module": 0x17,
    "is_frozen_module": 0x18,
    "is_extension_module": 0x19,
    "is_shared_library": 0x1A,
}
_BYTES = {
    "in_memory_source": 0x06,
    "in_memory_bytecode": 0x07,
    "in_memory_bytecode_opt1": 0x08,
    "in_memory_bytecode_opt2": 0x09,
    "in_memory_extension_module_shared_library": 0x0A,
    "in_memory_shared_library": 0x0D,
}
_BYTE_MAPS = {"in_memory_package_resources": 0x0B, "in_memory_distribution_resources": 0x0C}
_PATHS = {
    "relative_path_module_source": 0x0F,
    "relative_path_module_bytecode": 0x10,
    "relative_path_module_bytecode_opt1": 0x11,
    "relative_path_module_bytecode_opt2": 0x12,
    "relative_path_extension_module_shared_library": 0x13,
}
_PATH_MAPS = {"relative_path_package_resources": 0x14, "relative_path_distribution_resources": 0x15}


def _encode_path(path):
    text = os.fspath(path)
    return text.encode("utf-16-le") if os.name == "nt" else os.fsencode(text)


def _decode_path(data):
    return pathlib.Path(data.decode("utf-16-le") if os.name == "nt" else os.fsdecode(data))


def _check(value, kind, name):
    if not isinstance(value, kind):
        expected = kind.__name__ if isinstance(kind, type) else " or ".join(k.__name__ for k in kind)
        raise TypeError(f"{name} must be {expected}, not {type(value).__name__}")
    return value


def _text(value, name):
    return _check(value, str, name)


def _flag(value, name):
    return _check(value, bool, name)


def _bytes(value, name):
    if isinstance(value, str) or value is None:
        raise TypeError(f"{name} must be bytes-like, not {type(value).__name__}")
    return bytes(memoryview(value))


def _path(value, name):
    return pathlib.Path(_check(value, (str, os.PathLike), name))


def _optional(convert):
    def converted(value, name):
        return None if value is None else convert(value, name)

    return converted


def _map(convert):
    def converted(value, name):
        if value is None:
            return None
        _check(value, dict, name)
        return {_text(key, name): convert(item, name) for key, item in value.items()}

    return converted


def _names(value, name):
    if value is None:
        return None
    _check(value, list, name)
    return [_text(item, name) for item in value]


def _copy(value):
    return type(value)(value) if isinstance(value, (dict, list)) else value


def _member(name, convert):
    """A property that checks what is set, gives copies, and cannot be deleted."""

    def get(self):
        return _copy(self._values[name])

    def set(self, value):
        self._values[name] = convert(value, name)

    def delete(self):
        raise AttributeError(f"cannot delete {name}")

    return property(get, set, delete)


class OxidizedResource:
    """One resource of a finder: its name, what it is, its data."""

    __slots__ = ("_values",)

    def __init__(self):
        self._values = {"name": "", "shared_library_dependency_names": None}
        self._values.update(dict.fromkeys(_FLAGS, False))
        for names in (_BYTES, _BYTE_MAPS, _PATHS, _PATH_MAPS):
            self._values.update(dict.fromkeys(names))

    name = _member("name", _text)
    shared_library_dependency_names = _member("shared_library_dependency_names", _names)
    for _name in _FLAGS:
        locals()[_name] = _member(_name, _flag)
    for _name in _BYTES:
        locals()[_name] = _member(_name, _optional(_bytes))
    for _name in _BYTE_MAPS:
        locals()[_name] = _member(_name, _map(_bytes))
    for _name in _PATHS:
        locals()[_name] = _member(_name, _optional(_path))
    for _name in _PATH_MAPS:
        locals()[_name] = _member(_name, _map(_path))
    del _name

    def __repr__(self):
        return f'<OxidizedResource name="{self.name}">'

    def __reduce__(self):
        raise TypeError("cannot pickle 'OxidizedResource' object")


def _from_description(description):
    name, flags, data, items, dependencies = description
    resource = OxidizedResource()
    values = resource._values
    values["name"] = name
    values["shared_library_dependency_names"] = dependencies
    for attribute, tag in _FLAGS.items():
        values[attribute] = tag in flags
    for attribute, tag in _BYTES.items():
        values[attribute] = data.get(tag)
    for attribute, tag in _BYTE_MAPS.items():
        values[attribute] = items.get(tag)
    for attribute, tag in _PATHS.items():
        values[attribute] = _decode_path(data[tag]) if tag in data else None
    for attribute, tag in _PATH_MAPS.items():
        paths = items.get(tag)
        values[attribute] = None if paths is None else {key: _decode_path(path) for key, path in paths.items()}
    return resource


def _describe(resource):
    values = resource._values
    flags = {tag: True for attribute, tag in _FLAGS.items() if values[attribute]}
    data = {tag: values[attribute] for attribute, tag in _BYTES.items() if values[attribute] is not None}
    items = {tag: values[attribute] for attribute, tag in _BYTE_MAPS.items() if values[attribute] is not None}
    for attribute, tag in _PATHS.items():
        if values[attribute] is not None:
            data[tag] = _encode_path(values[attribute])
    for attribute, tag in _PATH_MAPS.items():
        if values[attribute] is not None:
            items[tag] = {key: _encode_path(path) for key, path in values[attribute].items()}
    return (values["name"], flags, data, items, values["shared_library_dependency_names"])


def _indexed_resources(finder):
    return [_from_description(finder._describe(name)) for name in sorted(name for name, _, _ in finder._names())]


def _add_resource(finder, resource):
    finder._add(_describe(_check(resource, OxidizedResource, "resource")))


def _add_resources(finder, resources):
    for resource in resources:
        _add_resource(finder, resource)


class _Found:
    """Base of what `find_resources_in_path` gives; made by that function only."""

    __slots__ = ("_values",)
    _fields = {}
    _shown = ()

    def __new__(cls, *arguments, **keywords):
        raise TypeError(f"cannot create '{cls.__name__}' instances")

    def __repr__(self):
        shown = ", ".join(f'{label}="{self._values[field]}"' for label, field in self._shown)
        return f"<{type(self).__name__} {shown}>"

    def __reduce__(self):
        raise TypeError(f"cannot pickle '{type(self).__name__}' object")


def _level(value, name):
    if _check(value, int, name) not in (0, 1, 2):
        raise ValueError("optimize_level must be 0, 1 or 2")
    return int(value)


def _make(cls, **values):
    """Makes an instance of one of the classes below."""
    self = object.__new__(cls)
    self._values = values
    return self


class PythonModuleSource(_Found):
    """Source code of a module."""

    __slots__ = ()
    _shown = (("module", "module"),)
    module = _member("module", _text)
    source = _member("source", _bytes)
    is_package = _member("is_package", _flag)


class PythonModuleBytecode(_Found):
    """Bytecode of a module."""

    __slots__ = ()
    _shown = (("module", "module"),)
    module = _member("module", _text)
    bytecode = _member("bytecode", _bytes)
    optimize_level = _member("optimize_level", _level)
    is_package = _member("is_package", _flag)


class PythonPackageResource(_Found):
    """A resource file of a package."""

    __slots__ = ()
    _shown = (("package", "package"), ("path", "name"))
    package = _member("package", _text)
    name = _member("name", _text)
    data = _member("data", _bytes)


class PythonPackageDistributionResource(_Found):
    """A file of a distribution's metadata."""

    __slots__ = ()
    _shown = (("package", "package"), ("path", "name"))
    package = _member("package", _text)
    version = _member("version", _text)
    name = _member("name", _text)
    data = _member("data", _bytes)


class PythonExtensionModule(_Found):
    """An extension module in a shared library."""

    __slots__ = ()
    _shown = (("module", "name"),)

    @property
    def name(self):
        return self._values["name"]
