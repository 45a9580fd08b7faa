"""Measures `oxl eval` as a whole process, and the front end's speed.

    python benchmarks/evaluation.py [--oxl COMMAND] [--rounds 15] [--json FILE] [--markdown]

CPU time (user and system) of the whole process, the least of all rounds, the commands in turns. "Unchanged": oxl has
seen these bytes before. "New": a comment at the end is another one at each run, so that everything is read anew.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import shlex
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "starlark"))
from run import literals, long_program

SMALL = """
def make_files():
    files = FileManifest()
    for name in ["a", "b", "c"]:
        files.add_file(FileContent(filename = name + ".txt", content = "text of %s\\n" % name))
    return files

register_target("files", make_files)
resolve_targets()
"""

MANY = """
DEFAULTS = {"tags": [], "size": "small"}
TABLE = {}

def describe(name, **kwargs):
    entry = dict(DEFAULTS)
    entry.update(kwargs)
    entry["label"] = "//app:%s" % name
    TABLE[name] = entry

def make():
    return FileManifest()

for i in range(2000):
    name = "target%d" % i
    describe(name, tags = ["t%d" % (i % 7)], deps = ["target%d" % j for j in range(max(0, i - 3), i)])
    register_target(name, make, default = i == 0)
resolve_targets()
"""

Commands = dict[str, Callable[[int], list[str]]]


def spent(command: list[str], env: dict[str, str]) -> float:
    """Gives the CPU seconds of a process."""
    with open(os.devnull, "r+b") as nothing:
        actions = [(os.POSIX_SPAWN_DUP2, nothing.fileno(), number) for number in (0, 1, 2)]
        child = os.posix_spawnp(command[0], command, env, file_actions=actions)
        _, status, usage = os.wait4(child, 0)
    if status:
        sys.exit(f"{shlex.join(command)}: status {status}")
    return usage.ru_utime + usage.ru_stime


def commands(oxl: list[str], folder: Path) -> Commands:
    """Gives the commands to compare; each gets the number of its round."""
    made: Commands = {"python -c pass": lambda n: [sys.executable, "-c", "pass"]}
    for name, text in (("small", SMALL), ("2,000 targets", MANY)):
        place = folder / name.replace(" ", "-").replace(",", "")
        place.mkdir()
        config = place / "pyoxidizer.bzl"
        config.write_text(text)

        def new(n: int, config: Path = config, text: str = text) -> list[str]:
            config.write_text(f"{text}# {n} {time.time_ns()}\n")
            return [*oxl, "eval", str(config), "--dry-run"]

        def unchanged(n: int, place: Path = place) -> list[str]:
            return [*oxl, "eval", str(place), "--dry-run"]

        made[f"oxl eval, {name}, new"] = new
        made[f"oxl eval, {name}, unchanged"] = unchanged
    for name, text in (("10,000 literal entries", literals()), ("20,000 lines", long_program())):
        path = folder / f"{name.partition(' ')[2]}.star"
        path.write_text(text)

        def fresh(n: int, path: Path = path, text: str = text) -> list[str]:
            path.write_text(f"{text}# {n} {time.time_ns()}\n")
            return [*oxl, "starlark", str(path)]

        def seen(n: int, path: Path = path) -> list[str]:
            return [*oxl, "starlark", str(path)]

        made[f"oxl starlark, {name}, new"] = fresh
        made[f"oxl starlark, {name}, unchanged"] = seen
    return made


def front_end(rounds: int) -> dict[str, float]:
    """Gives lines a second of parsing, and seconds of evaluating the config of 2,000 targets after parsing."""
    from oxlang.source import SourceFile
    from oxlang.syntax.options import CONFIG
    from oxlang.syntax.parse import parse

    text = long_program(20_000)
    best = float("inf")
    for _ in range(min(rounds, 5)):
        gc.collect()
        before = time.process_time()
        parse(SourceFile("long.star", text), CONFIG)
        best = min(best, time.process_time() - before)
    return {"lines of parsing a second": text.count("\n") / best}


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--oxl", default=f"{shlex.quote(sys.executable)} -m oxlang")
    options.add_argument("--rounds", type=int, default=15)
    options.add_argument("--json", type=Path)
    options.add_argument("--markdown", action="store_true")
    chosen = options.parse_args()
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="oxlang-evaluation-") as text:
        folder = Path(text)
        env = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYOXIDIZER_", "OXL_"))
        }
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        env["PYOXIDIZER_CACHE_DIR"] = str(folder / "cache")
        made = commands(shlex.split(chosen.oxl), folder)
        for serial in range(chosen.rounds + 1):
            for name, command in made.items():
                if "starlark" in name and serial > 5:
                    continue
                seconds = spent(command(serial), env)
                if serial:
                    found[name] = min(seconds, found.get(name, seconds))
    bare = found["python -c pass"]
    speed = front_end(chosen.rounds)
    after = found["oxl eval, 2,000 targets, unchanged"] - found["oxl eval, small, unchanged"]
    if chosen.json:
        chosen.json.write_text(json.dumps({"cpu": found, "after parsing": after} | speed, indent=1) + "\n")
    rows = [
        (name, f"{value * 1000:.0f} ms", f"{(value - bare) * 1000:+.0f} ms") for name, value in found.items()
    ]
    rows.append(
        ("2,000 targets after parsing: unchanged ones less the small config", f"{after * 1000:.0f} ms", "")
    )
    rows += [(name, f"{value:,.0f}", "") for name, value in speed.items()]
    if chosen.markdown:
        print("| | CPU | over `python -c pass` |\n|---|---|---|")
        print("\n".join(f"| {' | '.join(row)} |" for row in rows))
    else:
        print("\n".join(f"{row[0]:70} {row[1]:>10} {row[2]:>9}" for row in rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
