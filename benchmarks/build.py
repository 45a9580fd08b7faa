"""Measures the build cycle of the main job: start of `oxl`, first build, second build, build after a change, the program.

    python benchmarks/build.py [--oxl COMMAND] [--repeat 5] [--json | --markdown]

A config is made by `oxl init-config-file` in a temporary folder and built with a cache of its own, so nothing is known
when the first build begins (cargo's own registry of downloaded crates is the user's). Each figure is the whole process,
as a user waits for it; the least of several runs is given, elapsed and as CPU time (user and system, with all
processes that it started), and the largest peak of resident memory. On a machine that does other work, too, CPU time is
the figure to compare.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

LIMITS = {
    "oxl --version": 60,
    "oxl list-targets": 120,
    "first build, empty cache": 60_000,
    "second build": 300,
    "build after a change of Python code": 1_500,
}
"""The aims, in milliseconds of elapsed time."""

MEMORY_LIMIT_MB = 300
START_LIMIT = 1.2
BARE = "python -I -S -c"
PROGRAM = "the program"

Times = tuple[float, float, float]
"""Elapsed seconds, CPU seconds, megabytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measurement.

    Attributes:
        what: what was run.
        best_ms: wall-clock time of the fastest run.
        cpu_ms: user and system time of the run that took least of it.
        peak_mb: peak resident memory of the largest single process.
        runs: how often it was run.
    """

    what: str
    best_ms: float
    cpu_ms: float
    peak_mb: float
    runs: int


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument(
        "--oxl", default=f"{shlex.quote(sys.executable)} -m oxlang", help="the command to measure"
    )
    parser.add_argument("--repeat", type=int, default=5, help="runs of each fast command")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--markdown", action="store_true", help="print a table for docs/performance.md")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="oxlang-benchmark-") as folder:
        figures, demands = measure(shlex.split(given.oxl), Path(folder), given.repeat)
    if given.json:
        print(json.dumps([asdict(one) for one in figures], indent=2))
        return 0
    rows = [
        (one.what, f"{one.best_ms:.0f} ms", f"{one.cpu_ms:.0f} ms", f"{one.peak_mb:.0f} MB", aim(one.what))
        for one in figures
    ]
    named = {one.what: one for one in figures}
    program, bare = named[PROGRAM], named[BARE]
    ratios = (f"{program.best_ms / bare.best_ms:.2f}", f"{program.cpu_ms / bare.cpu_ms:.2f}")
    rows.append((f"{PROGRAM} ÷ {BARE}", *ratios, "", f"≤ {START_LIMIT}"))
    rows.append(("demands while the template is evaluated", demands, "", "", "none"))
    peak = max(one.peak_mb for one in figures if "build" in one.what)
    rows.append(("peak memory of `oxl build`", "", "", f"{peak:.0f} MB", f"< {MEMORY_LIMIT_MB} MB"))
    if given.markdown:
        print("| | elapsed | CPU | peak memory | aim |\n|---|---|---|---|---|")
        print("\n".join(f"| {' | '.join(row)} |" for row in rows))
    else:
        print("\n".join(f"{row[0]:42} {row[1]:>10} {row[2]:>10} {row[3]:>8}  {row[4]}" for row in rows))
    return 0


def aim(what: str) -> str:
    limit = LIMITS.get(what)
    return "" if limit is None else f"≤ {limit:,} ms"


def measure(oxl: list[str], folder: Path, repeat: int) -> tuple[list[Figure], str]:
    """Runs the cycle in a folder; gives the figures, and what evaluating the template demanded."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYOXIDIZER_", "OXL_"))}
    env["PYOXIDIZER_CACHE_DIR"] = str(folder / "cache")
    env.pop("OUT_DIR", None)
    # Installed packages have compiled modules; a developer's shell may forbid them.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    project = folder / "hello"

    def run(*words: str) -> Times:
        return timed([*oxl, *words], env)

    run("init-config-file", "--python-code", "print('hello', 0)", str(project))
    config = project / "pyoxidizer.bzl"
    text = config.read_text()

    def change(serial: int) -> None:
        config.write_text(text.replace("'hello', 0", f"'hello', {serial}"))

    shown = subprocess.run(
        [*oxl, "eval", str(project), "--dry-run", "--explain"],
        env=env,
        check=True,
        capture_output=True,
        text=True,
    ).stderr
    demands = shown.rpartition("demands of the evaluation: ")[2].splitlines()[0]
    figures = [
        best("oxl --version", repeat, lambda n: run("--version")),
        best("oxl list-targets", repeat, lambda n: run("list-targets", str(project))),
        best("first build, empty cache", 1, lambda n: run("build", "--path", str(project))),
        best("second build", repeat, lambda n: run("build", "--path", str(project))),
    ]

    (program,) = project.glob("build/*/*/install/hello")
    python = [getattr(sys, "_base_executable", sys.executable), "-I", "-S", "-c", "print('hello', 0)"]
    for _ in range(4 * repeat):
        # In turns, so that both see the same machine.
        figures.append(best(PROGRAM, 1, lambda n: timed([str(program)], env)))
        figures.append(best(BARE, 1, lambda n: timed(python, env)))
    figures = figures[:4] + [merged(what, figures) for what in (PROGRAM, BARE)]

    def changed(serial: int) -> Times:
        change(serial + 1)
        return run("build", "--path", str(project))

    figures.append(best("build of a changed config", repeat, changed))
    figures += package_cycle(folder, run, repeat)
    shutil.rmtree(folder / "hello")
    return figures, demands


def package_cycle(folder: Path, run: Callable[..., Times], repeat: int) -> list[Figure]:
    """Measures builds after a change of one line of a package's code."""
    project = folder / "app"
    package = project / "src" / "benchapp"
    package.mkdir(parents=True)
    for number in range(50):
        (package / f"module{number}.py").write_text(f"VALUE = {number}\n" * 40)
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text("print(0)\n")
    (project / "pyoxidizer.bzl").write_text(CONFIG)
    figures = [
        best("first build of a package of 52 modules", 1, lambda n: run("build", "--path", str(project)))
    ]

    def changed(serial: int) -> Times:
        (package / "__main__.py").write_text(f"print({serial + 1})\n")
        return run("build", "--path", str(project))

    figures.append(best("build after a change of Python code", repeat, changed))
    return figures


CONFIG = """
def make_exe():
    dist = default_python_distribution()
    exe = dist.to_python_executable(name = "app")
    exe.add_python_resources(exe.read_package_root(path = CWD + "/src", packages = ["benchapp"]))
    return exe

register_target("exe", make_exe)
resolve_targets()
"""


def best(what: str, runs: int, once: Callable[[int], Times]) -> Figure:
    """Runs something several times; the least time and the most memory count."""
    found = [once(serial) for serial in range(runs)]
    return Figure(
        what=what,
        best_ms=min(seconds for seconds, _, _ in found) * 1000,
        cpu_ms=min(cpu for _, cpu, _ in found) * 1000,
        peak_mb=max(memory for _, _, memory in found),
        runs=runs,
    )


def merged(what: str, figures: list[Figure]) -> Figure:
    """Makes one figure of all those with a name."""
    same = [one for one in figures if one.what == what]
    return Figure(
        what=what,
        best_ms=min(one.best_ms for one in same),
        cpu_ms=min(one.cpu_ms for one in same),
        peak_mb=max(one.peak_mb for one in same),
        runs=len(same),
    )


def timed(command: list[str], env: dict[str, str]) -> Times:
    """Runs a command to its end; gives seconds, CPU seconds, and peak memory in MB, of it and its children."""
    begin = time.perf_counter()
    with open(os.devnull, "rb") as nothing, tempfile.TemporaryFile() as output:
        actions = [
            (os.POSIX_SPAWN_DUP2, nothing.fileno(), 0),
            (os.POSIX_SPAWN_DUP2, output.fileno(), 1),
            (os.POSIX_SPAWN_DUP2, output.fileno(), 2),
        ]
        child = os.posix_spawnp(command[0], command, env, file_actions=actions)
        _, status, usage = os.wait4(child, 0)
        seconds = time.perf_counter() - begin
        if status != 0:
            output.seek(0)
            sys.exit(f"{shlex.join(command)} failed:\n{output.read().decode(errors='replace')}")
    unit = 1 if sys.platform == "darwin" else 1024
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6


if __name__ == "__main__":
    sys.exit(main())
