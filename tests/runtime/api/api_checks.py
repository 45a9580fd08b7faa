"""The Python API of `oxidized_importer`, checked inside a built program. Run as `python -m api_checks`."""

from __future__ import annotations

import json
import os
import pathlib
import pickle
import sys
import tempfile
import traceback
import types

import oxidized_importer as o

FINDER = sys.meta_path[0]


def raises(kind, function, *arguments, **keywords):
    try:
        function(*arguments, **keywords)
    except kind as error:
        return error
    raise AssertionError(f"{function} did not raise {kind}")


def resource(name, **values):
    made = o.OxidizedResource()
    made.name = name
    for attribute, value in values.items():
        setattr(made, attribute, value)
    return made


def check_names():
    names = {name for name in dir(o) if not name.startswith("_")}
    expected = {
        "OxidizedDistribution",
        "OxidizedFinder",
        "OxidizedPathEntryFinder",
        "OxidizedPkgResourcesProvider",
        "OxidizedResource",
        "OxidizedResourceCollector",
        "OxidizedResourceReader",
        "PythonExtensionModule",
        "PythonModuleBytecode",
        "PythonModuleSource",
        "PythonPackageDistributionResource",
        "PythonPackageResource",
        "decode_source",
        "find_resources_in_path",
        "pkg_resources_find_distributions",
        "register_pkg_resources",
    }
    assert expected <= names <= expected | {"OxidizedZipFinder"}, names ^ expected
    for name in names:
        assert getattr(o, name).__module__ == "oxidized_importer", name
        assert getattr(o, name).__name__ == name
    raises(AttributeError, getattr, o, "no_such_name")


def check_finder_attributes():
    assert FINDER.multiprocessing_set_start_method == "fork"
    assert FINDER.path_hook_base_str == sys.executable
    assert FINDER.origin == os.path.dirname(sys.executable)
    assert FINDER.pkg_resources_import_auto_register is True
    raises(AttributeError, setattr, FINDER, "origin", "/")


def check_new_finder():
    finder = o.OxidizedFinder()
    assert finder.multiprocessing_set_start_method is None
    assert finder.origin == os.path.dirname(sys.executable)
    assert finder.indexed_resources() == [] and finder.find_spec("json", None) is None
    assert (
        o.OxidizedFinder("/a").origin
        == "/a"
        == o.OxidizedFinder(relative_path_origin=pathlib.Path("/a")).origin
    )
    for wrong in (True, 1, [], object()):
        raises(TypeError, o.OxidizedFinder, wrong)
    raises(TypeError, o.OxidizedFinder, "a", "b")
    raises(TypeError, o.OxidizedFinder, other="a")


def check_index_bytes():
    finder = o.OxidizedFinder()
    blob = FINDER.serialize_indexed_resources()
    for data in (blob, bytearray(blob), memoryview(blob)):
        finder.index_bytes(data)
    assert len(finder.indexed_resources()) > 50
    raises(TypeError, finder.index_bytes, "text")
    raises(TypeError, finder.index_bytes)
    for bad, message in [
        (b"", "error reading 8 byte header"),
        (b"pyembed\x02rest", "unrecognized file format"),
        (blob[:-5], "section"),
        (b"pyembed\x03\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00", "mismatch"),
    ]:
        assert message in str(raises(ValueError, finder.index_bytes, bad)), bad[:10]


def check_index_file():
    finder = o.OxidizedFinder()
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "blob")
        path.write_bytes(FINDER.serialize_indexed_resources())
        finder.index_file_memory_mapped(path)
        finder.index_file_memory_mapped(str(path))
        assert finder.find_spec("json", None).name == "json"
        error = raises(FileNotFoundError, finder.index_file_memory_mapped, os.path.join(folder, "no"))
        assert error.filename.endswith("no")


def check_index_interpreter():
    finder = o.OxidizedFinder()
    finder.index_interpreter_builtin_extension_modules()
    assert {r.name for r in finder.indexed_resources() if r.is_builtin_extension_module} >= {"sys", "errno"}
    finder.index_interpreter_frozen_modules()
    assert any(r.is_frozen_module and r.name == "zipimport" for r in finder.indexed_resources())
    finder = o.OxidizedFinder()
    finder.index_interpreter_builtins()
    assert finder.find_spec("errno", None).origin == "built-in"
    assert finder.serialize_indexed_resources() == o.OxidizedFinder().serialize_indexed_resources()
    assert len(finder.serialize_indexed_resources(ignore_builtin=False)) > 100


def check_indexed_resources_are_copies():
    first = {r.name: r for r in FINDER.indexed_resources()}
    assert list(first) == sorted(first)
    json_package = first["json"]
    assert json_package.is_package and json_package.is_module and type(json_package.in_memory_source) is bytes
    json_package.in_memory_source = b"changed"
    assert FINDER.get_source("json") != "changed"
    assert repr(json_package) == '<OxidizedResource name="json">'


def check_add_resource():
    FINDER.add_resource(resource("added_one", is_module=True, in_memory_source=b"x = 5"))
    import added_one

    assert added_one.x == 5
    FINDER.add_resource(resource("added_one", is_module=True, in_memory_source=b"y = 6"))
    import importlib

    assert importlib.reload(added_one).y == 6
    made = [resource(f"added_{n}", is_module=True, in_memory_source=b"z = 1") for n in "ab"]
    FINDER.add_resources(iter(made))
    import added_a
    import added_b

    assert added_a.z == added_b.z == 1
    raises(TypeError, FINDER.add_resource, "text")
    raises(TypeError, FINDER.add_resources, [1])


def check_added_namespace_package():
    FINDER.add_resource(resource("added_ns", is_namespace_package=True))
    FINDER.add_resource(resource("added_ns.m", is_module=True, in_memory_source=b"v = 1"))
    import added_ns.m

    assert added_ns.m.v == 1 and not hasattr(added_ns, "__file__")


def check_serialize_round_trip():
    every = resource(
        "all.of.it",
        is_module=True,
        is_package=True,
        is_namespace_package=True,
        is_extension_module=True,
        is_shared_library=True,
        in_memory_source=b"s",
        in_memory_bytecode=b"0",
        in_memory_bytecode_opt1=b"1",
        in_memory_bytecode_opt2=b"2",
        in_memory_extension_module_shared_library=b"e",
        in_memory_shared_library=b"l",
        in_memory_package_resources={"r": b"1", "d/r": b""},
        in_memory_distribution_resources={"METADATA": b"m"},
        shared_library_dependency_names=["a", "b"],
        relative_path_module_source=pathlib.Path("lib/x.py"),
        relative_path_module_bytecode=pathlib.Path("lib/x.pyc"),
        relative_path_module_bytecode_opt1="lib/x1.pyc",
        relative_path_module_bytecode_opt2="lib/x2.pyc",
        relative_path_extension_module_shared_library="lib/x.so",
        relative_path_package_resources={"p": pathlib.Path("lib/p")},
        relative_path_distribution_resources={"RECORD": pathlib.Path("lib/RECORD")},
    )
    finder = o.OxidizedFinder()
    finder.add_resource(every)
    again = o.OxidizedFinder()
    again.index_bytes(finder.serialize_indexed_resources())
    (found,) = again.indexed_resources()
    names = [name for name in dir(o.OxidizedResource) if not name.startswith("_")]
    assert len(names) >= 21
    for name in names:
        assert getattr(found, name) == getattr(every, name), name
    assert isinstance(found.relative_path_module_bytecode_opt1, pathlib.Path)


def check_resource_types():
    made = o.OxidizedResource()
    assert made.name == "" and made.is_module is False and made.in_memory_source is None
    for attribute, wrong in [
        ("name", 1),
        ("name", None),
        ("is_module", 1),
        ("in_memory_source", "text"),
        ("in_memory_package_resources", [1]),
        ("in_memory_package_resources", {"a": "text"}),
        ("shared_library_dependency_names", "ab"),
        ("shared_library_dependency_names", [1]),
        ("relative_path_module_source", 3),
        ("relative_path_package_resources", {"a": 1}),
    ]:
        raises(TypeError, setattr, made, attribute, wrong)
    raises(AttributeError, delattr, made, "name")
    raises(AttributeError, setattr, made, "no_such_attribute", 1)
    made.in_memory_package_resources = {"a": b"1"}
    made.in_memory_package_resources["b"] = b"2"
    assert made.in_memory_package_resources == {"a": b"1"}
    made.in_memory_source = bytearray(b"x")
    assert made.in_memory_source == b"x"
    made.in_memory_source = None
    raises(TypeError, pickle.dumps, made)


def check_path_hook():
    base = FINDER.path_hook_base_str
    top = FINDER.path_hook(base)
    assert type(top).__name__ == "OxidizedPathEntryFinder" and top._package == ""
    assert FINDER.path_hook(base + "/email/mime")._package == "email.mime"
    assert FINDER.path_hook(base + "\\email\\mime")._package == "email.mime"
    assert top.find_spec("json").name == "json" and top.find_spec("json.decoder") is None
    below = FINDER.path_hook(base + "/json")
    assert below.find_spec("json.decoder").name == "json.decoder" and below.find_spec("textwrap") is None
    assert ("decoder", False) in below.iter_modules() and ("p.decoder", False) in below.iter_modules("p.")
    assert below.invalidate_caches() is None
    for bad in (
        "/x",
        base + "/",
        base + "//json",
        base + "/json/",
        base + "/.json",
        base + "/a..b",
        base + "x",
    ):
        error = raises(ImportError, FINDER.path_hook, bad)
        assert bad.startswith(base + "/") <= (error.__cause__ is not None), bad
    for wrong in (b"bytes", 1, None, pathlib.Path(base)):
        assert raises(ImportError, FINDER.path_hook, wrong).__cause__ is not None
    raises(TypeError, o.OxidizedPathEntryFinder)
    raises(TypeError, pickle.dumps, top)


def check_reader():
    reader = FINDER.get_resource_reader("api_package")
    assert type(reader) is o.OxidizedResourceReader
    assert reader.contents() == ["deep/b.txt", "file.txt"]
    assert reader.open_resource("file.txt").read() == b"content" and reader.is_resource("deep/b.txt") is True
    for missing in (reader.open_resource, reader.is_resource, reader.resource_path):
        raises(FileNotFoundError, missing, "nope")
    raises(FileNotFoundError, reader.resource_path, "file.txt")
    assert FINDER.get_resource_reader("textwrap") is None and FINDER.get_resource_reader("nope") is None
    raises(TypeError, pickle.dumps, reader)


def check_get_data_errors():
    base = FINDER.path_hook_base_str
    assert FINDER.get_data(base + "/api_package/file.txt") == b"content"
    for path, message in [
        (base + "/file.txt", "illegal resource name: missing package component"),
        (base + "/api_package/nope", "resource not known"),
        ("/etc/hostname", "resource not known"),
        ("relative", "resource not known"),
    ]:
        error = raises(FileNotFoundError, FINDER.get_data, path)
        assert message in str(error) and error.filename == path, error


def check_loader_methods():
    assert FINDER.get_code("nope") is None and FINDER.get_source("nope") is None
    assert isinstance(FINDER.get_code("json"), types.CodeType)
    assert "unknown module" in str(raises(ImportError, FINDER.get_filename, "nope"))
    raises(ImportError, FINDER.is_package, "nope")
    assert FINDER.is_package("json") is True and FINDER.is_package("json.__init__") is True
    assert FINDER.find_spec("json.__init__", None).name == "json"
    assert FINDER.find_module("json", None) is FINDER and FINDER.find_module("nope", None) is None
    assert ("json", True) in FINDER.iter_modules() and ("x.json", True) in FINDER.iter_modules("x.")
    assert (
        not any(name in ("sys", "zipimport") for name, _ in FINDER.iter_modules())
        or "zipimport" in sys.modules
    )
    raises(TypeError, FINDER.find_spec)
    raises(TypeError, FINDER.find_spec, 1)
    raises(TypeError, FINDER.find_spec, "a", nope=1)
    raises(TypeError, FINDER.get_code, "a", "b")
    raises(TypeError, pickle.dumps, FINDER)
    raises(ImportError, FINDER.exec_module, types.ModuleType("nope"))


def check_broken_bytecode():
    import importlib
    import marshal

    FINDER.add_resource(resource("broken_code", is_module=True, in_memory_bytecode=b"\xff\xff"))
    raises((ValueError, EOFError, TypeError), importlib.import_module, "broken_code")
    FINDER.add_resource(resource("broken_code", is_module=True, in_memory_bytecode=marshal.dumps(5)))
    raises(ImportError, importlib.import_module, "broken_code")
    FINDER.add_resource(resource("broken_code", is_module=True, in_memory_source=b"def"))
    raises(SyntaxError, importlib.import_module, "broken_code")
    FINDER.add_resource(
        resource("broken_code", is_module=True, relative_path_module_source="no/such/file.py")
    )
    raises(FileNotFoundError, importlib.import_module, "broken_code")
    assert "broken_code" not in sys.modules


def check_decode_source():
    import io

    assert o.decode_source(io, b"# coding: latin-1\r\nx = '\xe9'\r\n") == "# coding: latin-1\nx = 'é'\n"


def check_find_resources():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        package = folder / "site-packages" / "p"
        package.mkdir(parents=True)
        (folder / "single.py").write_text("x = 1")
        (package / "__init__.py").write_text("")
        (package / "data.txt").write_text("d")
        (package / f"native{__import__('importlib').machinery.EXTENSION_SUFFIXES[0]}").write_bytes(b"\x7fELF")
        metadata = folder / "site-packages" / "p-1.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text("Name: p\nVersion: 1\n")
        found = o.find_resources_in_path(folder)
        assert sorted(map(repr, found)) == [
            '<PythonExtensionModule module="p.native">',
            '<PythonModuleSource module="p">',
            '<PythonModuleSource module="single">',
            '<PythonPackageDistributionResource package="p", path="METADATA">',
            '<PythonPackageResource package="p", path="data.txt">',
        ], found
        by_type = {type(one).__name__: one for one in found}
        assert by_type["PythonPackageResource"].data == b"d"
        by_type["PythonPackageResource"].data = b"e"
        assert by_type["PythonPackageResource"].data == b"e"
        raises(AttributeError, setattr, by_type["PythonExtensionModule"], "name", "x")
        raises(TypeError, o.PythonModuleSource)
        raises(TypeError, pickle.dumps, by_type["PythonModuleSource"])
        assert "path is not a directory" in str(
            raises(ValueError, o.find_resources_in_path, str(folder / "single.py"))
        )
        _collect(found)


def _collect(found):
    collector = o.OxidizedResourceCollector(["in-memory"])
    assert collector.allowed_locations == ["in-memory"]
    for one in found:
        collector.add_in_memory(one)
    raises(ValueError, collector.add_filesystem_relative, "lib", found[0])
    raises(TypeError, collector.add_in_memory, 1)
    resources, files = collector.oxidize()
    assert files == [] and [one.name for one in resources] == ["p", "p.native", "single"]
    assert resources[2].in_memory_bytecode and resources[0].in_memory_package_resources == {"data.txt": b"e"}
    finder = o.OxidizedFinder()
    finder.add_resources(resources)
    assert finder.get_code("single") is not None
    collector = o.OxidizedResourceCollector(allowed_locations=["filesystem-relative"])
    for one in found:
        collector.add_filesystem_relative("lib", one)
    resources, files = collector.oxidize()
    assert {str(path) for path, _, _ in files} >= {"lib/single.py", "lib/p/__init__.py", "lib/p/data.txt"}
    assert [executable for path, _, executable in files if "native" in str(path)] == [True]
    raises(ValueError, o.OxidizedResourceCollector, ["nowhere"])


def check_collector_adds_parents():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name, "a", "b")
        folder.mkdir(parents=True)
        (folder / "c.py").write_text("value = 7")
        collector = o.OxidizedResourceCollector(["in-memory"])
        for one in o.find_resources_in_path(name):
            collector.add_in_memory(one)
        resources, _ = collector.oxidize()
    assert [one.name for one in resources] == ["a", "a.b", "a.b.c"] and resources[1].is_package
    FINDER.add_resources(resources)
    import a.b.c

    assert a.b.c.value == 7


def check_merging():
    finder = o.OxidizedFinder()
    for made in (
        resource("m", is_module=True, in_memory_source=b"1", in_memory_bytecode=b"c"),
        resource("m", is_package=True, in_memory_source=b"2"),
    ):
        single = o.OxidizedFinder()
        single.add_resource(made)
        finder.index_bytes(single.serialize_indexed_resources())
    (found,) = finder.indexed_resources()
    assert (found.is_module, found.is_package) == (True, True)
    assert (found.in_memory_source, found.in_memory_bytecode) == (b"2", b"c")


def check_many_threads():
    import threading

    errors = []

    def work(number):
        try:
            for count in range(200):
                name = f"threaded_{number}_{count}"
                FINDER.add_resource(resource(name, is_module=True, in_memory_source=b"v = 1"))
                assert __import__(name).v == 1
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def check_finders_are_freed():
    import gc

    for _ in range(3):
        finder = o.OxidizedFinder()
        finder.index_bytes(FINDER.serialize_indexed_resources())
        finder.path_hook(finder.path_hook_base_str)
        del finder
    gc.collect()
    assert not [
        found
        for found in gc.get_objects()
        if type(found).__name__ == "OxidizedFinder" and found is not FINDER
    ]


def main():
    results = {}
    for name, function in sorted(globals().items()):
        if name.startswith("check_"):
            try:
                function()
            except BaseException:
                results[name] = traceback.format_exc()
            else:
                results[name] = None
    print("RESULTS" + json.dumps(results))


if __name__ == "__main__":
    main()
