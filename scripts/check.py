"""Everything a change must pass: lint, types, import contract, generated files, part of the matrix, then all tests.

`--quick` leaves out what needs cargo or a package registry. The last line is the test runner's summary.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STEPS = [
    ("lint", [sys.executable, "-m", "ruff", "check", "."]),
    ("types", [sys.executable, "-m", "mypy"]),
    ("import contract", [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]),
    ("generated files", [sys.executable, "scripts/generate.py", "--check"]),
]
QUICK = "not e2e and not network and not slow"
WHOLE = "not slow"


def main() -> int:
    quick = "--quick" in sys.argv[1:]
    failed = []
    for name, command in STEPS:
        began = time.monotonic()
        print(f"== {name}", flush=True)
        if subprocess.run(command, cwd=ROOT).returncode:
            failed.append(name)
        print(f"   {time.monotonic() - began:.0f} s", flush=True)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--durations=10"]
    command += ["-n", "auto", "--dist", "loadgroup", "-m", QUICK if quick else WHOLE]
    with tempfile.TemporaryDirectory(prefix="oxl-check-") as folder:
        # What cargo and pip make is made once for all tests of this run.
        shared = {"OXL_TEST_CACHE": f"{folder}/cache", "OXL_TEST_CARGO_TARGET": f"{folder}/target"}
        if not quick:
            print("== compatibility matrix, reduced", flush=True)
            environment = {**os.environ, "PYOXIDIZER_CACHE_DIR": os.environ.get("OXL_TEST_CACHE", f"{folder}/cache")}
            if subprocess.run([sys.executable, "scripts/matrix.py", "--reduced"], cwd=ROOT, env=environment).returncode:
                failed.append("compatibility matrix")
        if failed:
            print(f"failed: {', '.join(failed)}", flush=True)
        print("== tests", flush=True)
        tests = subprocess.run(command, cwd=ROOT, env={**shared, **os.environ})
    return 1 if failed or tests.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
