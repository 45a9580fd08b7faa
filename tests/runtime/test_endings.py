"""How programs end, and what they say then: compared with the Python that they embed, run on the same lines."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.runtime.conftest import SANITIZER, Application, Builder

pytestmark = pytest.mark.e2e

CODE = (
    "import sys; sys.exit(None)",
    "import sys; sys.exit(3)",
    "import sys; sys.exit('bye')",
    "import sys; sys.exit(2**70)",
    "import sys; sys.exit(-1)",
    "import sys; sys.exit(256)",
    "import sys; sys.exit((1, 2))",
    "import sys; sys.exit(True)",
    "import sys; sys.exit(1.5)",
    "import sys, threading; t = threading.Thread(target=lambda: sys.exit(5)); t.start(); t.join()",
    "import os; os._exit(9)",
    "import os; os.abort()",
    "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
    "import os, signal, time; os.kill(os.getpid(), signal.SIGINT); time.sleep(9)",
    "def f():\n raise KeyboardInterrupt\nf()",
    "import asyncio, os, signal\nasync def f():\n os.kill(os.getpid(), signal.SIGINT)\n await asyncio.sleep(9)\nasyncio.run(f())",
    "import atexit; atexit.register(print, 1); atexit.register(print, 2)\n@atexit.register\ndef f(): 1/0",
    "import atexit, sys; atexit.register(sys.exit, 7)",
    "import sys; print('x'); sys.stdout.close()",
    "import os; print('x'); os.close(1)",
    "import sys; sys.stdout = None; print('x')",
    "import sys; del sys.stdout; print('x')",
    "import sys; sys.excepthook = lambda *a: 1/0\n1/0",
    "import sys; sys.excepthook = None\n1/0",
    "import sys; del sys.excepthook\n1/0",
    "class A:\n def __del__(self): 1/0\nA()",
    "import threading; t = threading.Thread(target=lambda: 1/0, name='T'); t.start(); t.join()",
    "x = (",
    "eval('1+')",
    "def f(): f()\nf()",
    "try:\n 1/0\nexcept ZeroDivisionError as e:\n raise KeyError from e",
    "try:\n 1/0\nexcept ZeroDivisionError as e:\n raise KeyError",
    "foo = 1\nfoe",
    "import json\njson.dump1",
    "from json import nothing",
    "d = {}\nx = d['a']['b'] + 1",
    "import sys; sys.tracebacklimit = 1\ndef f(): 1/0\nf()",
    "import faulthandler, time; faulthandler.dump_traceback_later(0.1, exit=True); time.sleep(9)",
    "import threading, time; threading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
    "import threading, time; threading.Thread(target=lambda: (time.sleep(.1), print('late'))).start()",
    "breakpoint()",
    "input('p> ')\ninput()\ninput()\ninput()",
    "import sys; print(sys.stdin.read(), sys.stdin.encoding, sys.stdout.encoding, sys.stderr.errors)",
    "import warnings; warnings.warn('w')",
    "import warnings; warnings.simplefilter('error'); warnings.warn('w')",
    "assert 0, 'm'",
    "import __main__, sys; print(__name__, __main__.__dict__.get('__file__'), sys.argv, __spec__, sorted(vars(__main__)))",
    "import asyncio\nasync def f(): raise ValueError(1)\nasyncio.run(f())",
    "import os\nif os.fork() == 0:\n print('child', flush=True)\n os._exit(0)\nos.wait()\nprint('parent')",
    "import signal; print([signal.getsignal(s) for s in (signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGSEGV)])",
    "print('ü中\\udcff')",
    "raise ValueError('ü中\\udcff')",
    "int('9' * 5000)",
    "import sys; print(sys.flags, sys.getfilesystemencoding(), sys.getrecursionlimit())",
)
OPTIONS = (
    ["-O"],
    ["-OO"],
    ["-B"],
    ["-bb"],
    ["-E"],
    ["-I"],
    ["-q"],
    ["-s"],
    ["-S"],
    ["-u"],
    ["-W", "error"],
    ["-W", "bad::x"],
    ["-X", "utf8"],
    ["-X", "dev"],
    ["-X", "faulthandler"],
    ["-X", "tracemalloc"],
    ["-X", "pycache_prefix=/tmp/q"],
    ["--check-hash-based-pycs", "always"],
)
SHOWN = (
    "import sys; print(sys.flags, sys.stdout.encoding, sys.warnoptions, sys._xoptions, sys.argv, __debug__, "
    "sys.dont_write_bytecode, sys.pycache_prefix)"
)
VARIABLES = (
    {"LANG": "C"},
    {"LC_ALL": "en_US.ISO-8859-1"},
    {"PYTHONUTF8": "1"},
    {"PYTHONIOENCODING": "latin-1:replace"},
    {"PYTHONUNBUFFERED": "1"},
    {"PYTHONWARNINGS": "error"},
    {"PYTHONHASHSEED": "0"},
    {"PYTHONDEVMODE": "1"},
    {"PYTHONOPTIMIZE": "2"},
    {"PYTHONMALLOC": "debug"},
    {"PYTHONPYCACHEPREFIX": "/tmp/q"},
    {"PYTHONDONTWRITEBYTECODE": "1"},
    {"PYTHONBREAKPOINT": "0"},
)


def _told(program: Path, arguments: list[str], environment: dict[str, str]) -> tuple[int, str, str]:
    """Exit status and both outputs, without what differs by nature: paths, addresses, where a module is frozen."""
    bare = {"PATH": "/usr/bin:/bin", "HOME": "/", "LANG": "C.UTF-8", "TERM": "dumb", **environment}
    done = subprocess.run(
        [str(program), *arguments], input=b"line one\nq\n", capture_output=True, env=bare, timeout=120
    )

    def plain(output: bytes) -> str:
        text = output.decode("utf-8", "backslashreplace")
        text = re.sub(r"<frozen ([\w.]+)>", lambda match: "LIB/" + match[1].replace(".", "/"), text)
        text = re.sub(rf"{re.escape(str(program))}/|/[^\s\"]*/lib/python3\.\d+/", "LIB/", text)
        return re.sub(r"0x[0-9a-f]+", "0x", text)

    return done.returncode, plain(done.stdout), plain(done.stderr)


def _differences(application: Application, python: Path, lines: list[tuple[list[str], dict[str, str]]]) -> list[str]:
    pairs = [(line, _told(python, *line), _told(application.program, *line)) for line in lines]
    return [f"{line}\npython:  {ours}\nprogram: {theirs}" for line, ours, theirs in pairs if ours != theirs]


@pytest.mark.skipif(bool(SANITIZER), reason="a sanitizer has signal handlers and last words of its own")
def test_programs_end_as_python_does(build: Builder, version: str) -> None:
    application = build(version, "options")
    lines: list[tuple[list[str], dict[str, str]]] = [(["-c", code], {}) for code in CODE]
    lines += [([*options, "-c", SHOWN, "ü"], {}) for options in OPTIONS]
    lines += [(["-c", SHOWN, "ü"], variables) for variables in VARIABLES]
    found = _differences(application, build.python(version), lines)
    assert not found, "\n\n".join(found)
