"""Built programs as their users meet them: profiles, helpers of multiprocessing, errors, places of modules."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.runtime.conftest import VERSIONS, Builder, find_python

pytestmark = pytest.mark.e2e

NEWEST = next((version for version in ("3.11", *reversed(VERSIONS)) if find_python(version)), VERSIONS[-1])

POOLS = """
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.shared_memory import SharedMemory

def local(number):
    return number + 1

if __name__ == "__main__":
    print(multiprocessing.get_start_method(), sys.argv[1:])
    for method in ("fork", "spawn", "forkserver"):
        with multiprocessing.get_context(method).Pool(2) as pool:
            print(method, pool.map(local, [1, 2]))
    memory = SharedMemory(create=True, size=8)
    memory.close()
    memory.unlink()
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as executor:
        print(list(executor.map(local, [9])))
"""
ISOLATED = {"profile": "isolated"}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "pools.py").write_text(POOLS)
    return folder


@pytest.mark.parametrize("frozen", [True, False])
def test_isolated_program_serves_its_helpers(
    build: Builder, version: str, source: Path, frozen: bool
) -> None:
    application = build(
        version,
        f"pools-{frozen}",
        sources=[str(source)],
        config={"sys_frozen": frozen},
        interpreter={**ISOLATED, "run_module": "pools"},
    )
    told = application.run("-c", "x").stdout.splitlines()
    expected = ["fork ['-c', 'x']", "fork [2, 3]", "spawn [2, 3]", "forkserver [2, 3]", "[10]"]
    assert told == expected


def test_isolated_program_takes_all_arguments(build: Builder, version: str) -> None:
    code = "import sys; print(sys.argv[1:], sys.flags.isolated, sys.path)"
    application = build(version, "arguments", interpreter={**ISOLATED, "run_command": code})
    done = application.run("-c", "--version", "中", PYTHONPATH="/zzz", PYTHONWARNINGS="error")
    assert done.stdout.strip() == "['-c', '--version', '中'] 1 []"


def test_python_profile_takes_options(build: Builder, version: str) -> None:
    application = build(version, "options")
    assert application.run("--version").stdout.startswith(f"Python {version}.")
    assert application.run(
        "-W", "error::UserWarning:some", code="import sys; print(sys.warnoptions)"
    ).stdout.strip()
    assert "usage" in application.run("--help").stdout
    assert application.run("--nonsense", status=2).stderr
    assert application.run("-X", "dev", "-b", code="import sys; print(sys.flags.dev_mode)").stdout == "True\n"
    told = application.run("-i", "-q", "-c", "x = 1", stdin="print(x + 1)\n")
    assert "2" in told.stdout
    assert application.run("-", stdin="print(6 * 7)\n").stdout == "42\n"
    assert application.run("-E", "-s", code="import sys; print(sys.flags.no_site)").stdout == "0\n"
    assert application.run("-S", code="import sys; print(sys.flags.no_site)").stdout == "1\n"


def test_site_gives_its_builtins(build: Builder, version: str) -> None:
    application = build(version, "options")
    assert application.run(code="exit(3)", status=3)
    assert application.run(code="print(__import__('site').__name__, help)").stdout.startswith(
        "site Type help()"
    )


def test_interactive_interpreter(build: Builder, version: str) -> None:
    application = build(version, "options")
    leader, follower = pty.openpty()
    child = subprocess.Popen(
        [application.program, "-q"],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env=application.environment(TERM="dumb", PYTHON_BASIC_REPL="1"),
    )
    os.close(follower)
    os.write(leader, b"import json; print(json.dumps({'answer': 6 * 7}))\nexit()\n")
    told = b""
    try:
        while b"42}" not in told.replace(b"6 * 7}", b""):
            told += os.read(leader, 4096)
    except OSError:
        pass
    assert child.wait(timeout=30) == 0
    assert b'{"answer": 42}' in told


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8", "ja_JP.eucJP", "de_DE.ISO-8859-1", ""])
@pytest.mark.parametrize("place", ["memory", "files"])
def test_starts_in_any_locale(build: Builder, locale: str, place: str) -> None:
    application = build(NEWEST, f"locale-{place}", stdlib=place)
    environment = {"LC_ALL": locale, "LANG": locale}
    assert application.run(code="print('started')", **environment).stdout == "started\n"
    assert (
        application.run(code="print('started')", PYTHONIOENCODING="cp1252", **environment).stdout
        == "started\n"
    )


def test_standard_library_in_files(build: Builder, version: str) -> None:
    application = build(version, "stdlib-files", stdlib="files")
    code = "import json, os, encodings, inspect; print(json.__file__, os.__file__, encodings.__file__)\ninspect.getsource(os)"
    for file in application.run(code=code).stdout.split():
        assert file.startswith(str(application.program.parent / "lib")) and Path(file).is_file()


def test_standard_library_as_source_only(build: Builder, version: str) -> None:
    application = build(version, "stdlib-source", stdlib="files", levels=[])
    code = "import json, sys; print(json.dumps([1]), [type(f).__name__ for f in sys.meta_path], sys.path)"
    assert application.run("-I", code=code).stdout.strip() == "[1] ['OxidizedFinder'] []"
    # The start goes through CPython's own importer, which must leave no trace.
    assert not list(application.program.parent.rglob("__pycache__"))
    code = "import sys; print(sys.dont_write_bytecode, sys.flags.dont_write_bytecode)"
    assert application.run(code=code).stdout.split() == ["False", "0"]
    assert application.run("-B", code=code).stdout.split() == ["True", "1"]


def test_moved_and_linked_programs(build: Builder, tmp_path: Path) -> None:
    application = build(NEWEST, "moved", location="files")
    elsewhere = tmp_path / "some where ü"
    shutil.copytree(application.program.parent, elsewhere)
    link = tmp_path / "link"
    link.symlink_to(elsewhere / application.program.name)
    for program in (elsewhere / application.program.name, link):
        command = [str(program), "-c", "import sys, _ssl, json; print(sys.executable)"]
        done = subprocess.run(command, text=True, capture_output=True, env=application.environment())
        assert done.stdout.strip() == str(elsewhere / application.program.name), done.stderr


def test_program_without_payload(build: Builder) -> None:
    done = subprocess.run([build.launcher(NEWEST)], text=True, capture_output=True)
    assert done.returncode == 1
    expected = (
        "error instantiating embedded Python interpreter: this program is a launcher without a payload\n"
    )
    assert done.stderr == expected


def test_resources_in_a_mapped_file(build: Builder, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "mapped.py").write_text("value = 5\n")
    config = {"packed_resources": [{"path": "$ORIGIN/packed-resources"}]}
    application = build(NEWEST, "mapped", sources=[str(source)], config=config)
    assert application.run(code="import mapped; print(mapped.value)").stdout == "5\n"
    (application.program.parent / "packed-resources").rename(application.program.parent / "gone")
    done = application.run(code="pass", status=1)
    assert "error instantiating embedded Python interpreter: " in done.stderr
    assert str(application.program.parent / "packed-resources") in done.stderr


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"no_such_key": 1}, "unknown configuration key `no_such_key`"),
        ({"argvb": 3}, "configuration key `argvb` must be true or false"),
        ({"allocator_backend": "jemalloc"}, "pyembed was built without the feature allocator-jemalloc"),
        ({"packed_resources": [{"payload": "other"}]}, "the payload has no part `other`"),
        ({"packed_resources": []}, "encod"),
    ],
)
def test_bad_configurations(build: Builder, config: dict[str, object], message: str) -> None:
    name = "bad-" + "".join(letter for letter in json.dumps(config) if letter.isalnum())
    done = build(NEWEST, name, config=config).run(code="pass", status=1)
    assert "error instantiating embedded Python interpreter: " in done.stderr and message in done.stderr


def test_absent_module_file(build: Builder, version: str) -> None:
    application = build(version, "absent", config={"module_file": "absent"})
    code = "import json; print(hasattr(json, '__file__'), json.__path__[0].endswith('/app/json'), json.loads.__code__.co_filename)"
    assert application.run(code=code).stdout.split() == ["False", "True", "json"]


def test_module_file_by_package(build: Builder, version: str) -> None:
    exceptions = {"module_file": "absent", "module_file_exceptions": ["json", "email.*"]}
    application = build(version, "exceptions", config=exceptions)
    code = (
        "import email.header, json.decoder, linecache, textwrap\n"
        "for m in (textwrap, json, json.decoder, email, email.header):\n"
        "    file = getattr(m, '__file__', None)\n"
        "    print(m.__name__, file and file.removeprefix(m.__loader__.path_hook_base_str), m.__spec__.origin == file)\n"
        "print(json.loads.__code__.co_filename == json.__file__, textwrap.wrap.__code__.co_filename)\n"
        "print(linecache.getline(json.decoder.__file__, 1, vars(json.decoder)).strip()[:3])"
    )
    assert application.run(code=code).stdout.splitlines() == [
        "textwrap None True",
        "json /json/__init__.py True",
        "json.decoder /json/decoder.py True",
        "email None True",
        "email.header /email/header.py True",
        "True textwrap",
        '"""',
    ]


def test_environment(build: Builder) -> None:
    application = build(
        NEWEST, "environment", config={"tcl_library": "$ORIGIN/tcl", "terminfo_resolution": "static:/x"}
    )
    code = "import os; print(os.environ['TCL_LIBRARY'], os.environ['TERMINFO_DIRS'])"
    assert application.run(code=code).stdout.split() == [str(application.program.parent / "tcl"), "/x"]


def test_modules_file(build: Builder, tmp_path: Path) -> None:
    application = build(NEWEST, "modules", config={"write_modules_directory_env": "MODS"})
    application.run(code="import json", MODS=str(tmp_path / "mods"))
    application.run(code="import json; raise SystemExit(4)", status=4, MODS=str(tmp_path / "mods"))
    files = list((tmp_path / "mods").iterdir())
    assert len(files) == 2
    for file in files:
        assert "json" in file.read_text().splitlines() and file.name.startswith("modules-")


def test_keyboard_interrupt(build: Builder) -> None:
    application = build(NEWEST, "options")
    child = subprocess.Popen(
        [application.program, "-c", "import time; print('ready', flush=True); time.sleep(30)"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    child.send_signal(2)
    _, errors = child.communicate(timeout=20)
    assert child.returncode == -2 and "KeyboardInterrupt" in errors


def test_optimized_and_plain_bytecode(build: Builder, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "opt.py").write_text('def f():\n    "doc"\n    assert False\n')
    application = build(NEWEST, "levels", sources=[str(source)], levels=[0, 1, 2])
    code = "import opt\ntry:\n opt.f()\n print('ran')\nexcept AssertionError:\n print('asserted')\nprint(opt.f.__doc__)"
    assert application.run(code=code).stdout.split() == ["asserted", "doc"]
    assert application.run("-O", code=code).stdout.split() == ["ran", "doc"]
    assert application.run("-OO", code=code).stdout.split() == ["ran", "None"]
