"""`pkg_resources` of setuptools, as far as it is still used."""

import os
import sys

_names, _bytes = _module._metadata_names, _module._metadata_bytes
_DATA, _PATHS = 0x0C, 0x15


def register_pkg_resources():
    """Makes `pkg_resources` know packed resources; may be called repeatedly.

    What is packed becomes a part of the working set, so that `get_distribution`, `require` and `iter_entry_points` find
    it: no entry of `sys.path` leads to it.
    """
    import pkg_resources

    finder, entry_finder = _module.OxidizedFinder, _module.OxidizedPathEntryFinder
    pkg_resources.register_finder(entry_finder, pkg_resources_find_distributions)
    pkg_resources.register_loader_type(finder, OxidizedPkgResourcesProvider)
    working_set = pkg_resources.working_set
    for one in sys.meta_path:
        if isinstance(one, finder) and one.path_hook_base_str not in working_set.entries:
            working_set.add_entry(one.path_hook_base_str)


def pkg_resources_find_distributions(importer, path_item, only=False):
    """An iterator over the distributions below a path that belongs to a finder."""
    if not isinstance(importer, _module.OxidizedPathEntryFinder) or importer._path != path_item:
        return iter(())
    return iter(list(_distributions(importer, path_item, only)))


def _distributions(importer, path_item, only):
    import email.parser

    import pkg_resources

    finder, package = importer._finder, importer._package
    start = package + "." if package else ""
    for entry in sorted({*finder._names_with(_DATA), *finder._names_with(_PATHS)}):
        if not entry.startswith(start):
            continue
        # A name with dots is a package inside another one, unless it is just a distribution's name.
        if only and "." in entry[len(start) :] and finder._kind(entry)[1]:
            continue
        data = _bytes(finder, entry, "METADATA") or _bytes(finder, entry, "PKG-INFO")
        if data is None:
            continue
        headers = email.parser.BytesHeaderParser().parsebytes(data)
        provider = OxidizedPkgResourcesProvider._make(finder, entry)
        kind = pkg_resources.DistInfoDistribution if _bytes(finder, entry, "METADATA") else pkg_resources.Distribution
        yield kind(
            location=os.sep.join([path_item, *entry.split(".")]),
            metadata=provider,
            project_name=headers["Name"],
            version=headers["Version"],
            platform=None,
        )


def _normal(name):
    return name.replace("\\", "/").strip("/")


class OxidizedPkgResourcesProvider:
    """What `pkg_resources` asks for a module's metadata and resources."""

    def __init__(self, module):
        loader = getattr(module, "__loader__", None)
        if not isinstance(loader, _module.OxidizedFinder):
            raise TypeError("module was not loaded by an OxidizedFinder")
        self._finder = loader
        package = getattr(module, "__package__", None) or module.__name__
        self._package = package
        self.egg_info = None

    @classmethod
    def _make(cls, finder, package):
        self = object.__new__(cls)
        self._finder, self._package, self.egg_info = finder, package, None
        return self

    def __reduce__(self):
        raise TypeError("cannot pickle 'OxidizedPkgResourcesProvider' object")

    def has_metadata(self, name):
        return _normal(name) in _names(self._finder, self._package)

    def get_metadata_path(self, name):
        return os.sep.join([self._finder.path_hook_base_str, *self._package.split("."), name])

    def get_metadata(self, name):
        data = _bytes(self._finder, self._package, _normal(name))
        if data is None:
            raise OSError(2, "metadata not known", name)
        return data.decode("utf-8")

    def get_metadata_lines(self, name):
        lines = (line.strip() for line in self.get_metadata(name).splitlines())
        return iter([line for line in lines if line and not line.startswith("#")])

    def metadata_isdir(self, name):
        prefix = _normal(name) + "/"
        return any(known.startswith(prefix) for known in _names(self._finder, self._package))

    def metadata_listdir(self, name):
        return _children(_names(self._finder, self._package), _normal(name))

    def run_script(self, script_name, namespace):
        raise NotImplementedError("run_script is not supported for packed resources")

    def _reader(self):
        return self._finder.get_resource_reader(self._package)

    def _contents(self):
        reader = self._reader()
        return reader.contents() if reader is not None else []

    def get_resource_filename(self, manager, resource_name):
        raise NotImplementedError("packed resources have no file name")

    def get_resource_stream(self, manager, resource_name):
        reader = self._reader()
        if reader is None:
            raise OSError(2, "resource not known", resource_name)
        return reader.open_resource(_normal(resource_name))

    def get_resource_string(self, manager, resource_name):
        with self.get_resource_stream(manager, resource_name) as stream:
            return stream.read()

    def has_resource(self, resource_name):
        return _normal(resource_name) in self._contents()

    def resource_isdir(self, resource_name):
        name = _normal(resource_name)
        prefix = name + "/" if name else ""
        return any(known.startswith(prefix) for known in self._contents())

    def resource_listdir(self, resource_name):
        return _children(self._contents(), _normal(resource_name))


def _children(names, folder):
    """The files directly below a folder."""
    prefix = folder + "/" if folder else ""
    return [name[len(prefix) :] for name in names if name.startswith(prefix) and "/" not in name[len(prefix) :]]
