"""Runs every program of the project under several Pythons and hash seeds; what they print must be the same bytes.

    python scripts/determinism.py [PYTHON…] [--seeds 0,1,42] [--random 300] [--suites FOLDER]

Without PYTHON, those of 3.10 to 3.14 that are on the path, and this one. The programs are the chunks of `tests`, the mistakes of
the golden files, the benchmarks, random ones, and the files of the public suites when their FOLDER is named (see
`conformance.py`). Output is what a program prints, its error as users see it, and the text of its globals. The configs of `examples`
are evaluated, too: the targets and the graph of nodes with their ids are compared (so name Pythons that have the same packages
installed: what is there to install wheels with is a part of the graph).
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = ("3.10", "3.11", "3.12", "3.13", "3.14")


def programs(count: int, suites: Path | None) -> list[tuple[str, str]]:
    """Gives (name, text) of every program."""
    from random import Random

    sys.path.insert(0, str(ROOT))
    from tests.interp.programs import Maker

    found: list[tuple[str, str]] = []
    folders = [ROOT / "tests" / "interp", ROOT / "tests" / "resolve", ROOT / "tests" / "syntax", ROOT / "benchmarks" / "starlark"]
    if suites is not None:
        folders.append(suites)
    for folder in folders:
        for path in sorted(folder.rglob("*.star")):
            text = path.read_text(encoding="utf-8", errors="replace")
            for number, chunk in enumerate(text.replace("\r\n---\r\n", "\n---\n").split("\n---\n")):
                found.append((f"{path.relative_to(folder)}:{number}", chunk))
    for path in sorted((ROOT / "tests").rglob("golden/*.txt")):
        found += [(f"{path.name}:{number}", part) for number, part in enumerate(path.read_text(encoding="utf-8").split("\n\n"))]
    maker = Maker(Random(7))
    found += [(f"random:{number}", "show = print\n" + maker.program()) for number in range(count)]
    return found


def outcome(name: str, text: str) -> str:
    """Gives all that a program shows, as a config and as plain Starlark."""
    from oxlang.diagnostics.model import OxError
    from oxlang.diagnostics.render import render_error
    from oxlang.interp import Limits, Thread, load_source
    from oxlang.interp.builtins.modules import optional_modules
    from oxlang.interp.formatting import repr_of
    from oxlang.source import SourceFile
    from oxlang.syntax.options import CONFIG, STANDARD

    shown: list[str] = []
    for options in (STANDARD, CONFIG):
        thread = Thread(out=shown.append, limits=Limits(steps=3_000_000, memory_bytes=64 << 20, seconds=None))
        try:
            module = load_source(SourceFile(name, text), options, None, thread, constants=optional_modules(("json", "math", "struct", "time")))
        except OxError as problem:
            shown.append(render_error(problem, colour=False))
            continue
        for key in module.global_names:
            try:
                shown.append(f"{key} = {repr_of(module.get(key))[:2000]}")
            except (KeyError, OxError) as problem:
                shown.append(f"{key}: {problem}")
    return "\n".join(shown)


def work(count: int, suites: Path | None, list_all: bool) -> None:
    """Runs the programs in this process and prints the digest of each outcome."""
    for name, text in programs(count, suites):
        shown = outcome(name, text)
        print(hashlib.sha256(shown.encode("utf-8", "surrogatepass")).hexdigest()[:24], name)
        if list_all:
            print(shown)


def examples(python: str, seed: str, cache: str) -> str:
    """Gives the targets and graphs of the examples, as a Python evaluates them."""
    shown = []
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed, "OXL_CACHE_DIR": cache, "OXL_PYTHON": sys.executable}
    for config in sorted(ROOT.glob("examples/*/pyoxidizer.bzl")):
        for words in (("list-targets", str(config.parent), "--format", "json"), ("eval", str(config), "--dry-run", "--offline", "--format", "json")):
            done = subprocess.run([python, "-m", "oxlang", *words], env=environment, capture_output=True, text=True, cwd=ROOT, stdin=subprocess.DEVNULL)
            shown.append(f"{config.parent.name} {words[0]} {done.returncode}\n{done.stdout}{done.stderr}")
    return "\n".join(shown)


def find() -> list[str]:
    """Gives a Python of each version that is on the path."""
    found = {f"{sys.version_info[0]}.{sys.version_info[1]}": sys.executable}
    for version in VERSIONS:
        path = shutil.which(f"python{version}")
        if path is not None and version not in found:
            works = subprocess.run([path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], capture_output=True, text=True)
            if works.stdout.strip() == version:
                found[version] = path
    return list(found.values())


def compare(
    pythons: list[str], seeds: list[str], count: int, suites: Path | None, with_examples: bool = True
) -> tuple[int, list[str]]:
    """Runs everything; gives how many outcomes there are, and what differs."""
    first: list[str] | None = None
    first_examples: str | None = None
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as cache:
        for python in pythons:
            for seed in seeds:
                words = [python, __file__, "--work", "--random", str(count), *(["--suites", str(suites)] if suites else [])]
                done = subprocess.run(words, env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed}, capture_output=True, text=True)
                if done.returncode:
                    problems.append(f"{python} (seed {seed}) failed: {done.stderr[-2000:]}")
                    continue
                lines = done.stdout.splitlines()
                first = lines if first is None else first
                if len(lines) != len(first):
                    problems.append(f"{python} (seed {seed}): {len(lines)} outcomes, not {len(first)}")
                problems += [f"{python} (seed {seed}): {one}" for one, other in zip(lines, first, strict=False) if one != other]
            if not with_examples:
                continue
            shown = examples(python, seeds[-1], cache)
            first_examples = shown if first_examples is None else first_examples
            if shown != first_examples:
                differ = [f"{a!r} / {b!r}" for a, b in zip(shown.splitlines(), first_examples.splitlines(), strict=False) if a != b]
                problems.append(f"{python}: the examples differ: {differ[:5]}")
    return len(first or ()), problems


def main() -> int:
    """Compares; status 1 when something differs."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("pythons", nargs="*", metavar="PYTHON")
    options.add_argument("--seeds", default="0,1,42")
    options.add_argument("--random", type=int, default=300)
    options.add_argument("--suites", type=Path)
    options.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    options.add_argument("--show", action="store_true", help="with --work: the outcomes themselves")
    chosen = options.parse_args()
    if chosen.work:
        work(chosen.random, chosen.suites, chosen.show)
        return 0
    pythons = chosen.pythons or find()
    count, problems = compare(pythons, chosen.seeds.split(","), chosen.random, chosen.suites)
    print("\n".join(problems))
    print(f"{count} programs and the examples under {len(pythons)} Pythons with {len(chosen.seeds.split(','))} hash seeds each: "
          + ("the same" if not problems else f"{len(problems)} differ"))  # fmt: skip
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
