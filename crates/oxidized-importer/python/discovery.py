"""Tests in packages in memory, for `unittest`; apart from the other hooks because many programs import it."""

import os


def _teach_unittest(finder, loader):
    """Lets `unittest` discover tests in packages in memory: it walks through folders."""
    base = finder.path_hook_base_str

    def package_at(path):
        name = path[len(base) + 1 :].replace(os.sep, ".") if path.startswith(base + os.sep) else ""
        return name if name and (finder._kind(name) or (False,))[0] else None

    class Paths:
        def __getattr__(self, name):
            return getattr(os.path, name)

        def isdir(self, path):
            return package_at(path) is not None or os.path.isdir(path)

        def isfile(self, path):
            return _module._module_of_file(finder, path) is not None or os.path.isfile(path)

    class System:
        path = Paths()

        def __getattr__(self, name):
            return getattr(os, name)

        def listdir(self, path):
            package = package_at(path)
            if package is None:
                return os.listdir(path)
            children = _module._iter_modules(finder, package)
            return ["__init__.py", *(name if is_package else f"{name}.py" for name, is_package in children)]

    loader.os = System()
