"""Modules from the code cache: they are used, and never when anything says that they are not what Python would load.

The tests run a small package of the same name around the real `code_cache`: `python -m oxlang` prints what `oxlang.cli.other`
says, and where its code came from.
"""

from __future__ import annotations

import json
import os
import py_compile
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

import oxlang
from oxlang import code_cache

CACHED, PLAIN = "Loader", "SourceFileLoader"
MAIN = """
import json, os, sys

def run(words):
    import oxlang.code_cache_writer
    if words != ["racy"]:
        oxlang.code_cache_writer._RACY_NS = 0
    from oxlang.cli import other
    if words == ["edit"]:
        with open(other.__file__, "w") as file:
            file.write("VALUE = 'edited'\\n")
    if words == ["raise"]:
        other.broken()
    spec = other.__spec__
    told = {"value": other.VALUE, "loader": type(other.__loader__).__name__, "file": other.__file__,
            "cached": other.__cached__, "spec": [spec.name, spec.origin, spec.cached, spec.has_location, spec.parent],
            "path": list(getattr(other, "__path__", ())), "writer": oxlang.code_cache_writer.__spec__.loader.__class__.__name__}
    if words == ["source"]:
        import inspect
        told["source"] = inspect.getsource(other)
    print(json.dumps(told))
    return 0
"""


class Place:
    """A package to run, with a cache folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.package = folder / "oxlang"
        self.cache = folder / "cache"
        self.cache.mkdir(parents=True)
        real = Path(oxlang.__file__).parent
        (self.package / "cli").mkdir(parents=True)
        for name in ("__init__.py", "__main__.py", "code_cache.py", "code_cache_writer.py"):
            shutil.copy(real / name, self.package / name)
        (self.package / "cli" / "__init__.py").touch()
        (self.package / "cli" / "main.py").write_text(MAIN)
        self.other = self.package / "cli" / "other.py"
        self.other.write_text("VALUE = 'first'\n")

    def process(self, *words: str, options: tuple[str, ...] = (), **more: str) -> subprocess.CompletedProcess[str]:
        """Runs the package with options of Python."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        env = {**kept, "PYTHONPATH": str(self.folder), "PYOXIDIZER_CACHE_DIR": str(self.cache), **more}
        command = [sys.executable, *options, "-m", "oxlang", *words]
        return subprocess.run(command, env=env, capture_output=True, text=True, cwd=self.folder.parent)

    def told(self, *words: str, options: tuple[str, ...] = (), **more: str) -> dict[str, object]:
        """Runs the package; gives what it says."""
        done = self.process(*words, options=options, **more)
        assert done.returncode == 0, done.stderr
        found: dict[str, object] = json.loads(done.stdout)
        return found

    def says(self, *words: str, options: tuple[str, ...] = (), **more: str) -> tuple[object, object]:
        """Runs the package; gives the value and the kind of loader."""
        found = self.told(*words, options=options, **more)
        return found["value"], found["loader"]

    @property
    def files(self) -> list[Path]:
        return sorted((self.cache / "modules").glob("*")) if (self.cache / "modules").is_dir() else []


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "site")


@pytest.fixture
def warm(place: Place) -> Place:
    """A place whose modules are in the cache."""
    place.says()
    assert place.says() == ("first", CACHED)
    return place


def key_of(place: Place) -> code_cache.Key:
    magic = code_cache._frozen_importlib_external.MAGIC_NUMBER
    source = code_cache.times((place.package / "code_cache.py").stat())
    return sys.hexversion, magic, 0, str(place.package), os.geteuid(), source


def test_the_second_run_finds_the_code(place: Place) -> None:
    assert place.says() == ("first", PLAIN)
    (file,) = place.files
    before = file.stat().st_mtime_ns
    assert place.says() == ("first", CACHED)
    assert place.files == [file] and file.stat().st_mtime_ns == before
    assert file.stat().st_mode & 0o777 == 0o600


def test_modules_look_as_python_makes_them(place: Place) -> None:
    plain, cached = place.told(), place.told()
    assert (plain.pop("loader"), cached.pop("loader")) == (PLAIN, CACHED)
    plain.pop("writer"), cached.pop("writer")
    assert cached == plain


def test_packages_look_as_python_makes_them(place: Place) -> None:
    place.other.unlink()
    place.other.with_suffix("").mkdir()
    (place.other.with_suffix("") / "__init__.py").write_text("from oxlang.cli.other.inner import VALUE\n")
    (place.other.with_suffix("") / "inner.py").write_text("VALUE = 1\n")
    plain, cached = place.told(), place.told()
    assert (plain.pop("loader"), cached.pop("loader")) == (PLAIN, CACHED)
    plain.pop("writer"), cached.pop("writer")
    assert cached == plain and cached["path"] == [str(place.other.with_suffix(""))]


def test_a_changed_source_is_read_anew(warm: Place) -> None:
    warm.other.write_text("VALUE = 'second'\n")
    assert warm.says() == ("second", PLAIN)
    assert warm.says() == ("second", CACHED)


def test_same_size_and_same_time(warm: Place) -> None:
    """As with SOURCE_DATE_EPOCH and in stores where all files are of 1970: Python itself would believe its `.pyc`."""
    found = warm.other.stat()
    aside = warm.other.with_suffix(".new")
    aside.write_text("VALUE = 'other'\n")
    assert aside.stat().st_size == found.st_size
    os.utime(aside, ns=(found.st_atime_ns, found.st_mtime_ns))
    folder = warm.other.parent.stat()
    os.replace(aside, warm.other)
    os.utime(warm.other.parent, ns=(folder.st_atime_ns, folder.st_mtime_ns))
    shutil.rmtree(warm.other.parent / "__pycache__")
    assert warm.says() == ("other", PLAIN)


def test_only_what_changed_is_loaded_otherwise(warm: Place) -> None:
    """Written in place, so that the folder stays as it is."""
    warm.other.write_text("VALUE = 'another'\n")
    found = warm.told()
    assert (found["value"], found["loader"], found["writer"]) == ("another", PLAIN, CACHED)


def test_a_pyc_of_the_same_second_is_not_believed(warm: Place) -> None:
    """Python believes it, because it compares size and second only."""
    (pyc,) = (warm.other.parent / "__pycache__").glob("other.*")
    second = int(warm.other.stat().st_mtime)
    warm.other.write_text("VALUE = 'third'\n")
    for path in (warm.other, pyc):
        os.utime(path, (second, second))
    assert warm.says() == ("first", PLAIN)
    assert warm.says() == ("third", CACHED)


def test_a_package_beside_the_module_goes_before_it(warm: Place) -> None:
    warm.other.with_suffix("").mkdir()
    (warm.other.with_suffix("") / "__init__.py").write_text("VALUE = 'package'\n")
    assert warm.says() == ("package", PLAIN)
    assert warm.says() == ("package", CACHED)


def test_a_module_beside_a_folder_of_its_name_is_not_stored(place: Place) -> None:
    """An `__init__.py` in that folder would change neither the source nor the folder around it."""
    place.other.with_suffix("").mkdir()
    assert [place.says() for _ in range(2)] == [("first", PLAIN)] * 2
    (place.other.with_suffix("") / "__init__.py").write_text("VALUE = 'package'\n")
    assert place.says() == ("package", PLAIN)


def test_a_source_that_is_gone(warm: Place) -> None:
    warm.other.unlink()
    done = warm.process()
    assert done.returncode == 1 and "cannot import name 'other'" in done.stderr


def test_a_source_that_changes_while_the_command_runs(place: Place) -> None:
    assert place.says("edit") == ("first", PLAIN)
    assert place.says()[0] == "edited"
    assert place.says() == ("edited", CACHED)
    place.other.write_text("VALUE = 'once more'\n")
    assert place.says("edit")[0] == "once more"
    assert place.says()[0] == "edited"


def test_what_has_just_changed_is_not_stored(place: Place) -> None:
    assert place.says("racy") == ("first", PLAIN)
    assert place.files == []


def test_nothing_is_written_with_dash_b(place: Place) -> None:
    assert place.says(options=("-B",)) == ("first", PLAIN)
    assert place.says(PYTHONDONTWRITEBYTECODE="1") == ("first", PLAIN)
    assert place.files == []


@pytest.mark.parametrize("damage", ["empty", "head", "index", "code", "grown", "garbage", "magic", "other key"])
def test_a_damaged_file_counts_as_empty(warm: Place, damage: str) -> None:
    (file,) = warm.files
    data = file.read_bytes()
    size = code_cache.HEAD_BYTES + int.from_bytes(data[len(code_cache.MAGIC) :][:8], "little")
    index = data[code_cache.HEAD_BYTES : size]
    changed = {
        "empty": b"",
        "head": data[:20],
        "index": data[: size - 10],
        "code": data[:-1],
        "grown": data + b"x",
        "garbage": bytes(range(256)) * 20,
        "magic": b"X" + data[1:],
        "other key": data.replace(index, index.replace(str(warm.package).encode(), str(warm.package).encode()[:-1] + b"X")),
    }[damage]
    assert changed != data
    file.write_bytes(changed)
    assert warm.says() == ("first", PLAIN)
    assert warm.says() == ("first", CACHED)


def test_what_others_may_write_is_not_run(warm: Place) -> None:
    (file,) = warm.files
    file.chmod(0o620)
    assert warm.says() == ("first", PLAIN)
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_another_user_wrote_is_not_run(warm: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    (file,) = warm.files
    key = (sys.hexversion, b"", 0, "", os.geteuid(), (0, 0))
    monkeypatch.setattr(os, "geteuid", lambda: file.stat().st_uid + 1)
    assert not code_cache.CodeCache(str(file), key).entries


def test_each_level_of_optimisation_has_its_own(place: Place) -> None:
    place.other.write_text("VALUE = 'debug'\nif not __debug__:\n    VALUE = 'optimised'\n")
    assert [place.says()[0] for _ in range(2)] == ["debug"] * 2
    assert [place.says(options=("-O",)) for _ in range(2)] == [("optimised", PLAIN), ("optimised", CACHED)]
    assert place.told(options=("-O",))["cached"] == place.told(options=("-O",), PYOXIDIZER_CACHE_DIR="/nowhere")["cached"]
    assert place.says() == ("debug", CACHED)
    assert len(place.files) == 2


def test_another_folder_has_its_own(warm: Place) -> None:
    moved = warm.folder.with_name("moved")
    shutil.copytree(warm.folder, moved)
    (moved / "oxlang" / "cli" / "other.py").write_text("VALUE = 'it has moved'\n")
    for expected in (PLAIN, CACHED):
        found = warm.told(PYTHONPATH=str(moved))
        assert (found["value"], found["loader"]) == ("it has moved", expected)
        assert found["file"] == str(moved / "oxlang" / "cli" / "other.py")


def test_another_python_has_its_own(warm: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key holds its version and the magic number of its code, and of what edition of `code_cache` the file is."""
    (file,) = warm.files
    right = key_of(warm)
    assert code_cache.CodeCache(str(file), right).entries
    for at in range(len(right)):
        wrong = (*right[:at], "x", *right[at + 1 :])
        assert not code_cache.CodeCache(str(file), wrong).entries  # type: ignore[arg-type]


def test_a_pyc_that_is_believed_unchecked(place: Place) -> None:
    """It is Python's to load it: it may be replaced alone (PEP 552)."""
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(str(place.other), invalidation_mode=mode)
    place.other.write_text("VALUE = 'ignored'\n")
    assert [place.says() for _ in range(2)] == [("first", PLAIN)] * 2


def test_a_pyc_that_is_checked_by_digest(place: Place) -> None:
    py_compile.compile(str(place.other), invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
    assert [place.says() for _ in range(2)] == [("first", PLAIN), ("first", CACHED)]


@pytest.mark.parametrize(
    ("options", "more"),
    [(("--check-hash-based-pycs", "always"), {}), ((), {"PYTHONPYCACHEPREFIX": "/nowhere"})],
)
def test_unusual_loading_stays_pythons(warm: Place, options: tuple[str, ...], more: dict[str, str]) -> None:
    assert warm.says(options=options, **more) == ("first", PLAIN)


def test_a_zipped_package(place: Place) -> None:
    archive = place.folder.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w") as made:
        for path in place.package.rglob("*.py"):
            made.write(path, path.relative_to(place.folder))
    assert [place.says(PYTHONPATH=str(archive)) for _ in range(2)] == [("first", "zipimporter")] * 2
    assert place.files == []


def test_finders_of_others_go_before(warm: Place) -> None:
    """As those of test runners and of tools that instrument code do."""
    (warm.folder / "sitecustomize.py").write_text(
        "import sys, importlib.machinery as m\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'oxlang.cli.other':\n"
        "            return m.PathFinder.find_spec(name, path)\n"
        "sys.meta_path.insert(0, Finder())\n"
    )
    assert warm.says() == ("first", PLAIN)


def test_a_process_that_has_loaded_modules_already(warm: Place) -> None:
    """As one in which tests run."""
    import oxlang.cli

    assert oxlang.cli.__name__ in sys.modules
    assert code_cache.install(os.environ) is None


def test_modules_without_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a program that holds them."""
    monkeypatch.setitem(sys.modules, "oxlang", ModuleType("oxlang"))
    assert code_cache.install(os.environ) is None


def test_a_file_that_is_cut_off_while_it_is_open(warm: Place) -> None:
    (file,) = warm.files
    cache = code_cache.CodeCache(str(file), key_of(warm))
    entry = cache.entries["oxlang.cli.other"]
    assert cache.code(entry)
    os.truncate(file, file.stat().st_size - 1)
    last = max(cache.entries.values(), key=lambda one: one[2])
    assert cache.code(last) is None and cache.code(min(cache.entries.values(), key=lambda one: one[2]))


def test_no_cache_folder_is_made(place: Place) -> None:
    """Not by a command that needs none, and not after `oxl cache-clear`."""
    place.cache.rmdir()
    assert [place.says() for _ in range(2)] == [("first", PLAIN)] * 2
    assert not place.cache.exists()


def test_a_cache_that_cannot_be_written(place: Place) -> None:
    (place.cache / "modules").touch()
    assert [place.says() for _ in range(2)] == [("first", PLAIN)] * 2


def test_many_processes_at_once(place: Place) -> None:
    script = f"for n in 1 2 3 4 5 6 7 8; do '{sys.executable}' -m oxlang & done; wait"
    env = {**os.environ, "PYTHONPATH": str(place.folder), "PYOXIDIZER_CACHE_DIR": str(place.cache)}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(["bash", "-c", script], env=env, capture_output=True, text=True, cwd=place.folder.parent)
    assert done.stderr == "" and done.stdout.count('"value": "first"') == 8
    assert len(place.files) == 1
    assert place.says() == ("first", CACHED)


def test_the_folder_stays_small(place: Place) -> None:
    folder = place.cache / "modules"
    folder.mkdir()
    for n in range(20):
        (folder / f"{n}.bin").touch()
        os.utime(folder / f"{n}.bin", (n, n))
    (folder / ".0.bin.1").touch()
    os.utime(folder / ".0.bin.1", (0, 0))
    (folder / ".1.bin.1").touch()
    place.says()
    left = {one.name for one in place.files}
    assert len(left) == 9 and {".1.bin.1", "19.bin"} < left
    assert place.says() == ("first", CACHED)


def test_tracebacks_and_sources(place: Place) -> None:
    place.other.write_text("VALUE = 1\n\ndef broken():\n    raise KeyError('here')\n")
    plain, cached = place.process("raise"), place.process("raise")
    assert "    raise KeyError('here')\n" in plain.stderr
    assert cached.stderr == plain.stderr
    place.says(), place.says()
    cached = place.process("raise")
    assert cached.stderr == plain.stderr
    assert place.told("source")["source"] == place.other.read_text()


def test_errors_of_modules_have_the_frames_that_python_shows(place: Place) -> None:
    """Those of the import system are left out of a traceback, and so are ours."""
    place.other.write_text("import os, sys\nVALUE = 1\nif sys.argv[1:] == ['fail']:\n    os.stat('/no/such/file')\n")
    plain = place.process("fail").stderr
    assert place.says()[1] == PLAIN and place.says()[1] == CACHED
    assert place.process("fail").stderr == plain
    assert "code_cache" not in plain and "other.py" in plain


def test_a_trace_function_sees_the_lines(warm: Place) -> None:
    """That is what coverage and debuggers go by."""
    (warm.folder / "sitecustomize.py").write_text(
        "import sys, atexit\nseen = set()\n"
        "def trace(frame, event, argument):\n"
        "    seen.add((frame.f_code.co_filename, frame.f_lineno))\n"
        "    return trace\n"
        "sys.settrace(trace)\n"
        f"atexit.register(lambda: open({str(warm.folder / 'seen')!r}, 'w').write(repr(({str(warm.other)!r}, 1) in seen)))\n"
    )
    assert warm.says() == ("first", CACHED)
    assert (warm.folder / "seen").read_text() == "True"
