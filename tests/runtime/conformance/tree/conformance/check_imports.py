"""What import statements do."""

import builtins
import importlib
import importlib.util
import sys

from conformance import forget, raises


def check_relative_imports():
    import sample.rel

    assert sample.rel.result == (1, "sample.plain", "sample.sub.deep", "sample.sub.deep")


def check_parent_import():
    import sample.sub

    assert sample.sub.PARENT_VALUE == 1


def check_parent_gets_attribute():
    forget("many")
    import many

    assert not hasattr(many, "a")
    import many.a.c

    assert many.a.c.C == 3 and many.a.A == 1


def check_from_package_import_submodule():
    forget("many")
    from many import b

    assert b.B == 2


def check_star_import():
    forget("sample")
    namespace = {}
    exec("from sample import *", namespace)
    assert "square" in namespace and namespace["plain"].__name__ == "sample.plain"
    assert "VALUE" not in namespace


def check_import_as():
    import sample.sub.deep as d

    assert d.NAME == "sample.sub.deep"


def check_cycle():
    forget("sample.sub.inner")
    import sample.sub.inner.first

    assert sample.sub.inner.first.value == 7
    assert sample.sub.inner.second.first is sample.sub.inner.first


def check_missing_module():
    error = raises(ModuleNotFoundError, importlib.import_module, "nope_at_all")
    assert error.name == "nope_at_all" and str(error) == "No module named 'nope_at_all'"


def check_missing_submodule():
    error = raises(ModuleNotFoundError, importlib.import_module, "sample.nope")
    assert error.name == "sample.nope" and str(error) == "No module named 'sample.nope'"


def check_below_module():
    error = raises(ModuleNotFoundError, importlib.import_module, "sample.plain.below")
    assert str(error) == "No module named 'sample.plain.below'; 'sample.plain' is not a package"


def check_missing_name():
    def attempt():
        from sample import nothing_like_this  # noqa: F401

    error = raises(ImportError, attempt)
    assert error.name == "sample"
    import sample

    assert error.path == sample.__file__ and sample.__file__ in str(error)


def check_missing_dependency():
    error = raises(ModuleNotFoundError, importlib.import_module, "sample.missing_dep")
    assert error.name == "no_such_module_anywhere"
    assert "sample.missing_dep" not in sys.modules


def check_failing_module_is_forgotten():
    for _ in range(2):
        error = raises(RuntimeError, importlib.import_module, "sample.failing")
        assert str(error) == "import fails here"
        assert "sample.failing" not in sys.modules


def check_none_in_modules_blocks():
    sys.modules["single_module"] = None
    try:
        raises(ModuleNotFoundError, importlib.import_module, "single_module")
    finally:
        del sys.modules["single_module"]
    assert importlib.import_module("single_module").x == 5


def check_modules_run_once():
    import sample.plain

    sample.plain.COUNT += 1
    before = sample.plain.COUNT
    again = importlib.import_module("sample.plain")
    assert again is sample.plain
    assert before == again.COUNT


def check_reload():
    import sample.plain

    sample.plain.COUNT = 10
    sample.plain.extra = "kept"
    spec = sample.plain.__spec__
    again = importlib.reload(sample.plain)
    assert again is sample.plain and again.COUNT == 0 and again.extra == "kept"
    assert again.__spec__ == spec and again.__file__ == spec.origin


def check_reload_package():
    import sample

    assert importlib.reload(sample) is sample
    assert sample.__path__ and sample.__spec__.submodule_search_locations


def check_module_replaces_itself():
    forget("sample.stubborn")
    import sample.stubborn

    assert sample.stubborn.value == 42 and sys.modules["sample.stubborn"].value == 42


def check_module_getattr():
    from sample import dynamic
    from sample.dynamic import computed

    assert computed == "by module getattr" and dir(dynamic) == ["computed"]


def check_import_module_relative():
    assert importlib.import_module("..plain", "sample.sub").__name__ == "sample.plain"
    assert importlib.import_module(".deep", "sample.sub").__name__ == "sample.sub.deep"
    raises(TypeError, importlib.import_module, ".deep")
    raises(ImportError, importlib.import_module, "....x", "sample.sub")


def check_dunder_import():
    assert __import__("sample.sub.deep").__name__ == "sample"
    assert __import__("sample.sub.deep", fromlist=["NAME"]).__name__ == "sample.sub.deep"
    names = {"__package__": "sample", "__name__": "sample.rel"}
    assert __import__("plain", names, level=1).__name__ == "sample.plain"
    assert __import__("plain", names, fromlist=["called"], level=1).__name__ == "sample.plain"


def check_import_hook_sees_names():
    seen = []
    original = builtins.__import__

    def hook(name, *arguments, **keywords):
        seen.append(name)
        return original(name, *arguments, **keywords)

    forget("sample.rel")
    builtins.__import__ = hook
    try:
        importlib.import_module("sample.rel")
    finally:
        builtins.__import__ = original
    assert "sub" in seen and "plain" in seen


def check_own_finder_first():
    class Finder:
        def find_spec(self, name, path, target=None):
            if name == "made_by_hand":
                return importlib.util.spec_from_loader(name, self)
            return None

        def create_module(self, spec):
            return None

        def exec_module(self, module):
            module.made = True

    sys.meta_path.insert(0, Finder())
    try:
        assert importlib.import_module("made_by_hand").made
        assert importlib.import_module("single_module").x == 5
    finally:
        del sys.meta_path[0]


def check_lazy_loader():
    forget("single_module")
    spec = importlib.util.find_spec("single_module")
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert type(module).__name__ == "_LazyModule"
    assert module.x == 5 and type(module).__name__ == "module"


def check_source_encodings():
    import sample.crlf
    import sample.latin
    import sample.marked

    assert sample.latin.TEXT == "café"
    assert sample.crlf.second() == "crlf"
    assert sample.marked.BOM == "with mark"


def check_threads_import_once():
    import threading

    forget("many")
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(importlib.import_module("many.a.c"))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and all(module is found[0] for module in found)


def check_submodule_after_parent_was_forgotten():
    import many.a

    before = sys.modules["many.a"]
    del sys.modules["many"]
    import many.b

    assert many.b.B == 2 and sys.modules["many.a"] is before
    forget("many")


def check_init_is_the_package():
    import sample.__init__

    assert sample.VALUE == 1


def check_importtime_option():
    from conformance import child

    done = child("-X", "importtime", code="import sample.rel")
    assert done.returncode == 0 and "sample.rel" in done.stderr


def check_verbose_option():
    from conformance import child

    done = child("-v", code="import sample.rel")
    assert done.returncode == 0 and "sample.rel" in done.stderr


def check_optimized_interpreter():
    from conformance import child

    done = child("-O", code="import sample.rel, json; print(sample.rel.VALUE, __debug__)")
    assert done.stdout.split() == ["1", "False"], done.stderr
