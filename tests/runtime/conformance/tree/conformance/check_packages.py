"""`pkgutil`: listing modules."""

import importlib
import pkgutil
import sys
import warnings

from conformance import raises


def check_iter_modules_of_package():
    import sample

    found = {info.name: info.ispkg for info in pkgutil.iter_modules(sample.__path__)}
    assert found["plain"] is False and found["sub"] is True and found["__main__"] is False
    assert "__init__" not in found and "data" not in found


def check_iter_modules_with_prefix():
    import sample

    names = [info.name for info in pkgutil.iter_modules(sample.__path__, "sample.")]
    assert "sample.plain" in names and "sample.sub.deep" not in names


def check_iter_modules_is_sorted():
    import sample

    names = [info.name for info in pkgutil.iter_modules(sample.__path__)]
    assert names == sorted(names)


def check_iter_modules_finders():
    import sample

    for info in pkgutil.iter_modules(sample.__path__, "sample."):
        if info.name == "sample.plain":
            assert info.module_finder.find_spec(info.name).name == "sample.plain"


def check_iter_modules_top_level():
    names = {info.name: info.ispkg for info in pkgutil.iter_modules()}
    assert names["sample"] is True and names["single_module"] is False
    assert names["json"] is True


def check_walk_packages():
    import sample

    names = [
        info.name for info in pkgutil.walk_packages(sample.__path__, "sample.", onerror=lambda name: None)
    ]
    assert "sample.sub.inner.first" in names and "sample.sub.deep" in names


def check_resolve_name():
    assert pkgutil.resolve_name("sample.sub.deep:NAME") == "sample.sub.deep"
    assert pkgutil.resolve_name("sample.square")(4) == 16


def check_old_loader_functions():
    if sys.version_info >= (3, 14):
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        loader = pkgutil.get_loader("sample.plain")
        assert loader.get_source("sample.plain").startswith("import warnings")
        assert pkgutil.find_loader("nope_at_all") is None


def check_extend_path():
    import sample

    extended = pkgutil.extend_path(list(sample.__path__), "sample")
    assert extended[0] == sample.__path__[0]


def check_iter_importers():
    assert any(True for _ in pkgutil.iter_importers())
    assert any(True for _ in pkgutil.iter_importers("sample.plain"))


def check_iter_modules_of_stdlib_package():
    import json

    names = {info.name for info in pkgutil.iter_modules(json.__path__)}
    assert {"decoder", "encoder", "scanner", "tool"} <= names


def check_path_must_be_a_list():
    raises(ValueError, lambda: list(pkgutil.iter_modules("sample")))


def check_modulefinder_style_lookup():
    spec = importlib.util.find_spec("sample.sub.deep")
    assert spec.loader.get_code("sample.sub.deep").co_names
