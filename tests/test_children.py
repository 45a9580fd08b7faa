"""A process that is being started when a signal comes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from oxlang.children import started
from tests.cli.test_bad_input import as_in_a_terminal, has_text, is_gone

# The parent of a process that has been forked and has not started its program yet is within `Popen`.
SLOW_START = """\
import os, sys, time
from oxlang.children import started

def linger():
    with open(sys.argv[1], "w") as stream:
        stream.write(str(os.getpid()))
    time.sleep(1)

try:
    with started(["sleep", "60"], preexec_fn=linger) as child:
        print("started", flush=True)
        child.wait()
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows starts processes without forking")
@pytest.mark.parametrize("when", ["while it starts", "while it runs"])
def test_an_interrupt_ends_it(tmp_path: Path, when: str) -> None:
    told = tmp_path / "process"
    running = subprocess.Popen(
        [sys.executable, "-c", SLOW_START, str(told)], stdout=subprocess.PIPE, text=True, preexec_fn=as_in_a_terminal
    )
    assert running.stdout is not None
    until = time.monotonic() + 60
    while not has_text(told) and time.monotonic() < until:
        time.sleep(0.02)
    if when == "while it runs":
        assert running.stdout.readline() == "started\n"
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate(timeout=30)
    assert out == "interrupted\n"
    assert is_gone(int(told.read_text()))


def test_a_failure_of_the_body_ends_it() -> None:
    with pytest.raises(ValueError, match="of the body"), started([sys.executable, "-c", "import time; time.sleep(60)"]) as child:
        raise ValueError("of the body")
    assert child.returncode


def test_a_program_that_is_missing() -> None:
    with pytest.raises(FileNotFoundError), started(["/no/such/program"]):
        pass
