"""Extension modules from memory and from files, with shared libraries that they and each other need."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.runtime.conftest import VERSIONS, Builder, find_python

pytestmark = pytest.mark.e2e

NEWEST = next((version for version in ("3.11", *reversed(VERSIONS)) if find_python(version)), VERSIONS[-1])

FIRST = "int second(int); int first(int n) { return n <= 0 ? 1 : second(n - 1) * 2; }"
SECOND = "int first(int); int second(int n) { return n <= 0 ? 1 : first(n - 1) * 3; }"
SHORT = "int seven(void) { return 7; }"
MODULE = """
#include <Python.h>
int first(int); int seven(void);
static PyObject *compute(PyObject *self, PyObject *n) { return PyLong_FromLong(first(PyLong_AsLong(n)) + seven()); }
static PyMethodDef methods[] = {{"compute", compute, METH_O, ""}, {0}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "native", 0, 0, methods};
PyMODINIT_FUNC PyInit_native(void) { return PyModuleDef_Init(&definition); }
"""
CHECK = """
import natpkg.native as n, sys
assert n.compute(3) == 12 + 7, n.compute(3)
assert n.__file__.endswith(".so") and n.__spec__.origin == n.__file__, n.__file__
assert n.__package__ == "natpkg" and n.__loader__ is sys.meta_path[0]
import importlib
assert importlib.reload(n) is n
"""


def _compile(folder: Path, output: str, code: str, *arguments: str) -> Path:
    source = folder / f"{output}.c"
    source.write_text(code)
    target = folder / output
    command = ["cc", "-shared", "-fPIC", "-o", str(target), str(source), *arguments]
    done = subprocess.run(command, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture(scope="module")
def package(build: Builder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as an installed wheel has it: a package with an extension module, libraries in `natpkg.libs`."""
    if shutil.which("cc") is None:
        pytest.skip("no C compiler on this machine")
    folder = tmp_path_factory.mktemp("native")
    libs = folder / "site" / "natpkg.libs"
    libs.mkdir(parents=True)
    first, second = "libfirst-0123456789abcdef.so.1", "libsecond-0123456789abcdef.so.1"
    # Two libraries that need each other: the first is linked twice, at first without the other.
    rpath = "-Wl,-rpath,$ORIGIN"
    (folder / "stage").mkdir()
    _compile(folder / "stage", first, FIRST, f"-Wl,-soname,{first}")
    _compile(folder, second, SECOND, str(folder / "stage" / first), f"-Wl,-soname,{second}", rpath)
    _compile(folder, first, FIRST, str(folder / second), f"-Wl,-soname,{first}", rpath)
    _compile(folder, "libs.so", SHORT, "-Wl,-soname,libs.so")
    for name in (first, second, "libs.so"):
        shutil.copy(folder / name, libs / name)
    facts = "import sysconfig as s; print(s.get_paths()['include']); print(s.get_config_var('EXT_SUFFIX'))"
    asked = subprocess.run([build.python(NEWEST), "-c", facts], text=True, capture_output=True, check=True)
    include, suffix = asked.stdout.split()
    arguments = [f"-I{include}", *(str(libs / name) for name in (first, "libs.so"))]
    module = _compile(folder, f"native{suffix}", MODULE, *arguments, "-Wl,-rpath,$ORIGIN/../natpkg.libs")
    home = folder / "site" / "natpkg"
    home.mkdir()
    (home / "__init__.py").write_text("")
    shutil.copy(module, home / module.name)
    return folder / "site"


def test_from_memory(build: Builder, package: Path, tmp_path: Path) -> None:
    application = build(NEWEST, "native-memory", sources=[str(package)], extensions="memory")
    home = tmp_path / "home"
    home.mkdir()
    application.run(code=CHECK, HOME=str(home), TMPDIR=str(home))
    assert list(home.iterdir()) == []


def test_all_standard_extensions_from_memory(build: Builder, version: str) -> None:
    application = build(version, "stdlib-memory", extensions="memory")
    code = """
import importlib, sys
finder, failed = sys.meta_path[0], []
names = [name for name, _, _ in finder._names() if finder._data(name, 0x0A) is not None]
for name in names:
    try:
        importlib.import_module(name)
    except ImportError as error:
        failed.append((name, str(error)))
missing = [f for f in failed if "cannot open shared object file" not in f[1]]
assert len(names) > 25 and not missing, (len(names), failed)
"""
    application.run(code=code)


def test_child_after_fork_can_load_from_memory(build: Builder, package: Path) -> None:
    application = build(NEWEST, "native-memory", sources=[str(package)], extensions="memory")
    code = "import os\nif os.fork():\n os._exit(os.waitstatus_to_exitcode(os.wait()[1]))\n"
    application.run(code=code + CHECK)


def test_without_proc_a_cache_folder_is_used(build: Builder, package: Path, tmp_path: Path) -> None:
    application = build(NEWEST, "native-memory", sources=[str(package)], extensions="memory")
    inside = f"mount -t tmpfs none /proc && exec {application.program} -c 'import natpkg.native as n; print(n.compute(3))'"
    command = ["unshare", "-rm", "sh", "-c", inside]
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode != 0:
        pytest.skip("this machine lets nobody make namespaces")
    home = tmp_path / "home"
    home.mkdir()
    environment = application.environment(HOME=str(home))
    for _ in range(2):
        done = subprocess.run(command, text=True, capture_output=True, env=environment, timeout=60)
        assert done.stdout == "19\n", done.stderr
    files = sorted(path.name for path in home.rglob("*") if path.is_file())
    assert len(files) == 4 and files[-1].startswith("natpkg.native"), files


def test_missing_library_is_an_import_error(build: Builder, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "broken.so").write_bytes(b"\x7fELF not really")
    application = build(NEWEST, "native-broken", sources=[str(folder)], extensions="memory")
    code = """
try:
    import broken
except ImportError as error:
    assert error.name == "broken", error.name
else:
    raise AssertionError("loaded")
"""
    application.run(code=code)
