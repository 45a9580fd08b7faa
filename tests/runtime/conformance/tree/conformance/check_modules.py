"""Attributes of modules and specs."""

import importlib
import importlib.machinery
import importlib.util
import os
import sys
import types

from conformance import PLACE, forget, raises


def check_names():
    import sample.sub.deep as deep

    assert deep.__name__ == "sample.sub.deep" == deep.NAME == deep.__spec__.name
    assert deep.__package__ == "sample.sub" == deep.PACKAGE == deep.__spec__.parent
    assert type(deep) is types.ModuleType


def check_package_names():
    import sample.sub

    assert sample.sub.__package__ == "sample.sub" == sample.sub.__spec__.parent
    assert sample.__package__ == "sample"


def check_loader_is_the_same_everywhere():
    import sample.plain

    assert sample.plain.__loader__ is sample.plain.__spec__.loader
    assert sample.plain.__spec__.loader is not None


def check_file_of_module():
    import sample.plain

    assert isinstance(sample.plain.__file__, str)
    assert os.path.isabs(sample.plain.__file__)
    assert sample.plain.__file__.endswith(os.path.join("sample", "plain.py"))


def check_file_of_package():
    import sample

    assert sample.__file__.endswith(os.path.join("sample", "__init__.py"))


def check_origin_is_file():
    import sample.sub.deep

    for module in (sample, sample.sub, sample.sub.deep):
        assert module.__spec__.origin == module.__file__
        assert module.__spec__.has_location is True


def check_path_of_package():
    import sample.sub

    for module in (sample, sample.sub):
        assert isinstance(module.__path__, list) and len(module.__path__) == 1
        assert module.__path__[0] == os.path.dirname(module.__file__)
        assert module.__spec__.submodule_search_locations == module.__path__


def check_modules_have_no_path():
    import sample.plain

    assert not hasattr(sample.plain, "__path__")
    assert sample.plain.__spec__.submodule_search_locations is None


def check_file_beside_package_file():
    import sample.plain

    assert os.path.dirname(sample.plain.__file__) == os.path.dirname(sample.__file__)


def check_docstring():
    import sample

    assert sample.__doc__ == "A package that the checks look at."


def check_builtins():
    import sample.plain

    assert "__builtins__" in vars(sample.plain)


def check_repr():
    import sample.plain

    assert repr(sample.plain) == f"<module 'sample.plain' from {sample.plain.__file__!r}>"


def check_spec_of_imported_module():
    import sample.plain

    assert importlib.util.find_spec("sample.plain") is sample.plain.__spec__


def check_spec_of_unimported_module():
    forget("sample.rel")
    spec = importlib.util.find_spec("sample.rel")
    assert "sample.rel" not in sys.modules
    assert spec.name == "sample.rel" and spec.parent == "sample"
    assert spec.origin.endswith(os.path.join("sample", "rel.py"))
    assert spec.loader_state is None


def check_spec_imports_parents():
    forget("many")
    spec = importlib.util.find_spec("many.a.c")
    assert spec.name == "many.a.c"
    assert "many.a" in sys.modules and "many.a.c" not in sys.modules


def check_spec_of_missing_module():
    assert importlib.util.find_spec("sample.nope") is None
    assert importlib.util.find_spec("nope_at_all") is None


def check_spec_below_module():
    error = raises(ModuleNotFoundError, importlib.util.find_spec, "sample.plain.below")
    assert error.name == "sample.plain.below"


def check_relative_spec():
    assert importlib.util.find_spec(".plain", "sample").name == "sample.plain"


def check_specs_are_equal_but_new():
    finder_specs = [importlib.machinery.PathFinder.find_spec, None]
    assert finder_specs
    forget("single_module")
    first = importlib.util.find_spec("single_module")
    second = importlib.util.find_spec("single_module")
    assert first == second and first is not second


def check_spec_repr():
    import sample.plain

    text = repr(sample.plain.__spec__)
    assert text.startswith("ModuleSpec(name='sample.plain', loader=") and sample.plain.__file__ in text


def check_module_from_spec():
    spec = importlib.util.find_spec("single_module")
    module = importlib.util.module_from_spec(spec)
    assert module.__spec__ is spec and module.__file__ == spec.origin
    assert not hasattr(module, "x")
    spec.loader.exec_module(module)
    assert module.x == 5
    assert sys.modules.get("single_module") is not module


def check_loader_methods():
    import sample.plain as plain

    loader = plain.__loader__
    assert loader.get_filename("sample.plain") == plain.__file__
    assert loader.get_source("sample.plain").startswith("import warnings")
    assert loader.is_package("sample.plain") is False
    code = loader.get_code("sample.plain")
    assert code.co_filename == plain.__file__ and code.co_name == "<module>"


def check_loader_of_package():
    import sample

    assert sample.__loader__.is_package("sample") is True


def check_loader_get_data():
    import sample

    path = os.path.join(os.path.dirname(sample.__file__), "binary.dat")
    assert sample.__loader__.get_data(path) == b"\x00\x01\x02\xff"
    assert sample.__loader__.get_data(sample.__file__).startswith(b'"""A package')


def check_loader_get_data_in_folders():
    import sample

    path = os.path.join(os.path.dirname(sample.__file__), "data", "nested", "two.txt")
    assert sample.__loader__.get_data(path) == b"two"


def check_loader_get_data_missing():
    import sample

    path = os.path.join(os.path.dirname(sample.__file__), "nope.txt")
    error = raises(FileNotFoundError, sample.__loader__.get_data, path)
    assert error.filename == path


def check_loader_of_unknown_name():
    import sample

    raises(ImportError, sample.__loader__.get_filename, "nope_at_all")


def check_code_filename():
    import sample.plain

    assert sample.plain.called.__code__.co_filename == sample.plain.__file__
    assert sample.Point.Inner.method.__code__.co_filename == sample.__file__


def check_path_entry_finder():
    import pkgutil

    import sample

    finder = pkgutil.get_importer(sample.__path__[0])
    assert finder is not None
    assert finder.find_spec("sample.plain").name == "sample.plain"
    assert finder.find_spec("sample.nope") is None
    finder.invalidate_caches()


def check_path_finder_with_package_path():
    import sample

    spec = importlib.machinery.PathFinder.find_spec("sample.plain", sample.__path__)
    assert spec is not None and spec.origin == os.path.join(sample.__path__[0], "plain.py")


def check_invalidate_caches():
    importlib.invalidate_caches()
    import sample

    assert sample.VALUE == 1


def check_standard_library_has_files():
    import json
    import os as os_module
    import types as types_module

    for module in (json, os_module, types_module):
        assert os_module.path.isabs(module.__file__)
    assert json.__file__.endswith(os.path.join("json", "__init__.py"))


def check_stdlib_folder_is_common():
    import types as types_module

    if sys.version_info >= (3, 11):
        assert os.path.dirname(os.__file__) == os.path.dirname(types_module.__file__)


def check_meta_path_protocol():
    for finder in sys.meta_path:
        assert hasattr(finder, "find_spec")
        assert finder.find_spec("nope_at_all", None) is None
        assert finder.find_spec("nope_at_all", None, None) is None


def check_encodings_look_loaded():
    import encodings

    assert encodings.__spec__.name == "encodings" and encodings.__path__
    assert encodings.__file__.endswith(os.path.join("encodings", "__init__.py"))
    import encodings.cp437

    assert "é".encode("cp437") == b"\x82"


def check_extension_module():
    import _json

    if hasattr(_json, "__file__"):
        assert _json.__spec__.origin == _json.__file__
        assert _json.__file__.endswith(tuple(importlib.machinery.EXTENSION_SUFFIXES))
    import _ctypes

    assert _ctypes.__spec__.name == "_ctypes" and not hasattr(_ctypes, "__path__")
    assert importlib.util.find_spec("_ctypes").loader.is_package("_ctypes") is False


def check_builtin_modules():
    import errno

    assert errno.__spec__.origin == "built-in"
    assert errno.__loader__ is importlib.machinery.BuiltinImporter
    assert not hasattr(errno, "__file__")


def check_place_is_as_asked():
    import sample

    assert os.path.exists(sample.__file__) == (PLACE != "memory")
