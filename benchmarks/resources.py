"""How long 10,000 resources take that a callback looks at: each one by itself, and the whole command.

A package of 10,000 modules is read with `read_package_root`; a callback sets `add_include` by name. Prints the CPU time of
the first run (which scans the files) and of further runs (which find the scan in the cache), best of N, without the
time that the same config takes without the package.

    python benchmarks/resources.py [--count 10000] [--runs 5]
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

CONFIG = """\
SEEN = []

def choose(policy, resource):
    if type(resource) == "PythonModuleSource" and not resource.is_stdlib:
        SEEN.append(resource.name)
        resource.add_include = not resource.name.endswith("7")

def make_exe():
    dist = default_python_distribution()
    policy = dist.make_python_packaging_policy()
    exe = dist.to_python_executable("app", packaging_policy = policy)
    {register}
    return exe

register_target("exe", make_exe)
resolve_targets()
"""
CALLBACK = """policy.register_resource_callback(choose)
    exe = dist.to_python_executable("app", packaging_policy = policy)
    exe.add_python_resources(exe.read_package_root(CWD + "/src", ["many"]))
    print(len(SEEN))"""
PLAIN = """policy.register_resource_callback(choose)
    exe = dist.to_python_executable("app", packaging_policy = policy)"""


def cpu_s(folder: Path, environment: dict[str, str], wanted: str) -> float:
    """Runs `oxl eval --dry-run`; gives the CPU seconds of the process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "oxlang", "eval", "--dry-run", str(folder / "pyoxidizer.bzl")],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0 and wanted in done.stderr, done.stderr
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        environment = {**os.environ, "PYOXIDIZER_CACHE_DIR": str(folder / "cache")}
        package = folder / "src" / "many"
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        for number in range(given.count - 1):
            (package / f"m{number}.py").write_text(f"x = {number}\n")

        def times(register: str, wanted: str) -> list[float]:
            (folder / "pyoxidizer.bzl").write_text(CONFIG.replace("{register}", register))
            return [cpu_s(folder, environment, wanted) for _ in range(given.runs + 1)]

        times(PLAIN, "")
        plain = min(times(PLAIN, ""))
        first, *more = times(CALLBACK, str(given.count))
        print(f"without the package: {plain:.2f} s")
        print(f"{given.count} resources, first time: {first:.2f} s ({first - plain:.2f} s more)")
        print(f"{given.count} resources, scan known: {min(more):.2f} s ({min(more) - plain:.2f} s more)")


if __name__ == "__main__":
    main()
