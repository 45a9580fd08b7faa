"""Namespace packages: folders without `__init__.py`."""

import importlib
import importlib.resources
import importlib.util
import pkgutil


def check_import():
    import ns_demo.inner.mod
    import ns_demo.top

    assert ns_demo.inner.mod.NAME == "ns_demo.inner.mod" and ns_demo.top.TOP == 1


def check_attributes():
    import ns_demo

    assert getattr(ns_demo, "__file__", None) is None
    assert len(list(ns_demo.__path__)) == 1
    assert ns_demo.__package__ == "ns_demo" == ns_demo.__spec__.name
    assert ns_demo.__spec__.submodule_search_locations is not None


def check_modules_are_listed():
    import ns_demo

    names = {info.name: info.ispkg for info in pkgutil.iter_modules(ns_demo.__path__)}
    assert names["top"] is False


def check_namespace_packages_are_not_listed():
    import ns_demo

    # `pkgutil` lists what has code; a folder without `__init__.py` has none.
    assert "ns_demo" not in {info.name for info in pkgutil.iter_modules()}
    assert "inner" not in {info.name for info in pkgutil.iter_modules(ns_demo.__path__)}


def check_reload():
    import ns_demo

    assert importlib.reload(ns_demo) is ns_demo


def check_resources():
    files = importlib.resources.files("ns_demo")
    assert (files / "data.txt").read_text(encoding="utf-8") == "in namespace"


def check_spec():
    spec = importlib.util.find_spec("ns_demo")
    assert spec.origin is None and spec.has_location is False
