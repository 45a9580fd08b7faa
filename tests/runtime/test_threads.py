"""Threads that import, look up and add resources at the same time; `scripts/sanitize.py` runs it with ThreadSanitizer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runtime.conftest import Builder

pytestmark = pytest.mark.e2e

PROGRAM = """
import importlib, pkgutil, random, sys, threading
import oxidized_importer

finder, failures, found = sys.meta_path[0], [], {}
NAMES = '''argparse asyncio bz2 calendar concurrent.futures configparser csv decimal difflib doctest email.message fractions
gettext gzip hashlib html.parser http.client importlib.metadata importlib.resources ipaddress json.tool linecache lzma
multiprocessing pdb queue sched secrets sqlite3 ssl statistics tarfile tokenize trace unittest urllib.request uuid
xml.dom.minidom zipfile'''.split()


def work(number):
    names = NAMES[:]
    random.Random(number).shuffle(names)
    try:
        for name in names:
            module = importlib.import_module(name)
            assert found.setdefault(name, module) is module
            assert finder.find_spec(name).name == name and finder.get_source(name)
            if number == 0:
                finder.index_interpreter_builtins()
            elif number == 1:
                added = oxidized_importer.OxidizedResource()
                added.name = "added_" + name.replace(".", "_")
                added.is_module, added.in_memory_source = True, b"value = 7"
                finder.add_resource(added)
                assert importlib.import_module(added.name).value == 7
            elif number == 2:
                assert len(list(pkgutil.iter_modules())) > 100
            elif number == 3:
                assert finder.serialize_indexed_resources().startswith(b"pyembed")
    except BaseException as error:
        failures.append((number, name, repr(error)))


sys.setswitchinterval(1e-5)
threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(failures)
"""


def test_threads_share_a_finder(build: Builder, version: str, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "threads.py").write_text(PROGRAM)
    application = build(version, "threads", sources=[str(source)], extensions="memory")
    done = application.run("-m", "threads")
    assert done.stdout == "[]\n" and "Sanitizer" not in done.stderr, done.stdout + done.stderr
